package portal

import (
	"context"
	"encoding/hex"
	"slices"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/portal/oidc"
)

// SiteOIDC is what the portal has to know to sign members in to services by
// OpenID Connect. No secret is in it.
type SiteOIDC struct {
	Issuer  string       `json:"issuer"` // the portal's own address
	Clients []SiteClient `json:"clients"`
}

// SiteClient is a service that sends members here to sign in.
type SiteClient struct {
	ID        string    `json:"id"`
	Title     text.Text `json:"title"`      // of the service
	SecretSum string    `json:"secret_sum"` // oidc.Sum of its secret
	Redirects []string  `json:"redirects"`
	SignedOut []string  `json:"signed_out"`
	Groups    []string  `json:"groups"` // whose members may enter
}

// house is the portal as the provider sees it.
type house struct{ s *Server }

var _ oidc.House = house{}

func (h house) Issuer() string {
	if o := h.site(); o != nil {
		return o.Issuer
	}
	return ""
}

func (h house) site() *SiteOIDC {
	if site := h.s.site.current(); site != nil {
		return site.OIDC
	}
	return nil
}

// Client also hears of administrators, so that it can know its own.
func (h house) Client(id string) (oidc.Client, bool) {
	c, ok := h.client(id)
	if !ok {
		return oidc.Client{}, false
	}
	return oidc.Client{
		ID: c.ID, SecretSum: c.SecretSum, Redirects: c.Redirects, SignedOut: c.SignedOut,
		Enter: c.Groups, Tells: []string{account.Admins},
	}, true
}

func (h house) client(id string) (SiteClient, bool) {
	o := h.site()
	if o == nil {
		return SiteClient{}, false
	}
	i := slices.IndexFunc(o.Clients, func(c SiteClient) bool { return c.ID == id })
	if i < 0 {
		return SiteClient{}, false
	}
	return o.Clients[i], true
}

// Member ends the sessions of who is suspended, as every page here does.
func (h house) Member(ctx context.Context, login account.Login) (account.Member, error) {
	ctx, cancel := context.WithTimeout(ctx, directoryPatience)
	defer cancel()
	m, err := h.s.accounts.Member(ctx, login)
	if err == nil && m.Suspended {
		err = account.NoMember(login)
	}
	if errs.CodeOf(err) == errs.NotFound {
		h.s.sessions.endAll(login)
	} else if err != nil {
		h.s.away(err) // for the log
	}
	return m, err
}

func (h house) Lasts(session string) bool {
	raw, err := hex.DecodeString(session)
	if err != nil || len(raw) != len(sessionKey{}) {
		return false
	}
	_, ok := h.s.sessions.byKey(sessionKey(raw))
	return ok
}
