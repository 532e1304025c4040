package program

import (
	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/recipes"
)

// directoryRecipe is what every chaton runs besides the services of its file.
const directoryRecipe = "openldap"

// Resolve returns the services of a file, and the directory, as far as images and
// ports go: secrets and addresses in them are not the real ones.
func (language) Resolve(w api.Wanted) (all []recipes.Resolved, diags diag.List) {
	c, diags := chaton.ReadPart(w.File, w.Content)
	if c == nil || diags.HasErrors() {
		return nil, diags
	}
	catalog, more := recipes.LoadCatalog(w.Recipes)
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, diags
	}
	if directory, _ := catalog.Get(directoryRecipe); directory != nil {
		all = append(all, directory.Outline().Resolved)
	}
	for _, s := range c.Services {
		recipe, _ := catalog.Get(s.Recipe)
		if recipe == nil || recipe.Builtin {
			continue
		}
		in := trial(c, s, recipe)
		in.Images = w.Lock
		resolved, more := recipe.Resolve(in)
		diags = append(diags, more...)
		all = append(all, resolved)
	}
	return all, diags
}
