package docker

import (
	"context"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
)

// RemoveOldSelves removes those of the self images that no container is made from any
// more, and returns how many. Only what the caller's own chaton has left behind is
// to be named: another chaton's command may have loaded an image this moment, and
// be about to make its first container.
func (h *Host) RemoveOldSelves(ctx context.Context, ids []string) (removed int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	containers, err := h.api.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return 0, fault(err, "Containers cannot be listed")
	}
	for _, id := range superfluous(ids, containers) {
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
