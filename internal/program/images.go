package program

import (
	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/recipes"
	"ronron/services"
)

// directoryRecipe is what every chaton runs besides the services of its file.
const directoryRecipe = "openldap"

// Images are those that the chaton of a file runs, but Ronron's own, each once.
func (language) Images(w api.Wanted) (images []services.Image, diags diag.List) {
	c, diags := chaton.ReadPart(w.File, w.Content)
	if c == nil || diags.HasErrors() {
		return nil, diags
	}
	catalog, more := recipes.LoadCatalog(w.Recipes)
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, diags
	}
	seen := map[string]bool{}
	add := func(s services.Service) {
		for _, u := range s.Units {
			if !u.Image.Self && !seen[u.Image.Key()] {
				seen[u.Image.Key()] = true
				images = append(images, u.Image)
			}
		}
	}
	if directory, _ := catalog.Get(directoryRecipe); directory != nil {
		add(directory.Outline().Service)
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
		add(resolved.Service)
	}
	return images, diags
}
