package daemon

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"sync"
	"time"

	"ronron/charter"
	"ronron/internal/text"
	"ronron/portal"
	"ronron/recipes"
	"ronron/recipes/level"
	"ronron/services"
)

// site is what the portal shows.
func (d *Daemon) site(ctx context.Context, w *wanted, actual services.Actual) portal.Site {
	facts := d.facts(ctx, w, actual)
	s := portal.Site{Version: portal.SiteVersion, Language: w.chaton.Language, Facts: facts}
	s.Gates, s.OIDC = w.siteGates(), w.oidc
	for _, f := range facts.Services {
		if f.Builtin {
			continue
		}
		s.Services = append(s.Services, portal.SiteService{
			Name: f.Name, Title: f.Title, Summary: f.Summary, Replaces: f.Replaces, URL: f.URL,
			Public: f.Public, Healthy: f.Healthy, Accounts: f.Accounts != "" && f.Accounts != "none",
			Enter: w.admitted[services.Name(f.Name)],
		})
	}
	return s
}

// facts is what is known of the running system at this moment.
func (d *Daemon) facts(ctx context.Context, w *wanted, actual services.Actual) charter.Facts {
	f := charter.Facts{
		At: d.Now().UTC(), Ronron: d.Version, Name: w.chaton.Name, Domain: w.chaton.Domain,
		URL: w.url(w.chaton.Domain), Language: w.chaton.Language, Contact: w.chaton.Contact, Description: w.chaton.Description,
		Members: d.members(ctx),
		Declared: charter.DeclaredFacts{
			LegalName: w.chaton.Charter.LegalName, LegalForm: w.chaton.Charter.LegalForm, Country: w.chaton.Charter.Country,
			Provider: w.chaton.Charter.Provider, Control: w.chaton.Charter.Control, Terms: w.chaton.Charter.Terms,
			Funding: w.chaton.Charter.Funding, Declarations: w.chaton.Charter.Declarations,
		},
	}
	if info, err := d.Engine.Info(ctx); err == nil {
		f.Engine = charter.EngineFacts{Name: info.Name, Version: info.Version, OS: info.OS, Kernel: info.Kernel, Rootless: info.Rootless}
	}
	healthy := d.healthyUnits(ctx, w, actual)
	for _, s := range w.services {
		f.Services = append(f.Services, d.serviceFacts(w, s, actual, healthy))
	}
	seen := map[string]bool{}
	for _, r := range w.routes {
		if seen[r.Host] {
			continue
		}
		seen[r.Host] = true
		if c, err := d.certificate(ctx, w.authority, r.Host, 0); err == nil {
			f.Certificates = append(f.Certificates, charter.CertFacts{Host: r.Host, Issuer: issuer(c.Chain), Expires: c.NotAfter})
		}
	}
	return f
}

func issuer(chain string) string {
	block, _ := pem.Decode([]byte(chain))
	if block == nil {
		return ""
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return ""
	}
	return c.Issuer.CommonName
}

func (d *Daemon) healthyUnits(ctx context.Context, w *wanted, actual services.Actual) map[string]bool {
	var mu sync.Mutex
	healthy := map[string]bool{}
	d.probeAll(ctx, w.services, actual, func(a services.ActualUnit, err error) {
		mu.Lock()
		defer mu.Unlock()
		healthy[a.ID] = err == nil
	})
	return healthy
}

func (d *Daemon) serviceFacts(w *wanted, s services.Service, actual services.Actual, healthy map[string]bool) charter.ServiceFacts {
	f := charter.ServiceFacts{
		Name: string(s.Name), Title: w.titles[s.Name], Recipe: s.Recipe, RecipeVersion: s.RecipeVersion,
		Egress: s.Egress, Accounts: "none", Builtin: true, Healthy: true,
	}
	if r := w.recipes[s.Name]; r != nil {
		software(&f, r, w.resolved[s.Name])
	} else {
		builtin(&f, s, d.Version)
	}
	for _, r := range w.routes {
		if r.service == s.Name {
			f.URL = w.url(r.Host) + trimSlash(r.Path)
			break
		}
	}
	for _, u := range s.Units {
		uf := charter.UnitFacts{Name: string(u.Name), From: imageOrigin(u.Image), State: "missing"}
		f.Healthy = f.Healthy && slices.ContainsFunc(actual.Units, func(a services.ActualUnit) bool {
			return a.Service == s.Name && a.Unit == u.Name && healthy[a.ID]
		})
		for _, a := range actual.Units {
			if a.Service == s.Name && a.Unit == u.Name {
				uf.Image, uf.State = a.Image, string(a.State)
				if f.Since == nil || a.Started.Before(*f.Since) {
					since := a.Started.UTC().Truncate(time.Second)
					f.Since = &since
				}
			}
		}
		f.Units = append(f.Units, uf)
	}
	return f
}

func software(f *charter.ServiceFacts, r *recipes.Recipe, resolved recipes.Resolved) {
	sw := r.Software
	f.Builtin = r.Builtin
	f.Software, f.Version, f.Licence, f.Source, f.Documentation = sw.Name, sw.Version, sw.Licence, sw.Source, sw.Documentation
	f.Summary, f.Replaces, f.Public, f.Accounts = sw.Summary, sw.Replaces, resolved.Public, r.Accounts.Kind
	// A record that cannot be read, or is of another version, is no evidence.
	if record, err := level.Read(r.Tested()); err == nil && record.Counts(r.Hash) {
		f.Test = &charter.TestFacts{Level: record.Level, Clean: record.LintClean && record.NoThirdParty, At: record.Date}
	}
	for _, data := range resolved.Data {
		f.Data = append(f.Data, charter.DataFacts{What: data.What, Personal: data.Personal, Kept: data.Kept, Volume: data.Volume})
	}
}

// builtin fills in what the gateway and the portal are.
func builtin(f *charter.ServiceFacts, s services.Service, version string) {
	f.Software, f.Version, f.Licence = "Ronron", version, "AGPL-3.0-or-later"
	switch s.Name {
	case gatewayName:
		f.Title = text.Text{FR: "Passerelle", EN: "Gateway"}
		f.Summary = text.Text{FR: "La seule porte d'entrée : elle chiffre et aiguille.", EN: "The only door: it encrypts and routes."}
		f.Data = []charter.DataFacts{{
			What: text.Text{FR: "Journal des requêtes sans adresse ni chemin : heure, service, résultat, durée", EN: "Log of requests without address or path: time, service, result, duration"},
			Kept: text.Text{FR: "30 Mo au plus, les plus anciennes lignes effacées d'abord", EN: "at most 30 MB, oldest lines removed first"},
		}}
	case portalName:
		f.Title = text.Text{FR: "Portail", EN: "Portal"}
		f.Summary = text.Text{FR: "La page d'accueil et le compte des membres.", EN: "The home page and the members' account."}
		f.Accounts = "ldap"
		f.Data = []charter.DataFacts{{
			What: text.Text{FR: "Session de connexion", EN: "Sign-in session"}, Personal: true,
			Kept: text.Text{FR: "12 heures au plus", EN: "at most 12 hours"},
		}}
	}
}

func imageOrigin(i services.Image) string {
	switch {
	case i.Self:
		return "ronron"
	case i.Build != nil:
		return "built from its recipe"
	default:
		return i.Reference
	}
}
