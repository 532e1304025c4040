package cli

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/text"
)

// toolHost is an engine whose daemon knows tools.
type toolHost struct {
	*fakeHost
	asked []api.RunRequest
	reply api.RunReply
}

func (h *toolHost) Dial(context.Context, string) (net.Conn, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/services/cloud/tools", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, []api.Tool{{Name: "occ", Unit: "web", Command: []string{"php", "occ"}, Help: text.Text{FR: "Administrer.", EN: "Administer it."}}})
	})
	mux.HandleFunc("POST /v1/services/cloud/tools", func(w http.ResponseWriter, r *http.Request) {
		var in api.RunRequest
		json.NewDecoder(r.Body).Decode(&in)
		h.asked = append(h.asked, in)
		answer(w, h.reply)
	})
	near, far := net.Pipe()
	go (&http.Server{Handler: mux}).Serve(&oneConn{conn: far, closed: make(chan struct{})})
	return near, nil
}

func withTools(t *testing.T) (*world, *toolHost) {
	w := newWorld(t)
	w.deployed()
	h := &toolHost{fakeHost: w.host}
	w.env.Connect = func(context.Context) (Host, error) { return h, nil }
	return w, h
}

func TestRun_WithoutAToolListsThem(t *testing.T) {
	w, _ := withTools(t)
	w.wantCode(exitDone, "run", "cloud", "--file", w.file)
	for _, want := range []string{"occ", "php occ", "Administer it."} {
		wantIn(t, "stdout", want, w.stdout)
	}
}

func TestRun_PassesWordsAndInputAndEndsAsTheToolDid(t *testing.T) {
	w, h := withTools(t)
	h.reply = api.RunReply{ExitCode: 42, Output: []byte("no such user\xff\n")}
	w.env.Stdin = strings.NewReader("a password\n")
	w.wantCode(42, "run", "cloud", "occ", "--file", w.file, "--", "user:list", "--json")
	if got := w.stdout.String(); got != "no such user\xff\n" {
		t.Errorf("the output is %q, not as the tool gave it", got)
	}
	if w.stderr.String() != "" {
		t.Errorf("something was added: %s", w.stderr)
	}
	if len(h.asked) != 1 || strings.Join(h.asked[0].Args, " ") != "user:list --json" || string(h.asked[0].Input) != "a password\n" {
		t.Errorf("the daemon was asked for %+v", h.asked)
	}
}

func TestRun_NothingIsReadFromATerminal(t *testing.T) {
	w, h := withTools(t)
	w.typing("typed by chance\n")
	w.wantCode(exitDone, "run", "cloud", "occ", "--file", w.file)
	if len(h.asked) != 1 || len(h.asked[0].Input) != 0 {
		t.Errorf("the daemon was asked for %+v", h.asked)
	}
}

func TestRun_InputIsBounded(t *testing.T) {
	w, h := withTools(t)
	w.env.Stdin = strings.NewReader(strings.Repeat("x", api.MaxToolInput+1))
	w.wantCode(exitUsage, "run", "cloud", "occ", "--file", w.file)
	wantIn(t, "stderr", "more than 16 MiB", w.stderr)
	if len(h.asked) != 0 {
		t.Error("the tool was run all the same")
	}
}
