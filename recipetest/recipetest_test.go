package recipetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/recipes"
	"ronron/recipes/level"
)

const notesRecipe = `recipe "notes" {
  version = "1"
  software {
    name          = "Notes"
    version       = "1.0"
    licence       = "MIT"
    source        = "https://example.org/notes"
    documentation = "https://example.org/notes/docs"
    category      = "wiki"
    replaces      = ["Paper"]
    title         = { fr = "Notes", en = "Notes" }
    summary       = { fr = "Écrire.", en = "Write." }
  }
  public = { fr = "Rien.", en = "Nothing." }
  setting "motto" {
    type    = "string"
    default = "as it comes"
    label   = { fr = "Devise", en = "Motto" }
  }
  setting "paper" {
    type    = "string"
    default = "squared"
    label   = { fr = "Papier", en = "Paper" }
  }
  upgrade {
    from  = []
    fixed = ["setting.paper"]
  }
  accounts "ldap" {}
  data "notes" {
    what     = { fr = "Les notes.", en = "The notes." }
    personal = true
    kept     = { fr = "Toujours.", en = "For ever." }
    volume   = "data"
  }
  volume "data" {}
  unit "web" {
    build {}
    mount "data" { path = "/data" }
    port "http" { number = 8080 }
  }
  route "web" {
    unit = "web"
    port = "http"
  }
}
`

const notesScenario = `{
  "kind": "wiki",
  "home": {"path": "/", "contains": ["Notes"]},
  "sign_in": {"path": "/in", "form": {"login": "{login}", "password": "{password}"}},
  "signed_in": {"path": "/", "contains": ["Sign out"]},
  "write": {"path": "/note/{name}?edit", "form": {"text": "{text}"}, "press": "save"},
  "read": {"path": "/note/{name}", "contains": ["{text}"]},
  "closed": [{"path": "/install"}],
  "settings": {
    "paper": {"value": "ruled", "see": {"path": "/", "contains": ["on ruled"]}},
    "motto": {"value": "changed & so", "see": {"path": "/", "contains": ["changed &amp; so"]}}
  },
  "crawl": {"not_tested": "no browser in a unit test"}
}`

func notes(t *testing.T, scenario string) *recipes.Recipe {
	t.Helper()
	return parsed(t, notesRecipe, scenario)
}

func parsed(t *testing.T, recipe, scenario string) *recipes.Recipe {
	t.Helper()
	r, diags := recipes.Parse("notes", map[string][]byte{"recipe.hcl": []byte(recipe), "Dockerfile": []byte("FROM scratch\n"), "scenario.json": []byte(scenario)})
	if r == nil {
		t.Fatal(diags)
	}
	return r
}

func try(t *testing.T, scenario string, sins ...string) *level.Record {
	t.Helper()
	return tryRecipe(t, notes(t, scenario), sins...)
}

