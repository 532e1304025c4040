package program

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"ronron/account"
	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/cli"
	"ronron/internal/daemon"
	"ronron/internal/diag"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/ldap"
	"ronron/recipes"
	"ronron/services"
)

// language checks files on this side, before anything is asked of an engine.
// The daemon checks them again: it knows the real secrets, and who else is there.
type language struct{}

var _ cli.Language = language{}

// Read checks the file, and every recipe with its settings. Problems of the
// file are no reason to keep those of its services for the next time.
func (language) Read(w api.Wanted) (chaton.Chaton, diag.List) {
	c, diags := chaton.ReadPart(w.File, w.Content)
	if c == nil {
		return chaton.Chaton{}, diags
	}
	catalog, more := recipes.LoadCatalog(w.Recipes)
	diags = append(diags, more...)
	diags = append(diags, chaton.CheckRecipes(c, catalog.Names(), catalog.Broken())...)
	for _, s := range c.Services {
		if recipe, _ := catalog.Get(s.Recipe); recipe != nil && !recipe.Builtin && understood(c, s) {
			_, more := recipe.Resolve(trial(c, s, recipe))
			diags = append(diags, more...)
		}
	}
	return *c, diags
}

// understood says whether all that a recipe may use was read: of what is
// missing, it would tell a second time and in other words.
func understood(c *chaton.Chaton, s chaton.Service) bool {
	return c.Name != "" && c.Domain != "" && c.Contact != "" && s.Name != "" && s.Host != ""
}

// trial is what the recipe will see, but with secrets and addresses that only
// have the right form.
func trial(c *chaton.Chaton, s chaton.Service, r *recipes.Recipe) recipes.Input {
	base := ldap.BaseDN(c.Domain)
	host := "directory." + c.Domain
	in := recipes.Input{
		Chaton: recipes.ChatonInput{
			Name: c.Name, Domain: c.Domain, Language: string(c.Language), Contact: c.Contact, URL: address(c, c.Domain),
		},
		Service:  recipes.ServiceInput{Name: s.Name, Host: s.Host, URL: address(c, s.Host), Enter: s.Enter, Range: s.Range},
		Settings: s.Settings,
		Secrets:  map[string]secret.String{},
		Directory: recipes.DirectoryInput{
			Host: host, Port: 636, URL: "ldaps://" + host + ":636",
			BaseDN: base, PeopleDN: ldap.PeopleDN(base), GroupsDN: ldap.GroupsDN(base), ServicesDN: ldap.ServicesDN(base),
			BindDN: ldap.ServiceDN(base, string(s.Name)), BindPassword: secret.New("not-the-real-one"),
			AdminsDN: ldap.GroupDN(base, account.Admins), CA: "not the real one",
		},
		Mail: daemon.MailInput(c.Mail, secret.New("not-the-real-one")),
	}
	for _, group := range s.Enter {
		in.Directory.EnterDNs = append(in.Directory.EnterDNs, ldap.GroupDN(base, group))
	}
	for _, wanted := range r.Secrets {
		if sample, err := recipes.SampleSecret(wanted); err == nil {
			in.Secrets[wanted.Name] = sample
		}
	}
	return in
}

func address(c *chaton.Chaton, host string) string {
	if c.HTTPSPort == 443 {
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(c.HTTPSPort))
}

// Offers lists what a host can choose from.
func (language) Offers(w api.Wanted) (offers []cli.Offer, diags diag.List) {
	catalog, diags := recipes.LoadCatalog(w.Recipes)
	for _, name := range catalog.Names() {
		r, _ := catalog.Get(name)
		offers = append(offers, cli.Offer{
			Recipe: r.Name, Software: r.Software.Name, Version: r.Software.Version, Licence: r.Software.Licence,
			Title: r.Software.Title, Summary: r.Software.Summary, Replaces: r.Software.Replaces,
		})
	}
	return offers, diags
}

// Template writes a chaton.hcl with a service for each chosen recipe, named by
// what it is where that is a name, and numbered where two are the same.
func (language) Template(a cli.Answers) []byte {
	in := chaton.TemplateInput{Name: a.Name, Domain: a.Domain, Language: text.Lang(strings.ToLower(a.Language)), Contact: a.Contact}
	catalog, _ := recipes.LoadCatalog(nil)
	taken := map[string]int{}
	for _, name := range a.Recipes {
		r, _ := catalog.Get(name)
		if r == nil {
			continue // init refused it before
		}
		as := r.Software.Category
		if services.Name(as).Validate() != nil {
			as = name
		}
		if taken[as]++; taken[as] > 1 {
			as = fmt.Sprintf("%s-%d", as, taken[as])
		}
		in.Services = append(in.Services, chaton.TemplateService{Name: as, Recipe: name, Title: r.Software.Title})
	}
	return chaton.Template(in)
}
