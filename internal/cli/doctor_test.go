package cli

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
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

// A port that was changed in the file is tried before `up` finds it taken.
func TestDoctor_TriesThePortsThatTheGatewayDoesNotHoldYet(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.ports = []string{"tcp/443", "tcp/8080", "udp/10000"} // the file says 8443
	w.language.listens = []services.Listen{
		{Name: "media", Unit: "sfu", Protocol: "udp", Public: 10000, Port: 10000, Count: 2},
		{Name: "one", Unit: "sfu", Protocol: "udp", Public: 10000, Port: 10000},
	}
	w.wantCode(exitDone, "doctor", "--file", w.file)
	for line, want := range map[string]bool{"port 8443 ": true, "port 8080 ": false, "ports 10000-10001/udp": true, "port 10000/udp": false} {
		if got := strings.Contains(w.stdout.String(), line); got != want {
			t.Errorf("a line of %s: %v, want %v\n%s", line, got, want, w.stdout)
		}
	}
	w.machine.taken = errors.New("address already in use")
	w.wantCode(exitFailed, "doctor", "--file", w.file)
	wantIn(t, "stdout", "✗ port 8443", w.stdout)
	wantIn(t, "stdout", "10001 is taken", w.stdout)
	if out := w.stdout.String(); strings.Contains(out, "8080") || strings.Contains(out, "10000 is taken") {
		t.Errorf("the gateway's own port is called taken:\n%s", out)
	}
}

// Who may not use the engine cannot know whose ports they are.
func TestDoctor_DoesNotBlameWhomItCannotSee(t *testing.T) {
	w := newWorld(t)
	w.env.Connect = func(context.Context) (Host, error) { return nil, errs.New(errs.Denied, "You may not use Docker.") }
	w.machine.taken = errors.New("address already in use")
	w.language.listens = []services.Listen{{Name: "c2s", Unit: "prosody", Protocol: "tcp", Public: 5222, Port: 5222}}
	w.wantCode(exitFailed, "doctor", "--file", w.file)
	for _, want := range []string{"! port 8443", "! port 5222/tcp", "8443 is taken: address already in use; whether by this chaton itself", "If it is ronron, all is well;"} {
		wantIn(t, "stdout", want, w.stdout)
	}
	wantIn(t, "stderr", "1 of ", w.stderr)
}
