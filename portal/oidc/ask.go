package oidc

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"ronron/account"
)

// ErrForeign is an ask that leads nowhere: no client of ours, or not to an address
// of its own. Nobody is sent anywhere on its word.
var ErrForeign = errors.New("no client of this chaton asks so")

// Ask is a client's wish that a member signs in.
type Ask struct {
	Client   Client
	Redirect string
	// Silent: no page may be shown (prompt=none).
	Silent bool

	issuer string
	fresh  bool
	maxAge *uint
	hint   account.Login // whom the client expects; "" is anybody
	values *oidc.AuthRequest
}

// maxAsk bounds the length of an ask.
const maxAsk = 4096

// challengeRule is the form of an S256 challenge (RFC 7636, 4.2).
var challengeRule = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// Ask reads the query of an authorization request. The error is ErrForeign, or
// a *Refusal, which the client is to be told.
func (p *Provider) Ask(ctx context.Context, query url.Values) (*Ask, error) {
	c, ok := p.house.Client(query.Get("client_id"))
	redirect := query.Get("redirect_uri")
	if !ok || len(query["client_id"]) != 1 || len(query["redirect_uri"]) != 1 || !slices.Contains(c.Redirects, redirect) || len(query.Encode()) > maxAsk {
		return nil, ErrForeign
	}
	a := &Ask{Client: c, Redirect: redirect, issuer: p.house.Issuer(), values: &oidc.AuthRequest{State: query.Get("state")}}
	for _, given := range query {
		if len(given) > 1 {
			return nil, a.refuse("invalid_request", "a parameter is given twice")
		}
	}
	if err := p.op.Decoder().Decode(a.values, query); err != nil {
		return nil, a.refuse("invalid_request", "a parameter is malformed")
	}
	if err := p.check(ctx, a, query); err != nil {
		return nil, err
	}
	a.Silent = slices.Contains(a.values.Prompt, oidc.PromptNone)
	a.fresh = slices.Contains(a.values.Prompt, oidc.PromptLogin) || slices.Contains(a.values.Prompt, oidc.PromptSelectAccount)
	return a, nil
}

func (p *Provider) check(ctx context.Context, a *Ask, query url.Values) error {
	v := a.values
	given := query.Get("max_age") != ""
	switch {
	case query.Has("request"):
		return a.refuse("request_not_supported", "")
	case query.Has("request_uri"):
		return a.refuse("request_uri_not_supported", "")
	case query.Has("registration"):
		return a.refuse("registration_not_supported", "")
	case v.ResponseType != oidc.ResponseTypeCode:
		return a.refuse("unsupported_response_type", "there is the authorization code flow only")
	case v.ResponseMode != "" && v.ResponseMode != oidc.ResponseModeQuery:
		return a.refuse("invalid_request", "the answer is in the query only")
	case !slices.Contains(v.Scopes, oidc.ScopeOpenID):
		return a.refuse("invalid_scope", "the scope openid is missing")
	case (v.CodeChallenge != "" || v.CodeChallengeMethod != "") && (v.CodeChallengeMethod != oidc.CodeChallengeMethodS256 || !challengeRule.MatchString(v.CodeChallenge)):
		return a.refuse("invalid_request", "a code challenge is one of S256")
	}
	hint, err := op.ValidateAuthRequestClient(p.within(ctx), v, client{a.Client}, p.op.IDTokenHintVerifier(p.within(ctx)))
	if err != nil {
		e := oidc.DefaultToServerError(err, "")
		if e.IsRedirectDisabled() {
			return ErrForeign
		}
		return a.refuse(string(e.ErrorType), e.Description)
	}
	a.hint = account.Login(hint)
	v.Scopes = slices.DeleteFunc(v.Scopes, func(s string) bool { return !slices.Contains(scopes, s) })
	if given { // the library puts 0 there for prompt=login too
		a.maxAge = v.MaxAge
	}
	return nil
}

// NeedsSignIn says whether somebody who signed in at begun has to do so again, or
// is not whom the client expects.
func (a *Ask) NeedsSignIn(login account.Login, begun, now time.Time) bool {
	return a.fresh || a.hint != "" && a.hint != login || a.maxAge != nil && now.Sub(begun) > time.Duration(*a.maxAge)*time.Second
}

// Query is the ask as it is made again once the member has signed in, without
// the wish that they sign in: the client sees in auth_time when they did.
func (a *Ask) Query(query url.Values) string {
	kept := url.Values{}
	for name, values := range query {
		if name != "prompt" && name != "max_age" && name != "id_token_hint" && name != "lang" {
			kept[name] = values
		}
	}
	return kept.Encode()
}

// Refusal is what a client is told instead of a code.
type Refusal struct {
	Address string // where the member's browser goes with it
	reason  string
}

func (r *Refusal) Error() string { return r.reason }

// What a client is told when no page may be shown.
const (
	LoginRequired = "login_required"
	AccessDenied  = "access_denied"
	Unavailable   = "temporarily_unavailable"
)

// Refuse makes a refusal of one of the reasons above.
func (a *Ask) Refuse(reason string) *Refusal { return a.refuse(reason, "") }

func (a *Ask) refuse(reason, description string) *Refusal {
	return &Refusal{a.answer("error", reason, "error_description", description), reason}
}

// answer is the client's address with an answer. It says who answers, so that no
// client mistakes one provider's answer for another's (RFC 9207).
func (a *Ask) answer(pairs ...string) string {
	values := url.Values{"iss": {a.issuer}}
	if a.values.State != "" {
		values.Set("state", a.values.State)
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	join := "?"
	if strings.Contains(a.Redirect, "?") {
		join = "&"
	}
	return a.Redirect + join + values.Encode()
}

// Session is a member's sign-in at the portal.
type Session struct {
	ID    string
	Begun time.Time
	Ends  time.Time
}

// Grant gives the client a code for a member whom it admits, and returns where
// the member's browser goes with it.
func (p *Provider) Grant(ctx context.Context, a *Ask, login account.Login, s Session) (string, error) {
	one := p.grants.add(grant{
		client: a.Client.ID, redirect: a.Redirect, nonce: a.values.Nonce, challenge: a.values.CodeChallenge,
		scopes: a.values.Scopes, login: login, session: s.ID, signedIn: s.Begun, ends: s.Ends,
	})
	code, err := op.CreateAuthRequestCode(p.within(ctx), &asked{grant: one}, storage{p}, p.op.Crypto())
	if err != nil {
		return "", err
	}
	return a.answer("code", code), nil
}
