package recipes

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/diag"
	"ronron/internal/diag/diagtest"
	"ronron/internal/secret"
	"ronron/recipes/catalog"
)

// Every recipe that comes with Ronron is free of problems and resolves.
func TestLoadCatalog_EmbeddedRecipesAreRight(t *testing.T) {
	c, diags := LoadCatalog(nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for name, read := range embedded() {
		r, diags := read()
		if r == nil || len(diags) > 0 {
			t.Errorf("%s: %v", name, diags)
		} else if r.Name != name || r.Builtin != (name == catalog.Builtin) {
			t.Errorf("%s calls itself %s, builtin %v", name, r.Name, r.Builtin)
		}
	}
	for _, name := range []string{"dokuwiki", "openldap", "pages"} {
		r, _ := c.Get(name)
		if r == nil {
			t.Errorf("%s is not in the catalog", name)
			continue
		}
		in := input(r)
		in.Directory.BindPassword = secret.New("HIDDEN-bind")
		resolved, diags := r.Resolve(in)
		if len(diags) > 0 {
			t.Errorf("%s: %v", name, diags)
		}
		if r.Builtin == slices.Contains(c.Names(), name) {
			t.Errorf("%s: builtin %v, offered: %v", name, r.Builtin, c.Names())
		}
		if resolved.Public.IsZero() || len(resolved.Data) == 0 {
			t.Errorf("%s says nothing of what is public or kept", name)
		}
	}
}

func own(t *testing.T, name string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{"README.md": []byte("not a recipe")}
	for file, content := range folder(t, "testdata/good/pad") {
		if file == "recipe.hcl" {
			content = slices.Concat([]byte(`recipe "`+name+`" {`), content[len("# Everything that a recipe can hold.\nrecipe \"pad\" {"):])
		}
		files[name+"/"+file] = content
	}
	return files
}

func TestLoadCatalog_AddsTheHostsOwn(t *testing.T) {
	c, diags := LoadCatalog(own(t, "pad"))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	if r, _ := c.Get("pad"); r == nil || !c.Own("pad") || c.Own("dokuwiki") {
		t.Error("the host's recipe is not there as the host's")
	}
	if r, near := c.Get("dokuwki"); r != nil || !cmp.Equal(near, []string{"dokuwiki"}) {
		t.Errorf("for dokuwki it suggests %v", near)
	}
}

func TestLoadCatalog_TheHostsRecipeWinsWithAWarning(t *testing.T) {
	embedded, _ := LoadCatalog(nil)
	c, diags := LoadCatalog(own(t, "dokuwiki"))
	if len(diags) != 1 || diags[0].Severity != diag.SeverityWarning {
		t.Fatalf("want one warning, got %v", diags)
	}
	diagtest.Plain(t, diags[0])
	mine, _ := c.Get("dokuwiki")
	theirs, _ := embedded.Get("dokuwiki")
	if mine.Hash == theirs.Hash || mine.Software.Name != "Pad" {
		t.Error("the embedded recipe won")
	}
	if again, _ := LoadCatalog(nil); cmp.Equal(again.Names(), []string{}) {
		t.Error("the embedded catalog is gone")
	}
}

func TestLoadCatalog_NobodyReplacesTheDirectory(t *testing.T) {
	c, diags := LoadCatalog(own(t, "openldap"))
	if !diags.HasErrors() || diags[0].Summary != "Name taken" {
		t.Errorf("got %v", diags)
	}
	if r, _ := c.Get("openldap"); r == nil || !r.Builtin {
		t.Error("the directory's recipe is gone")
	}
}

// A host who breaks their copy must not silently get ours.
func TestLoadCatalog_ABrokenRecipeIsLeftOut(t *testing.T) {
	files := own(t, "dokuwiki")
	files["dokuwiki/recipe.hcl"] = []byte("recipe {")
	c, diags := LoadCatalog(files)
	if !diags.HasErrors() {
		t.Error("the broken recipe is not reported")
	}
	if r, _ := c.Get("dokuwiki"); r != nil {
		t.Error("the embedded recipe stands in for the broken one")
	}
	if got := c.Broken(); !slices.Equal(got, []string{"dokuwiki"}) {
		t.Errorf("broken are %q", got)
	}
}
