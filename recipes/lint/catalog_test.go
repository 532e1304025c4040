package lint

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/text"
	"ronron/recipes"
)

var update = flag.Bool("update", false, "write the page that is compared with")

func TestReference_MatchesTheRules(t *testing.T) {
	for page, lang := range map[string]text.Lang{"docs/lint.md": text.EN, "docs/fr/lint.md": text.FR} {
		path := filepath.Join("..", "..", filepath.FromSlash(page))
		if *update {
			if err := os.WriteFile(path, []byte(Reference(lang)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), Reference(lang)); diff != "" {
			t.Errorf("%s differs (-want +got); make it anew with: make docs\n%s", page, diff)
		}
	}
}

// Every recipe that comes with Ronron is one to copy from.
func TestCatalog_IsClean(t *testing.T) {
	catalog, diags := recipes.LoadCatalog(nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for _, name := range catalog.All() {
		r, _ := catalog.Get(name)
		for _, f := range Check(r) {
			if f.Level != Advice {
				t.Errorf("%s: %s: %s %s", f.Range, f.ID, f.What, f.Why)
			}
		}
	}
}
