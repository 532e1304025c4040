package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/account"
	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/mailrelay"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
	"ronron/services/plan"
)

// world is a machine with a fake engine and, once started, a fake daemon that
// speaks the real API over real sockets.
type world struct {
	t              *testing.T
	env            Env
	stdout, stderr *safeBuffer
	signals        chan os.Signal
	file           string
	host           *fakeHost
	daemon         *fakeDaemon
	language       *fakeLanguage
	machine        *fakeMachine
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, stdout: &safeBuffer{}, stderr: &safeBuffer{}, signals: make(chan os.Signal, 4),
		file: filepath.Join(t.TempDir(), "chaton.hcl"), daemon: &fakeDaemon{}, language: &fakeLanguage{},
		machine: &fakeMachine{free: 50 * gib, total: 8 * gib, available: 4 * gib, synchronised: true},
	}
	w.daemon.plan = plan.Plan{Base: "base-1"}
	w.daemon.members = map[account.Login]account.Member{}
	w.host = &fakeHost{image: "sha256:new", daemon: w.daemon}
	if err := os.WriteFile(w.file, []byte("chaton {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.env = Env{
		Version: "0.2.0", Self: "/ronron", Who: "ana@machine",
		Stdin: strings.NewReader(""), Stdout: w.stdout, Stderr: w.stderr,
		Terminal:   Terminal{Width: func() int { return 80 }},
		Getenv:     func(string) string { return "" },
		Now:        func() time.Time { return noon },
		Interrupts: w.signals,
		Language:   w.language,
		Connect:    func(context.Context) (Host, error) { return w.host, nil },
		Machine:    w.machine,
	}
	return w
}

// typing makes standard input a terminal at which somebody types this.
func (w *world) typing(typed string) {
	w.env.Terminal.In = true
	w.env.Stdin = strings.NewReader(typed)
}

// run carries out a command line; --file is added where the command takes it.
func (w *world) run(args ...string) int {
	w.t.Helper()
	return New(w.env).Run(w.t.Context(), args)
}

func (w *world) wantCode(want int, args ...string) {
	w.t.Helper()
	if got := w.run(args...); got != want {
		w.t.Fatalf("ronron %s: exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), got, want, w.stdout, w.stderr)
	}
}

func wantIn(t *testing.T, where, what string, b *safeBuffer) {
	t.Helper()
	if !strings.Contains(b.String(), what) {
		t.Errorf("%s has no %q:\n%s", where, what, b)
	}
}

// deployed puts a running daemon of this very version there.
func (w *world) deployed() {
	w.host.daemons = []Daemon{{Chaton: "chaton.test", ID: "c1", Running: true, State: "running", ImageID: w.host.image, Version: w.env.Version}}
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

type fakeLanguage struct {
	diags   diag.List
	refuse  func(api.Wanted) diag.List // instead of diags
	seen    []api.Wanted
	folder  string
	mail    chaton.Mail
	images  []services.Image
	listens []services.Listen
}

func (l *fakeLanguage) Resolve(api.Wanted) ([]recipes.Resolved, diag.List) {
	s := services.Service{Name: "wiki", Listens: l.listens}
	for _, i := range l.images {
		s.Units = append(s.Units, services.Unit{Name: "web", Image: i})
	}
	return []recipes.Resolved{{Service: s}}, nil
}

func (l *fakeLanguage) Read(w api.Wanted) (chaton.Chaton, diag.List) {
	l.seen = append(l.seen, w)
	diags := l.diags
	if l.refuse != nil {
		diags = l.refuse(w)
	}
	return chaton.Chaton{
		Name: "Test", Domain: "chaton.test", HTTPSPort: 8443, HTTPPort: 8080, RecipeFolder: l.folder, Mail: l.mail,
		Services: []chaton.Service{{Name: "wiki", Recipe: "dokuwiki", Host: "wiki.chaton.test"}},
	}, diags
}

func (l *fakeLanguage) Offers(api.Wanted) ([]Offer, diag.List) {
	return []Offer{
		{Recipe: "dokuwiki", Software: "DokuWiki", Version: "2024", Licence: "GPL-2.0-only", Summary: text.Text{FR: "Un wiki.", EN: "A wiki."}},
		{Recipe: "pages", Software: "Apache", Version: "2.4", Licence: "Apache-2.0", Summary: text.Text{FR: "Des pages.", EN: "Web pages."}},
	}, nil
}

func (l *fakeLanguage) Template(a Answers) []byte {
	b, _ := json.Marshal(a)
	return append(b, '\n')
}

// fakeHost is an engine that runs nothing but one fake daemon.
type fakeHost struct {
	mu      sync.Mutex
	image   string
	daemons []Daemon
	daemon  *fakeDaemon
	calls   []string
	dies    bool // what is started ends at once
	asleep  int  // how many times it cannot be reached yet
	logs    string
}

var _ Host = (*fakeHost)(nil)

func (h *fakeHost) called(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, name)
}

func (h *fakeHost) Info(context.Context) (services.EngineInfo, error) {
	return services.EngineInfo{Name: "Docker", Version: "20.10.24", API: "1.41", OS: "Debian", Root: "/var/lib/docker", HostNetOK: true}, nil
}

func (h *fakeHost) EnsureSelf(_ context.Context, path string) (string, error) {
	h.called("ensure " + path)
	return h.image, nil
}

func (h *fakeHost) RemoveOldSelves(_ context.Context, ids []string) (int, error) {
	h.called("tidy " + strings.Join(ids, " "))
	return 2, nil
}

func (h *fakeHost) Daemons(context.Context) ([]Daemon, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.daemons), nil
}

