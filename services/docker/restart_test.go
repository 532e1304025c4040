package docker

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
)

func TestUnit_ComesBackWithTheEngineOnlyWhenItShallRun(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	s, imageID := e.testService(t, "wiki", "serve")
	policy := func(id string) container.RestartPolicyMode {
		c, err := e.own(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return c.HostConfig.RestartPolicy.Name
	}
	id, err := e.CreateUnit(ctx, s, s.Units[0], "a", imageID)
	if err != nil {
		t.Fatal(err)
	}
	if got := policy(id); got != "" && got != container.RestartPolicyDisabled {
		t.Errorf("made, and not started: %q", got)
	}
	for range 2 {
		if err := e.StartUnit(ctx, id); err != nil {
			t.Fatal(err)
		}
		if got := policy(id); got != container.RestartPolicyAlways {
			t.Errorf("started: %q", got)
		}
		if err := e.StopUnit(ctx, id, time.Second); err != nil {
			t.Fatal(err)
		}
		if got := policy(id); got != container.RestartPolicyDisabled {
			t.Errorf("stopped: %q", got)
		}
	}
}
