package gateway

import (
	"cmp"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"ronron/internal/text"
)

// table is a configuration made ready for looking things up. It never changes:
// a new configuration is a new table, and a request reads one table at a time.
type table struct {
	config    Config
	language  text.Lang
	httpsPort int
	hosts     map[string]*host
	gate      *gate // nil where no route has one
}

type host struct {
	name   string
	public string // as browsers write it in Host: with the port unless that is 443
	port   string // the port that browsers see
	cert   *tls.Certificate
	hsts   string        // value of the header, or ""
	routes []*tableRoute // longest path first
}

type tableRoute struct {
	Route
	backend string // host:port for the transport, "" when there is none
	maxBody int64  // -1 no bound
	timeout time.Duration
	hold    time.Duration
	counts  *counts
	logName []byte // the service as a JSON string
	// gateHeaders are those that the service believes, in small letters.
	gateHeaders map[string]bool
	// gatedBelow are gated paths that other routes of the host lead to. What
	// the service might read as one of them does not come in by this route.
	gatedBelow []string
	// downSince is when the backend was first missed, in Unix nanoseconds; 0 while it answers.
	downSince atomic.Int64
}

// newTable makes the table of a configuration that has no problems.
func newTable(c Config, s *stats) (*table, error) {
	t := &table{config: c, hosts: make(map[string]*host, len(c.Hosts)), httpsPort: c.HTTPSPort}
	t.language, _ = text.Parse(c.Language)
	if t.language == "" {
		t.language = text.FR
	}
	if t.httpsPort == 0 {
		_, port, _ := net.SplitHostPort(c.HTTPSAddr)
		t.httpsPort, _ = strconv.Atoi(port)
	}
	for _, h := range c.Hosts {
		cert, err := h.Certificate.parse()
		if err != nil {
			return nil, fmt.Errorf("read certificate of %s: %w", h.Name, err)
		}
		entry := &host{name: h.Name, public: h.Name, port: strconv.Itoa(t.httpsPort), cert: &cert}
		if t.httpsPort != 443 {
			entry.public = net.JoinHostPort(h.Name, entry.port)
		}
		if h.HSTS > 0 {
			entry.hsts = "max-age=" + strconv.Itoa(h.HSTS)
		}
		for _, r := range h.Routes {
			entry.routes = append(entry.routes, newTableRoute(r, s))
		}
		slices.SortStableFunc(entry.routes, func(a, b *tableRoute) int { return cmp.Compare(len(b.Path), len(a.Path)) })
		for _, r := range entry.routes {
			r.gatedBelow = entry.gatedBelow(r)
		}
		t.hosts[h.Name] = entry
	}
	t.shareGateHeaders()
	home := c.Domain
	if h := t.hosts[c.Domain]; h != nil {
		home = h.public
	}
	t.gate = newGate(c, home)
	return t, nil
}

func (h *host) gatedBelow(r *tableRoute) (paths []string) {
	for _, other := range h.routes {
		if other != r && other.Gate != nil && other.Path != r.Path && below(other.Path, r.Path) {
			paths = append(paths, other.Path)
		}
	}
	return paths
}

// shareGateHeaders gives every route of a service the headers that any of its
// gates sets: the service believes them wherever they come in.
func (t *table) shareGateHeaders() {
	of := map[string]map[string]bool{}
	for _, h := range t.hosts {
		for _, r := range h.routes {
			if r.Gate == nil {
				continue
			}
			if of[r.Service] == nil {
				of[r.Service] = map[string]bool{}
			}
			for _, name := range r.Gate.Headers.all() {
				of[r.Service][strings.ToLower(name)] = true
			}
		}
	}
	for _, h := range t.hosts {
		for _, r := range h.routes {
			r.gateHeaders = of[r.Service]
		}
	}
}

// all returns the names that are used.
func (g GateHeaders) all() (names []string) {
	for _, name := range []string{g.User, g.Name, g.Mail, g.Groups} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func newTableRoute(r Route, s *stats) *tableRoute {
	tr := &tableRoute{
		Route:   r,
		maxBody: cmp.Or(r.MaxBody, 64<<20),
		timeout: time.Duration(cmp.Or(r.Timeout, 60)) * time.Second,
		hold:    time.Duration(r.Hold) * time.Second,
		counts:  s.of(r.Service),
		logName: jsonString(r.Service),
	}
	if r.Backend != "" {
		tr.backend = netip.MustParseAddrPort(r.Backend).String()
		tr.hold = time.Duration(cmp.Or(r.Hold, 3)) * time.Second
	}
	return tr
}

// host finds the host of a Host header or server name, or nil.
func (t *table) host(name string) *host {
	if h, ok := t.hosts[name]; ok {
		return h
	}
	return t.hosts[hostName(name)]
}

// route finds the route of a cleaned path, or nil.
func (h *host) route(p string) *tableRoute {
	for _, r := range h.routes {
		if below(p, r.Path) {
			return r
		}
	}
	return nil
}

// speaksFor says whether a connection made for this host may carry requests
// for another: only if its certificate covers that too.
func (h *host) speaksFor(name string) bool {
	return h.name == name || h.cert.Leaf.VerifyHostname(name) == nil
}

// hostName brings a Host header to the form of Host.Name.
func hostName(s string) string {
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		s = s[:i]
	}
	return strings.TrimSuffix(strings.ToLower(s), ".")
}

func jsonString(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic("gateway: every string has a JSON form: " + err.Error())
	}
	return b
}
