package gateway

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"ronron/internal/errs"
)

// Bounds of what a route may ask for.
const (
	maxTimeout = 24 * 60 * 60 // seconds
	maxHold    = 60           // seconds
)

// ConfigError is every problem of a configuration.
type ConfigError struct{ Problems []string }

func (e *ConfigError) Error() string { return strings.Join(e.Problems, "; ") }

// Validate says everything that is wrong with the configuration, as one
// errs.Invalid error that wraps a *ConfigError; nil when it can be served.
func (c Config) Validate(now time.Time) error {
	return problemsError(append(c.problems(), c.expired(now)...))
}

func problemsError(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	return errs.Wrap(&ConfigError{problems}, errs.Invalid, "The gateway cannot use this configuration.").
		WithHint("Nothing was changed: the gateway goes on with the configuration it has.")
}

// problems returns what is wrong whatever the time.
func (c Config) problems() []string {
	var ps problems
	if c.Version != ConfigVersion {
		ps.add("the configuration has form %d; this gateway knows form %d", c.Version, ConfigVersion)
	}
	if c.HTTPSAddr == "" {
		ps.add("https_addr is missing")
	} else {
		ps.listenAddress("https_addr", c.HTTPSAddr)
	}
	if c.HTTPAddr != "" {
		ps.listenAddress("http_addr", c.HTTPAddr)
		if c.HTTPAddr == c.HTTPSAddr {
			ps.add("http_addr and https_addr are both %s", c.HTTPAddr)
		}
	}
	if c.HTTPSPort < 0 || c.HTTPSPort > 65535 {
		ps.add("https_port %d is not a port", c.HTTPSPort)
	}
	seen := map[string]bool{}
	for _, h := range c.Hosts {
		if seen[h.Name] {
			ps.add("host %s is there twice", h.Name)
		}
		seen[h.Name] = true
		ps.host(h)
	}
	ps.gateKeys(c)
	ps.streams(c)
	return ps
}

// expired returns the hosts whose certificate is not valid at that time. It is
// apart from the other problems because a gateway that starts from its own
// disk serves an old certificate rather than nothing.
func (c Config) expired(now time.Time) []string {
	var ps problems
	for _, h := range c.Hosts {
		pair, err := h.Certificate.parse()
		if err != nil {
			continue // told among the problems
		}
		switch leaf := pair.Leaf; {
		case now.After(leaf.NotAfter):
			ps.add("the certificate of %s expired on %s", h.Name, leaf.NotAfter.UTC().Format(time.DateTime))
		case now.Before(leaf.NotBefore):
			ps.add("the certificate of %s is valid from %s, and the clock says %s", h.Name,
				leaf.NotBefore.UTC().Format(time.DateTime), now.UTC().Format(time.DateTime))
		}
	}
	return ps
}

func (c Certificate) parse() (tls.Certificate, error) {
	return tls.X509KeyPair([]byte(c.Chain), []byte(c.Key))
}

type problems []string

func (ps *problems) add(format string, args ...any) { *ps = append(*ps, fmt.Sprintf(format, args...)) }

func (ps *problems) listenAddress(key, addr string) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		ps.add("%s %q is not address:port", key, addr)
		return
	}
	if host != "" {
		if _, err := netip.ParseAddr(host); err != nil {
			ps.add("%s %q does not begin with an IP address", key, addr)
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		ps.add("%s %q has no port from 1 to 65535", key, addr)
	}
}

func (ps *problems) host(h Host) {
	if !isHostName(h.Name) {
		ps.add("%q is not a host name in small letters", h.Name)
	}
	if h.HSTS < 0 {
		ps.add("hsts of %s is below 0", h.Name)
	}
	ps.certificate(h)
	seen := map[string]bool{}
	for _, r := range h.Routes {
		if seen[r.Path] {
			ps.add("route %s%s is there twice", h.Name, r.Path)
		}
		seen[r.Path] = true
		ps.route(h.Name+r.Path, r)
	}
}

func (ps *problems) certificate(h Host) {
	pair, err := h.Certificate.parse()
	if err != nil {
		// The cause names no part of the key: crypto/tls tells only kinds.
		ps.add("the certificate of %s cannot be used: %s", h.Name, strings.TrimPrefix(err.Error(), "tls: "))
		return
	}
	if pair.Leaf.VerifyHostname(h.Name) != nil {
		ps.add("the certificate of %s is for %s", h.Name, strings.Join(pair.Leaf.DNSNames, ", "))
	}
}

func (ps *problems) route(at string, r Route) {
	if r.Service == "" {
		ps.add("route %s names no service", at)
	}
	ps.cleanPath("path of route "+at, r.Path)
	for _, d := range r.Deny {
		ps.cleanPath("denied path of route "+at, d)
	}
	if r.Backend != "" && !isBackend(r.Backend) {
		ps.add("backend %q of route %s is not an IP address with a port", r.Backend, at)
	}
	if below(r.Path, strings.TrimSuffix(ownPath, "/")) {
		ps.add("route %s: %s is the gateway's own", at, ownPath)
	}
	if r.Gate != nil {
		ps.gate(at, *r.Gate)
	}
	if r.MaxBody < -1 {
		ps.add("max_body of route %s is below -1", at)
	}
	if r.Timeout < 0 || r.Timeout > maxTimeout {
		ps.add("timeout of route %s is not between 0 and %d seconds", at, maxTimeout)
	}
	if r.Hold < 0 || r.Hold > maxHold {
		ps.add("hold of route %s is not between 0 and %d seconds", at, maxHold)
	}
	names := make([]string, 0, len(r.Headers))
	for name := range r.Headers {
		names = append(names, name)
	}
	slices.Sort(names) // the same problems in the same order each time
	for _, name := range names {
		ps.header(at, name, r.Headers[name])
	}
}

// framing holds the headers that say how an answer is delimited or when a
// connection ends; those are the gateway's business.
var framing = map[string]bool{
	"connection": true, "content-length": true, "transfer-encoding": true, "upgrade": true,
	"trailer": true, "te": true, "keep-alive": true,
}

func (ps *problems) header(at, name, value string) {
	if name == "" || strings.IndexFunc(name, func(r rune) bool { return !isTokenRune(r) }) >= 0 {
		ps.add("header %q of route %s is not a header's name", name, at)
	}
	if framing[strings.ToLower(name)] {
		ps.add("header %s of route %s is set by the gateway itself", name, at)
	}
	if strings.IndexFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) >= 0 {
		ps.add("the value of header %s of route %s has a line break or control character", name, at)
	}
}

// cleanPath wants a path that can mean only itself: no dot segments, no doubled
// slashes, nothing encoded.
func (ps *problems) cleanPath(what, p string) {
	if !strings.HasPrefix(p, "/") || path.Clean(p) != p || strings.ContainsAny(p, "%?#\\;") ||
		strings.IndexFunc(p, func(r rune) bool { return r <= ' ' || r == 0x7f }) >= 0 {
		ps.add("%s: %q is not a clean path such as /docs", what, p)
	}
}

// isTokenRune says whether r may stand in a header's name (RFC 9110, 5.6.2).
func isTokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
		strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// isHostName says whether s is a DNS name as a certificate and a Host header
// carry it: ASCII, small letters, no final dot, no wildcard, no address.
func isHostName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range label {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
				return false
			}
		}
	}
	return true
}
