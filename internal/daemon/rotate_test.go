package daemon

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/portal/oidc"
	"ronron/services"
	"ronron/services/plan"
)

const secretRecipe = `recipe "safe" {
  version = "1"
  public  = "Nothing."
  software {
    name     = "Safe"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org"
    category = "files"
    title    = "Safe"
    summary  = "A safe."
  }
  accounts "ldap" {}
  secret "session" { rotate = true }
  secret "vault" {}
  unit "web" {
    build {}
    user = "33:33"
    file "/etc/ronron/secrets" { content = "${secret.session} ${secret.vault} ${directory.bind_password}" }
    port "http" { number = 8080 }
    health {
      tcp    = { port = "http" }
      within = "1s"
    }
  }
  route "web" {
    unit = "web"
    port = "http"
  }
}
`

func withSecrets(t *testing.T) (*world, func() []string) {
	w := newWorld(t)
	in := wantedFile(strings.Replace(strings.Replace(file, `recipe = "dokuwiki"`, `recipe = "safe"`, 1), "chaton {", "chaton {\n  recipes = \"recipes\"", 1))
	in.Recipes = map[string][]byte{"safe/recipe.hcl": []byte(secretRecipe), "safe/Dockerfile": []byte("FROM debian:trixie-slim\n")}
	r, err := w.Plan(t.Context(), in)
	if err != nil || r.Plan == nil {
		t.Fatalf("%v %v", err, r.Diagnostics.Err())
	}
	if err := w.Apply(api.ApplyRequest{Wanted: in, Base: r.Plan.Base}, func(api.Event) {}); err != nil {
		t.Fatal(err)
	}
	// held are the secrets that the one running unit holds: session, vault, directory.
	return w, func() (held []string) {
		t.Helper()
		actual, err := w.engine.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range actual.Units {
			if u.Service != "wiki" {
				continue
			}
			f, ok := w.engine.FileOf(u.ID, "/etc/ronron/secrets")
			if !ok || held != nil || u.State != services.StateRunning {
				t.Fatalf("units of wiki: %+v", actual.Units)
			}
			held = strings.Fields(string(f.Content))
		}
		return held
	}
}

func (w *world) rotate(name string) (events []api.Event, err error) {
	w.t.Helper()
	err = w.Rotate(api.RotateRequest{Service: "wiki", Secret: name, Who: "ana@laptop"}, func(e api.Event) { events = append(events, e) })
	return events, err
}

func TestRotate_ReplacesTheUnitThatHoldsTheSecret(t *testing.T) {
	w, held := withSecrets(t)
	list, err := w.Secrets(t.Context(), "wiki")
	want := []api.Secret{{Name: "session", Kind: "text", Rotates: true}, {Name: "vault", Kind: "text"}, {Name: "directory", Kind: "text", Rotates: true}}
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("%+v, %v", list, err)
	}
	for i, name := range []string{"session", "", "directory"} {
		if name == "" {
			continue
		}
		before := held()
		events, err := w.rotate(name)
		if err != nil || last(events).Kind != api.Done {
			t.Fatalf("%s: %v %+v", name, err, events)
		}
		after := held()
		for j := range before {
			if (before[j] == after[j]) == (i == j) {
				t.Errorf("%s: secret %d: changed is %v", name, j, before[j] != after[j])
			}
		}
		if kept := w.directory.Services()["wiki"].Password; kept.Reveal() != after[2] {
			t.Errorf("%s: the directory knows another password than the unit", name)
		}
	}
	if p := w.replan(); !p.Empty() {
		t.Errorf("afterwards there is still to do: %v", p.Steps)
	}
}

