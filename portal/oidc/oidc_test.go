package oidc

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

const (
	padsSecret = "a-secret-of-pads-for-tests-only-0123456789"
	wikiSecret = "a-secret-of-wiki-for-tests-only-0123456789"
	padsBack   = "https://pads.chaton.localhost/auth/oauth2/callback"
	wikiBack   = "https://wiki.chaton.localhost/oidc"
)

var testKey = sync.OnceValues(func() (Key, error) {
	made, err := GenerateKey()
	if err != nil {
		return Key{}, err
	}
	return ParseKey(made)
})

func aKey(t testing.TB) Key {
	t.Helper()
	k, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// house is a chaton with two clients and three members, on a real HTTPS server.
type house struct {
	*Provider
	server *httptest.Server

	mu      sync.Mutex
	ahead   time.Duration // of the clock
	down    bool
	ended   bool // the portal's session
	members map[account.Login]account.Member
	clients map[string]Client
	whose   account.Login // who is signed in at the portal
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{whose: "ana", members: map[account.Login]account.Member{
		"ana": {Login: "ana", Name: "Ana Lopes", Mail: "ana@example.org", Groups: []string{"board", "members", "secret-society"}},
		"bob": {Login: "bob", Mail: "bob@example.org", Groups: []string{"members"}},
		"eve": {Login: "eve", Name: "Eve", Groups: []string{"others"}},
	}, clients: map[string]Client{
		"pads": {ID: "pads", SecretSum: Sum(secret.New(padsSecret)), Redirects: []string{padsBack}, SignedOut: []string{"https://pads.chaton.localhost/"}, Enter: []string{"members"}, Tells: []string{"board"}},
		"wiki": {ID: "wiki", SecretSum: Sum(secret.New(wikiSecret)), Redirects: []string{wikiBack}, Enter: []string{"members"}},
	}}
	var err error
	if h.Provider, err = New(Options{House: h, Keys: []Key{aKey(t)}, Now: h.clock}); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+DiscoveryPath, h.Discovery)
	mux.HandleFunc("GET "+KeysPath, h.Keys)
	mux.HandleFunc("POST "+TokenPath, h.Token)
	mux.HandleFunc(UserinfoPath, h.Userinfo)
	h.server = httptest.NewTLSServer(mux)
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.ahead)
}

func (h *house) wait(d time.Duration) { h.mu.Lock(); h.ahead += d; h.mu.Unlock() }

func (h *house) Issuer() string {
	if h.server == nil {
		return ""
	}
	return h.server.URL
}

func (h *house) Client(id string) (Client, bool) { c, ok := h.clients[id]; return c, ok }

func (h *house) Member(_ context.Context, login account.Login) (account.Member, error) {
	if h.down {
		return account.Member{}, errs.New(errs.Unavailable, "The directory does not answer.")
	}
	m, ok := h.members[login]
	if !ok {
		return m, account.NoMember(login)
	}
	return m, nil
}

func (h *house) Lasts(session string) bool { return session == "the session" && !h.ended }

// party is a client as real software writes one, by a library.
func (h *house) party(t *testing.T, id, key, back string, more ...rp.Option) rp.RelyingParty {
	t.Helper()
	p, err := rp.NewRelyingPartyOIDC(context.Background(), h.server.URL, id, key, back, []string{"openid", "profile", "email", "groups"},
		append([]rp.Option{rp.WithHTTPClient(h.server.Client())}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// visit is a browser on its way to the portal and back: it returns what the
// client's address is called with.
func (h *house) visit(t *testing.T, address string) url.Values {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	back, err := h.grantFor(at.Query())
	if err != nil {
		t.Fatal(err)
	}
	return queryOf(t, back)
}

func (h *house) grantFor(query url.Values) (string, error) {
	ask, err := h.Ask(context.Background(), query)
	if err != nil {
		return "", err
	}
	return h.Grant(context.Background(), ask, h.whose, Session{ID: "the session", Begun: h.clock().Add(-time.Minute), Ends: h.clock().Add(time.Hour)})
}

func queryOf(t *testing.T, address string) url.Values {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return at.Query()
}

// codeFor is a code for the client, with further parameters of the ask.
func (h *house) codeFor(t *testing.T, id, back string, more ...string) string {
	t.Helper()
	back, err := h.grantFor(ask(id, back, more...))
	if err != nil {
		t.Fatal(err)
	}
	return queryOf(t, back).Get("code")
}

func ask(id, back string, more ...string) url.Values {
	q := url.Values{"client_id": {id}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"openid profile email groups"}, "state": {"a state"}}
	for i := 0; i < len(more); i += 2 {
		if q.Set(more[i], more[i+1]); more[i+1] == "" {
			q.Del(more[i])
		}
	}
	return q
}

// answer is what the provider says to a client.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

func (h *house) post(t *testing.T, path string, form url.Values, user, password string) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		r.SetBasicAuth(user, password)
	}
	return h.send(t, r)
}

func (h *house) send(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp, err := h.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header}
	if err := json.Unmarshal(raw, &a.body); err != nil {
		t.Fatalf("%s: %q", err, raw)
	}
	return a
}

func (h *house) exchangeCode(t *testing.T, code string, more ...string) answer {
	t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {padsBack}}
	for i := 0; i < len(more); i += 2 {
		if form.Set(more[i], more[i+1]); more[i+1] == "" {
			form.Del(more[i])
		}
	}
	return h.post(t, TokenPath, form, "pads", padsSecret)
}

