package program

import (
	"os"
	"strings"
	"testing"

	"ronron/recipes"
)

// A host chooses from the README; a recipe that it does not name is not found.
func TestReadme_NamesEveryRecipe(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	catalog, diags := recipes.LoadCatalog(nil)
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	for _, name := range catalog.Names() {
		if !strings.Contains(string(readme), "`"+name+"`") {
			t.Errorf("README.md does not name the recipe %s", name)
		}
	}
}
