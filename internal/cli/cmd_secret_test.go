package cli

import (
	"strings"
	"testing"

	"ronron/internal/api"
)

func TestSecret_IsMadeAnewWhenAgreedTo(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.events = []api.Event{{Kind: api.ServiceDone, Service: "wiki"}, {Kind: api.Done}}
	w.wantCode(exitDone, "secret", "list", "wiki", "--file", w.file)
	for _, want := range []string{"yes: ronron secret rotate wiki session", "vault", "no: kept data was made with it"} {
		if !strings.Contains(w.stdout.String(), want) {
			t.Errorf("the list lacks %q:\n%s", want, w.stdout)
		}
	}
	w.wantCode(exitUsage, "secret", "rotate", "wiki", "session", "--file", w.file) // nobody to ask
	if len(w.daemon.rotated) != 0 {
		t.Fatal("it was made anew without being agreed to")
	}
	w.wantCode(exitDone, "secret", "rotate", "wiki", "session", "--file", w.file, "--yes")
	if got := w.daemon.rotated; len(got) != 1 || got[0].Service != "wiki" || got[0].Secret != "session" || got[0].Who != "ana@machine" {
		t.Errorf("the daemon was asked for %+v", got)
	}
	if !strings.Contains(w.stderr.String(), "The secret session of wiki is a new one.") {
		t.Errorf("it says:\n%s", w.stderr)
	}
}
