package daemon

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"ronron/chaton"
	"ronron/ldap"
	"ronron/portal"
	"ronron/services"
)

// The services that every chaton has. They come from the self image; the
// directory comes from a recipe like any other software.
const (
	gatewayName   = services.Name("gateway")
	portalName    = services.Name("portal")
	directoryName = services.Name("directory")

	directoryRecipe = "openldap"
	directoryPort   = 636
)

// nobody is who the portal runs as.
const nobody = 65534

// Where the built-in services find their volumes and files.
const (
	gatewayRun   = "/run/gateway"
	portalSite   = "/run/site"
	portalConfig = "/run/portal/config.json"
	portalPort   = 8080
)

func (d *Daemon) gatewayService(c *chaton.Chaton, bindsLow bool) services.Service {
	var capabilities []string
	if bindsLow || c.HTTPSPort < 1024 || c.HTTPPort > 0 && c.HTTPPort < 1024 {
		capabilities = []string{"NET_BIND_SERVICE"}
	}
	return services.Service{
		Name: gatewayName, Recipe: "gateway", RecipeVersion: d.Version, HostNetwork: true,
		Volumes: []services.Volume{{Name: "run", Shared: true}},
		Units: []services.Unit{{
			Name:         gatewayName,
			Image:        services.Image{Self: true, SelfID: d.SelfID},
			Command:      []string{"gateway", "--dir", gatewayRun},
			Mounts:       []services.Mount{{Volume: "run", Path: gatewayRun}},
			Limits:       services.Limits{Memory: 256 << 20, PIDs: 200},
			Capabilities: capabilities,
			ReadOnly:     true,
			Health:       services.Health{Kind: services.HealthAsked},
			// A gateway shares its ports with its own successor (SO_REUSEPORT),
			// so that no visitor notices the change.
			Overlaps: true,
			// It stops in less: half a second to step aside, one for clients to
			// leave, ten for requests under way.
			StopTimeout: 15 * time.Second,
		}},
	}
}

func (d *Daemon) portalService(ctx context.Context, w *wanted) (services.Service, error) {
	password, err := d.password(ctx, portalName, bindPassword)
	if err != nil {
		return services.Service{}, err
	}
	gate, err := d.gateKeys(ctx)
	if err != nil {
		return services.Service{}, err
	}
	keys, err := d.oidcKeys(ctx, w)
	if err != nil {
		return services.Service{}, err
	}
	base := ldap.BaseDN(string(d.Chaton))
	config, err := portal.Config{GateKey: gate.seed, GateSecret: gate.shared, OIDCKeys: keys, Directory: portal.DirectoryConfig{
		Address:    fmt.Sprintf("%s:%d", d.directoryHost(), directoryPort),
		ServerName: d.directoryHost(), CA: w.authority.RootPEM(), BaseDN: base,
		BindDN: ldap.ServiceDN(base, string(portalName)), Password: password,
	}}.Encode()
	if err != nil {
		return services.Service{}, fmt.Errorf("encode the portal's file: %w", err)
	}
	return services.Service{
		Name: portalName, Recipe: "portal", RecipeVersion: d.Version, Directory: true, AtDirectory: []string{d.directoryHost()},
		Volumes: []services.Volume{{Name: "site", Shared: true}},
		Units: []services.Unit{{
			Name:     portalName,
			Image:    services.Image{Self: true, SelfID: d.SelfID},
			Command:  []string{"portal", "--site", portalSite + "/site.json", "--config", portalConfig, "--listen", fmt.Sprintf(":%d", portalPort)},
			User:     fmt.Sprintf("%d:%d", nobody, nobody),
			Mounts:   []services.Mount{{Volume: "site", Path: portalSite, ReadOnly: true}},
			Files:    []services.File{{Path: portalConfig, Content: config, UID: nobody, GID: nobody, Secret: true}},
			Ports:    []services.Port{{Name: "http", Number: portalPort}},
			Health:   services.Health{Kind: services.HealthHTTP, Port: "http", Path: "/health"},
			Limits:   services.Limits{Memory: 128 << 20, PIDs: 100},
			ReadOnly: true,
		}},
	}, nil
}

// prober asks the gateway itself how it is, and probes everything else.
type prober struct{ *Daemon }

func (p prober) Probe(ctx context.Context, u services.Unit, actual services.ActualUnit) error {
	if u.Health.Kind == services.HealthAsked && actual.State == services.StateRunning {
		return p.Gateway.Health(ctx)
	}
	return p.Prober.Probe(ctx, u, actual)
}

// backend is where the gateway reaches a port of a unit.
func backend(address netip.Addr, port int) string {
	if !address.IsValid() {
		return ""
	}
	return netip.AddrPortFrom(address, uint16(port)).String()
}
