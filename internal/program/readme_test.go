package program

import (
	"os"
	"strings"
	"testing"

	"ronron/recipes"
)

// A host chooses from the README; a recipe that it does not name is not found.
func TestReadme_NamesEveryRecipe(t *testing.T) {
	catalog, diags := recipes.LoadCatalog(nil)
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	for _, page := range []string{"README.md", "LISEZMOI.md"} {
		readme, err := os.ReadFile("../../" + page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range catalog.Names() {
			if !strings.Contains(string(readme), "`"+name+"`") {
				t.Errorf("%s does not name the recipe %s", page, name)
			}
		}
	}
}
