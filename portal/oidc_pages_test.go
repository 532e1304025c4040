package portal

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/account"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/portal/oidc"
)

const (
	padsSecret = "a-secret-of-pads-for-tests-only-0123456789"
	padsBack   = "https://pads.chaton.localhost:8443/auth/oauth2/callback"
	padsHome   = "https://pads.chaton.localhost:8443/"
)

var oidcKey = sync.OnceValues(oidc.GenerateKey)

// newOIDCPortal is a portal whose clock is the machine's, with pads that let
// members in and a club that lets nobody in.
func newOIDCPortal(t *testing.T) *testPortal {
	t.Helper()
	made, err := oidcKey()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := Config{OIDCKeys: []secret.String{made}}.ProviderKeys()
	if err != nil {
		t.Fatal(err)
	}
	site := demoSite()
	sum := oidc.Sum(secret.New(padsSecret))
	site.OIDC = &SiteOIDC{Issuer: "https://chaton.localhost:8443", Clients: []SiteClient{
		{ID: "pads", Title: text.Text{FR: "Blocs-notes", EN: "Pads"}, SecretSum: sum, Redirects: []string{padsBack}, SignedOut: []string{padsHome}, Groups: []string{"members"}},
		{ID: "club", Title: text.Text{FR: "Le club", EN: "The club"}, SecretSum: sum, Redirects: []string{padsBack}, Groups: []string{"club"}},
	}}
	p := newTestPortal(t, site)
	*p.clock = time.Now()
	p.Server, err = New(Options{
		SiteFile: p.site, Accounts: p.people, Now: func() time.Time { return *p.clock }, OIDCKeys: keys,
		Log: slog.New(slog.NewTextHandler(p.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func authorizeAt(client string, more ...string) string {
	q := url.Values{"client_id": {client}, "redirect_uri": {padsBack}, "response_type": {"code"}, "scope": {"openid profile groups"}, "state": {"a state"}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return oidc.AuthorizePath + "?" + q.Encode()
}

// back is what the client's address is called with.
func (r reply) back(t *testing.T) url.Values {
	t.Helper()
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), padsBack+"?") || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d to %q, %v", r.StatusCode, to, err)
	}
	return to.Query()
}

// call is the service itself asking the portal, which is no browser.
func (p *testPortal) call(t *testing.T, method, path, token string, form url.Values) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, "https://chaton.localhost:8443"+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth("pads", padsSecret)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Code, body
}

func (p *testPortal) tokens(t *testing.T, code string) (int, map[string]any) {
	t.Helper()
	return p.call(t, http.MethodPost, oidc.TokenPath, "", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {padsBack}})
}

func TestOIDC_AMemberSignsInOnceAndIsSentBack(t *testing.T) {
	p := newOIDCPortal(t)
	v := newVisitor(t, p, "fr")
	form := v.get(authorizeAt("pads")).want(t, 200, `name="ask" value="client_id=pads&amp;`, "Se connecter")
	checkDocument(t, form.body, "fr")
	if policy := form.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https://pads.chaton.localhost:8443;") {
		t.Errorf("policy %q", policy)
	}
	if !strings.Contains(form.body, `href="/oidc/authorize?client_id=pads`) {
		t.Error("the other language forgets where to go")
	}
	query := strings.TrimPrefix(authorizeAt("pads"), oidc.AuthorizePath+"?")
	v.post("/sign-in", "login", "ana", "password", "wrong", "ask", query).want(t, 403, `name="ask" value="client_id=pads&amp;`)
	v.post("/sign-in", "login", "ana", "password", anaPassword, "ask", query).leadsTo(t, authorizeAt("pads"))

	got := v.get(authorizeAt("pads")).back(t)
	if got.Get("state") != "a state" || got.Get("iss") != "https://chaton.localhost:8443" || got.Has("error") {
		t.Fatalf("the client hears %v", got)
	}
	status, answer := p.tokens(t, got.Get("code"))
	if status != 200 {
		t.Fatalf("%d %v", status, answer)
	}
	token := answer["access_token"].(string)
	_, info := p.call(t, http.MethodGet, oidc.UserinfoPath, token, nil)
	if info["sub"] != "ana" || info["name"] != "Ana Lopes" || !slices.Equal(info["groups"].([]any), []any{"admins", "members"}) {
		t.Errorf("userinfo says %v", info)
	}
	// One session for all: signing out at the portal ends it here too.
	v.post("/sign-out")
	if status, _ := p.call(t, http.MethodGet, oidc.UserinfoPath, token, nil); status != 401 {
		t.Errorf("after signing out %d", status)
	}
	for _, private := range []string{got.Get("code"), token, "ana", anaPassword, padsSecret, "a state", "a%20state"} {
		if strings.Contains(p.logs.String(), private) {
			t.Errorf("the log holds %q:\n%s", private, p.logs)
		}
	}
}

