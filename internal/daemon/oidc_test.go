package daemon

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ronron/internal/api"
	"ronron/internal/secret"
	"ronron/portal"
	"ronron/portal/oidc"
	"ronron/services"
	"ronron/services/plan"
)

const padRecipe = `
recipe "pad" {
  version = "1"
  software {
    name     = "Pad"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/pad"
    category = "pads"
    title    = "Pad"
    summary  = "Pads."
  }
  public = "Nothing."
  accounts "oidc" { redirect = ["/cb"] }
  unit "server" {
    image = "pad:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    user  = "33:33"
    file "/etc/ronron/oidc" { content = "${oidc.issuer} ${oidc.client_id} ${oidc.client_secret}" }
    file "/etc/ronron/ca" { content = oidc.ca }
    port "http" { number = 8080 }
  }
  route "web" {
    unit = "server"
    port = "http"
  }
}
`

const pads = file + `
service "pads" {
  recipe = "pad"
  enter  = ["writers"]
}
`

func withPads(text string) api.Wanted {
	in := wantedFile(text)
	in.Recipes = map[string][]byte{"pad/recipe.hcl": []byte(padRecipe)}
	return in
}

func (w *world) upPads(text string) {
	w.t.Helper()
	if err := w.Apply(api.ApplyRequest{Wanted: withPads(text)}, func(e api.Event) {
		if e.Kind == api.Failed {
			w.t.Errorf("up: %+v", e.Error)
		}
	}); err != nil {
		w.t.Fatal(err)
	}
}

// stepsFor is what an up would do to units.
func (w *world) stepsFor(text string) (all []string) {
	w.t.Helper()
	r, err := w.Plan(w.t.Context(), withPads(text))
	if err != nil || r.Plan == nil {
		w.t.Fatal(err, r.Diagnostics.Err())
	}
	for _, s := range r.Plan.Steps {
		if s.Action == plan.ReplaceUnit || s.Action == plan.CreateUnit {
			all = append(all, string(s.Action)+" "+string(s.Service))
		}
	}
	slices.Sort(all)
	return all
}

func (w *world) compiled(text string) *wanted {
	w.t.Helper()
	c, diags, err := w.compile(w.t.Context(), withPads(text))
	if err != nil || diags.HasErrors() {
		w.t.Fatal(err, diags.Err())
	}
	return c
}

// portalConfig is the portal's file, read as the portal reads it.
func (w *world) portalConfig(c *wanted) portal.Config {
	w.t.Helper()
	p, _ := c.service(portalName)
	path := filepath.Join(w.t.TempDir(), "config.json")
	if err := os.WriteFile(path, p.Units[0].Files[0].Content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	config, err := portal.ReadConfig(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := config.ProviderKeys(); err != nil {
		w.t.Fatal(err)
	}
	return config
}

func TestOIDC_ServiceAndPortalKnowEachOther(t *testing.T) {
	w := newWorld(t)
	w.upPads(file)
	if c := w.compiled(file); len(w.portalConfig(c).OIDCKeys) != 0 || c.oidc != nil {
		t.Error("there are keys that nobody needs")
	}
	// The portal is made anew, once, to have its key; nothing else moves.
	if got := w.stepsFor(pads); !slices.Equal(got, []string{"create pads", "replace portal"}) {
		t.Errorf("with pads, up would %v", got)
	}
	w.upPads(pads)
	if got := w.stepsFor(pads); len(got) > 0 {
		t.Errorf("a second up would %v", got)
	}

	c := w.compiled(pads)
	s, _ := c.service("pads")
	if !slices.Equal(s.AtGateway, []string{"chaton.test"}) || s.Directory || s.Egress {
		t.Errorf("the service is %+v", s)
	}
	given := strings.Fields(string(s.Units[0].Files[0].Content))
	if len(given) != 3 || given[0] != "https://chaton.test:8443" || given[1] != "pads" || len(given[2]) != 43 || !s.Units[0].Files[0].Secret {
		t.Fatalf("it is told %d words", len(given))
	}
	if string(s.Units[0].Files[1].Content) != c.authority.RootPEM() {
		t.Error("it is not told whom to trust")
	}
	raw, err := os.ReadFile(filepath.Join(w.options.SiteDir, "site.json"))
	if err != nil {
		t.Fatal(err)
	}
	var site portal.Site
	if err := json.Unmarshal(raw, &site); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), given[2]) {
		t.Error("the site holds the client's secret")
	}
	if site.OIDC == nil || site.OIDC.Issuer != given[0] || len(site.OIDC.Clients) != 1 {
		t.Fatalf("the portal is told %+v", site.OIDC)
	}
	if got := site.OIDC.Clients[0]; got.ID != "pads" || got.SecretSum != oidc.Sum(secret.New(given[2])) || got.Title.FR != "Pad" ||
		!slices.Equal(got.Redirects, []string{"https://pads.chaton.test:8443/cb"}) || !slices.Equal(got.SignedOut, []string{"https://pads.chaton.test:8443/"}) || !slices.Equal(got.Groups, []string{"writers"}) {
		t.Errorf("the portal is told of %+v", got)
	}
	if one := w.portalConfig(c).OIDCKeys; len(one) != 1 {
		t.Errorf("the portal has %d keys", len(one))
	}
	// Whom the directory does not show the portal, the portal cannot let in.
	if got := w.directory.Services()["portal"].Groups; !slices.Equal(got, []string{"admins", "members", "writers"}) {
		t.Errorf("the portal sees %v", got)
	}
	if _, has := w.directory.Services()["pads"]; has {
		t.Error("the service has an account in the directory, which it cannot reach")
	}
	// Without pads the portal stays as it is, and signs nobody in this way.
	if got := w.stepsFor(file); len(got) > 0 {
		t.Errorf("without pads, up would %v", got)
	}
}

