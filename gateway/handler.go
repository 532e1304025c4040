package gateway

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"ronron/internal/logkey"
)

// challengePath is where an authority looks for the answer to its challenge
// (RFC 8555, 8.3). It is never redirected and never a service's on plain HTTP.
const challengePath = "/.well-known/acme-challenge/"

// gatewayName is the service in log lines that no service stands behind.
var gatewayName = jsonString("gateway")

// serveHTTPS answers everything that came through TLS.
func (s *Server) serveHTTPS(w http.ResponseWriter, r *http.Request) {
	rec := newRecorder(w, r, s.limits, s.farewell)
	t := s.state.Load().table
	x, refusal := t.accept(r)
	name, counts := gatewayName, &s.stats.unrouted
	if x != nil && x.route != nil {
		name, counts = x.route.logName, x.route.counts
	}
	start := time.Now()
	counts.active.Add(1)
	defer func() {
		fault := recover()
		if fault != nil && fault != http.ErrAbortHandler {
			// The server's own report of a panic would name the client.
			s.log.Error("Answering a request failed", logkey.Error, fmt.Sprint(fault), "stack", string(debug.Stack()))
			fault = http.ErrAbortHandler
		}
		counts.active.Add(-1)
		counts.add(rec.status, rec.received(), rec.n)
		s.access.request(start, name, r.Method, rec.status, rec.n, time.Since(start))
		rec.end(r.Body)
		if fault != nil {
			panic(fault)
		}
	}()
	switch {
	case refusal != nil:
		s.page(rec, r, *refusal)
	case x.own:
		s.serveOwn(rec, r, t, x)
	case s.guarded(rec, r, t, x):
		x.start = start
		s.proxy(rec, r, x)
	}
}

// accept finds the route of a request, or the page that refuses it.
func (t *table) accept(r *http.Request) (*exchange, *page) {
	refuse := func(k kind) *page { return &page{kind: k} }
	h := t.host(r.Host)
	switch {
	case h == nil:
		return nil, refuse(pageUnknownHost)
	case !t.sameDoor(r, h):
		return nil, refuse(pageMisdirected)
	case r.Method == http.MethodConnect || r.Method == http.MethodTrace:
		return nil, refuse(pageMethod)
	case !strings.HasPrefix(r.URL.Path, "/") || strange(r.URL.Path):
		return nil, refuse(pageBadRequest)
	}
	p := cleaned(r.URL.Path)
	if below(p, strings.TrimSuffix(ownPath, "/")) {
		return &exchange{host: h, path: p, own: true}, nil
	}
	route := h.route(p)
	if route == nil {
		return nil, refuse(pageNotFound)
	}
	x := &exchange{host: h, route: route, path: p}
	if p != r.URL.Path && h.route(r.URL.Path) != route {
		// The service of one route would be asked for a path of another.
		return x, refuse(pageNotFound)
	}
	if denied(r.URL.Path, route.Deny) || denied(r.URL.Path, route.gatedBelow) {
		return x, refuse(pageNotFound)
	}
	if route.maxBody >= 0 && r.ContentLength > route.maxBody {
		p := x.about(pageTooLarge)
		return x, &p
	}
	return x, nil
}

// sameDoor says whether the connection was made for this host, or for one
// whose certificate covers it.
func (t *table) sameDoor(r *http.Request, h *host) bool {
	if r.TLS == nil {
		return false
	}
	if r.TLS.ServerName == h.name {
		return true
	}
	door := t.host(r.TLS.ServerName)
	return door != nil && door.speaksFor(h.name)
}

// serveHTTP answers on the port without TLS: it sends everybody to the other.
func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	rec := newRecorder(w, r, s.limits, s.farewell)
	start := time.Now()
	defer func() {
		s.stats.unrouted.add(rec.status, 0, rec.n)
		s.access.request(start, gatewayName, r.Method, rec.status, rec.n, time.Since(start))
		rec.end(r.Body)
	}()
	h := s.state.Load().table.host(r.Host)
	switch {
	case strings.HasPrefix(r.URL.Path, challengePath):
		http.Error(rec, "No challenge is under way.", http.StatusNotFound)
	case h == nil:
		s.page(rec, r, page{kind: pageUnknownHost})
	default:
		// 308 keeps method and body. No body is read here: it came in the clear.
		rec.Header().Set("Location", redirectTarget(h, r))
		rec.Header().Set("Content-Length", "0")
		rec.WriteHeader(http.StatusPermanentRedirect)
	}
}