func tryRecipe(t *testing.T, r *recipes.Recipe, sins ...string) *level.Record {
	t.Helper()
	record, err := Run(context.Background(), Options{
		Recipe: r, House: newFakeHouse(t, sins...), Domain: Domain("notes"), Version: "0.0.0",
		Who: "somebody@machine", Tell: t.Logf, Now: time.Now, Patience: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	inFrench(t, record)
	return record
}

// inFrench finds what is told in English only: not the scenario's own reasons,
// and not what the house says.
func inFrench(t *testing.T, r *level.Record) {
	t.Helper()
	for _, c := range r.Checks {
		name, why := c.Text()
		if name.FR == "" || name.FR == name.EN {
			t.Errorf("the check %q has no French", c.Name)
		}
		if why.EN == "no browser in a unit test" || strings.HasPrefix(why.EN, "The unit web") {
			continue
		}
		if why.EN != "" && (why.FR == "" || why.FR == why.EN) {
			t.Errorf("%s: %q has no French", c.Name, why.EN)
		}
	}
}

func failed(r *level.Record) (names []string) {
	for _, c := range r.Checks {
		if c.Outcome == level.Failed && c.Level != level.Clean {
			names = append(names, c.Name)
		}
	}
	return names
}

// TestRun_SoftwareThatMakesTheAddress finds what was written where the software
// says that it is, also for others and after a restart.
func TestRun_SoftwareThatMakesTheAddress(t *testing.T) {
	scenario := strings.NewReplacer(
		`"press": "save"}`, `"press": "save", "keep": {"id": "/note/([0-9a-f]+)\">Permanent"}}`,
		`"read": {"path": "/note/{name}"`, `"read": {"path": "/note/{id}"`,
	).Replace(notesScenario)
	if r := try(t, scenario); r.Level != 3 {
		t.Errorf("level %d, failed: %q", r.Level, failed(r))
	}
	if r := try(t, scenario, "anybody reads"); !strings.Contains(strings.Join(failed(r), "\n"), "a stranger does not read") {
		t.Errorf("a stranger reads at that address, and nothing failed but %q", failed(r))
	}
}

func TestRun_AGoodSoftwareEarnsThree(t *testing.T) {
	r := try(t, notesScenario)
	if r.Level != 3 || len(failed(r)) > 0 {
		t.Errorf("level %d, failed: %q", r.Level, failed(r))
	}
	if r.MemoryMB != 20 || r.ImageMB != 200 || r.StartSeconds != 2 || r.Machine.Cores != 2 {
		t.Errorf("figures: %+v", r)
	}
	if !r.Counts(notes(t, notesScenario).Hash) {
		t.Error("the record is not of the recipe that was tested")
	}
}

// TestRun_ARecipeThatSaysNothingOfUpgrades is one that somebody has just begun.
func TestRun_ARecipeThatSaysNothingOfUpgrades(t *testing.T) {
	begun := strings.Replace(notesRecipe, "upgrade {\n    from  = []\n    fixed = [\"setting.paper\"]\n  }\n", "", 1)
	if begun == notesRecipe {
		t.Fatal("the recipe has no such block")
	}
	if r := tryRecipe(t, parsed(t, begun, notesScenario), "changes what is fixed"); r.Level != 3 {
		t.Errorf("level %d, failed: %q", r.Level, failed(r))
	}
}

// TestRun_EverySinIsFound is what makes a level mean something: each fault that
// the checks are for, tried.
func TestRun_EverySinIsFound(t *testing.T) {
	for sin, want := range map[string]struct {
		check string
		level int
	}{
		"does not start":                {"starts and becomes healthy", 0},
		"ignores its setting":           {"the setting motto takes effect", 1},
		"loses data in a restart":       {"a restart loses nothing", 1},
		"loses data in a new container": {"new containers lose nothing", 1},
		"nobody enters":                 {"a member of the group signs in", 0},
		"any password":                  {"a wrong password is refused", 2},
		"empty password":                {"an empty password is refused", 2},
		"unknown enter":                 {"an unknown login is refused", 2},
		"other groups enter":            {"a member outside the group is refused", 2},
		"a session stays":               {"a suspended member's open session ends", 2},
		"ignores its fixed setting":     {"the setting paper takes effect", 1},
		"changes what is fixed":         {"the setting paper cannot change once there is data", 1},
		"suspended enter":               {"a suspended member is refused", 2},
		// What was to last is overwritten, so level 2 is gone too.
		"anybody writes":                  {"a stranger does not write", 1},
		"anybody reads":                   {"a stranger does not read what members wrote", 2},
		"installer is open":               {"closed to a stranger: /install", 2},
		"breaks when a password is wrong": {"a wrong password is refused", 2},
	} {
		t.Run(sin, func(t *testing.T) {
			t.Parallel()
			r := try(t, notesScenario, sin)
			if !strings.Contains(strings.Join(failed(r), "\n")+"\n", want.check+"\n") {
				t.Errorf("failed: %q, want %q", failed(r), want.check)
			}
			if sin != "nobody enters" && r.Level != want.level || r.Level > 2 {
				t.Errorf("level %d, want %d", r.Level, want.level)
			}
		})
	}
}

// TestRun_WhatCannotBeHadIsNoLevel: a machine without a network must not take away
// what a recipe has earned elsewhere.
func TestRun_WhatCannotBeHadIsNoLevel(t *testing.T) {
	record, err := Run(context.Background(), Options{
		Recipe: notes(t, notesScenario), House: newFakeHouse(t, "cannot be downloaded"), Domain: Domain("notes"),
		Who: "somebody@machine", Tell: t.Logf, Now: time.Now, Patience: time.Second,
	})
	if err == nil || record != nil {
		t.Errorf("got %+v, %v", record, err)
	}
}

// TestRun_AScenarioThatCannotFailFails: what proves nothing is no proof.
func TestRun_AScenarioThatCannotFailFails(t *testing.T) {
	for change, want := range map[[2]string]string{
		{`"contains": ["changed &amp; so"]`, `"contains": ["Notes"]`}: "the setting motto takes effect",
		{`"contains": ["{text}"]`, `"status": [200, 403, 404]`}:       "content is written and read",
		{`"contains": ["Sign out"]`, `"contains": ["Notes"]`}:         "a wrong password is refused",
	} {
		scenario := strings.Replace(notesScenario, change[0], change[1], 1)
		if scenario == notesScenario {
			t.Fatalf("%s is not in the scenario", change[0])
		}
		if r := try(t, scenario); !strings.Contains(strings.Join(failed(r), "\n"), want) {
			t.Errorf("with %s: failed %q, want %q", change[1], failed(r), want)
		}
	}
}

func TestScenarioOf_SaysWhatIsMissing(t *testing.T) {
	for want, change := range map[string][2]string{
		`the setting "motto" has no value`: {`,
    "motto": {"value": "changed & so", "see": {"path": "/", "contains": ["changed &amp; so"]}}`, ``},
		`the recipe has no setting "moto"`:        {`"motto":`, `"moto":`},
		`nothing says how (sign_in, signed_in)`:   {`"signed_in"`, `"home"`},
		`nothing says which doors must be shut`:   {`"closed": [{"path": "/install"}],`, ``},
		`no kind "wikki"`:                         {`"wiki"`, `"wikki"`},
		`unknown field "sttings"`:                 {`"settings"`, `"sttings"`},
		`nobody is called "nobody"`:               {`{"path": "/install"}`, `{"path": "/install", "as": "nobody"}`},
		`either a path or a command`:              {`{"path": "/install"}`, `{}`},
		`unknown field "pth"`:                     {`{"path": "/install"}`, `{"pth": "/install"}`},
		`nothing says how content is written`:     {`"write"`, `"home"`},
		`the recipe's limits_note tells no host`:  {`"kind": "wiki",`, `"kind": "wiki", "session_stays": "it asks nobody",`},
		`needs a value and where its effect is s`: {`"value": "changed & so", `, ``},
	} {
		_, err := ScenarioOf(notes(t, strings.Replace(notesScenario, change[0], change[1], 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got: %v", want, err)
			continue
		}
		if said := errs.Sentence(err); said.FR == "" {
			t.Errorf("%q has no French", said.EN)
		}
	}
}

// TestCatalog_ScenariosAreWhole reads those that come with Ronron.
func TestCatalog_ScenariosAreWhole(t *testing.T) {
	catalog, diags := recipes.LoadCatalog(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, name := range catalog.Names() {
		r, _ := catalog.Get(name)
		if _, err := level.Read(r.Tested()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r.Scenario() == nil {
			continue // shown as "not tested here"
		}
		if _, err := ScenarioOf(r); err != nil {
			t.Error(err)
		}
	}
}

func TestBoth_CountsWhatCameOutTheSame(t *testing.T) {
	first := &level.Record{MemoryMB: 30, StartSeconds: 1, Checks: []level.Check{{Level: 1, Name: "a", Outcome: level.Passed}, {Level: 2, Name: "b", Outcome: level.Passed}}}
	second := &level.Record{MemoryMB: 20, StartSeconds: 2, Checks: []level.Check{{Level: 1, Name: "a", Outcome: level.Passed}, {Level: 2, Name: "b", Outcome: level.Failed, Why: "x"}}}
	r := Both(first, first)
	if r.Level != 2 || r.Runs != 2 || r.Checks[2].Outcome != level.Passed {
		t.Errorf("twice the same: %+v", r)
	}
	r = Both(first, second)
	if r.Level != 1 || r.MemoryMB != 30 || r.StartSeconds != 2 || r.Checks[2].Outcome != level.Failed {
		t.Errorf("a flake: %+v", r)
	}
}
