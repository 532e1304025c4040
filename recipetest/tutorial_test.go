package recipetest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"ronron/recipes"
)

var printed = regexp.MustCompile("(?s)`recipes/shelf/([^`\n]+)` ?:\n\n```[a-z]*\n(.*?)```\n")

// What newcomers copy from the tutorial can be tested, in both languages.
func TestTutorial_ItsScenarioIsWhole(t *testing.T) {
	for _, folder := range []string{"docs", "docs/fr"} {
		page, err := os.ReadFile(filepath.Join("..", folder, "tutorial-recipe.md"))
		if err != nil {
			t.Fatal(err)
		}
		files := map[string][]byte{}
		for _, m := range printed.FindAllStringSubmatch(string(page), -1) {
			files[m[1]] = []byte(m[2])
		}
		r, diags := recipes.Parse("shelf", files)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		if _, err := ScenarioOf(r); err != nil {
			t.Errorf("%s: %v", folder, err)
		}
	}
}
