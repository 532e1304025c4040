package recipes

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"ronron/internal/diag"
	"ronron/internal/text"
	"ronron/recipes/catalog"
)

// Catalog is every recipe that a chaton can use: those that come with Ronron and
// those of the host's own folder.
type Catalog struct {
	own  map[string]*Recipe
	gone map[string]bool // by the host's own, which cannot be used
}

// LoadCatalog reads the embedded recipes and the host's own, given by path
// below the host's folder of recipes ("wiki/recipe.hcl"). A recipe of the host's wins over
// the embedded one of the same name, with a warning; one with errors is left
// out of the catalog, and a recipe that every chaton needs cannot be replaced.
func LoadCatalog(own map[string][]byte) (*Catalog, diag.List) {
	c := &Catalog{own: map[string]*Recipe{}, gone: map[string]bool{}}
	diags := slices.Concat(blocks().diags, sharedParts().diags)

	folders := map[string]map[string][]byte{}
	for _, file := range slices.Sorted(maps.Keys(own)) {
		name, rest, inFolder := strings.Cut(file, "/")
		if !inFolder {
			continue // a README beside the recipes
		}
		if folders[name] == nil {
			folders[name] = map[string][]byte{}
		}
		folders[name][rest] = own[file]
	}
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		diags = diags.Append(c.add(name, folders[name])...)
	}
	return c, diags
}

func (c *Catalog) add(name string, files map[string][]byte) diag.List {
	at := diag.Range{File: name + "/recipe.hcl"}
	if name == catalog.Builtin {
		return diag.List{diag.Error("Name taken", text.Say("%q is the recipe of a part that every chaton needs. Give the folder of your recipe another name.", name), at)}
	}
	r, diags := Parse(name, files)
	if r == nil {
		c.gone[name] = true // better none than another than the host meant
		return diags
	}
	if embedded()[name] != nil {
		diags = diags.Append(diag.Warning("Recipe replaced", text.Say("Your own recipe %q is used in place of the one that comes with Ronron, so updates of Ronron will not change it.", name), at))
	}
	c.own[name] = r
	return diags
}

// Get returns the recipe of a name; where there is none, nil and the names that
// were most likely meant.
func (c *Catalog) Get(name string) (r *Recipe, suggestions []string) {
	if r := c.own[name]; r != nil {
		return r, nil
	}
	if read := embedded()[name]; read != nil && !c.gone[name] {
		if r, _ := read(); r != nil {
			return r, nil
		}
	}
	if near := diag.Suggest(name, c.Names()); near != "" {
		suggestions = []string{near}
	}
	return nil, suggestions
}

// Names lists the recipes that a service can use, sorted: all but the builtin.
func (c *Catalog) Names() []string {
	names := slices.Collect(maps.Keys(c.own))
	for name := range embedded() {
		if name != catalog.Builtin && c.own[name] == nil && !c.gone[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Broken lists the host's own recipes that cannot be used, sorted. LoadCatalog
// told why.
func (c *Catalog) Broken() []string { return slices.Sorted(maps.Keys(c.gone)) }

// Own says whether the recipe is the host's own.
func (c *Catalog) Own(name string) bool { return c.own[name] != nil }

// embedded reads each embedded recipe when it is asked for, and once: a chaton uses
// a few of them, and every command would wait for all. Nobody changes a Recipe.
var embedded = sync.OnceValue(func() map[string]func() (*Recipe, diag.List) {
	all := map[string]func() (*Recipe, diag.List){}
	folders, err := fs.ReadDir(catalog.FS, ".")
	if err != nil {
		panic("recipes: the embedded catalog cannot be read: " + err.Error()) // it is part of the binary
	}
	for _, folder := range folders {
		if name := folder.Name(); folder.IsDir() { // not catalog.go
			all[name] = sync.OnceValues(func() (*Recipe, diag.List) { return ParseEmbedded(name, filesBelow(catalog.FS, name)) })
		}
	}
	return all
})
