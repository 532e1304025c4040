package daemon

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"ronron/account"
	"ronron/acme"
	"ronron/charter"
	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/text"
	"ronron/ldap"
	"ronron/portal"
	"ronron/recipes"
	"ronron/services"
)

// wanted is a chaton.hcl compiled to what the engine and the gateway need.
type wanted struct {
	chaton    *chaton.Chaton
	authority *acme.Authority
	images    map[string]string // digests that were noted for tags
	mail      recipes.MailInput
	services  []services.Service // the house's own first, then in order of the file
	recipes   map[services.Name]*recipes.Recipe
	resolved  map[services.Name]recipes.Resolved
	routes    []route
	titles    map[services.Name]text.Text
	enter     map[services.Name][]string // groups, of services with accounts
	admitted  map[services.Name][]string // groups, of all that the file names
	oidc      *portal.SiteOIDC           // whom the portal signs in to what; nil: to nothing
}

// route is one entry of the gateway before addresses are known.
type route struct {
	service services.Name
	recipes.Route
}

// compile reads the file, resolves every recipe and reports every problem.
func (d *Daemon) compile(ctx context.Context, in api.Wanted) (*wanted, diag.List, error) {
	c, diags := chaton.Read(in.File, in.Content)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	if c.ID() != d.Chaton {
		return nil, diags.Append(diag.Error("Another chaton's file",
			text.Say("This daemon is that of %s, and the file is for %s. A domain cannot change after the first `ronron up`: "+
				"it is in every address, account and certificate. Write %q again, or bring up the other chaton with its own daemon.", d.Chaton, c.Domain, string(d.Chaton)),
			c.Range)), nil
	}
	catalog, more := recipes.LoadCatalog(in.Recipes)
	diags = append(diags, more...)
	if more.HasErrors() {
		return nil, diags, nil
	}
	diags = append(diags, chaton.CheckRecipes(c, catalog.Names(), catalog.Broken())...)
	diags = append(diags, checkMailPassword(c.Mail, in.MailPassword.String)...)
	authority, err := d.authority(ctx, c.Name)
	if err != nil {
		return nil, nil, err
	}
	w := &wanted{
		chaton: c, authority: authority, images: in.Lock, mail: MailInput(c.Mail, in.MailPassword.String),
		recipes: map[services.Name]*recipes.Recipe{}, resolved: map[services.Name]recipes.Resolved{}, titles: map[services.Name]text.Text{}, enter: map[services.Name][]string{}, admitted: map[services.Name][]string{},
	}
	all := append([]chaton.Service{{Name: directoryName, Recipe: directoryRecipe, Host: d.directoryHost()}}, c.Services...)
	for _, s := range all {
		more, err := d.resolve(ctx, w, catalog, s)
		if err != nil {
			return nil, nil, err
		}
		diags = append(diags, more...)
	}
	door, err := d.portalService(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	if w.oidc, err = d.siteOIDC(ctx, w); err != nil {
		return nil, nil, err
	}
	w.services = append(w.services, d.gatewayService(c, w.bindsLow()), door)
	w.routes = append(w.routes, route{portalName, recipes.Route{Name: portalName, Host: c.Domain, Path: "/", Unit: portalName, Port: portalPort}})
	w.titles[portalName] = text.Text{FR: c.Name, EN: c.Name}
	w.enter[portalName] = w.portalGroups()
	for i := range w.services {
		w.services[i] = w.services[i].WithDefaults()
		if err := w.services[i].Validate(); err != nil {
			return nil, nil, fmt.Errorf("service %s: %w", w.services[i].Name, err)
		}
	}
	diags = append(diags, w.conflicts()...)
	diags = append(diags, w.portConflicts()...)
	for _, id := range charter.UnknownDeclarations(c.Charter.Declarations) {
		diags = diags.Append(diag.Warning("Unknown criterion",
			text.Say("The charter has no criterion %q, so what is declared of it appears nowhere. The ids are those of the charter page.", id), c.Charter.Range))
	}
	return w, diags, nil
}

// resolve adds one service to w.
func (d *Daemon) resolve(ctx context.Context, w *wanted, catalog *recipes.Catalog, s chaton.Service) (diag.List, error) {
	recipe, _ := catalog.Get(s.Recipe)
	if recipe == nil || recipe.Builtin && s.Name != directoryName {
		return nil, nil // chaton.CheckRecipes told
	}
	enter := s.Enter
	if len(enter) == 0 {
		enter = []string{account.Members}
	}
	in, err := d.input(ctx, w, s, recipe, enter)
	if err != nil {
		return nil, err
	}
	resolved, diags := recipe.Resolve(in)
	diags = append(diags, unlocked(s, resolved)...)
	if diags.HasErrors() {
		return diags, nil
	}
	more, err := d.checkFixed(ctx, s, resolved)
	if err != nil {
		return nil, err
	}
	diags = append(diags, more...)
	w.admitted[s.Name] = enter
	if resolved.Service.Directory {
		w.enter[s.Name] = enter
	}
	w.services = append(w.services, resolved.Service)
	w.recipes[s.Name], w.resolved[s.Name] = recipe, resolved
	w.titles[s.Name] = recipe.Software.Title
	if !s.Title.IsZero() {
		w.titles[s.Name] = s.Title
	}
	for _, r := range resolved.Routes {
		if !d.underDomain(r.Host) {
			diags = diags.Append(diag.Error("Host outside the domain",
				text.Say("The internal authority signs only for %s and names below it, and %s is not. Use a name such as %q.", d.Chaton, r.Host, string(s.Name)), s.HostRange))
		}
		w.routes = append(w.routes, route{s.Name, r})
	}
	return diags, nil
}

// input is all that the recipe may know of the chaton for one service.
func (d *Daemon) input(ctx context.Context, w *wanted, s chaton.Service, recipe *recipes.Recipe, enter []string) (in recipes.Input, err error) {
	in = recipes.Input{
		Chaton: recipes.ChatonInput{
			Name: w.chaton.Name, Domain: w.chaton.Domain, Language: string(w.chaton.Language),
			Contact: w.chaton.Contact, URL: w.url(w.chaton.Domain),
		},
		Service:  recipes.ServiceInput{Name: s.Name, Host: s.Host, URL: w.url(s.Host), Enter: enter, Range: s.Range},
		Settings: s.Settings,
		Mail:     w.mail,
		Images:   w.images,
	}
	if in.Secrets, err = d.serviceSecrets(ctx, s.Name, recipe); err != nil {
		return in, err
	}
	if in.Directory, err = d.directoryInput(ctx, w, s.Name, enter); err != nil {
		return in, err
	}
	leaf, err := d.serviceCertificate(ctx, w, s.Host)
	if err != nil {
		return in, err
	}
	in.Service.Certificate, in.Service.Key = leaf.Chain, leaf.Key
	if recipe.Accounts.Kind == "oidc" {
		in.OIDC, err = d.oidcInput(ctx, w, s.Name)
	}
	return in, err
}

// serviceCertificate is what a service may show for its host, where the
// authority signs for that.
func (d *Daemon) serviceCertificate(ctx context.Context, w *wanted, host string) (acme.Certificate, error) {
	if !d.underDomain(host) {
		return acme.Certificate{}, nil
	}
	return d.certificate(ctx, w.authority, host, 0)
}

// directoryInput is what a recipe may know of the directory. What only the
// directory itself may know is filled in for it alone.
func (d *Daemon) directoryInput(ctx context.Context, w *wanted, service services.Name, enter []string) (recipes.DirectoryInput, error) {
	base := ldap.BaseDN(string(d.Chaton))
	in := recipes.DirectoryInput{
		Host: d.directoryHost(), Port: directoryPort,
		URL:    "ldaps://" + net.JoinHostPort(d.directoryHost(), strconv.Itoa(directoryPort)),
		BaseDN: base, PeopleDN: ldap.PeopleDN(base), GroupsDN: ldap.GroupsDN(base), ServicesDN: ldap.ServicesDN(base),
		BindDN: ldap.ServiceDN(base, string(service)), AdminsDN: ldap.GroupDN(base, account.Admins),
		CA: w.authority.RootPEM(),
	}
	for _, g := range enter {
		in.EnterDNs = append(in.EnterDNs, ldap.GroupDN(base, g))
	}
	var err error
	if service != directoryName {
		in.BindPassword, err = d.password(ctx, service, bindPassword)
		return in, err
	}
	if in.AdminPassword, err = d.password(ctx, directoryName, "administrator"); err != nil {
		return in, err
	}
	cert, err := d.certificate(ctx, w.authority, d.directoryHost(), directoryLifetime)
	if err != nil {
		return in, err
	}
	in.ServerChain, in.ServerKey = cert.Chain, cert.Key
	return in, nil
}

// directoryLifetime is long because renewing the directory's certificate
// restarts it; nobody outside sees it.
const directoryLifetime = 365 * 24 * time.Hour

// url returns the public address of a host.
func (w *wanted) url(host string) string {
	if w.chaton.HTTPSPort == 443 {
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(w.chaton.HTTPSPort))
}

// conflicts finds two routes with one address, which single files cannot see.
func (w *wanted) conflicts() (diags diag.List) {
	seen := map[string]services.Name{}
	for _, r := range w.routes {
		at := r.Host + r.Path
		if other, taken := seen[at]; taken {
			diags = diags.Append(diag.Error("Address taken twice",
				text.Say("%s and %s both want https://%s. Give one of them another host.", other, r.service, at), w.rangeOf(r.service)))
		}
		seen[at] = r.service
	}
	return diags
}

func (w *wanted) rangeOf(service services.Name) diag.Range {
	i := slices.IndexFunc(w.chaton.Services, func(s chaton.Service) bool { return s.Name == service })
	if i < 0 {
		return w.chaton.Range
	}
	return w.chaton.Services[i].HostRange
}

func (w *wanted) service(name services.Name) (services.Service, bool) {
	i := slices.IndexFunc(w.services, func(s services.Service) bool { return s.Name == name })
	if i < 0 {
		return services.Service{}, false
	}
	return w.services[i], true
}
