package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/portal"
	"ronron/portal/oidc"
	"ronron/recipes"
	"ronron/services"
)

// clientSecret is the name of what a service shows the portal itself with.
const clientSecret = "oidc client"

// oidcInput is what a service may know of the portal that signs its members in.
func (d *Daemon) oidcInput(ctx context.Context, w *wanted, service services.Name) (recipes.OIDCInput, error) {
	at := w.url(w.chaton.Domain)
	own, err := d.clientSecret(ctx, service)
	return recipes.OIDCInput{
		Issuer: at, Discovery: at + oidc.DiscoveryPath, Authorize: at + oidc.AuthorizePath, Token: at + oidc.TokenPath,
		Userinfo: at + oidc.UserinfoPath, Keys: at + oidc.KeysPath, EndSession: at + oidc.EndSessionPath,
		ClientID: string(service), ClientSecret: own, CA: w.authority.RootPEM(),
	}, err
}

func (d *Daemon) clientSecret(ctx context.Context, service services.Name) (secret.String, error) {
	return d.state.EnsureSecret(ctx, string(service), clientSecret, newClientSecret)
}

func newClientSecret() secret.String { return secret.Generate(43, "") }

// signsIn says whether the portal signs members in to some service.
func (w *wanted) signsIn() bool {
	for _, r := range w.resolved {
		if r.Client != nil {
			return true
		}
	}
	return false
}

// siteOIDC tells the portal which services may send members to it, without
// their secrets: their sums are enough. Nil where there is none.
func (d *Daemon) siteOIDC(ctx context.Context, w *wanted) (*portal.SiteOIDC, error) {
	if !w.signsIn() {
		return nil, nil
	}
	site := &portal.SiteOIDC{Issuer: w.url(w.chaton.Domain)}
	for _, s := range w.chaton.Services {
		c := w.resolved[s.Name].Client
		if c == nil {
			continue
		}
		own, err := d.clientSecret(ctx, s.Name)
		if err != nil {
			return nil, err
		}
		site.Clients = append(site.Clients, portal.SiteClient{
			ID: string(s.Name), Title: w.titles[s.Name], SecretSum: oidc.Sum(own),
			Redirects: c.Redirects, SignedOut: c.SignedOut, Groups: w.admitted[s.Name],
		})
	}
	return site, nil
}

// storedKeys are the keys that the portal signs with, as they lie in the state.
type storedKeys struct {
	Keys []string  `json:"keys"` // PEM, the newest first
	Made time.Time `json:"made"` // the newest
	For  string    `json:"for"`  // the self image that the portal ran when they were looked at last
}

// keyAge is how old a key becomes before another takes its place. A new key
// takes a new portal, which forgets who is signed in; so it waits for the next
// version of Ronron, whose portal is a new one anyway.
const keyAge = 90 * 24 * time.Hour

// oidcKeys returns the keys, made the first time that a service needs them, and
// kept when none does any more: else the portal would be made anew each time.
func (d *Daemon) oidcKeys(ctx context.Context, w *wanted) ([]secret.String, error) {
	var stored storedKeys
	sealed, err := d.state.Secret(ctx, own, "oidc keys")
	switch {
	case errs.CodeOf(err) == errs.NotFound:
	case err != nil:
		return nil, err
	default:
		if json.Unmarshal([]byte(sealed.Reveal()), &stored) != nil || len(stored.Keys) == 0 {
			return nil, fmt.Errorf("decode the portal's keys: they are not what this version writes")
		}
	}
	if w.signsIn() && (len(stored.Keys) == 0 || stored.For != d.SelfID) {
		if stored, err = d.renewKeys(ctx, stored); err != nil {
			return nil, err
		}
	}
	var keys []secret.String
	for _, k := range stored.Keys {
		keys = append(keys, secret.New(k))
	}
	return keys, nil
}

// renewKeys makes a key where there is none or it is old, and keeps the one
// before: what it signed is still known.
func (d *Daemon) renewKeys(ctx context.Context, s storedKeys) (storedKeys, error) {
	if len(s.Keys) == 0 || d.Now().Sub(s.Made) >= keyAge {
		made, err := oidc.GenerateKey()
		if err != nil {
			return s, err
		}
		s.Keys, s.Made = append([]string{made.Reveal()}, s.Keys...), d.Now()
		s.Keys = s.Keys[:min(2, len(s.Keys))]
	}
	s.For = d.SelfID
	data, err := json.Marshal(s)
	if err != nil {
		return s, fmt.Errorf("encode the portal's keys: %w", err)
	}
	return s, d.state.PutSecret(ctx, own, "oidc keys", secret.New(string(data)))
}
