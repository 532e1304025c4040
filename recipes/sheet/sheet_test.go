package sheet

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/text"
	"ronron/recipes"
)

var update = flag.Bool("update", false, "write the pages that are compared with")

var pages = filepath.Join("..", "..", "docs", "recipes")

// names lists every recipe that comes with Ronron, those of the house included.
func names(t *testing.T) (list []string, catalog *recipes.Catalog) {
	t.Helper()
	catalog, diags := recipes.LoadCatalog(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return catalog.All(), catalog
}

func TestPages_MatchTheRecipes(t *testing.T) {
	list, catalog := names(t)
	there := map[string]bool{}
	for _, name := range list {
		r, _ := catalog.Get(name)
		path := filepath.Join(pages, name+".md")
		got := Of(r).Page()
		there[name+".md"] = true
		if *update {
			if err := os.MkdirAll(pages, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%v; make it with: make docs", err)
			continue
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s differs (-want +got); make it anew with: make docs\n%s", path, diff)
		}
	}
	entries, err := os.ReadDir(pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !there[e.Name()] {
			t.Errorf("%s is of no recipe; remove it", e.Name())
		}
	}
}

func TestPage_SaysWhatTheRecipeSays(t *testing.T) {
	_, catalog := names(t)
	r, _ := catalog.Get("dokuwiki")
	s := Of(r)
	if s.Memory != 256<<20 || len(s.Units) != 1 || !s.Units[0].ReadOnly || s.Accounts != "ldap" {
		t.Errorf("the sheet is %+v", s)
	}
	for lang, want := range map[text.Lang][]string{
		text.FR: {"Titre du wiki", "`chaton.name`", "256 Mio", "les réglages en décident", "lecture seule"},
		text.EN: {"Title of the wiki", "`\"Europe/Paris\"`", "the settings decide", "256 MiB", "read-only", "Confluence"},
	} {
		for _, w := range want {
			if page := s.In(lang); !strings.Contains(page, w) {
				t.Errorf("in %s the page has no %q:\n%s", lang, w, page)
			}
		}
	}
}

func TestPage_ShowsWhatSettingsDecideAsItIsByDefault(t *testing.T) {
	list, catalog := names(t)
	for _, name := range list {
		r, _ := catalog.Get(name)
		if page := Of(r).Page(); strings.Contains(page, words["depends"].EN) {
			t.Errorf("the page of %s leaves a reader with %q", name, words["depends"].EN)
		}
	}
	r, _ := catalog.Get("synapse")
	if page := Of(r).In(text.EN); !strings.Contains(page, "https://synapse.example.org") || !strings.Contains(page, "allowed where `setting.federation`") {
		t.Errorf("the page does not say where members sign in, or when the service calls out:\n%s", page)
	}
	r, _ = catalog.Get("privatebin")
	if page := Of(r).In(text.EN); !strings.Contains(page, "512 MiB") {
		t.Errorf("the page does not say what memory a unit has whose limit follows a setting:\n%s", page)
	}
	r, _ = catalog.Get("ejabberd")
	if page := Of(r).In(text.EN); !strings.Contains(page, "tcp 5222, tcp 5269 (where `setting.federation`)") {
		t.Errorf("the page does not say which ports are always open, and which are not:\n%s", page)
	}
}

func TestSpan_LeavesOutWhatIsZero(t *testing.T) {
	p := page{lang: text.FR}
	for written, want := range map[string]string{"14d": "14 jours", "24h0m0s": "24 h", "5m0s": "5 min", "1m30s": "1m30s", "soon": "soon"} {
		if got := p.span(written); got != want {
			t.Errorf("%s is read as %q; want %q", written, got, want)
		}
	}
}

func TestOften_IsSaidAsPeopleSayIt(t *testing.T) {
	french, english := page{lang: text.FR}, page{lang: text.EN}
	for written, want := range map[string][2]string{
		"1h0m0s": {"toutes les heures", "every hour"}, "1m": {"toutes les minutes", "every minute"}, "24h": {"toutes les 24 h", "every 24 h"},
	} {
		if got := [2]string{french.often(written), english.often(written)}; got != want {
			t.Errorf("%s is read as %q; want %q", written, got, want)
		}
	}
}

func TestWords_AreThereInBothLanguages(t *testing.T) {
	for key, w := range words {
		if w.FR == "" || w.EN == "" {
			t.Errorf("%s lacks a language", key)
		}
	}
}
