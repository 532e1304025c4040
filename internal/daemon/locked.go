package daemon

import (
	"ronron/chaton"
	"ronron/internal/diag"
	"ronron/internal/text"
	"ronron/recipes"
)

// unlocked refuses images whose tag has no digest: what they name could be
// another image in an hour, and the daemon never asks a registry what it means.
func unlocked(s chaton.Service, r recipes.Resolved) (diags diag.List) {
	for _, tag := range r.Unlocked {
		diags = diags.Append(diag.Error("Image not locked",
			text.Say("The recipe %q runs the image %q, and chaton.lock does not say which content that is. Run `ronron recipe lock`, or `ronron up`, which notes what is missing.", s.Recipe, tag),
			s.RecipeRange))
	}
	return diags
}
