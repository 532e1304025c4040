package portal

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/account"
	"ronron/charter"
	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
)

var demoTime = time.Date(2026, 11, 21, 18, 30, 0, 0, time.UTC)

// demoSite is a chaton as `make demo` brings one up.
func demoSite() Site {
	since := demoTime.Add(-3 * time.Hour)
	members := 4
	built := func(unit, id string) []charter.UnitFacts {
		return []charter.UnitFacts{{Name: unit, Image: "sha256:" + strings.Repeat(id, 16), From: "built from its recipe", State: "running"}}
	}
	ronron := []charter.UnitFacts{{Name: "portal", Image: "sha256:" + strings.Repeat("7d3e", 16), From: "ronron", State: "running"}}
	services := []charter.ServiceFacts{
		{
			Name: "wiki", URL: "https://wiki.chaton.localhost:8443", Recipe: "dokuwiki", RecipeVersion: "1",
			Title:    text.Text{FR: "Wiki", EN: "Wiki"},
			Summary:  text.Text{FR: "Écrire à plusieurs des pages qui restent : comptes rendus, modes d’emploi, mémoire du groupe.", EN: "Write lasting pages together: minutes, how-tos, the memory of the group."},
			Software: "DokuWiki", Version: "2025-05-14b", Licence: "GPL-2.0-only", Source: "https://github.com/dokuwiki/dokuwiki", Documentation: "https://www.dokuwiki.org/manual",
			Replaces: []string{"Confluence", "Notion"}, Accounts: "ldap", Public: text.Text{FR: "Tout le monde peut lire.", EN: "Anyone can read."},
			Healthy: true, Since: &since, Units: built("web", "4b1f"),
			Data: []charter.DataFacts{
				{What: text.Text{FR: "Les pages, leurs anciennes versions et les fichiers joints", EN: "Pages, their old versions and attached files"}, Kept: text.Text{FR: "jusqu’à ce qu’un membre les supprime", EN: "until a member deletes them"}, Volume: "data"},
				{What: text.Text{FR: "Qui a modifié quoi, et quand", EN: "Who changed what, and when"}, Personal: true, Kept: text.Text{FR: "aussi longtemps que la page", EN: "as long as the page"}, Volume: "data"},
			},
		},
		{
			Name: "pages", URL: "https://pages.chaton.localhost:8443", Recipe: "pages", RecipeVersion: "1",
			Title:    text.Text{FR: "Pages personnelles", EN: "Personal pages"},
			Summary:  text.Text{FR: "Publier un site à soi en y déposant des fichiers, comme dans un dossier partagé.", EN: "Publish a site of your own by dropping files into it, as into a shared folder."},
			Software: "Apache HTTP Server", Version: "2.4.65", Licence: "Apache-2.0", Source: "https://github.com/apache/httpd", Documentation: "https://httpd.apache.org/docs/2.4/",
			Replaces: []string{"Google Sites", "Wix"}, Accounts: "ldap", Public: text.Text{FR: "Tout le monde peut lire.", EN: "Anyone can read."},
			Healthy: true, Since: &since, Units: built("web", "c0a9"),
			Data: []charter.DataFacts{{What: text.Text{FR: "Les fichiers que chacun publie", EN: "The files that each member publishes"}, Personal: true, Kept: text.Text{FR: "jusqu’à ce que leur auteur les supprime", EN: "until their author deletes them"}, Volume: "sites"}},
		},
		{
			Name: "directory", Recipe: "openldap", RecipeVersion: "1", Builtin: true,
			Title: text.Text{FR: "Annuaire", EN: "Directory"}, Summary: text.Text{FR: "Les comptes des membres.", EN: "The accounts of members."},
			Software: "OpenLDAP", Version: "2.6.10", Licence: "OLDAP-2.8", Source: "https://git.openldap.org/openldap/openldap", Documentation: "https://www.openldap.org/doc/",
			Healthy: true, Since: &since, Units: built("slapd", "91e2"),
			Data: []charter.DataFacts{{What: text.Text{FR: "Nom, identifiant, adresse électronique et groupes de chaque membre", EN: "Name, login, mail address and groups of each member"}, Personal: true, Kept: text.Text{FR: "jusqu’à la fermeture du compte", EN: "until the account is closed"}, Volume: "data"}},
		},
		{
			Name: "gateway", Recipe: "ronron", RecipeVersion: "1", Builtin: true, Title: text.Text{FR: "Passerelle", EN: "Gateway"},
			Software: "Ronron", Version: "0.1.0", Licence: "AGPL-3.0-or-later", Source: "https://example.org/ronron", Healthy: true, Since: &since, Units: ronron, Egress: true,
		},
		{
			Name: "portal", Recipe: "ronron", RecipeVersion: "1", Builtin: true, Title: text.Text{FR: "Portail", EN: "Portal"},
			Software: "Ronron", Version: "0.1.0", Licence: "AGPL-3.0-or-later", Source: "https://example.org/ronron", Healthy: true, Since: &since, Units: ronron,
		},
	}
	site := Site{
		Version: SiteVersion, Language: text.FR,
		Facts: charter.Facts{
			At: demoTime, Ronron: "0.1.0", Name: "Le chaton de démo", Domain: "chaton.localhost", URL: "https://chaton.localhost:8443",
			Language: text.FR, Contact: "contact@chaton.localhost",
			Description: text.Text{FR: "Des outils libres pour les associations du quartier, tenus par des gens du quartier.", EN: "Libre tools for the associations of the neighbourhood, kept by people who live there."},
			Engine:      charter.EngineFacts{Name: "Docker", Version: "20.10.24", OS: "Debian GNU/Linux 12 (bookworm)", Kernel: "6.1.0-28-amd64"},
			Services:    services, Members: &members,
			Declared: charter.DeclaredFacts{
				LegalName: "Les Amis du Chaton", LegalForm: "association", Country: "FR", Provider: "Les Amis du Chaton", Control: "owned",
				Funding: text.Text{FR: "Cotisations des membres, 10 € par an.", EN: "Members’ fees, €10 a year."},
				Declarations: map[string]text.Text{
					"A-02": {FR: "Aucun service n’affiche de publicité ni ne suit personne.", EN: "No service shows advertising or follows anybody."},
					"S-01": {FR: "Une permanence d’entraide a lieu chaque premier mardi du mois.", EN: "Help is at hand on the first Tuesday of every month."},
				},
			},
		},
	}
	for _, s := range services {
		if s.URL != "" {
			site.Services = append(site.Services, SiteService{
				Name: s.Name, Title: s.Title, Summary: s.Summary, Replaces: s.Replaces, URL: s.URL, Public: s.Public,
				Healthy: s.Healthy, Accounts: s.Accounts != "none", Enter: []string{account.Members},
			})
		}
	}
	for _, host := range []string{"chaton.localhost", "pages.chaton.localhost", "wiki.chaton.localhost"} {
		site.Facts.Certificates = append(site.Facts.Certificates, charter.CertFacts{Host: host, Issuer: "Le chaton de démo", Expires: demoTime.AddDate(0, 0, 30)})
	}
	return site
}

