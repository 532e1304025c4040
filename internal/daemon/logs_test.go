package daemon

import (
	"bufio"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/internal/api"
	"ronron/services"
)

const feeds = `
service "feeds" {
  recipe = "miniflux"
}
`

// crash has the units of the service print these lines and end.
func (w *world) crash(service services.Name, lines map[services.Name][]string) {
	w.t.Helper()
	actual, err := w.engine.Look(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, u := range actual.Units {
		if said, crashes := lines[u.Unit]; u.Service == service && crashes {
			w.engine.Crash(u.ID, 1, said...)
		}
	}
}

func TestLogs_OfSeveralUnitsNameEachLinesUnit(t *testing.T) {
	w := newWorld(t)
	w.up(file + feeds)
	w.crash("wiki", map[services.Name][]string{"web": {"alone"}})
	w.crash("feeds", map[services.Name][]string{"web": {"one", "two"}, "door": {"ready"}})
	for _, c := range []struct {
		ask    api.LogsRequest
		has    []string
		hasNot string
	}{
		{api.LogsRequest{Service: "feeds"}, []string{"web  | one\nweb  | two\n", "door | ready\n"}, ""},
		{api.LogsRequest{Service: "feeds", Tail: 1}, []string{"web  | two\n", "door | ready\n"}, "one"},
		{api.LogsRequest{Service: "feeds", Unit: "web"}, []string{"one\ntwo\n"}, "|"},
		{api.LogsRequest{Service: "wiki"}, []string{"alone\n"}, "|"},
	} {
		var b strings.Builder
		if err := w.Logs(t.Context(), c.ask, &b); err != nil {
			t.Fatalf("%+v: %v", c.ask, err)
		}
		for _, has := range c.has {
			if !strings.Contains("\n"+b.String(), "\n"+has) {
				t.Errorf("%+v has no line %q:\n%s", c.ask, has, &b)
			}
		}
		if c.hasNot != "" && strings.Contains(b.String(), c.hasNot) {
			t.Errorf("%+v has %q:\n%s", c.ask, c.hasNot, &b)
		}
	}
}

// The first unit prints nothing and runs on: that must not keep back the others.
func TestLogs_FollowAllUnitsAtOnce(t *testing.T) {
	for _, unit := range []services.Name{"web", "door"} {
		w := newWorld(t)
		w.up(file + feeds)
		w.crash("feeds", map[services.Name][]string{unit: {"it fell over"}})
		ctx, stop := context.WithCancel(t.Context())
		read, write := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			ended <- w.Logs(ctx, api.LogsRequest{Service: "feeds", Follow: true}, write)
			write.Close()
		}()
		time.AfterFunc(10*time.Second, func() { read.Close() })
		seen := false
		for lines := bufio.NewScanner(read); !seen && lines.Scan(); {
			seen = strings.HasPrefix(lines.Text(), string(unit)) && strings.HasSuffix(lines.Text(), " | it fell over")
		}
		if !seen {
			t.Errorf("what %s prints is not shown while the other runs", unit)
		}
		stop()
		go io.Copy(io.Discard, read)
		if err := <-ended; err != nil {
			t.Errorf("stopped: %v", err)
		}
	}
}

func TestUnitLines_AreWholeWhateverThePieces(t *testing.T) {
	var b strings.Builder
	var mu sync.Mutex
	l := &unitLines{mu: &mu, w: &b, prefix: "web | "}
	for _, piece := range []string{"fir", "st\nsecond\n\nth", "ird"} {
		if n, err := io.WriteString(l, piece); n != len(piece) || err != nil {
			t.Errorf("wrote %d of %q: %v", n, piece, err)
		}
	}
	l.end()
	if want := "web | first\nweb | second\nweb | \nweb | third\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	io.WriteString(l, strings.Repeat("x", longestLine))
	if !strings.HasSuffix(b.String(), "x\n") {
		t.Error("a line without an end fills the memory")
	}
}
