// Package gateway is the only door from outside: TLS, routes by host and path,
// error pages. It talks to containers by address and to the daemon over a unix
// socket, and goes on serving when the daemon is away.
package gateway

// Config is everything the gateway needs to serve. The daemon makes it, the
// gateway checks it, swaps it in and keeps it on disk; it serves from the disk
// copy when it starts before the daemon.
type Config struct {
	Version   int    `json:"version"` // of this form; ConfigVersion
	Language  string `json:"language"`
	Name      string `json:"name"`       // of the chaton, for error pages
	Domain    string `json:"domain"`     // the chaton's
	HTTPAddr  string `json:"http_addr"`  // ":80"; "" listens not at all
	HTTPSAddr string `json:"https_addr"` // ":443"
	HTTPSPort int    `json:"https_port"` // as browsers see it, for redirects
	// Hosts by name; every name has a certificate.
	Hosts []Host `json:"hosts"`
}

// ConfigVersion is the form this binary writes.
const ConfigVersion = 1

// Host is one public name.
type Host struct {
	Name        string      `json:"name"`
	Certificate Certificate `json:"certificate"`
	Routes      []Route     `json:"routes"` // the longest matching path wins
}

// Certificate is a chain and its key, both PEM.
type Certificate struct {
	Chain string `json:"chain"`
	Key   string `json:"key"`
}

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
	// Headers are set on every answer; an empty value removes the header.
	Headers map[string]string `json:"headers,omitempty"`
	// Deny lists path prefixes that always answer 404 (installers, status pages).
	Deny []string `json:"deny,omitempty"`
}
