package portal

import (
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ronron/gateway"
	"ronron/internal/errs"
	"ronron/internal/pass"
	"ronron/internal/secret"
	"ronron/internal/text"
)

const gateSecret = "a-secret-of-the-gate-for-tests-only-0123456789"

var gateSeed = []byte("0123456789abcdef0123456789abcdef")

func gateKey() ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(gateSeed).Public().(ed25519.PublicKey)
}

// gatedSite has a poll for members, whose administration is for administrators.
func gatedSite() Site {
	site := demoSite()
	title := text.Text{FR: "Sondages", EN: "Polls"}
	site.Gates = []SiteGate{
		{Host: "poll.chaton.localhost:8443", Path: "/", Title: title, Groups: []string{"members"}},
		{Host: "poll.chaton.localhost:8443", Path: "/admin", Title: title, Groups: []string{"board"}},
	}
	return site
}

func newGatedPortal(t *testing.T) *testPortal {
	t.Helper()
	p := newTestPortal(t, gatedSite())
	var err error
	p.Server, err = New(Options{
		SiteFile: p.site, Accounts: p.people, Now: func() time.Time { return *p.clock }, GateSeed: gateSeed, GateSecret: secret.New(gateSecret),
		Log: slog.New(slog.NewTextHandler(p.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const poll = "https://poll.chaton.localhost:8443"

var way = pass.Mark("the browser's own")

func wishFor(to string) string { return wish{To: to, Way: way}.address() }

// passIn opens the pass that an answer leads to.
func (p *testPortal) passIn(t *testing.T, r reply) pass.Pass {
	t.Helper()
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), poll+"/.ronron/enter?token=") || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d to %q, %v", r.StatusCode, to, err)
	}
	got, err := pass.Open(gateKey(), to.Query().Get("token"), *p.clock)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEnter_LetsSomebodySignInAndSendsThemBack(t *testing.T) {
	p := newGatedPortal(t)
	v := newVisitor(t, p, "fr")
	form := v.get(wishFor(poll+"/p/1?x=a%20b")).want(t, 200, `name="to" value="`+poll+`/p/1?x=a%20b"`, `name="way" value="`+way+`"`)
	checkDocument(t, form.body, "fr")
	// Browsers apply the policy to where the answer to a form leads.
	if policy := form.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' "+poll+";") {
		t.Errorf("policy %q", policy)
	}
	if !strings.Contains(form.body, "to=https%3A%2F%2Fpoll.chaton.localhost%3A8443%2Fp%2F1") {
		t.Error("the other language forgets where to go")
	}
	wrong := v.post("/sign-in", "login", "ana", "password", "wrong", "to", poll+"/p/1", "way", way).want(t, 403, `name="to" value="`+poll+`/p/1"`)
	if !strings.Contains(wrong.Header.Get("Content-Security-Policy"), poll) {
		t.Error("after a mistake the form leads nowhere")
	}
	back := v.post("/sign-in", "login", "ana", "password", anaPassword, "to", poll+"/p/1?x=a%20b", "way", way).leadsTo(t, wishFor(poll+"/p/1?x=a%20b"))
	got := p.passIn(t, v.get(back.Header.Get("Location")))
	if got.Host != "poll.chaton.localhost" || got.Path != "/p/1?x=a%20b" || got.Way != way || got.Member.Login != "ana" || got.Member.Name != "Ana Lopes" ||
		got.Member.Mail != "ana@exemple.fr" || !slices.Equal(got.Member.Groups, []string{"members", "admins"}) || got.Ends != demoTime.Add(SessionLife).Unix() {
		t.Errorf("the pass says %+v", got)
	}
	if strings.Contains(got.Session, v.cookies[sessionCookie]) {
		t.Error("the pass holds the session's token")
	}
	if again := p.passIn(t, v.get(wishFor(poll))); again.ID == got.ID || again.Path != "/" {
		t.Errorf("a second pass is %+v", again)
	}
}

func TestEnter_LeadsNowhereElse(t *testing.T) {
	p := newGatedPortal(t)
	v := signedIn(t, p, "fr")
	for _, to := range []string{
		"", "https://evil.example/", "//evil.example/", "http://poll.chaton.localhost:8443/", "https://poll.chaton.localhost/", "https://poll.chaton.localhost:8443.evil.example/",
		"https://poll.chaton.localhost:8443@evil.example/", "https://ana@poll.chaton.localhost:8443/", "https://wiki.chaton.localhost:8443/", "https://chaton.localhost:8443/",
		"https://evil.poll.chaton.localhost:8443/", `https://poll.chaton.localhost:8443\@evil.example/`, `https://evil.example\.poll.chaton.localhost:8443/`, "https:poll.chaton.localhost:8443/",
		"javascript:alert(1)", "https://poll.chaton.localhost:8443/#x", "https://poll.chaton.localhost:8443/\r\nSet-Cookie: a=b", "https://POLL.chaton.localhost:8443/", "/", poll + "/" + strings.Repeat("x", maxWish),
	} {
		got := v.get(wishFor(to)).want(t, 400, "Cette adresse n’est pas à nous")
		if got.Header.Get("Location") != "" || strings.Contains(got.Header.Get("Content-Security-Policy"), "https:") {
			t.Errorf("%q: leads to %q, policy %q", to, got.Header.Get("Location"), got.Header.Get("Content-Security-Policy"))
		}
		newVisitor(t, p, "fr").post("/sign-in", "login", "ana", "password", anaPassword, "to", to, "way", way).leadsTo(t, "/account")
		p.wait(time.Minute)
	}
	for _, bad := range []string{"", "x", strings.Repeat("é", 43), strings.Repeat("a", 44), `"><script>alert(1)</script>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`[:43]} {
		v.get(wish{To: poll + "/", Way: bad}.address()).want(t, 400)
	}
}

func TestEnter_OnlyInATab(t *testing.T) {
	p := newGatedPortal(t)
	v := signedIn(t, p, "en")
	for _, kind := range [][2]string{{"cors", "empty"}, {"no-cors", "image"}, {"navigate", "iframe"}, {"no-cors", "script"}} {
		v.header.Set("Sec-Fetch-Mode", kind[0])
		v.header.Set("Sec-Fetch-Dest", kind[1])
		if got := v.get(wishFor(poll+"/")).want(t, 403, "in a tab only"); got.Header.Get("Location") != "" {
			t.Errorf("%v is led to %s", kind, got.Header.Get("Location"))
		}
	}
	v.header.Set("Sec-Fetch-Mode", "navigate")
	v.header.Set("Sec-Fetch-Dest", "document")
	p.passIn(t, v.get(wishFor(poll+"/")))
}

func TestEnter_OnlyTheGroupsThatTheServiceLetsIn(t *testing.T) {
	p := newGatedPortal(t)
	for lang, want := range map[string]string{"fr": "Vous n’êtes pas dans le bon groupe", "en": "You are not in this group"} {
		v := signedIn(t, p, lang)
		page := v.get(wishFor(poll+"/admin/users")).want(t, 403, want)
		checkDocument(t, page.body, lang)
		p.passIn(t, v.get(wishFor(poll+"/administer"))) // is not below /admin
	}
	v := signedIn(t, p, "fr")
	m := p.people.members["ana"]
	m.Groups = []string{"board", "members"} // joined after signing in
	p.people.members["ana"] = m
	if got := p.passIn(t, v.get(wishFor(poll+"/admin"))); got.Member.Groups[0] != "board" {
		t.Errorf("the pass says %+v", got)
	}
}

func TestEnter_AsksTheDirectoryEachTime(t *testing.T) {
	p := newGatedPortal(t)
	v, elsewhere := signedIn(t, p, "fr"), signedIn(t, p, "fr")
	p.people.away = errs.New(errs.Unavailable, "away")
	v.get(wishFor(poll+"/")).want(t, 503, "L’annuaire des membres ne répond pas")
	p.people.away = nil
	p.passIn(t, v.get(wishFor(poll+"/")))
	m := p.people.members["ana"]
	m.Suspended = true
	p.people.members["ana"] = m
	v.get(wishFor(poll+"/")).want(t, 403, "Ce compte est suspendu")
	elsewhere.get("/account").leadsTo(t, "/sign-in") // the portal's own sessions end too
	for _, name := range []string{"ana", "Lopes", "exemple", "token"} {
		if strings.Contains(p.logs.String(), name) {
			t.Errorf("the log holds %q: %s", name, p.logs)
		}
	}
}

func TestEnter_SignOutEndsIt(t *testing.T) {
	p := newGatedPortal(t)
	v := signedIn(t, p, "fr")
	got := p.passIn(t, v.get(wishFor(poll+"/")))
	if status, _ := p.ask(t, gateway.Question{Kind: gateway.AskRenew, Host: got.Host, Way: way, Session: got.Session}); status != 200 {
		t.Errorf("somebody signed in is answered %d", status)
	}
	v.post("/sign-out")
	if status, _ := p.ask(t, gateway.Question{Kind: gateway.AskRenew, Host: got.Host, Way: way, Session: got.Session}); status != 403 {
		t.Errorf("after signing out: %d", status)
	}
	v.get(wishFor(poll+"/")).want(t, 200, `name="password"`)
}

// ask asks as the gateway does.
func (p *testPortal) ask(t *testing.T, q gateway.Question, header ...string) (int, pass.Pass) {
	t.Helper()
	body, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://10.213.0.2:8080"+gateway.AskPath, strings.NewReader(string(body)))
	r.Header.Set(gateway.AskHeader, gateSecret)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	var a gateway.Answer
	if w.Code != 200 {
		if w.Code != 404 && w.Body.Len() > 0 {
			t.Errorf("status %d says %q", w.Code, w.Body)
		}
		return w.Code, pass.Pass{}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	got, err := pass.Open(gateKey(), a.Pass, *p.clock)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, got
}

func TestAsk_OnlyTheGateway(t *testing.T) {
	p := newGatedPortal(t)
	q := gateway.Question{Kind: gateway.AskBasic, Host: "poll.chaton.localhost", Way: way, Login: "ana", Password: anaPassword}
	for _, wrong := range []string{"", "x", gateSecret + "x", gateSecret[1:]} {
		if status, _ := p.ask(t, q, gateway.AskHeader, wrong); status != 404 {
			t.Errorf("with the secret %q: %d", wrong, status)
		}
	}
	closed := newTestPortal(t, gatedSite())
	if status, _ := closed.ask(t, q); status != 404 {
		t.Errorf("a portal without a gate: %d", status)
	}
	if status, _ := closed.ask(t, q, gateway.AskHeader, ""); status != 404 {
		t.Errorf("a portal without a gate, asked without a secret: %d", status)
	}
	if p.people.asked+closed.people.asked != 0 {
		t.Error("the directory was asked")
	}
}

func TestAsk_RenewsWhatStillHolds(t *testing.T) {
	p := newGatedPortal(t)
	session := p.passIn(t, signedIn(t, p, "fr").get(wishFor(poll+"/"))).Session
	q := gateway.Question{Kind: gateway.AskRenew, Host: "poll.chaton.localhost", Way: way, Session: session}
	status, got := p.ask(t, q)
	if status != 200 || got.Way != way || got.Session != session || got.Host != q.Host || got.Member.Login != "ana" || got.Ends != demoTime.Add(SessionLife).Unix() {
		t.Errorf("%d %+v", status, got)
	}
	for name, other := range map[string]gateway.Question{
		"another host": {Kind: gateway.AskRenew, Host: "wiki.chaton.localhost", Way: way, Session: session},
		"no session":   {Kind: gateway.AskRenew, Host: q.Host, Way: way}, "short": {Kind: gateway.AskRenew, Host: q.Host, Way: way, Session: session[2:]},
		"long": {Kind: gateway.AskRenew, Host: q.Host, Way: way, Session: session + "00"}, "made up": {Kind: gateway.AskRenew, Host: q.Host, Way: way, Session: strings.Repeat("00", 32)},
	} {
		if status, _ := p.ask(t, other); status != 403 {
			t.Errorf("%s: %d", name, status)
		}
	}
	for name, bad := range map[string]gateway.Question{"no way": {Kind: gateway.AskRenew, Host: q.Host, Session: session}, "no kind": {Host: q.Host, Way: way, Session: session}} {
		if status, _ := p.ask(t, bad); status != 400 {
			t.Errorf("%s: %d", name, status)
		}
	}
	p.people.away = errs.New(errs.Unavailable, "away")
	if status, _ := p.ask(t, q); status != 503 {
		t.Errorf("without the directory: %d", status)
	}
	p.people.away = nil
	p.wait(SessionLife)
	if status, _ := p.ask(t, q); status != 403 {
		t.Errorf("after the sign-in ended: %d", status)
	}
}

func TestAsk_BasicAtThePaceOfTheForm(t *testing.T) {
	p := newGatedPortal(t)
	q := gateway.Question{Kind: gateway.AskBasic, Host: "poll.chaton.localhost", Way: way, Login: " Ana", Password: anaPassword}
	if status, got := p.ask(t, q); status != 200 || got.Member.Login != "ana" || !got.Member.In([]string{"members"}) {
		t.Errorf("%d %+v", status, got)
	}
	suspended := q
	suspended.Login = "basil"
	if status, _ := p.ask(t, suspended); status != 403 {
		t.Errorf("somebody suspended: %d", status)
	}
	q.Password = "wrong"
	for range loginBurst {
		if status, _ := p.ask(t, q); status != 403 {
			t.Errorf("a wrong password: %d", status)
		}
	}
	asked := p.people.asked
	q.Password = anaPassword
	if status, _ := p.ask(t, q); status != 429 || p.people.asked != asked {
		t.Errorf("after too many: %d", status)
	}
}
