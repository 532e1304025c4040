package lint

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ronron/recipes"
)

var printed = regexp.MustCompile("(?s)`recipes/shelf/([^`\n]+)` ?:\n\n```[a-z]*\n(.*?)```\n")

// What newcomers copy from the tutorial is a clean recipe, in both languages.
func TestTutorial_ItsRecipeIsClean(t *testing.T) {
	for _, folder := range []string{"docs", "docs/fr"} {
		t.Run(folder, func(t *testing.T) { tutorialIsClean(t, folder) })
	}
}

func tutorialIsClean(t *testing.T, folder string) {
	page, err := os.ReadFile(filepath.Join("..", "..", folder, "tutorial-recipe.md"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, m := range printed.FindAllStringSubmatch(string(page), -1) {
		files[m[1]] = []byte(m[2])
	}
	if len(files) != strings.Count(string(page), "`recipes/shelf/") || len(files) != 4 {
		t.Fatalf("the tutorial prints %d files: %v", len(files), slices.Sorted(maps.Keys(files)))
	}
	r, diags := recipes.Parse("shelf", files)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for _, f := range Check(r) {
		t.Errorf("%s: %s: %s", f.Range, f.ID, f.What)
	}
}
