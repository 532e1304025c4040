package recipetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"html"
	"io"
	"math/big"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/services"
)

// fakeHouse is a chaton in memory whose one service is a small software of
// ours: signs in by a form, keeps notes, shows a motto. It misbehaves as told.
type fakeHouse struct {
	t    *testing.T
	sins map[string]bool
	root string
	cert tls.Certificate

	mu        sync.Mutex
	server    *http.Server
	motto     string
	paper     string // which never changes once there is data
	unit      string // id of the container
	running   bool
	members   map[string]string // password by login
	groups    map[string][]string
	suspended map[string]bool
	notes     map[string]string
	sessions  map[string]string // login by cookie
}

func newFakeHouse(t *testing.T, sins ...string) *fakeHouse {
	t.Helper()
	h := &fakeHouse{t: t, sins: map[string]bool{}, members: map[string]string{}, groups: map[string][]string{},
		suspended: map[string]bool{}, notes: map[string]string{}, sessions: map[string]string{}}
	for _, s := range sins {
		h.sins[s] = true
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"app.test-notes.localhost"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	h.root = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	h.cert = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	t.Cleanup(func() { h.Destroy(context.Background()) })
	return h
}

var (
	portIn  = regexp.MustCompile(`https_port = (\d+)`)
	mottoIn = regexp.MustCompile(`motto = "([^"]*)"`)
	paperIn = regexp.MustCompile(`paper = "([^"]*)"`)
)

func (h *fakeHouse) Up(_ context.Context, w api.Wanted, each func(api.Event)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sins["does not start"] {
		return errs.New(errs.Failed, "The unit web did not become healthy.")
	}
	if h.sins["cannot be downloaded"] {
		return &api.Error{Code: errs.Unavailable, Message: "https://example.org/notes.tar.gz cannot be downloaded."}
	}
	motto := "as it comes"
	if m := mottoIn.FindStringSubmatch(string(w.Content)); m != nil && !h.sins["ignores its setting"] {
		motto = m[1]
	}
	paper := "squared"
	if m := paperIn.FindStringSubmatch(string(w.Content)); m != nil && !h.sins["ignores its fixed setting"] {
		paper = m[1]
	}
	if h.unit != "" && h.paper != paper && !h.sins["changes what is fixed"] {
		return diag.List{diag.Error("Never changes after the first start", text.Text{EN: "It was " + h.paper + "."}, diag.Range{})}.Err() // as the daemon refuses
	}
	h.paper = paper
	if motto == h.motto && h.running {
		return nil
	}
	if h.unit != "" && h.sins["loses data in a new container"] && h.motto != motto || h.sins["loses data in a restart"] && h.unit != "" {
		h.notes = map[string]string{}
	}
	h.motto, h.running, h.unit = motto, true, "unit"+lower(4)
	each(api.Event{Kind: api.StepStarted, Service: service, Time: time.Unix(100, 0)})
	each(api.Event{Kind: api.StepDone, Service: service, Time: time.Unix(102, 0)})
	if h.server != nil {
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+portIn.FindStringSubmatch(string(w.Content))[1])
	if err != nil {
		return err
	}
	h.server = &http.Server{Handler: h, TLSConfig: &tls.Config{Certificates: []tls.Certificate{h.cert}}, ErrorLog: nil}
	go h.server.ServeTLS(l, "", "")
	return nil
}

func (h *fakeHouse) Destroy(context.Context) error {
	if h.server == nil {
		return nil
	}
	err := h.server.Close()
	h.server, h.unit, h.motto, h.running = nil, "", "", false
	clear(h.notes)
	clear(h.suspended)
	clear(h.sessions)
	return err
}

func (h *fakeHouse) People() People { return h }
func (h *fakeHouse) Engine() Engine { return h }

func (h *fakeHouse) AddMember(_ context.Context, r api.MemberRequest) (api.MemberReply, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	password := secret.Generate(20, "").Reveal()
	h.members[string(r.Member.Login)] = password
	h.groups[string(r.Member.Login)] = r.Member.Groups
	return api.MemberReply{Member: r.Member, Password: password}, nil
}

func (h *fakeHouse) Suspend(_ context.Context, login account.Login) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.suspended[string(login)] = true
	return nil
}

func (h *fakeHouse) AddGroup(context.Context, string) error { return nil }

func (h *fakeHouse) AddToGroup(_ context.Context, name string, login account.Login) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.groups[string(login)] = append(h.groups[string(login)], name)
	return nil
}

