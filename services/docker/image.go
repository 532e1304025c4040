package docker

import (
	"context"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// EnsureImage makes the image present and returns its id. Containers are
// always made from ids: a name would be looked up at a public registry, where
// a stranger may own it.
func (e *Engine) EnsureImage(ctx context.Context, i services.Image, progress func(line text.Text)) (string, error) {
	if progress == nil {
		progress = func(text.Text) {}
	}
	id, err := e.imageID(ctx, i)
	if errs.CodeOf(err) != errs.NotFound {
		return id, err
	}
	done, err := e.fetchAlone(ctx, i.Key())
	if err != nil {
		return "", err
	}
	defer done()
	if id, err = e.imageID(ctx, i); errs.CodeOf(err) != errs.NotFound {
		return id, err // another caller made it present meanwhile
	}
	switch {
	case i.Self:
		return e.loadOwnSelf(ctx, i.SelfID)
	case i.Build != nil:
		return e.build(ctx, i.Build, progress)
	default:
		return e.pull(ctx, i.Reference, progress)
	}
}

// fetchAlone waits until nobody else fetches or builds the image: two services
// of one recipe want the same one at the same time.
func (e *Engine) fetchAlone(ctx context.Context, key string) (done func(), err error) {
	e.mu.Lock()
	turn := e.fetching[key]
	if turn == nil {
		turn = make(chan struct{}, 1)
		e.fetching[key] = turn
	}
	e.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, fault(ctx.Err(), "The image was not awaited")
	}
}

// ImagePresent says whether EnsureImage would have nothing to do.
func (e *Engine) ImagePresent(ctx context.Context, i services.Image) (bool, error) {
	_, err := e.imageID(ctx, i)
	if errs.CodeOf(err) == errs.NotFound {
		return false, nil
	}
	return err == nil, err
}

// imageID returns the id of an image that is present, or NotFound.
func (e *Engine) imageID(ctx context.Context, i services.Image) (string, error) {
	switch {
	case i.Self:
		return findSelf(ctx, e.api, i.SelfID)
	case i.Build != nil:
		found, err := e.inspectImage(ctx, i.Build.Tag())
		if err == nil && (found.Config == nil || found.Config.Labels[labelBuild] != i.Build.Tag()) {
			// Somebody's image under our name: build our own over it.
			return "", errs.New(errs.NotFound, "The image %s was not built by Ronron.", i.Build.Tag())
		}
		return found.ID, err
	default:
		found, err := e.inspectImage(ctx, localName(i.Reference))
		if name, ok := broughtName(i.Reference); ok && errs.CodeOf(err) == errs.NotFound {
			found, err = e.inspectImage(ctx, name)
		}
		return found.ID, err
	}
}

func (e *Engine) inspectImage(ctx context.Context, name string) (image.InspectResponse, error) {
	found, err := e.api.ImageInspect(ctx, name)
	if cerrdefs.IsNotFound(err) {
		return found, errs.New(errs.NotFound, "The image %s is not present.", name)
	}
	return found, fault(err, "The image %s cannot be looked at", name)
}

// localName is the name under which Docker keeps a pulled reference: with a
// digest, the tag says nothing and is left out.
func localName(reference string) string {
	name, digest, found := strings.Cut(reference, "@")
	if !found {
		return reference
	}
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name = name[:colon]
	}
	return name + "@" + digest
}

func (e *Engine) pull(ctx context.Context, reference string, progress func(text.Text)) (string, error) {
	stream, err := e.api.ImagePull(ctx, reference, image.PullOptions{})
	if err != nil {
		return "", fault(err, "The image %s cannot be fetched", reference)
	}
	defer stream.Close()
	if _, err := readStream(stream, func(line string) { progress(text.Text{EN: line}) }); err != nil {
		return "", fault(err, "The image %s cannot be fetched", reference)
	}
	found, err := e.inspectImage(ctx, localName(reference))
	return found.ID, err
}
