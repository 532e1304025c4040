package oidc

import (
	"context"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"ronron/account"
)

// Leaving is a client's wish that its member signs out of the chaton.
type Leaving struct {
	// Login is who, if an id token of ours proves it: then nobody has to be
	// asked whether they meant it.
	Login account.Login
	// Address is where to go afterwards; "" is nowhere in particular.
	Address string
}

// Leaving reads the query, or the form, of a request to end a session. What is not
// proven in it is left out: whoever wants to leave can.
func (p *Provider) Leaving(ctx context.Context, values url.Values) Leaving {
	request := &oidc.EndSessionRequest{}
	for _, given := range values {
		if len(given) > 1 {
			return Leaving{}
		}
	}
	if err := p.op.Decoder().Decode(request, values); err != nil {
		return Leaving{}
	}
	ctx = p.within(ctx)
	checked, err := op.ValidateEndSessionRequest(ctx, request, p.op)
	if err != nil {
		return Leaving{}
	}
	leaving := Leaving{Login: account.Login(checked.UserID)}
	if request.PostLogoutRedirectURI != "" && checked.ClientID != "" { // then it was checked
		leaving.Address = checked.RedirectURI
	}
	return leaving
}
