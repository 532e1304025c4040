package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"ronron/account"
	"ronron/charter"
	"ronron/gateway"
	"ronron/internal/atomicfile"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/portal"
	"ronron/services"
)

// publish makes gateway and portal serve what runs now. The site comes first,
// because the portal is not healthy before it can read it.
func (d *Daemon) publish(ctx context.Context, w *wanted) error {
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return err
	}
	config, err := d.gatewayConfig(ctx, w, actual)
	if err != nil {
		return err
	}
	site := d.site(ctx, w, actual)
	if err := d.writeSite(site); err != nil {
		return err
	}
	if !gatewayRuns(actual) {
		return nil // it will be told when it does; the publish step comes last
	}
	if err := d.tellGateway(ctx, config); err != nil {
		if d.gatewayIsOld(w, actual) {
			// It is about to be replaced, and may not know this form.
			d.Log.Warn("the gateway of an older version did not take the configuration", logkey.Error, err)
			return nil
		}
		return err
	}
	if err := d.keepPorts(ctx, w); err != nil {
		return err
	}
	key, err := publishedKey(config, site)
	if err != nil {
		return err
	}
	return d.state.PutValue(ctx, "published", key)
}

// publishDue says whether publish would change what is served.
func (d *Daemon) publishDue(ctx context.Context, w *wanted, actual services.Actual) (bool, error) {
	config, err := d.gatewayConfig(ctx, w, actual)
	if err != nil {
		return false, err
	}
	want, err := publishedKey(config, d.site(ctx, w, actual))
	if err != nil {
		return false, err
	}
	var have string
	if err := d.state.Value(ctx, "published", &have); err != nil && errs.CodeOf(err) != errs.NotFound {
		return false, err
	}
	return have != want, nil
}

// publishedKey names what is served, without what moves by itself (times,
// health, number of members): that alone is no reason for an `up` to do something.
func publishedKey(config gateway.Config, site portal.Site) (string, error) {
	f := &site.Facts
	f.At, f.Members, f.Certificates, f.Engine = time.Time{}, nil, nil, charter.EngineFacts{}
	f.Services = slices.Clone(f.Services)
	for i := range f.Services {
		f.Services[i].Healthy, f.Services[i].Since, f.Services[i].Units = false, nil, nil
	}
	site.Services = slices.Clone(site.Services)
	for i := range site.Services {
		site.Services[i].Healthy = false
	}
	data, err := json.Marshal(site)
	if err != nil {
		return "", fmt.Errorf("encode the site: %w", err)
	}
	sum := sha256.Sum256(append(data, config.Sum()...))
	return hex.EncodeToString(sum[:12]), nil
}

func gatewayRuns(actual services.Actual) bool {
	return slices.ContainsFunc(actual.Units, func(u services.ActualUnit) bool {
		return u.Service == gatewayName && u.State == services.StateRunning
	})
}