func TestOIDC_WhoMayNotEnterIsToldWhomToAsk(t *testing.T) {
	p := newOIDCPortal(t)
	for lang, want := range map[string][]string{
		"fr": {"Vous n’êtes pas dans le bon groupe", "Le club", "écrivez à l’équipe du chaton", "contact@chaton.localhost"},
		"en": {"You are not in this group", "The club", "write to the people who run this chaton", "contact@chaton.localhost"},
	} {
		got := signedIn(t, p, lang).get(authorizeAt("club")).want(t, 403, want...)
		checkDocument(t, got.body, lang)
		if got.Header.Get("Location") != "" {
			t.Errorf("they are sent to %q", got.Header.Get("Location"))
		}
	}
	if got := signedIn(t, p, "fr").get(authorizeAt("club", "prompt", "none")).back(t); got.Get("error") != "access_denied" || got.Has("code") {
		t.Errorf("without a page %v", got)
	}
}

func TestOIDC_Prompts(t *testing.T) {
	p := newOIDCPortal(t)
	stranger, ana := newVisitor(t, p, "fr"), signedIn(t, p, "fr")
	if got := stranger.get(authorizeAt("pads", "prompt", "none")).back(t); got.Get("error") != "login_required" || got.Get("state") != "a state" {
		t.Errorf("a stranger without a page: %v", got)
	}
	if got := ana.get(authorizeAt("pads", "prompt", "none")).back(t); !got.Has("code") {
		t.Errorf("a member without a page: %v", got)
	}
	p.wait(time.Hour)
	for _, fresh := range [][2]string{{"prompt", "login"}, {"max_age", "600"}, {"max_age", "0"}} {
		form := ana.get(authorizeAt("pads", fresh[0], fresh[1])).want(t, 200, `name="ask"`)
		if strings.Contains(form.body, fresh[0]+"=") {
			t.Errorf("%v: after the sign-in it would be asked for again", fresh)
		}
	}
	if got := ana.get(authorizeAt("pads", "max_age", "7200")).back(t); !got.Has("code") {
		t.Errorf("an old enough sign-in: %v", got)
	}
}

func TestOIDC_ASuspendedMember(t *testing.T) {
	p := newOIDCPortal(t)
	v := signedIn(t, p, "fr")
	code := v.get(authorizeAt("pads")).back(t).Get("code")
	status, answer := p.tokens(t, v.get(authorizeAt("pads")).back(t).Get("code"))
	if status != 200 {
		t.Fatal(answer)
	}
	p.people.mu.Lock()
	ana := p.people.members["ana"]
	ana.Suspended = true
	p.people.members["ana"] = ana
	p.people.mu.Unlock()
	if status, answer := p.tokens(t, code); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("a code from before gives %d %v", status, answer)
	}
	if status, info := p.call(t, http.MethodGet, oidc.UserinfoPath, answer["access_token"].(string), nil); status != 401 {
		t.Errorf("userinfo says %d %v", status, info)
	}
	v.get(authorizeAt("pads")).want(t, 200, `name="login"`) // every session ended when it was found out
	other := newVisitor(t, p, "fr")
	query := strings.TrimPrefix(authorizeAt("pads"), oidc.AuthorizePath+"?")
	other.post("/sign-in", "login", "ana", "password", anaPassword, "ask", query).want(t, 403, "suspendu")
	if other.cookies[sessionCookie] != "" {
		t.Error("there is a session")
	}
}

