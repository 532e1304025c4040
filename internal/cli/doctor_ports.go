package cli

import (
	"context"
	"slices"
	"strconv"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/text"
	"ronron/services"
)

// holding is what is known of the ports that the chaton's own gateway holds.
// It goes on holding them when the daemon is away.
type holding struct {
	ports   []string // as "tcp/443"
	unknown bool     // it holds some, and nobody says which
	unseen  bool     // without the engine nobody knows whether it runs at all
}

func holdingOf(ctx context.Context, host Host, d *daemon, id services.ChatonID) holding {
	if host == nil {
		return holding{unseen: true}
	}
	if d != nil {
		ports, err := d.Ports(ctx)
		return holding{ports: ports, unknown: err != nil} // an older daemon does not say
	}
	daemons, err := host.Daemons(ctx)
	return holding{unknown: err == nil && slices.ContainsFunc(daemons, func(d Daemon) bool { return d.Chaton == id })}
}

// holds says whether a port is the gateway's already, or may be.
func (h holding) holds(protocol string, port int) bool {
	return h.unknown || slices.Contains(h.ports, protocol+"/"+strconv.Itoa(port))
}

// taken is the check of a port that another program has, as far as that can be told.
func (h holding) taken(name, protocol string, port int, why error, otherwise api.Check) api.Check {
	if !h.unseen {
		return otherwise
	}
	return warning(name, text.Say("See who: sudo ss -lnp --%s 'sport = :%d'. If it is ronron, all is well; another program has to leave the port, or the chaton to choose another.", protocol, port),
		"%d is taken: %v; whether by this chaton itself cannot be told without the engine", port, why)
}

// checkPorts tries the ports that the gateway will need and does not hold yet.
func (a *App) checkPorts(w api.Wanted, file *chaton.Chaton, held holding) (checks []api.Check) {
	for _, port := range []int{file.HTTPSPort, file.HTTPPort} {
		if port == 0 || held.holds("tcp", port) {
			continue
		}
		name := "port " + strconv.Itoa(port)
		if err := a.env.Machine.PortFree("tcp", port); err != nil {
			checks = append(checks, held.taken(name, "tcp", port, err,
				problem(name, text.Say("See who: sudo ss -ltnp 'sport = :%d'. Stop that program, or choose another port in the gateway block.", port), "is taken: %v", err)))
			continue
		}
		checks = append(checks, ok(name, "is free"))
	}
	all, _ := a.env.Language.Resolve(w) // its problems are those of the file
	for _, r := range all {
		for _, l := range r.Service.Listens {
			checks = append(checks, a.checkListen(r.Service.Name, l, held)...)
		}
	}
	return checks
}

// checkListen is one line for all the ports of a listen, which can be many, and
// none where the gateway holds them all.
func (a *App) checkListen(service services.Name, l services.Listen, held holding) []api.Check {
	last := l.Public + max(l.Count, 1) - 1
	name := "port " + strconv.Itoa(l.Public) + "/" + l.Protocol
	if last > l.Public {
		name = "ports " + strconv.Itoa(l.Public) + "-" + strconv.Itoa(last) + "/" + l.Protocol
	}
	tried := false
	for port := l.Public; port <= last; port++ {
		if held.holds(l.Protocol, port) {
			continue
		}
		if err := a.env.Machine.PortFree(l.Protocol, port); err != nil {
			return []api.Check{held.taken(name, l.Protocol, port, err,
				problem(name, text.Say("See who: sudo ss -lnp --%s 'sport = :%d'. Stop that program; %s needs the port.", l.Protocol, port, service), "%d is taken: %v", port, err))}
		}
		tried = true
	}
	if !tried {
		return nil
	}
	return []api.Check{ok(name, "free, for %s", service)}
}
