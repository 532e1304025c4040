package oidc

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// verifier is one of PKCE, and challenge what the ask holds of it.
var (
	verifier  = strings.Repeat("verify-me-", 5)
	challenge = oidc.NewSHACodeChallenge(verifier)
)

func TestAsk_LeadsNowhereButToTheClient(t *testing.T) {
	h := newHouse(t)
	for _, back := range []string{
		"", "https://evil.example/", padsBack + "/", padsBack + "?next=https://evil.example", padsBack + "#x", strings.ToUpper(padsBack), "http" + strings.TrimPrefix(padsBack, "https"),
		padsBack + "/../../x", "https://pads.chaton.localhost.evil.example/auth/oauth2/callback", "https://pads.chaton.localhost@evil.example/auth/oauth2/callback",
		strings.Replace(padsBack, "callback", "%63allback", 1), wikiBack, "//pads.chaton.localhost/auth/oauth2/callback", padsBack + " ", "\n" + padsBack,
	} {
		if _, err := h.Ask(t.Context(), ask("pads", back)); !errors.Is(err, ErrForeign) {
			t.Errorf("%q: %v", back, err)
		}
	}
	for _, id := range []string{"", "nobody", "Pads", "pads "} {
		if _, err := h.Ask(t.Context(), ask(id, padsBack)); !errors.Is(err, ErrForeign) {
			t.Errorf("client %q: %v", id, err)
		}
	}
	twice := ask("pads", padsBack)
	twice.Add("redirect_uri", "https://evil.example/")
	if _, err := h.Ask(t.Context(), twice); !errors.Is(err, ErrForeign) {
		t.Errorf("two addresses: %v", err)
	}
	if _, err := h.Ask(t.Context(), ask("pads", padsBack, "state", strings.Repeat("x", maxAsk))); !errors.Is(err, ErrForeign) {
		t.Errorf("an endless ask: %v", err)
	}
}

func TestAsk_TellsTheClientWhatIsWrong(t *testing.T) {
	h := newHouse(t)
	for what, want := range map[[2]string]string{
		{"response_type", "token"}:               "unsupported_response_type",
		{"response_type", "id_token"}:            "unsupported_response_type",
		{"response_type", "code id_token"}:       "unsupported_response_type",
		{"response_type", ""}:                    "unsupported_response_type",
		{"response_mode", "form_post"}:           "invalid_request",
		{"response_mode", "fragment"}:            "invalid_request",
		{"scope", "profile"}:                     "invalid_scope",
		{"scope", ""}:                            "invalid_scope",
		{"request", "eyJhbGciOiJub25lIn0.e30."}:  "request_not_supported",
		{"request_uri", "https://evil.example"}:  "request_uri_not_supported",
		{"registration", "{}"}:                   "registration_not_supported",
		{"max_age", "yesterday"}:                 "invalid_request",
		{"prompt", "none login"}:                 "invalid_request",
		{"code_challenge", challenge}:            "invalid_request", // plain is the default, and refused
		{"code_challenge_method", "S256"}:        "invalid_request",
		{"id_token_hint", unsigned(t, h, "ana")}: "login_required",
	} {
		_, err := h.Ask(t.Context(), ask("pads", padsBack, what[0], what[1]))
		r, ok := errors.AsType[*Refusal](err)
		if !ok || !strings.HasPrefix(r.Address, padsBack+"?") {
			t.Errorf("%v: %v", what, err)
			continue
		}
		got := queryOf(t, r.Address)
		if got.Get("error") != want || got.Get("state") != "a state" || got.Get("iss") != h.server.URL || got.Has("code") {
			t.Errorf("%v: %v", what, got)
		}
	}
	plain := ask("pads", padsBack, "code_challenge", verifier[:43], "code_challenge_method", "plain")
	if _, err := h.Ask(t.Context(), plain); err == nil {
		t.Error("plain PKCE is taken")
	}
	twice := ask("pads", padsBack)
	twice.Add("state", "another")
	if r, ok := errors.AsType[*Refusal](func() error { _, err := h.Ask(t.Context(), twice); return err }()); !ok || queryOf(t, r.Address).Get("error") != "invalid_request" {
		t.Error("two states are taken")
	}
}

