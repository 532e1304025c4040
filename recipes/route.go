package recipes

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/services"
)

// longestTimeout is how long a route may let a service think.
const longestTimeout = 24 * time.Hour

// defineRoutes reads hosts and paths first, because units may name the routes'
// addresses.
func (e *evaluation) defineRoutes(root *hclread.Block) {
	all := map[string]cty.Value{}
	taken := map[string]string{}
	for _, b := range root.Blocks("route") {
		hosts, path := e.routeHosts(b), e.routePath(b)
		for _, host := range hosts {
			if first, twice := taken[host+path]; twice && !e.dry {
				e.Errorf(b.NameRange(), "Two routes to one address", "The route %q leads from %s%s already. Give this one another path or host.", first, host, path)
			}
			taken[host+path] = b.Name()
			e.out.Routes = append(e.out.Routes, Route{Name: services.Name(b.Name()), Host: host, Path: path})
		}
		all[b.Name()] = cty.ObjectVal(map[string]cty.Value{
			"host": e.text(hosts[0]), "path": e.text(path), "url": e.text(e.routeURL(hosts[0], path)),
		})
		e.routes = append(e.routes, b)
	}
	e.Define("route", object(all))
}

var hostRule = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$`)

// mostHosts bounds the names of one route: each needs a certificate.
const mostHosts = 20

// routeHosts are the names of a route, the one that addresses are made from first.
func (e *evaluation) routeHosts(b *hclread.Block) []string {
	hosts := []string{e.in.Service.Host}
	if got := e.String(b, "host"); got.Known && !e.dry {
		hosts[0] = e.ownHost(got.V, got.Range)
	}
	more := e.Strings(b, "hosts")
	if len(more.V) > mostHosts {
		e.Errorf(more.Range, "Too many names", "A route has at most %d names more.", mostHosts)
		return hosts
	}
	if e.dry {
		return hosts
	}
	for _, host := range more.V {
		hosts = append(hosts, e.ownHost(host, more.Range))
	}
	return hosts
}

// ownHost keeps a recipe to names that are its service's own: the service's
// host name, names below it, and names beside it that begin with it and a hyphen. Else
// a recipe could take the portal's or another service's place.
func (e *evaluation) ownHost(given string, at diag.Range) string {
	own, host := e.in.Service.Host, given
	label, parent, _ := strings.Cut(own, ".")
	if !strings.Contains(host, ".") {
		host += "." + parent
	}
	switch {
	case !hostRule.MatchString(host) || len(host) > 253:
		e.Errorf(at, "Bad host name", "%q is not a host name in lower-case letters, digits, hyphens and dots.", given)
	case host != own && !strings.HasSuffix(host, "."+own) && !(strings.HasPrefix(host, label+"-") && strings.HasSuffix(host, "."+parent) && strings.Count(host, ".") == strings.Count(own, ".")):
		e.Errorf(at, "Not this service's name", "%q is not a name of this service, and might be another's. Use service.host, a name below it (\"x.${service.host}\") or beside it (\"%s-x\").", host, label)
	}
	return host
}

func (e *evaluation) routePath(b *hclread.Block) string {
	p := e.String(b, "path")
	if !p.Known {
		return "/"
	}
	e.urlPath(p.V, p.Range)
	return p.V
}

// urlPath checks a path of an address as routes match it: whole segments, as
// they are after decoding.
func (e *evaluation) urlPath(p string, at diag.Range) {
	if !strings.HasPrefix(p, "/") || path.Clean(p) != p || strings.ContainsAny(p, "?#%\\ \t\r\n\x00") {
		e.Errorf(at, "Bad path", "%q is not the path of an address, such as \"/\" or \"/docs\": it begins with /, has no / at its end, and no .., blanks, %% or ?.", p)
	}
}

// routesToUnits reads the rest of the routes, once all units are known.
func (e *evaluation) routesToUnits() {
	for _, b := range e.routes {
		var r Route
		r.Unit, r.Port = e.routeTarget(b)
		r.MaxBody = e.Size(b, "upload").V
		if t := e.Duration(b, "timeout"); t.Known {
			if t.V < time.Second || t.V > longestTimeout {
				e.Errorf(t.Range, "Out of range", "A route waits from one second to %d hours.", int(longestTimeout.Hours()))
			}
			r.Timeout = int(t.V.Seconds())
		}
		r.Headers = e.headers(b)
		deny := e.Strings(b, "deny")
		for _, p := range deny.V {
			e.urlPath(p, deny.Range)
		}
		r.Deny = deny.V
		r.Gate = e.gate(b)
		for i := range e.out.Routes {
			if to := &e.out.Routes[i]; string(to.Name) == b.Name() {
				r.Name, r.Host, r.Path = to.Name, to.Host, to.Path
				*to = r
			}
		}
	}
}

func (e *evaluation) routeTarget(b *hclread.Block) (services.Name, int) {
	unit, port := e.String(b, "unit"), e.String(b, "port")
	if !unit.Known {
		return "", 0
	}
	u, ok := e.knownUnit(unit.V, unit.Range)
	if !ok || !port.Known {
		return u.Name, 0
	}
	return u.Name, e.knownPort(u, services.Name(port.V), port.Range)
}

var headerRule = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// framing are headers that carry the conversation itself.
var framing = []string{"connection", "content-length", "content-encoding", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-authenticate", "proxy-authorization", "date"}

func (e *evaluation) headers(b *hclread.Block) map[string]string {
	e.RepeatedItems(b, "headers")
	headers := e.TextMap(b, "headers")
	for _, name := range slices.Sorted(maps.Keys(headers.V)) {
		switch {
		case !headerRule.MatchString(name):
			e.Errorf(headers.Range, "Bad header", "%q is not the name of a header, such as \"X-Frame-Options\".", name)
		case slices.Contains(framing, strings.ToLower(name)):
			e.Errorf(headers.Range, "Bad header", "%s is set by the gateway itself, and a wrong value would break the connection.", name)
		case strings.ContainsAny(headers.V[name], "\r\n\x00"):
			e.Errorf(headers.Range, "Bad header", "The value of %s has a line break, which would end the header.", name)
		}
	}
	return headers.V
}
