package docker

import (
	"context"
	"io"

	"github.com/docker/docker/client"
)

// SaveImage returns an image as `docker save` writes it.
func (e *Engine) SaveImage(ctx context.Context, id string) (io.ReadCloser, error) {
	r, err := e.api.ImageSave(ctx, []string{id})
	return r, fault(err, "The image %s cannot be saved", id)
}

// LoadImage takes in an image as `docker load` reads it, under the name that
// is in it.
func (e *Engine) LoadImage(ctx context.Context, archive io.Reader) error {
	loaded, err := e.api.ImageLoad(ctx, archive, client.ImageLoadWithQuiet(true))
	if err != nil {
		return fault(err, "The image cannot be loaded")
	}
	defer loaded.Body.Close()
	if loaded.JSON {
		_, err = readStream(loaded.Body, func(string) {})
	} else {
		_, err = io.Copy(io.Discard, loaded.Body)
	}
	return fault(err, "The image cannot be loaded")
}

// BroughtName is the name under which an image is loaded that a reference with
// a digest means.
func (e *Engine) BroughtName(reference string) (name string, ok bool) { return broughtName(reference) }

// Platform is the kind of machine that the engine runs on: "linux/amd64".
func (e *Engine) Platform(ctx context.Context) (string, error) {
	v, err := e.api.ServerVersion(ctx)
	return v.Os + "/" + v.Arch, fault(err, "Docker cannot be asked about itself")
}
