package recipes

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/hclread"
)

// The reference is made from the schema, so the two never drift.
func TestReference_IsWhatTheSchemaSays(t *testing.T) {
	const file = "../docs/recipes.md"
	got := Reference()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/recipes.md is not what the schema says (-page +schema); run go test ./recipes -update:\n%s", diff)
	}
}

// Whatever can be written is explained: what it means, and what is taken where
// it is not written.
func TestReference_ExplainsEverything(t *testing.T) {
	var check func(at string, s *hclread.Schema)
	check = func(at string, s *hclread.Schema) {
		if s.Help == "" {
			t.Errorf("%s does not say what it is", at)
		}
		for _, a := range s.Attributes {
			if a.Help == "" || !strings.ContainsAny(a.Help[len(a.Help)-1:], ".?`…") {
				t.Errorf("%s.%s: its explanation is %q; want whole sentences", at, a.Name, a.Help)
			}
			if a.Required == (a.Default != "") {
				t.Errorf("%s.%s: an attribute is needed or has a default, and says which", at, a.Name)
			}
			if formNames[a.Kind] == "" {
				t.Errorf("%s.%s: its form has no name", at, a.Name)
			}
		}
		for _, b := range s.Blocks {
			check(at+"."+b.Type, b.Schema)
		}
	}
	check("recipe", recipeSchema)
}

func TestReference_NamesEveryFunction(t *testing.T) {
	page := string(Reference())
	for _, name := range functionNames() {
		if !strings.Contains(page, "`"+name+"(") {
			t.Errorf("the reference does not name the function %s", name)
		}
	}
}