func (h *fakeHost) StartDaemon(ctx context.Context, s DaemonSpec) error {
	h.called("start " + s.ImageID)
	if h.dies {
		return errs.New(errs.Failed, "The daemon ended as soon as it was started. The last lines of its log:\n%s", h.logs)
	}
	if err := s.Ready(ctx, "c2"); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.daemons = slices.DeleteFunc(h.daemons, func(d Daemon) bool { return d.Chaton == s.Chaton })
	h.daemons = append(h.daemons, Daemon{Chaton: s.Chaton, ID: "c2", Running: true, State: "running", ImageID: s.ImageID, Version: s.Version})
	return nil
}

func (h *fakeHost) RemoveDaemon(_ context.Context, id services.ChatonID) error {
	h.called("remove")
	h.mu.Lock()
	defer h.mu.Unlock()
	h.daemons = slices.DeleteFunc(h.daemons, func(d Daemon) bool { return d.Chaton == id })
	return nil
}

func (h *fakeHost) RemoveDaemonVolumes(context.Context, services.ChatonID) error {
	h.called("remove volumes")
	return nil
}

func (h *fakeHost) DaemonLogs(_ context.Context, _ string, _ int) (string, error) {
	return h.logs, nil
}

func (h *fakeHost) Dial(ctx context.Context, _ string) (net.Conn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.asleep > 0 {
		h.asleep--
		return nil, errs.New(errs.Conflict, "The daemon cannot be reached: the container is restarting.")
	}
	near, far := net.Pipe()
	server := &http.Server{Handler: h.daemon.handler()}
	go server.Serve(&oneConn{conn: far, closed: make(chan struct{})})
	return near, nil
}

