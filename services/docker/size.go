package docker

import "context"

// ImageSize returns the bytes of an image with all its layers.
func (e *Engine) ImageSize(ctx context.Context, imageID string) (int64, error) {
	found, err := e.inspectImage(ctx, imageID)
	return found.Size, err
}