// tellGateway gives the gateway its configuration. One that is just being
// started or restarted gets a moment to answer.
func (d *Daemon) tellGateway(ctx context.Context, c gateway.Config) error {
	const pause = 250 * time.Millisecond
	for left := gatewayPatience; ; left -= pause {
		err := d.Gateway.PutConfig(ctx, c)
		if errs.CodeOf(err) != errs.Unavailable || left <= 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// gatewayPatience is how long a gateway that does not answer is asked again.
const gatewayPatience = 5 * time.Second

// gatewayIsOld says whether only a gateway runs that an `up` replaces.
func (d *Daemon) gatewayIsOld(w *wanted, actual services.Actual) bool {
	s, ok := w.service(gatewayName)
	if !ok {
		return false
	}
	hash := s.Hash(s.Units[0], d.hashKey)
	return !slices.ContainsFunc(actual.Units, func(u services.ActualUnit) bool {
		return u.Service == gatewayName && u.State == services.StateRunning && u.Hash == hash
	})
}

// gatewayConfig is what the gateway shall serve, with a certificate for every
// host. HSTS stays 0: every certificate is the chaton's own authority's so far,
// and gateway.Host says why those must not have it.
func (d *Daemon) gatewayConfig(ctx context.Context, w *wanted, actual services.Actual) (gateway.Config, error) {
	c := gateway.Config{
		Version: gateway.ConfigVersion, Language: string(w.chaton.Language), Name: w.chaton.Name, Domain: w.chaton.Domain,
		HTTPSAddr: ":" + strconv.Itoa(w.chaton.HTTPSPort), HTTPSPort: w.chaton.HTTPSPort,
	}
	if w.chaton.HTTPPort != 0 {
		c.HTTPAddr = ":" + strconv.Itoa(w.chaton.HTTPPort)
	}
	for _, r := range w.routes {
		i := slices.IndexFunc(c.Hosts, func(h gateway.Host) bool { return h.Name == r.Host })
		if i < 0 {
			cert, err := d.certificate(ctx, w.authority, r.Host, 0)
			if err != nil {
				return gateway.Config{}, err
			}
			c.Hosts = append(c.Hosts, gateway.Host{Name: r.Host, Certificate: gateway.Certificate{Chain: cert.Chain, Key: cert.Key.Reveal()}})
			i = len(c.Hosts) - 1
		}
		c.Hosts[i].Routes = append(c.Hosts[i].Routes, d.gatewayRoute(w, r, actual))
	}
	c.Streams = d.streams(w, actual)
	var err error
	c.Gate, err = d.gateConfig(ctx, w, actual)
	return c, err
}

func (d *Daemon) gatewayRoute(w *wanted, r route, actual services.Actual) gateway.Route {
	out := gateway.Route{
		Path: r.Path, Service: string(r.service), Title: w.titles[r.service].In(w.chaton.Language),
		MaxBody: r.MaxBody, Timeout: r.Timeout, Headers: r.Headers, Deny: r.Deny, Gate: w.gateOf(r),
	}
	s, _ := w.service(r.service)
	out.Backend = d.backendOf(s, r, actual)
	if d.held.has(r.service) {
		out.Hold = holdSeconds
	}
	return out
}

// holdSeconds is how long the gateway keeps a request while the service's unit
// is replaced: stop, start and first answer of a heavy software fit into it.
const holdSeconds = 30

// backendOf returns where the route's unit answers now. Of two containers side
// by side it is the wanted one once that runs, else the one before it.
func (d *Daemon) backendOf(s services.Service, r route, actual services.Actual) string {
	at := ""
	for _, a := range actual.Units {
		if a.Service != r.service || a.Unit != r.Unit {
			continue
		}
		wanted := slices.ContainsFunc(s.Units, func(u services.Unit) bool {
			return u.Name == a.Unit && s.Hash(u, d.hashKey) == a.Hash
		})
		if a.State == services.StateRunning && wanted {
			return backend(a.Address, r.Port)
		}
		if a.State == services.StateRunning || at == "" {
			at = backend(a.Address, r.Port)
		}
	}
	return at
}

// writeSite puts the site where the portal reads it.
func (d *Daemon) writeSite(site portal.Site) error {
	data, err := json.Marshal(site)
	if err != nil {
		return fmt.Errorf("encode the site: %w", err)
	}
	// Everybody may read it: it is what the portal shows, and the portal runs
	// as nobody.
	err = atomicfile.Write(filepath.Join(d.SiteDir, "site.json"), data, 0o644)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errs.Wrap(err, errs.Failed, "The disk that holds Docker's data is full; the portal cannot be told what there is.").
			WithHint("See what takes the room with: docker system df. Free some, then run `ronron up` again.")
	}
	return err
}

// prepareSite writes a first site, so that the portal can become healthy
// before everything else does.
func (d *Daemon) prepareSite(ctx context.Context, w *wanted) error {
	_, err := os.Stat(filepath.Join(d.SiteDir, "site.json"))
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return d.writeSite(d.site(ctx, w, services.Actual{}))
}

// members counts the accounts; nil when the directory does not answer.
func (d *Daemon) members(ctx context.Context) *int {
	dir, err := d.directory(ctx)
	if err != nil {
		return nil
	}
	list, err := dir.Members(ctx)
	if err != nil {
		return nil
	}
	n := 0
	for _, m := range list {
		if !m.Suspended && slices.Contains(m.Groups, account.Members) {
			n++
		}
	}
	return &n
}