func (h *house) userinfo(t *testing.T, token string) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.server.URL+UserinfoPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return h.send(t, r)
}

// token is an access token of ana's for pads.
func (h *house) token(t *testing.T) string {
	t.Helper()
	got := h.exchangeCode(t, h.codeFor(t, "pads", padsBack))
	if got.status != 200 {
		t.Fatalf("no token: %d %v", got.status, got.body)
	}
	return got.body["access_token"].(string)
}

func TestProvider_ALibrarySignsAMemberIn(t *testing.T) {
	h := newHouse(t)
	for _, style := range []struct {
		name string
		pkce bool
	}{{"with PKCE", true}, {"without", false}} {
		t.Run(style.name, func(t *testing.T) {
			party := h.party(t, "pads", padsSecret, padsBack)
			var opts []rp.AuthURLOpt
			var exchange []rp.CodeExchangeOpt
			if style.pkce {
				verifier := strings.Repeat("verify-me-", 5)
				opts = append(opts, rp.WithCodeChallenge(oidc.NewSHACodeChallenge(verifier)))
				exchange = append(exchange, rp.WithCodeVerifier(verifier))
			}
			back := h.visit(t, rp.AuthURL("a state", party, opts...))
			if back.Get("state") != "a state" || back.Get("iss") != h.server.URL {
				t.Errorf("the client hears %v", back)
			}
			tokens, err := rp.CodeExchange[*oidc.IDTokenClaims](context.Background(), back.Get("code"), party, exchange...)
			if err != nil {
				t.Fatal(err)
			}
			c := tokens.IDTokenClaims
			if c.Subject != "ana" || c.Issuer != h.server.URL || !slices.Equal(c.Audience, []string{"pads"}) || c.AuthorizedParty != "pads" || c.AccessTokenHash == "" ||
				c.PreferredUsername != "ana" || c.Name != "Ana Lopes" || c.Email != "ana@example.org" || time.Until(c.GetExpiration()) > idTokenLife {
				t.Errorf("the id token says %+v", c)
			}
			if since := time.Since(c.GetAuthTime()); since < 50*time.Second || since > 70*time.Second {
				t.Errorf("signed in %s ago", since)
			}
			if tokens.RefreshToken != "" {
				t.Error("there is a refresh token")
			}
			info, err := rp.Userinfo[*oidc.UserInfo](context.Background(), tokens.AccessToken, "Bearer", c.Subject, party)
			if err != nil {
				t.Fatal(err)
			}
			if info.PreferredUsername != "ana" || info.Email != "ana@example.org" || bool(info.EmailVerified) {
				t.Errorf("userinfo says %+v", info)
			}
			// The board concerns the client, the third group is nobody's business.
			if got := info.Claims["groups"]; !slices.Equal(got.([]any), []any{"board", "members"}) {
				t.Errorf("groups %v", got)
			}
		})
	}
}

func TestUserinfo_SaysWhatWasAskedForAndNoMore(t *testing.T) {
	h := newHouse(t)
	h.whose = "bob"
	for scope, want := range map[string][]string{
		"openid":                        {"sub"},
		"openid email":                  {"email", "sub"},
		"openid profile":                {"name", "preferred_username", "sub"},
		"openid groups":                 {"groups", "sub"},
		"openid offline_access address": {"sub"},
		"openid phone surprise email":   {"email", "sub"},
	} {
		got := h.exchangeCode(t, h.codeFor(t, "pads", padsBack, "scope", scope))
		if got.status != 200 || got.body["refresh_token"] != nil {
			t.Fatalf("%s: %d %v", scope, got.status, got.body)
		}
		info := h.userinfo(t, got.body["access_token"].(string))
		var names []string
		for name := range info.body {
			names = append(names, name)
		}
		slices.Sort(names)
		if info.status != 200 || !slices.Equal(names, want) || info.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", scope, info.status, info.body)
		}
	}
}

func TestDiscovery_NamesWhatThereIs(t *testing.T) {
	h := newHouse(t)
	r, _ := http.NewRequest(http.MethodGet, h.server.URL+DiscoveryPath, nil)
	got := h.send(t, r)
	for name, want := range map[string]any{"issuer": h.server.URL, "token_endpoint": h.server.URL + TokenPath, "claims_parameter_supported": false} {
		if got.body[name] != want {
			t.Errorf("%s is %v", name, got.body[name])
		}
	}
	if grants := got.body["grant_types_supported"]; !slices.Equal(grants.([]any), []any{"authorization_code"}) {
		t.Errorf("it offers %v", grants)
	}
}

func TestKeys_TellThePublicHalvesOnly(t *testing.T) {
	h := newHouse(t)
	made, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	before, err := ParseKey(made)
	if err != nil {
		t.Fatal(err)
	}
	h.Provider.keys = append(h.Provider.keys, before)
	r, _ := http.NewRequest(http.MethodGet, h.server.URL+KeysPath, nil)
	keys := h.send(t, r).body["keys"].([]any)
	if len(keys) != 2 {
		t.Fatalf("%d keys", len(keys))
	}
	for _, k := range keys {
		one := k.(map[string]any)
		if one["d"] != nil || one["p"] != nil || one["kty"] != "RSA" || one["alg"] != "RS256" || one["use"] != "sig" || one["kid"] == "" {
			t.Errorf("a key is %v", one)
		}
	}
	if _, err := ParseKey(secret.New("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")); err == nil || strings.Contains(err.Error(), "AAAA") {
		t.Errorf("a damaged key: %v", err)
	}
}
