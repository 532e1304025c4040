package recipetest

import (
	"context"

	"ronron/internal/errs"
	"ronron/recipes"
)

// LocalImages takes the images that lie on the engine under the recipe's tags for
// those that the tags mean: an author tries a recipe before an image is published,
// or where no registry can be reached. What such a test finds earns no level.
func LocalImages(ctx context.Context, e Engine, r *recipes.Recipe) (lock map[string]string, err error) {
	lock = map[string]string{}
	for _, tag := range r.Outline().Unlocked {
		id, err := e.ImageID(ctx, tag)
		if errs.CodeOf(err) == errs.NotFound {
			return nil, errs.New(errs.NotFound, "There is no image %s on this engine.", tag).
				WithHint("Build or load one under exactly that name, or leave --local-images out to have it pulled.")
		}
		if err != nil {
			return nil, err
		}
		lock[tag] = tag + "@" + id
		if err := e.Bring(ctx, id, lock[tag]); err != nil {
			return nil, err
		}
	}
	return lock, nil
}
