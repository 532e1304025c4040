package docker

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
)

// RemoveOldSelves removes the self images of earlier versions, and returns how
// many. Those that a container is made from stay, whichever chaton's it is and
// whether it runs or not. Somebody who is about to start one from such an image
// loads it again: EnsureSelf comes first everywhere.
func (h *Host) RemoveOldSelves(ctx context.Context) (removed int, err error) {
	selves, err := h.selves(ctx)
	if err != nil {
		return 0, err
	}
	containers, err := h.api.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return 0, fault(err, "Containers cannot be listed")
	}
	for _, id := range superfluous(selves, containers) {
		gone, err := h.removeSelf(ctx, id)
		if err != nil {
			return removed, err
		}
		if gone {
			removed++
		}
	}
	return removed, nil
}

func (h *Host) selves(ctx context.Context) (ids []string, err error) {
	list, err := h.api.ImageList(ctx, image.ListOptions{Filters: labelFilter(labelSelf, "true")})
	if err != nil {
		return nil, fault(err, "Ronron's own images cannot be listed")
	}
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	return ids, nil
}

// superfluous are the images that nothing is made from.
func superfluous(selves []string, containers []container.Summary) (ids []string) {
	used := map[string]bool{}
	for _, c := range containers {
		used[c.ImageID] = true
	}
	for _, id := range selves {
		if !used[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// removeSelf removes an image unless a container has been made from it meanwhile.
func (h *Host) removeSelf(ctx context.Context, id string) (gone bool, err error) {
	_, err = h.api.ImageRemove(ctx, id, image.RemoveOptions{})
	switch {
	case err == nil:
		return true, nil
	case cerrdefs.IsNotFound(err), cerrdefs.IsConflict(err):
		return false, nil
	}
	return false, fault(err, "An image of an earlier Ronron cannot be removed")
}
