package daemon

import (
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services"
)

const toolRecipe = `recipe "shelf" {
  version = "1"
  public  = "Nothing."
  software {
    name     = "Shelf"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org"
    category = "files"
    title    = "Shelf"
    summary  = "A shelf."
  }
  accounts "none" {}
  unit "web" {
    build {}
    user = "33:33"
    port "http" { number = 8080 }
    health { tcp = { port = "http" } }
  }
  route "web" {
    unit = "web"
    port = "http"
  }
  tool "weigh" {
    unit    = "web"
    command = ["du", "-s"]
    help    = { fr = "Le poids.", en = "The weight." }
  }
}
`

func withTool(t *testing.T) *world {
	w := newWorld(t)
	in := wantedFile(strings.Replace(file, `recipe = "dokuwiki"`, `recipe = "shelf"`, 1) + "\nservice \"plain\" {\n  recipe = \"pages\"\n}\n")
	in.Content = []byte(strings.Replace(string(in.Content), "chaton {", "chaton {\n  recipes = \"recipes\"", 1))
	in.Recipes = map[string][]byte{"shelf/recipe.hcl": []byte(toolRecipe), "shelf/Dockerfile": []byte("FROM debian:trixie-slim\n")}
	r, err := w.Plan(t.Context(), in)
	if err != nil || r.Plan == nil {
		t.Fatalf("%v %v", err, r.Diagnostics.Err())
	}
	if err := w.Apply(api.ApplyRequest{Wanted: in, Base: r.Plan.Base}, func(api.Event) {}); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTools_AreThoseOfTheRecipeWithTheirHelp(t *testing.T) {
	w := withTool(t)
	tools, err := w.Tools(t.Context(), "wiki")
	if err != nil || len(tools) != 1 || tools[0].Name != "weigh" || tools[0].Unit != "web" || tools[0].Help.EN != "The weight." {
		t.Errorf("%+v, %v", tools, err)
	}
	if none, err := w.Tools(t.Context(), "plain"); err != nil || none == nil || len(none) != 0 {
		t.Errorf("a recipe without tools: %v, %v", none, err)
	}
	if _, err := w.Tools(t.Context(), "wikki"); errs.CodeOf(err) != errs.NotFound || !strings.Contains(err.Error(), `"wiki"`) {
		t.Errorf("an unknown service: %v", err)
	}
}

func TestRunTool_AddsWordsAndInputAndKeepsTheCode(t *testing.T) {
	w := withTool(t)
	w.engine.OnExec("wiki", "web", func(command []string, stdin []byte) services.Result {
		return services.Result{ExitCode: 3, Output: strings.Join(command, "|") + "<" + string(stdin)}
	})
	got, err := w.RunTool(t.Context(), "wiki", api.RunRequest{Tool: "weigh", Args: []string{"-h", "/a b"}, Input: []byte("in")})
	if err != nil || got.ExitCode != 3 || string(got.Output) != "du|-s|-h|/a b<in" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRunTool_RefusesWhatCannotBeRun(t *testing.T) {
	w := withTool(t)
	for name, c := range map[string]struct {
		in   api.RunRequest
		code errs.Code
		says string
	}{
		"unknown tool": {api.RunRequest{Tool: "wegh"}, errs.NotFound, `"weigh"`},
		"NUL":          {api.RunRequest{Tool: "weigh", Args: []string{"a\x00b"}}, errs.Invalid, "NUL"},
		"too many":     {api.RunRequest{Tool: "weigh", Args: []string{strings.Repeat("x", api.MaxToolArgs)}}, errs.Invalid, "at most"},
		"too long":     {api.RunRequest{Tool: "weigh", Input: make([]byte, api.MaxToolInput+1)}, errs.Invalid, "at most"},
	} {
		_, err := w.RunTool(t.Context(), "wiki", c.in)
		if errs.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.RunTool(t.Context(), "plain", api.RunRequest{Tool: "weigh"}); !strings.Contains(err.Error(), "has no tools") {
		t.Errorf("a recipe without tools: %v", err)
	}
	actual, err := w.engine.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range actual.Units {
		if u.Service == "wiki" {
			w.engine.StopUnit(t.Context(), u.ID, 0)
		}
	}
	if _, err := w.RunTool(t.Context(), "wiki", api.RunRequest{Tool: "weigh"}); errs.CodeOf(err) != errs.NotFound || !strings.Contains(errs.HintOf(err), "ronron up") {
		t.Errorf("a stopped unit: %v", err)
	}
}