func (h *fakeHouse) CA(context.Context) (string, error) { return h.root, nil }

func (h *fakeHouse) Info(context.Context) (services.EngineInfo, error) {
	return services.EngineInfo{Name: "memory", CPUs: 2, Memory: 1 << 30}, nil
}

func (h *fakeHouse) Look(context.Context) (services.Actual, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return services.Actual{Units: []services.ActualUnit{{ID: "portal", Service: "portal"}, {ID: h.unit, Service: service, Unit: "web", Image: "sha256:1"}}}, nil
}

func (h *fakeHouse) StopUnit(context.Context, string, time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running = false
	return nil
}

func (h *fakeHouse) RemoveUnit(_ context.Context, id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id != h.unit {
		h.t.Errorf("the container %s is removed, which is not of the service", id)
	}
	h.running = false
	return nil
}

func (h *fakeHouse) Exec(context.Context, string, []string, io.Reader) (services.Result, error) {
	return services.Result{Output: "31457280\nanon 1\ninactive_file 10485760\n"}, nil
}

func (h *fakeHouse) ImageSize(context.Context, string) (int64, error) { return 200_000_000, nil }

func (h *fakeHouse) ImageID(_ context.Context, name string) (string, error) {
	return "", errs.New(errs.NotFound, "no image %s", name)
}

func (h *fakeHouse) Bring(context.Context, string, string) error { return nil }

// ServeHTTP is the software.
func (h *fakeHouse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	who := ""
	if c, err := r.Cookie("session"); err == nil {
		if who = h.sessions[c.Value]; h.suspended[who] && !h.sins["a session stays"] && !h.sins["suspended enter"] {
			who = ""
		}
	}
	name := strings.TrimPrefix(r.URL.Path, "/note/")
	switch {
	case h.sins["breaks when a password is wrong"] && r.URL.Path == "/in" && r.Method == http.MethodPost && !h.right(r.FormValue("login"), r.FormValue("password")):
		w.WriteHeader(http.StatusInternalServerError)
	case r.URL.Path == "/":
		fmt.Fprintf(w, "<h1>Notes</h1><p>%s, on %s</p>", html.EscapeString(h.motto), h.paper)
		if who != "" {
			fmt.Fprint(w, `<a href="/out">Sign out</a>`)
		}
	case r.URL.Path == "/in" && r.Method == http.MethodPost:
		if r.FormValue("token") == "t<1>" && h.enters(r.FormValue("login"), r.FormValue("password")) {
			id := lower(12)
			h.sessions[id] = r.FormValue("login")
			http.SetCookie(w, &http.Cookie{Name: "session", Value: id})
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case r.URL.Path == "/in":
		fmt.Fprint(w, `<form action=/search><input name="q"></form><form method="post" action="/in"><input type=hidden name=token value="t&lt;1&gt;"><input name=login><input type="password" name="password"></form>`)
	case strings.HasPrefix(r.URL.Path, "/note/") && r.Method == http.MethodPost:
		if who == "" && !h.sins["anybody writes"] {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		h.notes[name] = r.FormValue("text")
		id := fmt.Sprintf("%x", name) // an address of the software's own
		h.notes[id] = h.notes[name]
		fmt.Fprintf(w, `<a href="/note/%s">Permanent link</a>`, id)
	case strings.HasPrefix(r.URL.Path, "/note/") && r.URL.Query().Has("edit"):
		fmt.Fprintf(w, `<form method="post" action="/note/%s"><textarea name="text"></textarea><button name="save" value="1">Save</button></form>`, name)
	case strings.HasPrefix(r.URL.Path, "/note/"):
		if who == "" && !h.sins["anybody reads"] {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if h.notes[name] == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, html.EscapeString(h.notes[name]))
	case r.URL.Path == "/install" && h.sins["installer is open"]:
		fmt.Fprint(w, "Welcome, administrator!")
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (h *fakeHouse) right(login, password string) bool {
	return password != "" && h.members[login] == password
}

func (h *fakeHouse) enters(login, password string) bool {
	_, known := h.members[login]
	return (h.right(login, password) || h.sins["any password"] && known && password != "") &&
		(!h.suspended[login] || h.sins["suspended enter"]) &&
		(slices.Contains(h.groups[login], group) || h.sins["other groups enter"]) && !h.sins["nobody enters"] ||
		h.sins["unknown enter"] && !known && login != "" || h.sins["empty password"] && known && password == ""
}
