package recipes

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"ronron/internal/diag"
	"ronron/recipes/catalog"
)

// Catalog is every recipe that a chaton can use: those that come with Ronron and
// those of the host's own folder.
type Catalog struct {
	recipes map[string]*Recipe
	own     map[string]bool
}

// LoadCatalog reads the embedded recipes and the host's own, given by path
// below the host's folder of recipes ("wiki/recipe.hcl"). A recipe of the host's wins over
// the embedded one of the same name, with a warning; one with errors is left
// out of the catalog, and a recipe that every chaton needs cannot be replaced.
func LoadCatalog(own map[string][]byte) (*Catalog, diag.List) {
	c := &Catalog{recipes: map[string]*Recipe{}, own: map[string]bool{}}
	embedded, problems := embeddedRecipes()
	diags := slices.Concat(blocks().diags, problems)
	maps.Copy(c.recipes, embedded)

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
	known := c.recipes[name]
	if known != nil && known.Builtin {
		return diag.List{diag.Error("Name taken", fmt.Sprintf("%q is the recipe of a part that every chaton needs. Give the folder of your recipe another name.", name), at)}
	}
	r, diags := Parse(name, files)
	if r == nil {
		delete(c.recipes, name) // better none than another than the host meant
		return diags
	}
	if known != nil {
		diags = diags.Append(diag.Warning("Recipe replaced", fmt.Sprintf("Your own recipe %q is used in place of the one that comes with Ronron, so updates of Ronron will not change it.", name), at))
	}
	c.recipes[name], c.own[name] = r, true
	return diags
}

// Get returns the recipe of a name; where there is none, nil and the names that
// were most likely meant.
func (c *Catalog) Get(name string) (r *Recipe, suggestions []string) {
	if r := c.recipes[name]; r != nil {
		return r, nil
	}
	if near := diag.Suggest(name, c.Names()); near != "" {
		suggestions = []string{near}
	}
	return nil, suggestions
}

// Names lists the recipes that a service can use, sorted: all but the builtin.
func (c *Catalog) Names() []string {
	var names []string
	for name, r := range c.recipes {
		if !r.Builtin {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Own says whether the recipe is the host's own.
func (c *Catalog) Own(name string) bool { return c.own[name] }

// embeddedRecipes are read once; nobody changes a Recipe.
var embeddedRecipes = sync.OnceValues(func() (map[string]*Recipe, diag.List) {
	all := map[string]*Recipe{}
	var diags diag.List
	folders, err := fs.ReadDir(catalog.FS, ".")
	if err != nil {
		panic("recipes: the embedded catalog cannot be read: " + err.Error()) // it is part of the binary
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue // catalog.go
		}
		r, problems := ParseEmbedded(folder.Name(), filesBelow(catalog.FS, folder.Name()))
		diags = diags.Append(problems...)
		if r != nil {
			all[r.Name] = r
		}
	}
	return all, diags
})
