// Package gateway is the only door from outside: TLS, routes by host and path,
// error pages. It talks to containers by address and to the daemon over a unix
// socket, and goes on serving when the daemon is away.
package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Config is everything the gateway needs to serve. The daemon makes it, the
// gateway checks it, swaps it in and keeps it on disk; it serves from the disk
// copy when it starts before the daemon.
type Config struct {
	Version   int    `json:"version"` // of this form; ConfigVersion
	Language  string `json:"language"`
	Name      string `json:"name"`              // of the chaton, for error pages
	Domain    string `json:"domain"`            // the chaton's
	Contact   string `json:"contact,omitempty"` // mail address or URL, for error pages
	HTTPAddr  string `json:"http_addr"`         // ":80"; "" listens not at all
	HTTPSAddr string `json:"https_addr"`        // ":443"
	HTTPSPort int    `json:"https_port"`        // as browsers see it, for redirects; 0 is the port of HTTPSAddr
	// Hosts by name; every name has a certificate.
	Hosts []Host `json:"hosts"`
	// Gate is what the sign-in before routes needs; nil where no route has one.
	Gate *GateKeys `json:"gate,omitempty"`
	// Streams are the ports that are not HTTP.
	Streams []Stream `json:"streams,omitempty"`
}

// ConfigVersion is the form this binary writes.
const ConfigVersion = 1

// Host is one public name.
type Host struct {
	Name        string      `json:"name"`
	Certificate Certificate `json:"certificate"`
	// HSTS is how many seconds browsers are told to come by HTTPS only; 0
	// tells them nothing, and what services say themselves is removed.
	//
	// It belongs to certificates that every browser trusts. With the local
	// authority it must stay 0: whoever has not added the root (or the machine's
	// next chaton, with a new root) would meet an error that browsers then allow
	// nobody to pass, and HSTS counts for all ports of a name, so that other
	// things on the machine would break.
	HSTS   int     `json:"hsts,omitempty"`
	Routes []Route `json:"routes"` // the longest matching path wins
}

// Certificate is a chain and its key, both PEM.
type Certificate struct {
	Chain string `json:"chain"`
	Key   string `json:"key"`
}

// String keeps the key out of whatever prints a Config.
func (c Certificate) String() string { return "[certificate]" }

// GoString does the same for %#v.
func (c Certificate) GoString() string { return c.String() }

// Route sends requests below a path to a service.
type Route struct {
	Path    string `json:"path"`    // "/" or "/docs"; matches whole segments
	Service string `json:"service"` // for logs and error pages
	Title   string `json:"title"`   // what people call it, for error pages
	Backend string `json:"backend"` // address:port; "" answers 503 "not ready"
	// MaxBody is the largest request body in bytes; 0 is 64 MiB, -1 no bound.
	MaxBody int64 `json:"max_body,omitempty"`
	// Timeout is how long the service may take to begin its answer, in
	// seconds; 0 is 60.
	Timeout int `json:"timeout,omitempty"`
	// Hold is how many seconds a request waits for a backend that accepts no
	// connection, or for a configuration with another; 0 is 3, or not at all
	// where Backend is "". The daemon raises it while it replaces a unit.
	Hold int `json:"hold,omitempty"`
	// Headers are set on every answer; an empty value removes the header.
	Headers map[string]string `json:"headers,omitempty"`
	// Deny lists path prefixes that always answer 404 (installers, status pages).
	Deny []string `json:"deny,omitempty"`
	// Gate lets only members pass; nil lets anyone.
	Gate *Gate `json:"gate,omitempty"`
}

// Gate is the sign-in before a route.
type Gate struct {
	Groups  []string    `json:"groups"` // whose members pass
	Headers GateHeaders `json:"headers"`
	// Basic takes login and password from programs that send them with every
	// request; the portal checks them, and the service does not see them.
	Basic bool `json:"basic,omitempty"`
}

// GateHeaders name the headers that tell a service who is there; an empty name
// tells nothing. What clients send under these names reaches no route of the
// service, gated or not.
type GateHeaders struct {
	User   string `json:"user,omitempty"` // the login
	Name   string `json:"name,omitempty"` // as shown to others, UTF-8
	Mail   string `json:"mail,omitempty"`
	Groups string `json:"groups,omitempty"` // separated by commas
}

// GateKeys is how gateway and portal trust each other.
type GateKeys struct {
	Key    string `json:"key"`    // base64 of the Ed25519 key whose other half the portal has
	Secret string `json:"secret"` // known to both; the gateway's cookies are sealed with it
	Portal string `json:"portal"` // address:port of the portal; "" while it does not run
}

// String keeps the secret out of whatever prints a Config.
func (g GateKeys) String() string { return "[gate keys]" }

// GoString does the same for %#v.
func (g GateKeys) GoString() string { return g.String() }

// Stream opens ports of the machine that are not HTTP, and hands what comes in
// to a service as it is.
type Stream struct {
	Service  string `json:"service"`
	Protocol string `json:"protocol"`        // "tcp" or "udp"
	Public   int    `json:"public"`          // the machine's first port
	Count    int    `json:"count,omitempty"` // of ports from there on; 0 is 1
	// Backend is address:port of the unit for the first port, the others follow;
	// "" takes no connection.
	Backend string `json:"backend"`
}

// Sum identifies the content of a configuration, keys included, so that the
// daemon can tell whether the gateway has the one it would send.
func (c Config) Sum() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic("gateway: a Config is plain data: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Redacted returns a copy that holds no key and no secret.
func (c Config) Redacted() Config {
	hosts := make([]Host, len(c.Hosts))
	for i, h := range c.Hosts {
		if h.Certificate.Key != "" {
			h.Certificate.Key = "[redacted]"
		}
		hosts[i] = h
	}
	c.Hosts = hosts
	if c.Gate != nil {
		g := *c.Gate
		g.Secret = "[redacted]"
		c.Gate = &g
	}
	return c
}
