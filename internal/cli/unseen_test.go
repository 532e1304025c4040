package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/api"
)

const unseenLine = "Nobody is known to have seen the password of the first administrator, admin. Set a new one: ronron member passwd admin\n"

func TestUp_SaysThatThePasswordWasShownOnlyWhenItWas(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "missing", "accounts")
	cut := goodEvents()[:3] // the stream ends before the report
	for _, c := range []struct {
		name   string
		events []api.Event
		args   []string
		exit   int
		want   int
	}{
		{"shown", goodEvents(), nil, exitDone, 1},
		{"saved", goodEvents(), []string{"--save-passwords", filepath.Join(t.TempDir(), "accounts")}, exitDone, 1},
		{"for programs", goodEvents(), []string{"--json"}, exitDone, 1},
		{"cannot be saved", goodEvents(), []string{"--save-passwords", nowhere}, exitFailed, 0},
		{"cut off", cut, nil, exitUnavailable, 0},
		{"made before", []api.Event{{Kind: api.Done, Report: &api.Report{Unseen: "admin"}}}, nil, exitDone, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.deployed()
			w.daemon.plan, w.daemon.events = somePlan, c.events
			w.wantCode(c.exit, append([]string{"up", "--file", w.file, "--yes"}, c.args...)...)
			if w.daemon.seen != c.want {
				t.Errorf("the daemon was told %d times, want %d", w.daemon.seen, c.want)
			}
			if told := strings.Contains(w.stderr.String(), unseenLine); told != (c.name == "made before") {
				t.Errorf("reminded of the password: %v\n%s", told, w.stderr)
			}
		})
	}
}

func TestUnseen_IsSaidByUpAndStatus(t *testing.T) {
	for _, command := range []string{"up", "status"} {
		w := newWorld(t)
		w.deployed()
		w.daemon.status = api.Status{Chaton: "chaton.test", Unseen: "admin"}
		w.wantCode(exitDone, command, "--file", w.file)
		if n := strings.Count(w.stderr.String(), unseenLine); n != 1 {
			t.Errorf("%s says it %d times:\n%s", command, n, w.stderr)
		}
	}
}
