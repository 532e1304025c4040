package docker

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/volume"

	"ronron/internal/errs"
	"ronron/services"
)

// CreateVolume makes a volume of the service.
func (e *Engine) CreateVolume(ctx context.Context, service services.Name, v services.Volume) error {
	labels := e.labels(service, map[string]string{labelVolume: string(v.Name), labelCreated: time.Now().UTC().Format(time.RFC3339)})
	if v.Shared {
		labels[labelShared] = "true"
	}
	made, err := e.api.VolumeCreate(ctx, volume.CreateOptions{Name: e.volumeName(service, v.Name), Labels: labels})
	if err != nil {
		return fault(err, "The volume %s of %s cannot be made", v.Name, service)
	}
	// Docker gives back an existing volume of that name, whoever made it.
	if !e.isVolume(made, service, v.Name) {
		return errs.New(errs.Conflict, "There is a Docker volume %s already, and it is not this chaton's.", made.Name).
			WithHint("It may hold somebody's data, so it is left alone. If nobody needs it: docker volume rm %s", made.Name)
	}
	return nil
}

func (e *Engine) volumeName(service, volume services.Name) string {
	return string(e.chaton) + "_" + string(service) + "_" + string(volume)
}

func (e *Engine) isVolume(v volume.Volume, service, name services.Name) bool {
	return v.Labels[labelChaton] == string(e.chaton) && v.Labels[labelService] == string(service) && v.Labels[labelVolume] == string(name)
}

// findVolume says NotFound for what does not exist and for what is a
// stranger's under the same name.
func (e *Engine) findVolume(ctx context.Context, service, name services.Name) (volume.Volume, error) {
	v, err := e.api.VolumeInspect(ctx, e.volumeName(service, name))
	if cerrdefs.IsNotFound(err) || err == nil && !e.isVolume(v, service, name) {
		return volume.Volume{}, errs.New(errs.NotFound, "The service %s has no volume %s.", service, name)
	}
	if err != nil {
		return volume.Volume{}, fault(err, "The volume %s of %s cannot be looked at", name, service)
	}
	return v, nil
}

// removeLooseFiles removes volumes for the files of read-only units whose
// container is gone: whoever removes one by hand (docker rm) leaves them, and
// they may hold secrets. Docker makes such a volume together with its
// container, so one that is not in use will never be.
func (e *Engine) removeLooseFiles(ctx context.Context, service services.Name) error {
	filter := labelFilter(labelChaton, string(e.chaton), labelService, string(service), labelFiles, "true")
	filter.Add("dangling", "true")
	list, err := e.api.VolumeList(ctx, volume.ListOptions{Filters: filter})
	if err != nil {
		return fault(err, "Volumes cannot be listed")
	}
	for _, v := range list.Volumes {
		if err := e.api.VolumeRemove(ctx, v.Name, false); err != nil && !cerrdefs.IsNotFound(err) {
			return fault(err, "The volume %s cannot be removed", v.Name)
		}
	}
	return nil
}

// RemoveVolume removes a volume and its data.
func (e *Engine) RemoveVolume(ctx context.Context, service, name services.Name) error {
	v, err := e.findVolume(ctx, service, name)
	if errs.CodeOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := e.api.VolumeRemove(ctx, v.Name, false); err != nil && !cerrdefs.IsNotFound(err) {
		return fault(err, "The volume %s of %s cannot be removed", name, service)
	}
	return nil
}