func TestAsk_NewSignIn(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	for _, c := range []struct {
		name, value string
		begun       time.Duration
		want        bool
	}{
		{"prompt", "login", 0, true}, {"prompt", "select_account", 0, true}, {"prompt", "consent", time.Hour, false},
		{"max_age", "600", time.Hour, true}, {"max_age", "7200", time.Hour, false}, {"max_age", "0", time.Second, true}, {"nonce", "x", time.Hour, false},
	} {
		q := ask("pads", padsBack, c.name, c.value)
		a, err := h.Ask(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.NeedsSignIn("ana", now.Add(-c.begun), now); got != c.want {
			t.Errorf("%s=%s after %s: %v", c.name, c.value, c.begun, got)
		}
		kept, err := url.ParseQuery(a.Query(q))
		if err != nil || kept.Has("prompt") || kept.Has("max_age") || kept.Get("state") != "a state" {
			t.Errorf("it is asked again with %v", kept)
		}
	}
}

func TestAsk_SomebodyElseIsExpected(t *testing.T) {
	h := newHouse(t)
	hint := h.exchangeCode(t, h.codeFor(t, "pads", padsBack)).body["id_token"].(string)
	now := time.Now()
	a, err := h.Ask(t.Context(), ask("pads", padsBack, "prompt", "none", "id_token_hint", hint))
	if err != nil {
		t.Fatal(err)
	}
	if a.NeedsSignIn("ana", now, now) || !a.NeedsSignIn("bob", now, now) {
		t.Error("whoever is there is taken for whom the client expects")
	}
}

func TestToken_Refuses(t *testing.T) {
	h := newHouse(t)
	form := func(code string, more ...string) url.Values {
		f := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {padsBack}}
		for i := 0; i < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return f
	}
	pkce := []string{"code_challenge", challenge, "code_challenge_method", "S256"}
	for name, c := range map[string]struct {
		form           url.Values
		user, password string
		status         int
		want           string
	}{
		"wrong secret":              {form(h.codeFor(t, "pads", padsBack)), "pads", wikiSecret, 401, "invalid_client"},
		"no secret":                 {form(h.codeFor(t, "pads", padsBack), "client_id", "pads"), "", "", 401, "invalid_client"},
		"an empty secret":           {form(h.codeFor(t, "pads", padsBack)), "pads", "", 401, "invalid_client"},
		"an unknown client":         {form(h.codeFor(t, "pads", padsBack)), "nobody", padsSecret, 401, "invalid_client"},
		"an assertion":              {form(h.codeFor(t, "pads", padsBack), "client_assertion", "x", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), "pads", padsSecret, 401, "invalid_client"},
		"another client's code":     {form(h.codeFor(t, "wiki", wikiBack), "redirect_uri", wikiBack), "pads", padsSecret, 400, "invalid_grant"},
		"another address":           {form(h.codeFor(t, "pads", padsBack), "redirect_uri", wikiBack), "pads", padsSecret, 400, "invalid_grant"},
		"no address":                {form(h.codeFor(t, "pads", padsBack), "redirect_uri", ""), "pads", padsSecret, 400, "invalid_grant"},
		"a wrong verifier":          {form(h.codeFor(t, "pads", padsBack, pkce...), "code_verifier", verifier+"x"), "pads", padsSecret, 400, "invalid_grant"},
		"no verifier":               {form(h.codeFor(t, "pads", padsBack, pkce...)), "pads", padsSecret, 400, "invalid_request"},
		"a verifier without a need": {form(h.codeFor(t, "pads", padsBack), "code_verifier", verifier), "pads", padsSecret, 400, "invalid_request"},
		"a made-up code":            {form("AAAA"), "pads", padsSecret, 400, "invalid_grant"},
		"no code":                   {form(""), "pads", padsSecret, 400, "invalid_grant"},
		"a token as code":           {form(h.token(t)), "pads", padsSecret, 400, "invalid_grant"},
		"a refresh token":           {form("x", "grant_type", "refresh_token", "refresh_token", "x"), "pads", padsSecret, 400, "unsupported_grant_type"},
		"a password":                {form("x", "grant_type", "password", "username", "ana", "password", "x"), "pads", padsSecret, 400, "unsupported_grant_type"},
		"the client itself":         {form("x", "grant_type", "client_credentials"), "pads", padsSecret, 400, "unsupported_grant_type"},
		"a bearer assertion":        {form("x", "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), "pads", padsSecret, 400, "unsupported_grant_type"},
		"no grant type":             {form("x", "grant_type", ""), "pads", padsSecret, 400, "invalid_request"},
		"two codes":                 {url.Values{"grant_type": {"authorization_code"}, "code": {"a", "b"}}, "pads", padsSecret, 400, "invalid_request"},
		"a broken escape":           {form("x"), "pads", "%zz", 400, "invalid_client"},
	} {
		got := h.post(t, TokenPath, c.form, c.user, c.password)
		if name == "a broken escape" {
			c.status = 401
		}
		if got.status != c.status || got.body["error"] != c.want || got.body["access_token"] != nil || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", name, got.status, got.body)
		}
	}
	good := h.codeFor(t, "pads", padsBack)
	r, _ := http.NewRequest(http.MethodPost, h.server.URL+TokenPath+"?client_id=pads&client_secret="+padsSecret, strings.NewReader(form(good).Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := h.send(t, r); got.status != 400 {
		t.Errorf("a secret in the address: %d", got.status)
	}
	// None of this used up a code that belongs to somebody else.
	if got := h.post(t, TokenPath, form(good, "client_id", "pads", "client_secret", padsSecret), "", ""); got.status != 200 {
		t.Errorf("the secret in the form: %d %v", got.status, got.body)
	}
}

func TestCode_IsUsedOnce(t *testing.T) {
	h := newHouse(t)
	code := h.codeFor(t, "pads", padsBack)
	first := h.exchangeCode(t, code)
	token := first.body["access_token"].(string)
	if first.status != 200 || h.userinfo(t, token).status != 200 {
		t.Fatalf("%d %v", first.status, first.body)
	}
	if again := h.exchangeCode(t, code); again.status != 400 || again.body["error"] != "invalid_grant" {
		t.Errorf("the second time %d %v", again.status, again.body)
	}
	if got := h.userinfo(t, token); got.status != 401 {
		t.Errorf("after a replay the token still works: %d", got.status)
	}

	code = h.codeFor(t, "pads", padsBack)
	won := make(chan bool, 8)
	var all sync.WaitGroup
	for range cap(won) {
		all.Go(func() { won <- h.exchangeCode(t, code).status == 200 })
	}
	all.Wait()
	close(won)
	n := 0
	for ok := range won {
		if ok {
			n++
		}
	}
	if n > 1 {
		t.Errorf("%d of eight at once got tokens", n)
	}

	code = h.codeFor(t, "pads", padsBack)
	h.wait(codeLife + time.Second)
	if late := h.exchangeCode(t, code); late.status != 400 {
		t.Errorf("a minute later %d", late.status)
	}
}

func TestMember_WhoIsNoLongerWelcome(t *testing.T) {
	for name, change := range map[string]func(h *house){
		"suspended":         func(h *house) { delete(h.members, "ana") },
		"marked suspended":  func(h *house) { m := h.members["ana"]; m.Suspended = true; h.members["ana"] = m },
		"out of the group":  func(h *house) { m := h.members["ana"]; m.Groups = []string{"board"}; h.members["ana"] = m },
		"signed out":        func(h *house) { h.ended = true },
		"session over":      func(h *house) { h.wait(2 * time.Hour) },
		"the client closed": func(h *house) { delete(h.clients, "pads") },
	} {
		h := newHouse(t)
		token, code := h.token(t), h.codeFor(t, "pads", padsBack)
		if got := h.userinfo(t, token); got.status != 200 {
			t.Fatalf("%s: before, %d", name, got.status)
		}
		change(h)
		if got := h.userinfo(t, token); got.status != 401 || !strings.Contains(got.header.Get("WWW-Authenticate"), "invalid_token") || got.body["sub"] != nil {
			t.Errorf("%s: userinfo says %d %v", name, got.status, got.body)
		}
		if got := h.exchangeCode(t, code); got.status == 200 || got.body["access_token"] != nil {
			t.Errorf("%s: a code still gives %v", name, got.body)
		}
	}
}

func TestMember_WhileTheDirectoryIsAway(t *testing.T) {
	h := newHouse(t)
	token, code := h.token(t), h.codeFor(t, "pads", padsBack)
	h.down = true
	if got := h.userinfo(t, token); got.status != 503 || got.body["error"] != "server_error" {
		t.Errorf("userinfo says %d %v", got.status, got.body)
	}
	if got := h.exchangeCode(t, code); got.status != 503 {
		t.Errorf("the code gives %d %v", got.status, got.body)
	}
	h.down = false
	if got := h.userinfo(t, token); got.status != 200 {
		t.Errorf("afterwards %d", got.status)
	}
}

func TestUserinfo_TakesNothingElseForAToken(t *testing.T) {
	h := newHouse(t)
	token, code := h.token(t), h.codeFor(t, "pads", padsBack)
	tokens := h.exchangeCode(t, h.codeFor(t, "pads", padsBack))
	for name, bad := range map[string]string{
		"nothing": "", "a code": code, "an id token": tokens.body["id_token"].(string), "an unsigned id token": unsigned(t, h, "ana"),
		"a changed token": token[:len(token)-2] + "xx", "another's": newHouse(t).token(t),
	} {
		if got := h.userinfo(t, bad); got.status != 401 {
			t.Errorf("%s: %d %v", name, got.status, got.body)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, h.server.URL+UserinfoPath+"?access_token="+token, nil)
	if got := h.send(t, r); got.status != 401 {
		t.Errorf("a token in the address: %d", got.status)
	}
	if got := h.post(t, UserinfoPath, url.Values{"access_token": {token}}, "", ""); got.status != 200 {
		t.Errorf("a token in a form: %d", got.status)
	}
}

// A client that was made for another provider must not take our answer for its own.
func TestMixUp_TheLibraryRefusesAnothersToken(t *testing.T) {
	h, other := newHouse(t), newHouse(t)
	party := other.party(t, "pads", padsSecret, padsBack)
	ours := h.party(t, "pads", padsSecret, padsBack)
	back := h.visit(t, rp.AuthURL("a state", ours))
	if back.Get("iss") == other.server.URL {
		t.Error("the answer says it is another's")
	}
	if _, err := rp.CodeExchange[*oidc.IDTokenClaims](context.Background(), back.Get("code"), party); err == nil {
		t.Error("another provider takes our code")
	}
}

func TestLeaving_BelievesOnlyItsOwnTokens(t *testing.T) {
	h := newHouse(t)
	hint := h.exchangeCode(t, h.codeFor(t, "pads", padsBack)).body["id_token"].(string)
	there := "https://pads.chaton.localhost/"
	for name, c := range map[string]struct {
		query url.Values
		want  Leaving
	}{
		"proven":             {url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {there}, "state": {"s"}}, Leaving{"ana", there + "?state=s"}},
		"proven, to nowhere": {url.Values{"id_token_hint": {hint}, "state": {"s"}}, Leaving{"ana", ""}},
		"named only":         {url.Values{"client_id": {"pads"}, "post_logout_redirect_uri": {there}}, Leaving{"", there}},
		"nobody":             {url.Values{}, Leaving{}},
		"elsewhere":          {url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://evil.example/"}}, Leaving{}},
		"no client":          {url.Values{"post_logout_redirect_uri": {there}}, Leaving{}},
		"another client":     {url.Values{"client_id": {"wiki"}, "id_token_hint": {hint}}, Leaving{}},
		"unsigned":           {url.Values{"id_token_hint": {unsigned(t, h, "ana")}, "post_logout_redirect_uri": {there}}, Leaving{}},
		"changed":            {url.Values{"id_token_hint": {hint[:len(hint)-4] + "AAAA"}}, Leaving{}},
		"twice":              {url.Values{"id_token_hint": {hint, hint}}, Leaving{}},
	} {
		if got := h.Leaving(t.Context(), c.query); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestGrants_GiveWay(t *testing.T) {
	now := time.Now()
	g := newGrants(func() time.Time { now = now.Add(time.Millisecond); return now })
	first := g.add(grant{login: "ana", ends: now.Add(time.Hour)})
	bob := g.add(grant{login: "bob", ends: now.Add(time.Hour)})
	for range maxGrantsPerMember {
		g.add(grant{login: "ana", ends: now.Add(time.Hour)})
	}
	if _, ok := g.spend(first.id); ok {
		t.Error("the oldest of a member's did not give way")
	}
	if _, ok := g.spend(bob.id); !ok {
		t.Error("another member's gave way")
	}
	now = now.Add(2 * time.Hour)
	g.add(grant{login: "ana", ends: now.Add(time.Hour)})
	if len(g.all) != 1 {
		t.Errorf("%d are kept after they ended", len(g.all))
	}
}

// unsigned is an id token that says it needs no signature.
func unsigned(t *testing.T, h *house, login string) string {
	t.Helper()
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	now := time.Now().Unix()
	return part(map[string]any{"alg": "none", "typ": "JWT"}) + "." + part(map[string]any{
		"iss": h.server.URL, "sub": login, "aud": []string{"pads"}, "azp": "pads", "exp": now + 600, "iat": now,
	}) + "."
}

// FuzzAsk: whatever is asked, nobody is sent anywhere but to an address of the
// client's, and nothing panics.
func FuzzAsk(f *testing.F) {
	for _, more := range [][]string{{}, {"prompt", "none"}, {"max_age", "-1"}, {"max_age", "99999999999999999999"}, {"ui_locales", "fr en xx-yy-zz"}, {"claims", "{}"}, {"id_token_hint", "a.b.c"}, {"display", "popup"}} {
		f.Add(ask("pads", padsBack, more...).Encode())
	}
	f.Add("%zz&;=&client_id")
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		h := &house{clients: map[string]Client{"pads": {ID: "pads", Redirects: []string{padsBack}, Enter: []string{"members"}}}}
		if h.Provider, err = New(Options{House: h, Keys: []Key{aKey(t)}}); err != nil {
			t.Fatal(err)
		}
		a, err := h.Ask(t.Context(), query)
		refusal, refused := errors.AsType[*Refusal](err)
		switch {
		case refused && !strings.HasPrefix(refusal.Address, padsBack+"?"):
			t.Errorf("%q leads to %q", raw, refusal.Address)
		case err == nil && a.Redirect != padsBack:
			t.Errorf("%q leads to %q", raw, a.Redirect)
		case err != nil && !refused && !errors.Is(err, ErrForeign):
			t.Errorf("%q: %v", raw, err)
		}
	})
}
