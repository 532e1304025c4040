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
		host, path := e.routeHost(b), e.routePath(b)
		if first, twice := taken[host+path]; twice && !e.dry {
			e.Errorf(b.NameRange(), "Two routes to one address", "The route %q leads from %s%s already. Give this one another path or host.", first, host, path)
		}
		taken[host+path] = b.Name()
		all[b.Name()] = cty.ObjectVal(map[string]cty.Value{
			"host": e.text(host), "path": e.text(path), "url": e.text(e.routeURL(host, path)),
		})
		e.out.Routes = append(e.out.Routes, Route{Name: services.Name(b.Name()), Host: host, Path: path})
		e.routes = append(e.routes, b)
	}
	e.Define("route", object(all))
}

var hostRule = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$`)

// routeHost keeps a recipe to names that are its service's own: the service's
// host name, names below it, and names beside it that begin with it and a hyphen. Else
// a recipe could take the portal's or another service's place.
func (e *evaluation) routeHost(b *hclread.Block) string {
	own := e.in.Service.Host
	got := e.String(b, "host")
	if !got.Known || e.dry {
		return own
	}
	host := got.V
	label, parent, _ := strings.Cut(own, ".")
	if !strings.Contains(host, ".") {
		host += "." + parent
	}
	switch {
	case !hostRule.MatchString(host) || len(host) > 253:
		e.Errorf(got.Range, "Bad host name", "%q is not a host name in lower-case letters, digits, hyphens and dots.", got.V)
	case host != own && !strings.HasSuffix(host, "."+own) && !(strings.HasPrefix(host, label+"-") && strings.HasSuffix(host, "."+parent) && strings.Count(host, ".") == strings.Count(own, ".")):
		e.Errorf(got.Range, "Not this service's name", "%q is not a name of this service, and might be another's. Use service.host, a name below it (\"x.${service.host}\") or beside it (\"%s-x\").", host, label)
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
	for i, b := range e.routes {
		r := &e.out.Routes[i]
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
	}
}

func (e *evaluation) routeTarget(b *hclread.Block) (services.Name, int) {
	unit, port := e.String(b, "unit"), e.String(b, "port")
	if !unit.Known {
		return "", 0
	}
	var names []string
	for _, u := range e.out.Service.Units {
		if string(u.Name) == unit.V {
			if !port.Known {
				return u.Name, 0
			}
			return u.Name, e.knownPort(u, services.Name(port.V), port.Range)
		}
		names = append(names, string(u.Name))
	}
	e.Errorf(unit.Range, "Unknown unit", "The recipe has no unit %q.%s", unit.V, diag.DidYouMean(unit.V, names))
	return "", 0
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
