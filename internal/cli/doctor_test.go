package cli

import (
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/text"
)

// What both this side and the daemon look at is one line: the worse, or else
// the own, which says more.
func TestDoctor_SaysOnceWhatBothSidesSee(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.checks = []api.Check{
		api.NewCheck("engine", levelOK, text.Text{EN: "answers the daemon"}, text.Text{}),
		api.NewCheck("disk", levelProblem, text.Text{EN: "1 GiB where volumes lie"}, text.Text{EN: "free some"}),
		api.NewCheck("file", levelProblem, text.Text{EN: "the last accepted one cannot be read"}, text.Text{EN: "mend it"}),
	}
	w.wantCode(exitFailed, "doctor", "--file", w.file)
	out := w.stdout.String()
	for name, want := range map[string]int{" engine ": 1, " disk ": 1, " file ": 2} {
		if got := strings.Count(out, name); got != want {
			t.Errorf("%d lines of%s, want %d", got, name, want)
		}
	}
	wantIn(t, "stdout", "Docker 20.10.24 answers", w.stdout)
	wantIn(t, "stdout", "1 GiB where volumes lie", w.stdout)
	wantIn(t, "stderr", "2 of ", w.stderr)
}

// Without a file it is not "this chaton" that has no daemon.
func TestDoctor_WithoutAFileSaysWhatItLookedAt(t *testing.T) {
	w := newWorld(t)
	t.Chdir(t.TempDir())
	w.wantCode(exitDone, "doctor")
	wantIn(t, "stdout", "there is no chaton.hcl in this folder; only the machine was looked at", w.stdout)
	wantIn(t, "stdout", "ronron doctor --file FILE", w.stdout)
	if out := w.stdout.String(); strings.Contains(out, "this chaton") || strings.Contains(out, "ronron up") {
		t.Errorf("a chaton is spoken of that nobody named:\n%s", out)
	}

	w = newWorld(t)
	w.deployed()
	w.wantCode(exitDone, "doctor")
	wantIn(t, "stdout", "looked at were the machine and chaton.test", w.stdout)
	wantIn(t, "stdout", "✓ directory", w.stdout)

	w = newWorld(t)
	w.wantCode(exitDone, "doctor", "--chaton", "other.test")
	wantIn(t, "stdout", "no daemon runs for this chaton", w.stdout)
}
