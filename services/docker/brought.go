package docker

import (
	"context"
	"strings"

	"ronron/internal/errs"
)

// broughtName is the name of ours under which an image lies that came by another
// way than from its registry: Docker keeps no digest of such an image, so the
// digest is in the name. Whoever brings it has checked that it is what the
// digest says.
func broughtName(reference string) (name string, ok bool) {
	_, digest, found := strings.Cut(reference, "@sha256:")
	return "ronron/brought:" + digest, found
}

// Bring makes a present image, by id or name, be what a reference with a digest means.
func (e *Engine) Bring(ctx context.Context, present, reference string) error {
	name, ok := broughtName(reference)
	if !ok {
		return errs.New(errs.Invalid, "%q names no content: it has no digest.", reference)
	}
	return fault(e.api.ImageTag(ctx, present, name), "The image %s cannot be named", present)
}

// ImageID returns the id of the image that has a name on this engine, or NotFound.
func (e *Engine) ImageID(ctx context.Context, name string) (string, error) {
	found, err := e.inspectImage(ctx, name)
	return found.ID, err
}
