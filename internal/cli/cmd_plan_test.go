package cli

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services"
	"ronron/services/plan"
)

func TestPlan_BeforeTheFirstUpStartsNothing(t *testing.T) {
	w := newWorld(t)
	var asked []services.ChatonID
	w.env.Preview = func(_ context.Context, id services.ChatonID, in api.Wanted) (api.PlanReply, []services.Name, error) {
		asked = append(asked, id)
		if string(in.Content) != "chaton {}\n" {
			t.Errorf("planned from %q", in.Content)
		}
		return api.PlanReply{Plan: &somePlan}, []services.Name{"directory", "wiki"}, nil
	}
	w.wantCode(exitDone, "plan", "--file", w.file)
	wantIn(t, "stdout", "create the volume data (does not exist yet)", w.stdout)
	wantIn(t, "stderr", "used again: directory, wiki.", w.stderr)
	w.wantCode(exitPending, "plan", "--file", w.file, "--detailed-exitcode")
	*w.stdout = safeBuffer{}
	w.wantCode(exitDone, "plan", "--file", w.file, "--json")
	var got struct {
		Chaton string
		Steps  []plan.Step
	}
	if err := json.Unmarshal([]byte(w.stdout.String()), &got); err != nil || got.Chaton != "chaton.test" || len(got.Steps) != len(somePlan.Steps) {
		t.Errorf("stdout is not the plan as JSON (%v):\n%s", err, w.stdout)
	}
	if !slices.Equal(asked, []services.ChatonID{"chaton.test", "chaton.test", "chaton.test"}) || len(w.host.calls) > 0 {
		t.Errorf("asked for the plan of %v, called %v of the engine", asked, w.host.calls)
	}
}

// Without Docker a plan would be a guess: of what it holds, nothing is known.
func TestPlan_WithoutAnEngineSaysThatTheFileIsValid(t *testing.T) {
	w := newWorld(t)
	w.env.Connect = func(context.Context) (Host, error) {
		return nil, errs.New(errs.Unavailable, "Docker is not running.").WithHint("Start it.")
	}
	w.wantCode(exitUnavailable, "plan", "--file", w.file)
	for _, want := range []string{"The file is valid.", "Docker is not running.", "Start it."} {
		wantIn(t, "stderr", want, w.stderr)
	}
}

func TestPlan_AStoppedDaemonIsNotPlannedAround(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.host.daemons[0].Running, w.host.daemons[0].State = false, "exited"
	w.wantCode(exitUnavailable, "plan", "--file", w.file)
	wantIn(t, "stderr", "ronron up", w.stderr)
}
