package program

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/services"
)

func TestImages_OfTheDemo(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "examples", "demo", "chaton.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	images, diags := language{}.Images(api.Wanted{File: "chaton.hcl", Content: content})
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	var names []string
	for _, i := range images {
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

// Two services of one recipe have one image; a companion has one of its own; a
// tag has the digest that was noted.
func TestImages_EachOnceAndWithTheirDigests(t *testing.T) {
	const tag = "docker.io/library/echo:1"
	pinned := tag + "@sha256:" + strings.Repeat("a", 64)
	images, diags := language{}.Images(api.Wanted{
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
service "echo" { recipe = "echo" }
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
  unit "web" {
    image = "` + tag + `"
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
	})
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	builds, keys := map[string]int{}, []string{}
	for _, i := range images {
		keys = append(keys, i.Key())
		if i.Build != nil {
			builds[i.Build.Name]++
		}
	}
	if builds["ronron/mediawiki"] != 1 || len(builds) != 3 || !slices.Contains(keys, pinned) {
		t.Errorf("images %v", keys)
	}
	if slices.ContainsFunc(images, func(i services.Image) bool { return i.Self }) {
		t.Error("Ronron's own image is among those to gather")
	}
}
