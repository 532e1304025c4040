package cli

import (
	"slices"
	"testing"
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
