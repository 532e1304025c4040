package cli

import (
	"slices"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
)

// The engine starts a crashed daemon again, and every daemon with the machine.
func TestUp_WaitsForADaemonThatIsStartingJustNow(t *testing.T) {
	w := newWorld(t)
	w.daemon.plan, w.daemon.events = somePlan, goodEvents()
	w.host.daemons = []Daemon{{Chaton: "chaton.test", ID: "c1", Running: true, State: "running", ImageID: w.host.image, Version: "0.2.0"}}
	w.host.asleep = 3
	w.wantCode(exitDone, "up", "--file", w.file, "--yes")
	if want := []string{"ensure /ronron"}; !slices.Equal(w.host.calls, want) {
		t.Errorf("engine calls %q, want %q", w.host.calls, want)
	}
}

// Images of earlier versions go only when the chaton is as it should be: until
// then somebody may want to go back.
func TestUp_ClearsAwayEarlierVersionsOnlyAfterSuccess(t *testing.T) {
	w := newWorld(t)
	w.daemon.plan, w.daemon.events = somePlan, goodEvents()
	w.host.daemons = []Daemon{{Chaton: "chaton.test", ID: "c1", Running: true, State: "running", ImageID: "sha256:old", Version: "0.1.0"}}
	w.wantCode(exitDone, "up", "--file", w.file, "--yes")
	wantIn(t, "stderr", "Removed 2 images of earlier versions", w.stderr)

	w = newWorld(t)
	w.host.daemons = []Daemon{{Chaton: "chaton.test", ID: "c1", Running: true, State: "running", ImageID: "sha256:old", Version: "0.1.0"}}
	w.daemon.plan, w.daemon.refuse = somePlan, &api.Error{Code: errs.Conflict, Message: "Not now."}
	w.wantCode(exitFailed, "up", "--file", w.file, "--yes")
	if slices.Contains(w.host.calls, "tidy sha256:old") {
		t.Errorf("after a failure: %v", w.host.calls)
	}
}
