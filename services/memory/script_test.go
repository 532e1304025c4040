package memory_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"ronron/internal/errs"
	"ronron/services"
	"ronron/services/memory"
)

var image = services.Image{Reference: "example/web:1"}

func service() services.Service {
	return services.Service{Name: "wiki", Units: []services.Unit{{Name: "web", Image: image}}}
}

// create makes the unit's container with everything it needs.
func create(t *testing.T, e *memory.Engine, hash string) string {
	t.Helper()
	s := service()
	imageID, err := e.EnsureImage(t.Context(), image, nil)
	if err == nil {
		err = e.CreateNetwork(t.Context(), s.Name, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	id, err := e.CreateUnit(t.Context(), s, s.Units[0], hash, imageID)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func start(t *testing.T, e *memory.Engine, hash string) string {
	t.Helper()
	id := create(t, e, hash)
	if err := e.StartUnit(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

func state(t *testing.T, e *memory.Engine, id string) services.ActualUnit {
	t.Helper()
	actual, err := e.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(actual.Units, func(u services.ActualUnit) bool { return u.ID == id })
	if i < 0 {
		t.Fatalf("the unit %s is not shown", id)
	}
	return actual.Units[i]
}

func TestScripts_ApplyToContainersMadeLater(t *testing.T) {
	e := memory.New("example.org")
	old := start(t, e, "a")
	e.Unhealthy("wiki", "web")
	successor := start(t, e, "b")
	if !e.Healthy(old) || e.Healthy(successor) {
		t.Errorf("old healthy %v, successor healthy %v", e.Healthy(old), e.Healthy(successor))
	}
	e.Mend("wiki", "web")
	if !e.Healthy(successor) {
		t.Error("a mended unit is not healthy")
	}
	if err := e.StopUnit(t.Context(), old, 0); err != nil || e.Healthy(old) {
		t.Errorf("a stopped unit is healthy: %v", err)
	}
}

func TestFailStart(t *testing.T) {
	e := memory.New("example.org")
	e.FailStart("wiki", "web", "no such command")
	id := create(t, e, "a")
	err := e.StartUnit(t.Context(), id)
	if errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), "no such command") {
		t.Errorf("error: %v", err)
	}
	if u := state(t, e, id); u.State != services.StateCreated || u.Error != "no such command" {
		t.Errorf("state: %+v", u)
	}
	e.Mend("wiki", "web")
	if err := e.StartUnit(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestExits_AndCrash(t *testing.T) {
	e := memory.New("example.org")
	e.Exits("wiki", "web", 3, "first", "it does not work")
	id := start(t, e, "a")
	if u := state(t, e, id); u.State != services.StateRestarting || u.ExitCode != 3 || u.Restarts != 1 {
		t.Errorf("after the start: %+v", u)
	}
	var log bytes.Buffer
	if err := e.Logs(t.Context(), id, services.LogOptions{Tail: 1}, &log); err != nil || log.String() != "it does not work\n" {
		t.Errorf("log: %q %v", &log, err)
	}
	r, err := e.RunJob(t.Context(), service(), service().Units[0], state(t, e, id).Image)
	if err != nil || r.ExitCode != 3 || !strings.Contains(r.Output, "it does not work") {
		t.Errorf("job: %+v %v", r, err)
	}
	e.Mend("wiki", "web")
	well := start(t, e, "b")
	e.Crash(well, 137, "killed")
	if u := state(t, e, well); u.State != services.StateRestarting || u.ExitCode != 137 {
		t.Errorf("after the crash: %+v", u)
	}
}

func TestFailImage(t *testing.T) {
	e := memory.New("example.org")
	e.FailImage(image, "the registry does not answer", "line 1", "line 2")
	_, err := e.EnsureImage(t.Context(), image, nil)
	if errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("error: %v", err)
	}
	e.MendImage(image)
	if _, err := e.EnsureImage(t.Context(), image, nil); err != nil {
		t.Error(err)
	}
}

func TestOnExec(t *testing.T) {
	e := memory.New("example.org")
	id := start(t, e, "a")
	e.OnExec("wiki", "web", func(command []string, stdin []byte) services.Result {
		return services.Result{ExitCode: 5, Output: command[0] + string(stdin)}
	})
	r, err := e.Exec(t.Context(), id, []string{"cat"}, strings.NewReader("!"))
	if err != nil || r.ExitCode != 5 || r.Output != "cat!" {
		t.Errorf("%+v %v", r, err)
	}
}

func TestCalls_AndBefore(t *testing.T) {
	e := memory.New("example.org")
	e.ForgetCalls()
	start(t, e, "a")
	var got []string
	for _, c := range e.Calls() {
		got = append(got, c.String())
	}
	if want := []string{"EnsureImage example/web:1", "CreateNetwork wiki", "CreateUnit wiki/web", "StartUnit wiki/web"}; !slices.Equal(got, want) {
		t.Errorf("calls %q, want %q", got, want)
	}
	killed := errors.New("killed")
	e.Before(func(_ context.Context, c memory.Call) error {
		if c.Method == "RemoveNetwork" {
			return killed
		}
		return nil
	})
	if err := e.RemoveNetwork(t.Context(), "wiki"); !errors.Is(err, killed) {
		t.Errorf("error: %v", err)
	}
	if _, err := e.Look(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWorld_Down(t *testing.T) {
	e := memory.New("example.org")
	e.World().Down(true)
	if _, err := e.Look(t.Context()); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("error: %v", err)
	}
	e.World().Down(false)
	if _, err := e.Look(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWorld_VolumesCanBeSeen(t *testing.T) {
	e := memory.New("example.org")
	if err := e.CreateVolume(t.Context(), "wiki", services.Volume{Name: "data"}); err != nil {
		t.Fatal(err)
	}
	e.WriteVolume("wiki", "data", "/page", []byte("hello"))
	if got, there := e.ReadVolume("wiki", "data", "page"); !there || string(got) != "hello" {
		t.Errorf("got %q %v", got, there)
	}
	if _, there := e.ReadVolume("wiki", "none", "page"); there {
		t.Error("a volume that does not exist holds a page")
	}
	if e.World().Engine("example.org") != e {
		t.Error("a chaton has two engines")
	}
}

func TestFileOf(t *testing.T) {
	e := memory.New("example.org")
	s := service()
	s.Units[0].Files = []services.File{{Path: "/etc/conf", Content: []byte("x"), UID: 5}}
	imageID, err := e.EnsureImage(t.Context(), image, nil)
	if err == nil {
		err = e.CreateNetwork(t.Context(), s.Name, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	id, err := e.CreateUnit(t.Context(), s, s.Units[0], "a", imageID)
	if err != nil {
		t.Fatal(err)
	}
	f, there := e.FileOf(id, "/etc/conf")
	if !there || string(f.Content) != "x" || f.UID != 5 || f.Mode != 0o644 {
		t.Errorf("file: %+v %v", f, there)
	}
}