func TestOIDC_LeadsNowhereElse(t *testing.T) {
	p := newOIDCPortal(t)
	v := signedIn(t, p, "fr")
	for _, bad := range []string{
		authorizeAt("pads", "redirect_uri", "https://evil.example/"), authorizeAt("nobody"), authorizeAt("pads") + "&redirect_uri=https://evil.example/",
		oidc.AuthorizePath, oidc.AuthorizePath + "?%zz",
	} {
		got := v.get(bad).want(t, 400, "Cette demande de connexion n’est pas la bonne")
		if got.Header.Get("Location") != "" || strings.Contains(got.Header.Get("Content-Security-Policy"), "https:") {
			t.Errorf("%s leads to %q", bad, got.Header.Get("Location"))
		}
	}
	for _, ask := range []string{"https://evil.example/", "//evil.example", "client_id=pads&redirect_uri=https://evil.example/", "client_id=nobody", "%zz", "client_id=pads", "\r\nSet-Cookie: a=b"} {
		newVisitor(t, p, "fr").post("/sign-in", "login", "ana", "password", anaPassword, "ask", ask).leadsTo(t, "/account")
		p.wait(time.Minute)
	}
	// What is carried along is written anew: nothing of it can end the address.
	query := strings.TrimPrefix(authorizeAt("pads"), oidc.AuthorizePath+"?") + "&x=%0d%0aSet-Cookie:%20a=b#y"
	to := newVisitor(t, p, "fr").post("/sign-in", "login", "ana", "password", anaPassword, "ask", query).Header.Get("Location")
	if !strings.HasPrefix(to, oidc.AuthorizePath+"?") || strings.ContainsAny(to, "\r\n#") {
		t.Errorf("leads to %q", to)
	}
}

func TestOIDC_OtherSitesDoNotAct(t *testing.T) {
	p := newOIDCPortal(t)
	v := signedIn(t, p, "fr")
	for _, kind := range [][2]string{{"navigate", "iframe"}, {"cors", "empty"}, {"no-cors", "image"}} {
		v.header.Set("Sec-Fetch-Mode", kind[0])
		v.header.Set("Sec-Fetch-Dest", kind[1])
		for _, path := range []string{authorizeAt("pads"), oidc.EndSessionPath} {
			if got := v.get(path).want(t, 403, "ne s’ouvre que dans un onglet"); got.Header.Get("Location") != "" {
				t.Errorf("%v of %s leads to %q", kind, path, got.Header.Get("Location"))
			}
		}
	}
	v.header = http.Header{}
	// A form of another site, or of a member's page beside us, signs nobody in.
	query := strings.TrimPrefix(authorizeAt("pads"), oidc.AuthorizePath+"?")
	for _, from := range []string{"https://evil.example", "https://pages.chaton.localhost:8443", "null"} {
		stranger := newVisitor(t, p, "fr")
		stranger.header.Set("Origin", from)
		stranger.header.Set("Sec-Fetch-Site", "same-site")
		stranger.post("/sign-in", "login", "ana", "password", anaPassword, "ask", query).want(t, 403, "Ce formulaire vient d’ailleurs")
	}
}

