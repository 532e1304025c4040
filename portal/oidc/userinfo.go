package oidc

import (
	"errors"
	"net/http"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"ronron/account"
)

// Userinfo says who a member is, as they are now: a client that asks again
// learns of a suspension at once.
func (p *Provider) Userinfo(w http.ResponseWriter, r *http.Request) {
	g, ok := p.grantOf(bearer(r))
	if !ok {
		badToken(w)
		return
	}
	m, err := p.stillWelcome(r.Context(), g)
	switch {
	case errors.Is(err, errEnded):
		p.grants.end(g.id)
		badToken(w)
		return
	case err != nil:
		refuse(w, r, err)
		return
	}
	c, _ := p.house.Client(g.client) // stillWelcome found it; else it is told nothing but the name
	info := new(oidc.UserInfo)
	tell(info, c, m, g.scopes)
	writeJSON(w, http.StatusOK, info)
}

func (p *Provider) grantOf(token string) (grant, bool) {
	opened, err := p.op.Crypto().Decrypt(token)
	if err != nil {
		return grant{}, false
	}
	id, subject, ok := strings.Cut(opened, ":")
	if !ok {
		return grant{}, false // a code, which is no token
	}
	g, found := p.grants.token(id)
	return g, found && g.login == account.Login(subject)
}

// bearer is the token of a request (RFC 6750): in the header, or in the form of
// a POST, never in the address.
func bearer(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	if r.Method == http.MethodPost && readForm(r) == nil {
		return r.PostForm.Get("access_token")
	}
	return ""
}

func badToken(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="oidc", error="invalid_token"`)
	writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
}