// people is a directory in memory with as much as the portal asks of one.
type people struct {
	mu        sync.Mutex
	members   map[account.Login]account.Member
	passwords map[account.Login]string
	locked    map[account.Login]time.Time
	away      error // set: nothing answers
	asked     int
}

func (p *people) SignIn(_ context.Context, login account.Login, password secret.String) (account.Member, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.away != nil {
		return account.Member{}, p.away
	}
	m, known := p.members[login]
	if until, ok := p.locked[login]; ok {
		return account.Member{}, account.LockedOut(login, until)
	}
	if m.Suspended {
		return account.Member{}, account.Suspended(login)
	}
	if !known || p.passwords[login] != password.Reveal() {
		return account.Member{}, account.WrongPassword()
	}
	return m, nil
}

func (p *people) Member(_ context.Context, login account.Login) (account.Member, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away != nil {
		return account.Member{}, p.away
	}
	m, known := p.members[login]
	if !known || m.Suspended {
		return account.Member{}, account.NoMember(login) // services do not see who is suspended
	}
	return m, nil
}

func (p *people) ChangePassword(ctx context.Context, login account.Login, old, new secret.String) error {
	if _, err := p.SignIn(ctx, login, old); err != nil {
		return err
	}
	if strings.Contains(new.Reveal(), "forbidden by policy") {
		return errs.New(errs.Invalid, "The directory refuses the password of %s.", login)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.passwords[login] = new.Reveal()
	return nil
}

const anaPassword = "quatre mots sans rapport"

func newPeople() *people {
	return &people{
		members: map[account.Login]account.Member{
			"ana":   {Login: "ana", Name: "Ana Lopes", Mail: "ana@exemple.fr", Groups: []string{"admins", "members"}},
			"basil": {Login: "basil", Name: "Basil", Mail: "basil@exemple.fr", Groups: []string{"members"}, Suspended: true},
		},
		passwords: map[account.Login]string{"ana": anaPassword, "basil": anaPassword},
		locked:    map[account.Login]time.Time{},
	}
}

// testPortal is a portal with a clock that a test can move.
type testPortal struct {
	*Server
	people *people
	site   string
	logs   *lockedBuffer
	clock  *time.Time
}

func newTestPortal(t *testing.T, site Site) *testPortal {
	t.Helper()
	p := &testPortal{people: newPeople(), site: filepath.Join(t.TempDir(), "site.json"), logs: &lockedBuffer{}}
	now := demoTime
	p.clock = &now
	p.write(t, site)
	var err error
	p.Server, err = New(Options{
		SiteFile: p.site, Accounts: p.people, Now: func() time.Time { return *p.clock },
		Log: slog.New(slog.NewTextHandler(p.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *testPortal) write(t *testing.T, site Site) {
	t.Helper()
	content, err := json.Marshal(site)
	if err != nil {
		t.Fatal(err)
	}
	p.writeRaw(t, content)
}

func (p *testPortal) writeRaw(t *testing.T, content []byte) {
	t.Helper()
	next := p.site + ".new"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, p.site); err != nil {
		t.Fatal(err)
	}
}

func (p *testPortal) wait(d time.Duration) { *p.clock = p.clock.Add(d) }

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
