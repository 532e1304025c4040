package recipes

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"ronron/account"
	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/secret"
)

// OIDCInput is oidc.*: the portal as an OpenID Connect provider, and what it
// knows this service by.
type OIDCInput struct {
	Issuer, Discovery, Authorize, Token, Userinfo, Keys, EndSession string

	ClientID     string
	ClientSecret secret.String
	CA           string // PEM of the authority that signed the portal's certificate
}

// Client is what a service with accounts "oidc" asks of the provider.
type Client struct {
	Redirects []string // whole addresses to which members come back signed in
	SignedOut []string // whole addresses to which they come back signed out
}

// mostRedirects bounds the addresses of one client.
const mostRedirects = 20

// addressesOfClient checks what accounts says of them, as far as no chaton
// decides.
func (d declarations) addressesOfClient(b *hclread.Block, a *Accounts) {
	for _, name := range []string{"redirect", "signed_out"} {
		if b.Has(name) && a.Kind != "oidc" {
			d.Errorf(b.RangeOf(name), "Nobody goes there", "Only with accounts \"oidc\" the portal sends members back to an address of the software. Remove the line.")
		}
	}
	if a.Kind == "oidc" && !b.Has("redirect") {
		d.Errorf(b.NameRange(), "Missing redirect", "Say to which address of the software the portal may send members back, as the software's manual gives it: redirect = [\"/auth/callback\"].")
	}
}

// client works out where the portal may send members, once the routes are known.
func (e *evaluation) client(root *hclread.Block) {
	b := root.Block("accounts")
	if e.r.Accounts.Kind != "oidc" || b == nil {
		return
	}
	c := &Client{Redirects: e.clientAddresses(b, "redirect", nil), SignedOut: e.clientAddresses(b, "signed_out", []string{"/"})}
	e.out.Client = c
	if !e.dry {
		e.out.Service.AtGateway = []string{e.in.Chaton.Domain}
	}
}

func (e *evaluation) clientAddresses(b *hclread.Block, name string, otherwise []string) (all []string) {
	given := e.Strings(b, name)
	at := given.Range
	switch {
	case !b.Has(name):
		if at = b.Range; e.leadsTo(e.in.Service.Host) {
			given.V = otherwise
		}
	case given.Known && len(given.V) == 0 && name == "redirect":
		e.Errorf(at, "Missing redirect", "Without an address to send them back to, nobody can sign in: redirect = [\"/auth/callback\"].")
	case len(given.V) > mostRedirects:
		e.Errorf(at, "Too many addresses", "The portal sends members back to at most %d addresses of a service.", mostRedirects)
		return nil
	}
	for i, text := range given.V {
		if slices.Contains(given.V[:i], text) {
			e.Errorf(at, "Address named twice", "%q is in the list already.", text)
			continue
		}
		if address, ok := e.clientAddress(text, at); ok {
			all = append(all, address)
		}
	}
	return all
}

// clientAddress makes a whole address of a path of service.url, or of an address
// that one of the recipe's routes leads to: a client whose answers went elsewhere would
// hand its members' sign-ins to somebody else.
func (e *evaluation) clientAddress(text string, at diag.Range) (string, bool) {
	if strings.HasPrefix(text, "/") {
		if !plainPath(text) {
			e.badAddress(text, at)
			return "", false
		}
		if !e.dry && !e.leadsTo(e.in.Service.Host) {
			e.Errorf(at, "Not this service's address", "No route of the recipe leads to service.host, so %q is nowhere. Write the whole address: \"${route.NAME.url}%s\".", text, text)
			return "", false
		}
		return e.in.Service.URL + text, true
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !plainPath(u.Path) || u.String() != text:
		e.badAddress(text, at)
		return "", false
	case !e.dry && (!e.leadsTo(u.Hostname()) || !strings.HasPrefix(text, e.routeURL(u.Hostname(), "/")+"/")):
		e.Errorf(at, "Not this service's address", "%q belongs to no route of the recipe, so members would be sent to somebody else. Use a path of service.url, or \"${route.NAME.url}/…\".", text)
		return "", false
	}
	return text, true
}

func (e *evaluation) leadsTo(host string) bool {
	return slices.ContainsFunc(e.out.Routes, func(r Route) bool { return r.Host == host })
}

func plainPath(p string) bool {
	clean := path.Clean(p)
	return strings.HasPrefix(p, "/") && (clean == p || clean+"/" == p) && !strings.ContainsAny(p, "?#%*\\+&=<>\"' \t\r\n\x00")
}

func (e *evaluation) badAddress(text string, at diag.Range) {
	e.Errorf(at, "Bad address", "%q is not a path of the service, such as \"/auth/callback\". The portal compares addresses letter by letter: there are no wildcards, no .., no %%, and nothing after ?.", text)
}

// oidc is defined for recipes with accounts "oidc" alone.
func (e *evaluation) oidc() cty.Value {
	o := e.in.OIDC
	return cty.ObjectVal(map[string]cty.Value{
		"issuer": e.text(o.Issuer), "discovery_url": e.text(o.Discovery), "authorize_url": e.text(o.Authorize), "token_url": e.text(o.Token),
		"userinfo_url": e.text(o.Userinfo), "jwks_url": e.text(o.Keys), "end_session_url": e.text(o.EndSession),
		"client_id": e.text(o.ClientID), "client_secret": e.hidden(o.ClientSecret), "ca": e.text(o.CA),
		"admins": e.text(account.Admins),
	})
}
