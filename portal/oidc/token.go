package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"ronron/account"
	"ronron/internal/errs"
)

// Token gives a client tokens for a code.
func (p *Provider) Token(w http.ResponseWriter, r *http.Request) {
	answer, err := p.exchange(r)
	if err != nil {
		refuse(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// exchange checks the client before the code, so that nobody else can use a
// code up.
func (p *Provider) exchange(r *http.Request) (*oidc.AccessTokenResponse, error) {
	ctx := p.within(r.Context())
	if err := readForm(r); err != nil {
		return nil, err
	}
	switch grantType := r.PostForm.Get("grant_type"); {
	case grantType == "":
		return nil, oidc.ErrInvalidRequest().WithDescription("grant_type is missing")
	case grantType != string(oidc.GrantTypeCode):
		return nil, oidc.ErrUnsupportedGrantType()
	case r.PostForm.Has("client_assertion") || r.PostForm.Has("client_assertion_type"):
		return nil, oidc.ErrInvalidClient()
	}
	request, err := op.ParseAccessTokenRequest(r, p.op.Decoder())
	if err != nil {
		return nil, err
	}
	if err := op.AuthorizeClientIDSecret(ctx, request.ClientID, request.ClientSecret, storage{p}); err != nil {
		return nil, err
	}
	authRequest, c, err := op.ValidateAccessTokenRequest(ctx, request, p.op)
	if err != nil {
		return nil, err
	}
	a, ok := authRequest.(*asked)
	if !ok {
		return nil, oidc.ErrServerError()
	}
	if a.member, err = p.stillWelcome(ctx, a.grant); err != nil {
		p.grants.end(a.id)
		return nil, err
	}
	return op.CreateTokenResponse(ctx, a, c, p.op, true, request.Code, "")
}

// readForm takes a form from the body alone: what is in an address ends up in logs.
func readForm(r *http.Request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" || r.URL.RawQuery != "" || r.ParseForm() != nil {
		return oidc.ErrInvalidRequest().WithDescription("send a form, in the body")
	}
	for _, given := range r.PostForm {
		if len(given) > 1 {
			return oidc.ErrInvalidRequest().WithDescription("a parameter is given twice")
		}
	}
	return nil
}

var errEnded = errors.New("the sign-in has ended")

// stillWelcome asks again for everything that a grant stands on: the member's session,
// the client, the member, and that they may sign in to it.
func (p *Provider) stillWelcome(ctx context.Context, g grant) (account.Member, error) {
	c, ok := p.house.Client(g.client)
	if !ok || !p.house.Lasts(g.session) {
		return account.Member{}, oidc.ErrInvalidGrant().WithParent(errEnded)
	}
	m, err := p.house.Member(ctx, g.login)
	switch {
	case errs.CodeOf(err) == errs.NotFound, err == nil && !c.Admits(m):
		return account.Member{}, oidc.ErrInvalidGrant().WithParent(errEnded)
	case err != nil:
		return account.Member{}, oidc.ErrServerError().WithParent(err)
	}
	return m, nil
}

// refuse tells a client what is wrong, in the words of RFC 6749, 5.2.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := oidc.DefaultToServerError(err, "")
	e.Parent = nil
	status := http.StatusBadRequest
	switch e.ErrorType {
	case oidc.InvalidClient:
		status = http.StatusUnauthorized
		if r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="oidc"`)
		}
	case oidc.ServerError:
		status = http.StatusServiceUnavailable
		e.Description = ""
	}
	writeJSON(w, status, e)
}

func writeJSON(w http.ResponseWriter, status int, what any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // the client is gone when this fails
}
