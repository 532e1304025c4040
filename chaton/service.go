package chaton

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"ronron/account"
	"ronron/internal/hclread"
	"ronron/services"
)

// reserved are the names of services that every chaton has, or that addresses
// and accounts of Ronron itself use.
var reserved = []services.Name{"gateway", "portal", "directory", "ronron"}

var groupRule = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)

func (r reader) service(b *hclread.Block, domain string) Service {
	s := Service{
		Name:        services.Name(b.Name()),
		Title:       r.Bilingual(b, "title").V,
		Enter:       []string{account.Members},
		Range:       b.NameRange(),
		RecipeRange: b.RangeOf("recipe"),
		HostRange:   b.RangeOf("host"),
		EnterRange:  b.RangeOf("enter"),
	}
	if !b.Has("host") {
		s.HostRange = b.NameRange()
	}
	if err := s.Name.Validate(); err != nil {
		r.Errorf(s.Range, "Bad name", "%s.", err)
		s.Name = ""
	} else if slices.Contains(reserved, s.Name) {
		r.Errorf(s.Range, "Reserved name", "Every chaton has its own %q already; give this service another name.", string(s.Name))
	}
	if recipe := r.String(b, "recipe"); recipe.Known {
		if err := services.Name(recipe.V).Validate(); err != nil {
			r.Errorf(recipe.Range, "Bad name", "%s.", err)
		}
		s.Recipe = recipe.V
	}
	s.Host = r.serviceHost(b, string(s.Name), domain)
	if enter := r.Strings(b, "enter"); enter.Known {
		s.Enter = r.groups(enter)
	}
	r.RepeatedItems(b, "settings")
	s.Settings, _ = r.Items(b, "settings")
	return s
}

func (r reader) groups(enter hclread.Got[[]string]) []string {
	if len(enter.V) == 0 {
		r.Errorf(enter.Range, "Nobody may enter", "The list of groups is empty, so nobody could sign in. Name at least one group, or remove the line: then all members may.")
	}
	for i, g := range enter.V {
		switch {
		case !groupRule.MatchString(g) || len(g) > 32:
			r.Errorf(enter.Range, "Bad group", "%q is not the name of a group: lower-case letters, digits and single hyphens between them, at most 32.", g)
		case slices.Contains(enter.V[:i], g):
			r.Errorf(enter.Range, "Group written twice", "%q is in the list already.", g)
		}
	}
	return enter.V
}

// serviceHost is the full host name: what is written, below the domain unless
// it has a dot; the service's name where nothing is written.
func (r reader) serviceHost(b *hclread.Block, name, domain string) string {
	host := r.String(b, "host")
	short := host.Or(name)
	if b.Has("host") && !host.Known || short == "" {
		if host.Known {
			r.Errorf(host.Range, "Bad host name", "The host name is empty. Remove the line to use the service's name.")
		}
		return ""
	}
	full := short
	if !strings.Contains(short, ".") {
		if domain == "" {
			return "" // the domain is wrong, which was said already
		}
		full = short + "." + domain
	}
	if wrong := checkHost(full); !wrong.IsZero() {
		r.Errorf(b.RangeOf("host"), "Bad host name", "%s", wrong)
		return ""
	}
	if full == domain {
		r.Errorf(b.RangeOf("host"), "Host name taken", "%s is the address of the portal, which every chaton has. Give the service a name below it, such as %q.", domain, string(b.Name()))
		return ""
	}
	if full == "directory."+domain {
		r.Errorf(b.RangeOf("host"), "Host name taken", "%s is the name of the chaton's own directory. Choose another host name.", full)
		return ""
	}
	return full
}

// servicesTogether finds what only shows when services are compared.
func (r reader) servicesTogether(c *Chaton) {
	names := map[services.Name]Service{}
	hosts := map[string]Service{}
	for _, s := range c.Services {
		if first, twice := names[s.Name]; twice && s.Name != "" {
			r.Errorf(s.Range, "Two services of one name", "A service %q is declared in line %d already; each needs a name of its own.", string(s.Name), first.Range.Start.Line)
			continue // its host name is then the same too, which needs no saying
		}
		names[s.Name] = s
		if first, twice := hosts[s.Host]; twice && s.Host != "" {
			r.Errorf(s.HostRange, "Two services on one host name",
				"%s is the address of the service %q already (line %d). Give one of the two another host.", s.Host, string(first.Name), first.HostRange.Start.Line)
			continue
		}
		hosts[s.Host] = s
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
