// Package probe tells whether a unit does its work, by asking it the way its
// recipe says. It probes from outside the container, over the network, because
// an exec check costs some 66 ms of CPU each time; exec is there for software
// with no other way.
package probe

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ronron/internal/text"
	"ronron/services"
)

// Execer is the part of an engine that exec probes need.
type Execer interface {
	Exec(ctx context.Context, id string, command []string, stdin io.Reader) (services.Result, error)
}

// Prober probes units over the network and through an engine.
type Prober struct {
	exec   Execer
	client *http.Client
}

// New returns a Prober.
func New(exec Execer) *Prober {
	return &Prober{exec: exec, client: &http.Client{
		// Every probe is a stranger's first call: no kept connections, no
		// redirects followed, no proxy of this machine's environment.
		Transport:     &http.Transport{DisableKeepAlives: true, Proxy: nil},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Probe asks once. A nil error means healthy; otherwise the error says what
// was asked and what came back, in words a host can use.
func (p *Prober) Probe(ctx context.Context, u services.Unit, actual services.ActualUnit) error {
	if actual.State != services.StateRunning {
		return notRunning(actual)
	}
	timeout := u.Health.Timeout
	if timeout == 0 {
		timeout = services.DefaultProbeTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	switch u.Health.Kind {
	case services.HealthHTTP:
		return p.http(ctx, u, actual.Address)
	case services.HealthTCP:
		return tcp(ctx, address(u, actual.Address))
	case services.HealthExec:
		return p.command(ctx, u, actual.ID)
	default:
		return nil
	}
}

func notRunning(a services.ActualUnit) error {
	switch {
	case a.Error != "" && a.State == services.StateCreated:
		return text.Errorf("the container is created: %s", a.Error)
	case a.Error != "" && a.State == services.StateRestarting:
		return text.Errorf("the container is restarting: %s", a.Error)
	case a.Error != "":
		return text.Errorf("the container is exited: %s", a.Error)
	case a.State == services.StateExited:
		return text.Errorf("the container ended with exit code %d", a.ExitCode)
	case a.State == services.StateRestarting:
		return text.Errorf("the container ends again and again, last with exit code %d", a.ExitCode)
	default:
		return text.Errorf("the container is created")
	}
}

func (p *Prober) http(ctx context.Context, u services.Unit, ip netip.Addr) error {
	url := "http://" + address(u, ip) + u.Health.Path
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return text.Errorf("the health path %q makes no request: %v", u.Health.Path, err)
	}
	req.Host = u.Health.Host
	req.Header.Set("User-Agent", "ronron-probe")
	resp, err := p.client.Do(req)
	if err != nil {
		return text.Errorf("GET %s: %s", u.Health.Path, plainError(err))
	}
	defer resp.Body.Close()
	healthy := resp.StatusCode >= 200 && resp.StatusCode < 400
	if len(u.Health.Status) > 0 {
		healthy = slices.Contains(u.Health.Status, resp.StatusCode)
	}
	if !healthy {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
		return text.Errorf("GET %s answered %d: %s", u.Health.Path, resp.StatusCode, strings.Join(strings.Fields(string(body)), " "))
	}
	return nil
}

func tcp(ctx context.Context, addr string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		_, port, _ := net.SplitHostPort(addr)
		return text.Errorf("connect to port %s: %s", port, plainError(err))
	}
	return conn.Close()
}

func (p *Prober) command(ctx context.Context, u services.Unit, id string) error {
	r, err := p.exec.Exec(ctx, id, u.Health.Command, nil)
	if err != nil {
		return text.Errorf("run the health command: %v", err)
	}
	if r.ExitCode != 0 {
		return text.Errorf("the health command ended with exit code %d: %s", r.ExitCode, lastLine(r.Output))
	}
	return nil
}

func address(u services.Unit, ip netip.Addr) string {
	for _, port := range u.Ports {
		if port.Name == u.Health.Port {
			return net.JoinHostPort(ip.String(), strconv.Itoa(port.Number))
		}
	}
	return net.JoinHostPort(ip.String(), "0")
}

// plainError keeps the last part of a network error: "connection refused"
// rather than the whole chain with addresses.
func plainError(err error) text.Text {
	if nerr, ok := err.(net.Error); ok && nerr.Timeout() {
		return text.Of("no answer in time")
	}
	said := err.Error()
	if i := strings.LastIndex(said, ": "); i >= 0 {
		said = said[i+2:]
	}
	if slices.Contains(usual, said) {
		return text.Of(said)
	}
	return text.Text{EN: said}
}

// usual is what the system says of connections.
var usual = []string{text.Key("connection refused"), text.Key("connection reset by peer"), text.Key("no route to host"), text.Key("EOF")}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
