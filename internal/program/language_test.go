package program

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/cli"
	"ronron/internal/diag"
)

func read(content string) diag.List {
	_, diags := language{}.Read(api.Wanted{File: "chaton.hcl", Content: []byte(content)})
	return diags
}

func TestRead_TheDemoIsValid(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", "demo", "chaton.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	if diags := read(string(content)); len(diags) > 0 {
		t.Errorf("examples/demo/chaton.hcl: %v", diags)
	}
}

// TestRead_TheReadmeIsValid keeps what newcomers copy from going stale.
func TestRead_TheReadmeIsValid(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(content), "```hcl\n")
	example, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatal("README.md has no chaton.hcl")
	}
	if diags := read(example); len(diags) > 0 {
		t.Errorf("the chaton.hcl of README.md: %v", diags)
	}
}

func TestTemplate_OfEveryRecipeIsValid(t *testing.T) {
	offers, diags := language{}.Offers(api.Wanted{})
	if len(diags) > 0 || len(offers) == 0 {
		t.Fatalf("offers %v, problems %v", offers, diags)
	}
	for _, lang := range []string{"fr", "en"} {
		a := cli.Answers{Name: `L'"asso" du quartier`, Domain: "asso.localhost", Language: lang, Contact: "a@asso.localhost"}
		for _, o := range offers {
			a.Recipes = append(a.Recipes, o.Recipe, o.Recipe) // twice: names must not collide
		}
		text := string(language{}.Template(a))
		if diags := read(text); len(diags) > 0 {
			t.Errorf("in %s: %v\n%s", lang, diags, text)
		}
	}
}

func TestRead_ProblemsOfFileAndOfRecipesTogether(t *testing.T) {
	diags := read(`chaton {
  name    = "A"
  domain  = "a.localhost"
  contact = "a@a.localhost"
}
accounts {
  administrator {
    login = "admin"
    mail  = "admin@a.localhost"
  }
}
service "wiki" { recipe = "dokuwikki" }
service "notes" {
  recipe   = "dokuwiki"
  settings = { titel = "x" }
}
`)
	var all strings.Builder
	for _, d := range diags {
		all.WriteString(d.Summary + ": " + d.Detail + "\n")
	}
	for _, want := range []string{`Did you mean "dokuwiki"?`, `"title"`} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no diagnostic says %s:\n%s", want, all.String())
		}
	}
}

// One mistake in a recipe of the host's own is told once, where it stands.
func TestRead_ABrokenRecipeIsNotUnknownToo(t *testing.T) {
	_, diags := language{}.Read(api.Wanted{File: "chaton.hcl", Recipes: map[string][]byte{"miniflux/recipe.hcl": []byte("recipe \"miniflux\" {\n  version = \n}\n")}, Content: []byte(`chaton {
  name    = "A"
  domain  = "a.localhost"
  contact = "a@a.localhost"
  recipes = "recipes"
}
accounts {
  administrator {
    login = "admin"
    mail  = "admin@a.localhost"
  }
}
service "feeds" { recipe = "miniflux" }
`)})
	if !diags.HasErrors() {
		t.Error("the broken recipe is not reported")
	}
	for _, d := range diags {
		if d.Range.File == "chaton.hcl" {
			t.Errorf("the file is blamed: %s: %s", d.Summary, d.Detail)
		}
	}
}
