package daemon

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"strconv"

	"ronron/account"
	"ronron/gateway"
	"ronron/internal/secret"
	"ronron/portal"
	"ronron/recipes"
	"ronron/services"
)

// gateKeys are what portal and gateway trust each other by.
type gateKeys struct {
	seed   secret.String // base64, of the key that the portal signs passes with
	public string        // base64, its other half, for the gateway
	shared secret.String // known to both
}

// gateKeys returns the keys of this chaton, made the first time.
func (d *Daemon) gateKeys(ctx context.Context) (gateKeys, error) {
	seed, err := d.state.EnsureSecret(ctx, own, "gate key", newSeed)
	if err != nil {
		return gateKeys{}, err
	}
	shared, err := d.state.EnsureSecret(ctx, own, "gate secret", func() secret.String { return secret.Generate(43, "") })
	if err != nil {
		return gateKeys{}, err
	}
	raw, err := base64.StdEncoding.DecodeString(seed.Reveal())
	if err != nil || len(raw) != ed25519.SeedSize {
		return gateKeys{}, fmt.Errorf("decode the gate's key: it is not the base64 of %d bytes", ed25519.SeedSize)
	}
	public := ed25519.NewKeyFromSeed(raw).Public().(ed25519.PublicKey)
	return gateKeys{seed, base64.StdEncoding.EncodeToString(public), shared}, nil
}

func newSeed() secret.String {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed) // never fails
	return secret.New(base64.StdEncoding.EncodeToString(seed))
}

// gateOf makes of a recipe's gate the gateway's: with the groups of the
// service, where the recipe names no others.
func (w *wanted) gateOf(r route) *gateway.Gate {
	if r.Gate == nil {
		return nil
	}
	return &gateway.Gate{
		Groups: w.gateGroups(r), Basic: r.Gate.Basic,
		Headers: gateway.GateHeaders{User: r.Gate.Headers.User, Name: r.Gate.Headers.Name, Mail: r.Gate.Headers.Mail, Groups: r.Gate.Headers.Groups},
	}
}

func (w *wanted) gateGroups(r route) []string {
	if len(r.Gate.Groups) > 0 {
		return r.Gate.Groups
	}
	return w.admitted[r.service]
}

// portalGroups are those that the portal's account may know of: the directory
// shows a service only these, of a member too, and gates and clients ask for them.
func (w *wanted) portalGroups() []string {
	groups := []string{account.Admins, account.Members}
	for _, r := range w.routes {
		if r.Gate != nil {
			groups = append(groups, w.gateGroups(r)...)
		}
	}
	for name, r := range w.resolved {
		if r.Client != nil {
			groups = append(groups, w.admitted[name]...)
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// gateConfig is what the gateway needs for its gates; nil where there is none.
func (d *Daemon) gateConfig(ctx context.Context, w *wanted, actual services.Actual) (*gateway.GateKeys, error) {
	if !slices.ContainsFunc(w.routes, func(r route) bool { return r.Gate != nil }) {
		return nil, nil
	}
	keys, err := d.gateKeys(ctx)
	if err != nil {
		return nil, err
	}
	s, _ := w.service(portalName)
	door := route{portalName, recipes.Route{Unit: portalName, Port: portalPort}}
	return &gateway.GateKeys{Key: keys.public, Secret: keys.shared.Reveal(), Portal: d.backendOf(s, door, actual)}, nil
}

// siteGates tells the portal whom it may send where.
func (w *wanted) siteGates() (gates []portal.SiteGate) {
	for _, r := range w.routes {
		if r.Gate == nil {
			continue
		}
		host := r.Host
		if w.chaton.HTTPSPort != 443 {
			host = net.JoinHostPort(host, strconv.Itoa(w.chaton.HTTPSPort))
		}
		gates = append(gates, portal.SiteGate{Host: host, Path: r.Path, Title: w.titles[r.service], Groups: w.gateGroups(r)})
	}
	return gates
}