func TestOIDC_KeysAreRenewedWithThePortal(t *testing.T) {
	w := newWorld(t)
	w.upPads(pads)
	first := w.portalConfig(w.compiled(pads)).OIDCKeys
	w.now = w.now.Add(keyAge + time.Hour)
	if got := w.portalConfig(w.compiled(pads)).OIDCKeys; len(got) != 1 || got[0].Reveal() != first[0].Reveal() {
		t.Error("an old key is renewed while the portal runs on")
	}
	w.options.SelfID = "sha256:next"
	w.Daemon.Close()
	w.open()
	second := w.portalConfig(w.compiled(pads)).OIDCKeys
	if len(second) != 2 || second[0].Reveal() == first[0].Reveal() || second[1].Reveal() != first[0].Reveal() {
		t.Fatalf("with a new portal there are %d keys", len(second))
	}
	if again := w.portalConfig(w.compiled(pads)).OIDCKeys; again[0].Reveal() != second[0].Reveal() {
		t.Error("the next look makes another")
	}
	w.now = w.now.Add(time.Hour)
	w.options.SelfID = "sha256:after"
	w.Daemon.Close()
	w.open()
	if young := w.portalConfig(w.compiled(pads)).OIDCKeys; young[0].Reveal() != second[0].Reveal() {
		t.Error("a young key is renewed")
	}
	w.now = w.now.Add(keyAge + time.Hour)
	w.options.SelfID = "sha256:last"
	w.Daemon.Close()
	w.open()
	if third := w.portalConfig(w.compiled(pads)).OIDCKeys; len(third) != 2 || third[1].Reveal() != second[0].Reveal() {
		t.Error("more than one key of before is kept, or the wrong one")
	}
}

func TestOIDC_NothingElseIsMadeAnew(t *testing.T) {
	w := newWorld(t)
	w.upPads(file)
	wiki, _ := w.compiled(file).service("wiki")
	before := wiki.Hash(wiki.Units[0], w.hashKey)
	w.upPads(pads)
	wiki, _ = w.compiled(pads).service("wiki")
	if after := wiki.Hash(wiki.Units[0], w.hashKey); before != after || len(wiki.AtGateway) > 0 {
		t.Errorf("the wiki would be made anew: %s, %s", before, after)
	}
	if _, ok := w.compiled(pads).resolved[services.Name("wiki")]; !ok {
		t.Fatal("there is no wiki")
	}
}
