package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"syscall"

	"ronron/gateway"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
)

// streams are the ports of the machine that are not HTTP, in order of the file.
func (d *Daemon) streams(w *wanted, actual services.Actual) (all []gateway.Stream) {
	for _, s := range w.services {
		for _, l := range s.Listens {
			at := route{s.Name, recipes.Route{Unit: l.Unit, Port: l.Port}}
			all = append(all, gateway.Stream{
				Service: string(s.Name), Protocol: l.Protocol, Public: l.Public, Count: l.Ports(), Backend: d.backendOf(s, at, actual),
			})
		}
	}
	return all
}

// listenPort is one port of the machine.
type listenPort struct {
	protocol string
	number   int
}

func (p listenPort) String() string { return p.protocol + "/" + strconv.Itoa(p.number) }

// listenPorts returns every port of the machine that services want, with who
// wants it.
func (w *wanted) listenPorts() (ports []listenPort, by map[listenPort][]services.Name) {
	by = map[listenPort][]services.Name{}
	for _, s := range w.services {
		for _, l := range s.Listens {
			for i := range l.Ports() {
				p := listenPort{l.Protocol, l.Public + i}
				if by[p] == nil {
					ports = append(ports, p)
				}
				by[p] = append(by[p], s.Name)
			}
		}
	}
	return ports, by
}

// portConflicts finds ports that two want, which single files cannot see.
func (w *wanted) portConflicts() (diags diag.List) {
	ports, by := w.listenPorts()
	told := map[string]bool{}
	for _, p := range ports {
		who := by[p]
		detail, at := text.Text{}, who[len(who)-1]
		switch {
		case p.protocol == "tcp" && (p.number == w.chaton.HTTPSPort || p.number == w.chaton.HTTPPort):
			detail = text.Say("%s wants port %d of the machine, which the gateway has for web pages. Choose another port in the gateway block or in the service's settings.", at, p.number)
		case len(who) > 1:
			detail = text.Say("%s and %s both want port %d (%s) of the machine. Give one of them another in its settings, or leave it out.", who[0], at, p.number, p.protocol)
		}
		if key := fmt.Sprint(who); !detail.IsZero() && !told[key] { // of a range, one is enough
			told[key] = true
			diags = diags.Append(diag.Error("Port taken twice", detail, w.rangeOf(at)))
		}
	}
	return diags
}

// bindsLow says whether the gateway has to open a port that only root may.
func (w *wanted) bindsLow() bool {
	ports, _ := w.listenPorts()
	return slices.ContainsFunc(ports, func(p listenPort) bool { return p.number < 1024 })
}

// listensFree finds ports that another program has. Those that the gateway
// opened already are its own.
func (d *Daemon) listensFree(ctx context.Context, w *wanted, gatewayStarts bool) error {
	var mine []string
	if !gatewayStarts {
		if err := d.state.Value(ctx, "ports", &mine); err != nil && errs.CodeOf(err) != errs.NotFound {
			return err
		}
	}
	ports, by := w.listenPorts()
	for _, p := range ports {
		if slices.Contains(mine, p.String()) {
			continue
		}
		if err := d.ListenFree(p.protocol, p.number); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "%s needs port %d (%s) of this machine, which is taken by another program.", by[p][0], p.number, p.protocol).
				WithHint("Find it with `ss -lnp 'sport = :%d'` and stop it, or choose another port in the settings of %s.", p.number, by[p][0])
		}
	}
	return nil
}

// keepPorts notes what the gateway opened.
func (d *Daemon) keepPorts(ctx context.Context, w *wanted) error {
	ports, _ := w.listenPorts()
	open, web := []string{}, []string{}
	for _, p := range ports {
		open = append(open, p.String())
	}
	for _, port := range []int{w.chaton.HTTPSPort, w.chaton.HTTPPort} {
		if port != 0 {
			web = append(web, listenPort{"tcp", port}.String())
		}
	}
	if err := d.state.PutValue(ctx, "web ports", web); err != nil {
		return err
	}
	return d.state.PutValue(ctx, "ports", open)
}

// Ports returns the ports of the machine that the gateway holds, or an error
// where it was never noted which.
func (d *Daemon) Ports(ctx context.Context) ([]string, error) {
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return nil, err
	}
	if !gatewayRuns(actual) {
		return []string{}, nil
	}
	var web, others []string
	if err := d.state.Value(ctx, "web ports", &web); err != nil {
		return nil, err
	}
	if err := d.state.Value(ctx, "ports", &others); err != nil {
		return nil, err
	}
	return append(web, others...), nil
}

// listenFree says whether a port of the machine can be taken. The daemon
// lives in the machine's network, so what it finds is what the gateway will.
func listenFree(protocol string, port int) error {
	addr := ":" + strconv.Itoa(port)
	var l interface{ Close() error }
	var err error
	if protocol == "udp" {
		l, err = net.ListenPacket("udp", addr)
	} else {
		l, err = net.Listen("tcp", addr)
	}
	switch {
	case err == nil:
		return l.Close()
	case errors.Is(err, syscall.EACCES):
		return nil // the daemon may not, but the gateway may
	}
	return errs.Wrap(err, errs.Failed, "Port %d of this machine is taken by another program.", port).
		WithHint("Find it with `ss -lnp 'sport = :%d'` and stop it, or choose other ports in the gateway block of chaton.hcl.", port)
}
