package gateway

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strings"
)

// gateKeys looks at what gateway and portal share.
func (ps *problems) gateKeys(c Config) {
	gated := false
	for _, h := range c.Hosts {
		for _, r := range h.Routes {
			gated = gated || r.Gate != nil
		}
	}
	if c.Gate == nil {
		if gated {
			ps.add("gate is missing, and routes have one")
		}
		return
	}
	if !isHostName(c.Domain) {
		ps.add("domain %q is not a host name in small letters, and the gate sends people there", c.Domain)
	}
	if key, err := base64.StdEncoding.DecodeString(c.Gate.Key); err != nil || len(key) != ed25519.PublicKeySize {
		ps.add("the gate's key is not the base64 of an Ed25519 key")
	}
	if len(c.Gate.Secret) < 32 || strings.IndexFunc(c.Gate.Secret, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		ps.add("the gate's secret is not at least 32 characters of printable ASCII")
	}
	if c.Gate.Portal != "" && !isBackend(c.Gate.Portal) {
		ps.add("the gate's portal %q is not an IP address with a port", c.Gate.Portal)
	}
}

// believed are headers that mean something to everybody on the way, or that
// the gateway itself sets; a gate cannot use them.
var believed = map[string]bool{
	"Host": true, "Cookie": true, "Authorization": true, "Accept": true, "Accept-Encoding": true, "Accept-Language": true,
	"Content-Type": true, "Content-Encoding": true, "Origin": true, "Referer": true, "User-Agent": true, "Range": true,
	"Expect": true, "Date": true, "Forwarded": true, "Via": true, "X-Real-Ip": true, "X-Forwarded-For": true,
	"X-Forwarded-Proto": true, "X-Forwarded-Host": true, "X-Forwarded-Port": true,
	"Proxy-Authorization": true, "Proxy-Authenticate": true, "Proxy-Connection": true,
}

func (ps *problems) gate(at string, g Gate) {
	if len(g.Groups) == 0 {
		ps.add("the gate of route %s lets no group in", at)
	}
	for _, group := range g.Groups {
		if group == "" {
			ps.add("the gate of route %s names an empty group", at)
		}
	}
	seen := map[string]bool{}
	for _, name := range g.Headers.all() {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case strings.IndexFunc(name, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-')
		}) >= 0:
			// X_User and X-User are one to services that get headers by CGI rules.
			ps.add("header %q of the gate of route %s has other characters than letters, digits and hyphens", name, at)
		case believed[canonical] || framing[strings.ToLower(name)]:
			ps.add("header %s means something else, the gate of route %s cannot use it", canonical, at)
		case seen[canonical]:
			ps.add("header %s is there twice in the gate of route %s", canonical, at)
		}
		seen[canonical] = true
	}
}

func isBackend(s string) bool {
	addr, err := netip.ParseAddrPort(s)
	return err == nil && addr.Port() != 0 && !addr.Addr().IsUnspecified() && !addr.Addr().IsMulticast()
}