// oneConn is a listener that gives one connection.
type oneConn struct {
	mu     sync.Mutex
	conn   net.Conn
	closed chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	l.mu.Lock()
	c := l.conn
	l.conn = nil
	l.mu.Unlock()
	if c != nil {
		return c, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}
func (l *oneConn) Close() error   { close(l.closed); return nil }
func (l *oneConn) Addr() net.Addr { return &net.UnixAddr{Name: "fake", Net: "unix"} }

// fakeDaemon speaks the API; what it answers is set by the test.
type fakeDaemon struct {
	mu         sync.Mutex
	plan       plan.Plan
	diags      diag.List
	events     []api.Event
	hold       chan struct{} // the stream waits here before its last event
	held       chan struct{} // closed when it waits
	status     api.Status
	members    map[account.Login]account.Member
	passwords  []string
	interrupts []bool
	applied    []api.ApplyRequest
	downs      []api.DownRequest
	rotated    []api.RotateRequest
	refuse     *api.Error
	brought    map[string][]byte // sources by their sum
	onStop     func()
	ports      []string    // that the gateway holds
	checks     []api.Check // of doctor, beside that of the directory
	seen       int         // how often it was told that the first administrator's password was shown
}

func (d *fakeDaemon) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/version", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, api.VersionReply{Version: "0.2.0", API: api.Version})
	})
	mux.HandleFunc("POST /v1/plan", func(w http.ResponseWriter, _ *http.Request) {
		if d.diags.HasErrors() {
			answer(w, api.PlanReply{Diagnostics: d.diags})
			return
		}
		answer(w, api.PlanReply{Plan: &d.plan, Diagnostics: d.diags})
	})
	mux.HandleFunc("POST /v1/apply", func(w http.ResponseWriter, r *http.Request) {
		var in api.ApplyRequest
		json.NewDecoder(r.Body).Decode(&in)
		d.mu.Lock()
		d.applied = append(d.applied, in)
		d.mu.Unlock()
		if d.refuse != nil {
			w.WriteHeader(http.StatusConflict)
			answer(w, d.refuse)
			return
		}
		d.stream(w)
	})
	mux.HandleFunc("POST /v1/down", func(w http.ResponseWriter, r *http.Request) {
		var in api.DownRequest
		json.NewDecoder(r.Body).Decode(&in)
		d.mu.Lock()
		d.downs = append(d.downs, in)
		d.mu.Unlock()
		d.stream(w)
	})
	mux.HandleFunc("GET /v1/services/wiki/secrets", func(w http.ResponseWriter, r *http.Request) {
		answer(w, []api.Secret{{Name: "session", Kind: "text", Rotates: true}, {Name: "vault", Kind: "rsa"}})
	})
	mux.HandleFunc("POST /v1/rotate", func(w http.ResponseWriter, r *http.Request) {
		var in api.RotateRequest
		json.NewDecoder(r.Body).Decode(&in)
		d.mu.Lock()
		d.rotated = append(d.rotated, in)
		d.mu.Unlock()
		d.stream(w)
	})
	mux.HandleFunc("POST /v1/interrupt", func(w http.ResponseWriter, r *http.Request) {
		var in api.InterruptRequest
		json.NewDecoder(r.Body).Decode(&in)
		d.mu.Lock()
		d.interrupts = append(d.interrupts, in.Now)
		d.mu.Unlock()
		if d.onStop != nil {
			d.onStop()
		}
	})
	mux.HandleFunc("GET /v1/sources/{sum}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, api.SourceReply{Present: d.brought[r.PathValue("sum")] != nil})
	})
	mux.HandleFunc("PUT /v1/sources/{sum}", func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		if d.refuse != nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
			answer(w, d.refuse)
			return
		}
		if d.brought == nil {
			d.brought = map[string][]byte{}
		}
		d.brought[r.PathValue("sum")] = content
	})
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, _ *http.Request) { answer(w, d.status) })
	mux.HandleFunc("POST /v1/administrator/seen", func(w http.ResponseWriter, _ *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.seen++
		answer(w, struct{}{})
	})
	mux.HandleFunc("GET /v1/doctor", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, append([]api.Check{api.NewCheck("directory", "ok", text.Text{EN: "answers", FR: "répond"}, text.Text{})}, d.checks...))
	})
	mux.HandleFunc("GET /v1/ports", func(w http.ResponseWriter, r *http.Request) {
		if d.ports == nil {
			http.NotFound(w, r) // as an older one does
			return
		}
		answer(w, d.ports)
	})
	mux.HandleFunc("GET /v1/ca", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("-----BEGIN CERTIFICATE-----\n")) })
	mux.HandleFunc("GET /v1/logs", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.URL.RawQuery + "\n")) })
	mux.HandleFunc("GET /v1/members", func(w http.ResponseWriter, _ *http.Request) {
		all := []account.Member{}
		for _, m := range d.members {
			all = append(all, m)
		}
		answer(w, all)
	})
	mux.HandleFunc("GET /v1/members/{login}", func(w http.ResponseWriter, r *http.Request) {
		m, known := d.members[account.Login(r.PathValue("login"))]
		if !known {
			w.WriteHeader(http.StatusNotFound)
			answer(w, api.Error{Code: errs.NotFound, Message: "There is no member " + r.PathValue("login") + "."})
			return
		}
		answer(w, m)
	})
	mux.HandleFunc("POST /v1/members", func(w http.ResponseWriter, r *http.Request) {
		var in api.MemberRequest
		json.NewDecoder(r.Body).Decode(&in)
		d.members[in.Member.Login] = in.Member
		d.setPassword(w, in)
	})
	mux.HandleFunc("POST /v1/members/{login}/password", func(w http.ResponseWriter, r *http.Request) {
		var in api.MemberRequest
		json.NewDecoder(r.Body).Decode(&in)
		d.setPassword(w, in)
	})
	mux.HandleFunc("DELETE /v1/members/{login}", func(w http.ResponseWriter, r *http.Request) {
		delete(d.members, account.Login(r.PathValue("login")))
	})
	return mux
}

const generated = "generated-by-the-daemon"

func (d *fakeDaemon) setPassword(w http.ResponseWriter, in api.MemberRequest) {
	d.passwords = append(d.passwords, in.Password)
	reply := api.MemberReply{Member: in.Member}
	if in.Password == "" {
		reply.Password = generated
	}
	answer(w, reply)
}

func (d *fakeDaemon) stream(w http.ResponseWriter) {
	enc := json.NewEncoder(w)
	for i, e := range d.events {
		if i == len(d.events)-1 && d.hold != nil {
			w.(http.Flusher).Flush()
			close(d.held)
			<-d.hold
		}
		enc.Encode(e)
	}
}

func answer(w http.ResponseWriter, v any) { json.NewEncoder(w).Encode(v) }

type fakeMachine struct {
	free, total, available uint64
	synchronised           bool
	taken                  error
	takenAt                string                      // "udp/10003"; "" is every port
	relay                  func(mailrelay.Relay) error // nil: it takes everything
}

func (m *fakeMachine) TryRelay(_ context.Context, r mailrelay.Relay) error {
	if m.relay == nil {
		return nil
	}
	return m.relay(r)
}

func (m *fakeMachine) DiskFree(string) (uint64, error)  { return m.free, nil }
func (m *fakeMachine) Memory() (uint64, uint64, error)  { return m.total, m.available, nil }
func (m *fakeMachine) ClockSynchronised() (bool, error) { return m.synchronised, nil }
func (m *fakeMachine) PortFree(protocol string, port int) error {
	if at := fmt.Sprintf("%s/%d", protocol, port); m.takenAt != "" && m.takenAt != at {
		return nil
	}
	return m.taken
}
func (m *fakeMachine) Addresses() ([]string, error) { return []string{"192.0.2.1"}, nil }
func (m *fakeMachine) Resolve(_ context.Context, host string) ([]string, error) {
	if host == "chaton.test" {
		return []string{"192.0.2.1"}, nil
	}
	return []string{"198.51.100.7"}, nil
}