// replan is the plan for the file that was accepted last.
func (w *world) replan() plan.Plan {
	w.t.Helper()
	in, err := w.kept(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := w.Plan(w.t.Context(), in)
	if err != nil || r.Plan == nil {
		w.t.Fatalf("%v %v", err, r.Diagnostics.Err())
	}
	return *r.Plan
}

func TestRotate_AServiceThatFailsKeepsTheSecretsItHad(t *testing.T) {
	for _, name := range []string{"session", "directory"} {
		w, held := withSecrets(t)
		before := held()
		w.engine.Unhealthy("wiki", "web")
		events, err := w.rotate(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		end := 0
		for _, e := range events {
			if ended(e) {
				end++
			}
		}
		if e := last(events); end != 1 || e.Kind != api.Failed || !slices.Contains(e.Report.Failed, "wiki") {
			t.Errorf("%s: it ended %d times, with %+v", name, end, e)
		}
		w.engine.Mend("wiki", "web")
		if after := held(); !slices.Equal(after, before) {
			t.Errorf("%s: the unit holds other secrets than before", name)
		}
		if kept := w.directory.Services()["wiki"].Password; kept.Reveal() != before[2] {
			t.Errorf("%s: the directory knows another password than the unit", name)
		}
		if p := w.replan(); !p.Empty() {
			t.Errorf("%s: afterwards there is still to do: %v", name, p.Steps)
		}
	}
}

func TestRotate_TouchesNothingWhereThereIsMoreToDo(t *testing.T) {
	w, held := withSecrets(t)
	before := held()
	actual, err := w.engine.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range actual.Units {
		if u.Service == portalName {
			w.engine.Crash(u.ID, 1)
		}
	}
	if events, err := w.rotate("session"); errs.CodeOf(err) != errs.Conflict || !strings.Contains(errs.HintOf(err), "ronron up") || len(events) > 0 {
		t.Errorf("with a portal that crashed: %v, %+v", err, events)
	}
	if !slices.Equal(held(), before) {
		t.Error("the secret was made anew all the same")
	}
}

func TestRotate_ServiceAndPortalGoOnKnowingEachOther(t *testing.T) {
	w := newWorld(t)
	w.upPads(pads)
	told := func() (own, sum string) {
		c := w.compiled(pads)
		s, _ := c.service("pads")
		return strings.Fields(string(s.Units[0].Files[0].Content))[2], c.oidc.Clients[0].SecretSum
	}
	secretBefore, sumBefore := told()
	var end api.Event
	if err := w.Rotate(api.RotateRequest{Service: "pads", Secret: "sign-in"}, func(e api.Event) { end = e }); err != nil || end.Kind != api.Done {
		t.Fatalf("%v, %+v", err, end)
	}
	secretAfter, sumAfter := told()
	if secretAfter == secretBefore || sumAfter == sumBefore || sumAfter != oidc.Sum(secret.New(secretAfter)) {
		t.Error("service and portal do not have the same new secret")
	}
	if left := w.stepsFor(pads); len(left) > 0 {
		t.Errorf("afterwards an up would %v", left)
	}
	if site, err := os.ReadFile(filepath.Join(w.options.SiteDir, "site.json")); err != nil || !strings.Contains(string(site), sumAfter) {
		t.Errorf("the portal was not told: %v", err)
	}
}

func TestRotate_RefusesWhatCannotBeMadeAnew(t *testing.T) {
	w, held := withSecrets(t)
	before := held()
	for name, want := range map[string]struct {
		code  errs.Code
		says  string
		about services.Name
	}{
		"vault":   {errs.Conflict, "something that is kept was made with it", "wiki"},
		"sesion":  {errs.NotFound, `Did you mean "session"?`, "wiki"},
		"session": {errs.NotFound, `There is no service "wikki"`, "wikki"},
	} {
		err := w.Rotate(api.RotateRequest{Service: want.about, Secret: name}, func(e api.Event) { t.Errorf("%s: %+v", name, e) })
		if errs.CodeOf(err) != want.code || !strings.Contains(err.Error(), want.says) || errs.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := w.Secrets(t.Context(), "gateway"); err != nil || len(list) != 0 {
		t.Errorf("the gateway's: %v, %v", list, err)
	}
	if err := w.Rotate(api.RotateRequest{Service: "gateway", Secret: "key"}, func(api.Event) {}); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("the gateway's: %v", err)
	}
	if !slices.Equal(held(), before) {
		t.Error("something was changed")
	}
}
