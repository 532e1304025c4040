package recipes

import (
	"net/url"

	"github.com/zclconf/go-cty/cty"

	"ronron/internal/hclread"
	"ronron/internal/secret"
)

// value returns v, or while nothing of the chaton is known, an unknown value of
// the same type that is as secret as v.
func (e *evaluation) value(v cty.Value) cty.Value {
	if !e.dry {
		return v
	}
	plain, marks := v.Unmark()
	return cty.UnknownVal(plain.Type()).RefineNotNull().WithMarks(marks)
}

func (e *evaluation) text(s string) cty.Value { return e.value(cty.StringVal(s)) }

func (e *evaluation) hidden(s secret.String) cty.Value {
	return e.value(cty.StringVal(s.Reveal()).Mark(hclread.SecretMark))
}

func (e *evaluation) texts(list []string) cty.Value {
	if len(list) == 0 {
		return e.value(cty.ListValEmpty(cty.String))
	}
	var vals []cty.Value
	for _, s := range list {
		vals = append(vals, cty.StringVal(s))
	}
	return e.value(cty.ListVal(vals))
}

func (e *evaluation) number(n int) cty.Value { return e.value(cty.NumberIntVal(int64(n))) }

// defineFixed makes visible what the chaton gives, before any setting.
func (e *evaluation) defineFixed() {
	c, s, m := e.in.Chaton, e.in.Service, e.in.Mail
	e.Define("chaton", cty.ObjectVal(map[string]cty.Value{
		"name": e.text(c.Name), "domain": e.text(c.Domain), "language": e.text(c.Language),
		"contact": e.text(c.Contact), "url": e.text(c.URL),
	}))
	e.Define("service", cty.ObjectVal(map[string]cty.Value{
		"name": e.text(string(s.Name)), "host": e.text(s.Host), "url": e.text(s.URL), "enter": e.texts(s.Enter),
		"certificate": e.text(s.Certificate), "key": e.hidden(s.Key),
	}))
	e.Define("mail", cty.ObjectVal(map[string]cty.Value{
		"host": e.text(m.Host), "port": e.number(m.Port), "encryption": e.text(m.Encryption), "from": e.text(m.From),
		"user": e.text(m.User), "password": e.hidden(m.Password),
	}))
	e.Define("directory", e.directory())
	if e.r.Accounts.Kind == "oidc" {
		e.Define("oidc", e.oidc())
	}
	e.Define("setting", cty.EmptyObjectVal)
}

func (e *evaluation) directory() cty.Value {
	d := e.in.Directory
	v := map[string]cty.Value{
		"host": e.text(d.Host), "port": e.number(d.Port), "url": e.text(d.URL), "base_dn": e.text(d.BaseDN),
		"people_dn": e.text(d.PeopleDN), "groups_dn": e.text(d.GroupsDN), "services_dn": e.text(d.ServicesDN),
		"bind_dn": e.text(d.BindDN), "bind_password": e.hidden(d.BindPassword),
		"admins_dn": e.text(d.AdminsDN), "enter_dns": e.texts(d.EnterDNs), "ca": e.text(d.CA),
	}
	if e.r.Builtin { // nobody else may even name the directory's own keys
		v["admin_password"] = e.hidden(d.AdminPassword)
		v["server_chain"] = e.text(d.ServerChain)
		v["server_key"] = e.hidden(d.ServerKey)
	}
	return cty.ObjectVal(v)
}

func (e *evaluation) defineSecrets() {
	all := map[string]cty.Value{}
	for _, s := range e.r.Secrets {
		if s.Companion == "" {
			all[s.Name] = e.secretValue(s, s.Name)
		}
	}
	e.Define("secret", object(all))
}

func object(m map[string]cty.Value) cty.Value {
	if len(m) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(m)
}

// routeURL is the address of a route as browsers see it: the service's own,
// with the route's host and path.
func (e *evaluation) routeURL(host, path string) string {
	u, err := url.Parse(e.in.Service.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host, u.Path = host, path
	if path == "/" {
		u.Path = ""
	}
	return u.String()
}
