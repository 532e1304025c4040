package lint

import (
	"strings"
	"testing"

	"ronron/recipes/skeleton"
)

var newRecipe = skeleton.Answers{
	Name: "notes", Software: "Notes", Version: "3.1", Licence: "MIT", Source: "https://example.org/notes", Category: "notes", Package: "notes",
}

// A new recipe lacks exactly what only its author can know.
func TestSkeleton_LacksWhatIsMarked(t *testing.T) {
	found := map[string]bool{}
	for _, f := range check(t, skeleton.Files(newRecipe)) {
		found[f.ID] = true
		if f.Level == Error {
			t.Errorf("%s: %s", f.ID, f.What)
		}
	}
	for _, id := range []string{"no-documentation", "sign-up-open", "no-data", "no-backup", "no-retention", "no-requests"} {
		if !found[id] {
			t.Errorf("lint does not ask for %s", id)
		}
	}
}

// With the marks taken away, and the template that a line names, nothing is missing.
func TestSkeleton_IsCleanOnceCompleted(t *testing.T) {
	files := skeleton.Files(newRecipe)
	files["recipe.hcl"] = []byte(strings.ReplaceAll(string(files["recipe.hcl"]), skeleton.Mark, ""))
	files["app.conf.tmpl"] = []byte("title = ${inivalue(setting.title)}\n")
	for _, f := range check(t, files) {
		t.Errorf("%s: %s", f.ID, f.What)
	}
}