func TestOIDC_SigningOut(t *testing.T) {
	p := newOIDCPortal(t)
	v := signedIn(t, p, "fr")
	_, answer := p.tokens(t, v.get(authorizeAt("pads")).back(t).Get("code"))
	hint := answer["id_token"].(string)
	there := url.Values{"post_logout_redirect_uri": {padsHome}, "state": {"s"}}

	asked := v.get(oidc.EndSessionPath+"?client_id=pads&"+there.Encode()).want(t, 200, "Se déconnecter du chaton", `action="/sign-out"`)
	checkDocument(t, asked.body, "fr")
	checkDocument(t, v.get(oidc.EndSessionPath+"?lang=en").body, "en")
	v.get("/account").want(t, 200)
	there.Set("id_token_hint", hint)
	v.get(oidc.EndSessionPath+"?"+there.Encode()).leadsTo(t, padsHome+"?state=s")
	v.get("/account").leadsTo(t, "/sign-in")
	v.get(oidc.EndSessionPath+"?"+there.Encode()).leadsTo(t, padsHome+"?state=s") // again, as nobody
	there.Set("post_logout_redirect_uri", "https://evil.example/")
	v.get(oidc.EndSessionPath+"?"+there.Encode()).leadsTo(t, "/")
}

// Clients may send either request as a form of their own page.
func TestOIDC_AFormOfAServiceIsAskedAgainAsAnAddress(t *testing.T) {
	p := newOIDCPortal(t)
	v := signedIn(t, p, "fr")
	v.header.Set("Origin", "https://pads.chaton.localhost:8443")
	v.header.Set("Sec-Fetch-Site", "same-site")
	form := func(values url.Values) (pairs []string) {
		for name := range values {
			pairs = append(pairs, name, values.Get(name))
		}
		return pairs
	}
	asked, err := url.Parse(authorizeAt("pads"))
	if err != nil {
		t.Fatal(err)
	}
	v.post(oidc.AuthorizePath, form(asked.Query())...).leadsTo(t, authorizeAt("pads"))
	there := url.Values{"post_logout_redirect_uri": {padsHome}, "state": {"s"}}
	v.post(oidc.EndSessionPath, form(there)...).leadsTo(t, oidc.EndSessionPath+"?"+there.Encode())
	v.post(oidc.AuthorizePath, "client_id", strings.Repeat("x", 20<<10)).want(t, 400, "Formulaire illisible")
	v.post("/sign-out").want(t, 403) // as every other form of another site
	v.get("/account").want(t, 200)
}

func TestOIDC_ANewPortalHasForgotten(t *testing.T) {
	before, after := newOIDCPortal(t), newOIDCPortal(t)
	v := signedIn(t, before, "fr")
	code := v.get(authorizeAt("pads")).back(t).Get("code")
	if status, answer := after.tokens(t, code); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("%d %v", status, answer)
	}
	v.portal = after
	v.get(authorizeAt("pads")).want(t, 200, `name="ask"`) // and signing in again works
	query := strings.TrimPrefix(authorizeAt("pads"), oidc.AuthorizePath+"?")
	v.post("/sign-in", "login", "ana", "password", anaPassword, "ask", query).leadsTo(t, authorizeAt("pads"))
	if status, _ := after.tokens(t, v.get(authorizeAt("pads")).back(t).Get("code")); status != 200 {
		t.Errorf("the second try gives %d", status)
	}
}

func TestOIDC_NothingWhereNoServiceNeedsIt(t *testing.T) {
	p := newOIDCPortal(t)
	p.write(t, demoSite())
	p.wait(2 * lookEvery)
	for _, path := range []string{oidc.DiscoveryPath, oidc.KeysPath, authorizeAt("pads"), oidc.UserinfoPath, oidc.EndSessionPath} {
		newVisitor(t, p, "fr").get(path).want(t, 404)
		newVisitor(t, newTestPortal(t, demoSite()), "fr").get(path).want(t, 404)
	}
}

func TestOIDC_AGroupChangeCountsAtOnce(t *testing.T) {
	p := newOIDCPortal(t)
	v := signedIn(t, p, "fr")
	v.get(authorizeAt("club")).want(t, 403)
	p.people.mu.Lock()
	p.people.members["ana"] = account.Member{Login: "ana", Name: "Ana", Groups: []string{"club", "members"}}
	p.people.mu.Unlock()
	v.get(authorizeAt("club")).back(t)
}
