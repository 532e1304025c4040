package program

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/recipes"
	"ronron/services"
)

// images of services, in order.
func images(all []recipes.Resolved) (list []services.Image) {
	for _, r := range all {
		for _, u := range r.Service.Units {
			list = append(list, u.Image)
		}
	}
	return list
}

func TestResolve_TheImagesOfTheDemo(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", "demo", "chaton.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	all, diags := language{}.Resolve(api.Wanted{File: "chaton.hcl", Content: content})
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	var names []string
	for _, i := range images(all) {
		if i.Build == nil || i.Build.Files["Dockerfile"] == nil {
			t.Errorf("%s cannot be built", i.Key())
			continue
		}
		names = append(names, i.Build.Name)
	}
	if want := []string{"ronron/openldap", "ronron/dokuwiki", "ronron/pages"}; !slices.Equal(names, want) {
		t.Errorf("images %v, want %v", names, want)
	}
}

// Two services of one recipe have the same image; a companion has one of its
// own; a tag has the digest that was noted, a computed one too.
func TestResolve_ImagesHaveTheirDigests(t *testing.T) {
	const tag = "docker.io/library/echo:1.5"
	pinned := tag + "@sha256:" + strings.Repeat("a", 64)
	wanted := api.Wanted{
		File: "chaton.hcl",
		Content: []byte(`chaton {
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
service "one" { recipe = "mediawiki" }
service "two" { recipe = "mediawiki" }
service "echo" {
  recipe   = "echo"
  settings = { release = "1.5" }
}
`),
		Recipes: map[string][]byte{"echo/recipe.hcl": []byte(`recipe "echo" {
  version = "1"
  software {
    name     = "Echo"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/echo"
    category = "tools"
    title    = { fr = "Écho", en = "Echo" }
    summary  = { fr = "Répète.", en = "Repeats." }
  }
  public = { fr = "Rien.", en = "Nothing." }
  accounts "none" {}
  setting "release" {
    type    = "string"
    default = "1.4"
    label   = { fr = "Version", en = "Version" }
  }
  unit "web" {
    image = "docker.io/library/echo:${setting.release}"
    user  = "1:1"
    port "http" { number = 8080 }
    health { tcp = { port = "http" } }
    limits { memory = "16M" }
  }
  route "web" {
    unit = "web"
    port = "http"
  }
}
`)},
		Lock: map[string]string{tag: pinned},
	}
	all, diags := language{}.Resolve(wanted)
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	builds, keys := map[string]bool{}, []string{}
	for _, i := range images(all) {
		keys = append(keys, i.Key())
		if i.Build != nil {
			builds[i.Build.Tag()] = true
		}
	}
	if len(keys) != 6 || len(builds) != 3 || !slices.Contains(keys, pinned) {
		t.Errorf("images %v", keys)
	}
	wanted.Lock = nil
	all, _ = language{}.Resolve(wanted)
	if unlocked := all[len(all)-1].Unlocked; !slices.Equal(unlocked, []string{tag}) {
		t.Errorf("without a lock: %v", unlocked)
	}
}
