package docker

import (
	"context"
	"math"
	"net/netip"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"

	"ronron/internal/errs"
	"ronron/services"
)

// unfinishedSuffix ends the name of a container whose files are not copied in
// yet. Renaming it is what makes it a unit, so being killed in between leaves
// nothing that could be mistaken for one.
const unfinishedSuffix = "-unfinished"

func unfinished(name string) bool { return strings.HasSuffix(name, unfinishedSuffix) }

// CreateUnit makes the container of a unit and copies its files in.
func (e *Engine) CreateUnit(ctx context.Context, s services.Service, u services.Unit, hash, imageID string) (string, error) {
	u = withDefaults(u)
	// Two callers with the same unit get one container, and no two units one address.
	placing := e.placingOf(s.Name)
	placing.Lock()
	defer placing.Unlock()
	name := e.unitName(s.Name, u.Name, hash)
	same, err := e.containers(ctx, labelService, string(s.Name), labelUnit, string(u.Name), labelHash, hash)
	if err != nil {
		return "", err
	}
	for _, c := range same {
		if !unfinished(nameOf(c)) {
			return c.ID, nil
		}
		if err := e.remove(ctx, c.ID); err != nil {
			return "", err
		}
	}
	draft := name
	if len(u.Files) > 0 {
		draft += unfinishedSuffix
	}
	id, err := e.create(ctx, s, u, draft, imageID, map[string]string{labelHash: hash})
	if err != nil {
		return "", err
	}
	if draft != name {
		if err := e.api.ContainerRename(ctx, id, name); err != nil {
			e.discard(ctx, id)
			return "", fault(err, "The container %s cannot be given its name", name)
		}
	}
	return id, nil
}

func (e *Engine) unitName(service, unit services.Name, hash string) string {
	return string(e.chaton) + "-" + string(service) + "-" + string(unit) + "-" + hash[:min(7, len(hash))]
}

func withDefaults(u services.Unit) services.Unit {
	return services.Service{Units: []services.Unit{u}}.WithDefaults().Units[0]
}

// create makes a container with its files; on failure nothing is left. The
// caller holds the service's placing lock: an address is free only as long as
// nobody else takes it.
func (e *Engine) create(ctx context.Context, s services.Service, u services.Unit, name, imageID string, more map[string]string) (string, error) {
	if err := checkFiles(u); err != nil {
		return "", err
	}
	spec, err := e.spec(ctx, s, u, imageID, more)
	if err != nil {
		return "", err
	}
	made, err := e.api.ContainerCreate(ctx, spec.config, spec.host, spec.network, nil, name)
	if err != nil {
		return "", fault(err, "The container of %s/%s cannot be made", s.Name, u.Name)
	}
	if err := e.copyFiles(ctx, made.ID, u, spec.fileMounts); err != nil {
		e.discard(ctx, made.ID)
		return "", err
	}
	return made.ID, nil
}

// discard removes what is of no use, even when ctx is over already.
func (e *Engine) discard(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	_ = e.remove(ctx, id) // what stays is found by its labels the next time
}

// own returns the container if it is a unit of this chaton; to this engine
// every other one does not exist.
func (e *Engine) own(ctx context.Context, id string) (container.InspectResponse, error) {
	c, err := e.api.ContainerInspect(ctx, id)
	if err != nil && !cerrdefs.IsNotFound(err) {
		return c, fault(err, "A container cannot be looked at")
	}
	if err != nil || c.Config.Labels[labelChaton] != string(e.chaton) || isDaemon(c.Config.Labels) {
		return c, errs.New(errs.NotFound, "There is no unit with the id %s.", id)
	}
	return c, nil
}

func title(c container.InspectResponse) string {
	return c.Config.Labels[labelService] + "/" + c.Config.Labels[labelUnit]
}

// StartUnit starts a created or stopped unit.
func (e *Engine) StartUnit(ctx context.Context, id string) error {
	c, err := e.own(ctx, id)
	if err != nil {
		return err
	}
	defer e.marked(c.ID)()
	return fault(e.start(ctx, c.ID), "The unit %s cannot be started", title(c))
}

// StopUnit asks the unit to stop and kills it after timeout.
func (e *Engine) StopUnit(ctx context.Context, id string, timeout time.Duration) error {
	c, err := e.own(ctx, id)
	if err != nil {
		return err
	}
	seconds := int(math.Ceil(timeout.Seconds()))
	return fault(e.stop(ctx, c.ID, container.StopOptions{Timeout: &seconds}), "The unit %s cannot be stopped", title(c))
}

// RemoveUnit removes a container, running or not.
func (e *Engine) RemoveUnit(ctx context.Context, id string) error {
	c, err := e.own(ctx, id)
	if errs.CodeOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := e.remove(ctx, c.ID); err != nil {
		return err
	}
	return e.removeLooseFiles(ctx, services.Name(c.Config.Labels[labelService]))
}

// remove also removes the volumes without a name: those for the files of a
// read-only unit, and those an image asks for and the recipe does not mount.
func (e *Engine) remove(ctx context.Context, id string) error {
	err := e.api.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if err == nil || cerrdefs.IsNotFound(err) {
		return nil
	}
	if cerrdefs.IsConflict(err) && strings.Contains(err.Error(), "already in progress") {
		return e.waitGone(ctx, id)
	}
	return fault(err, "The container %s cannot be removed", id[:min(12, len(id))])
}

func (e *Engine) waitGone(ctx context.Context, id string) error {
	done, failed := e.api.ContainerWait(ctx, id, container.WaitConditionRemoved)
	select {
	case <-done:
		return nil
	case err := <-failed:
		if cerrdefs.IsNotFound(err) {
			return nil
		}
		return fault(err, "The container %s cannot be removed", id[:min(12, len(id))])
	}
}

// takenAddresses returns the addresses that containers of the service hold,
// stopped ones too: they keep theirs for the next start.
func (e *Engine) takenAddresses(ctx context.Context, service services.Name) (map[netip.Addr]bool, error) {
	list, err := e.containers(ctx, labelService, string(service))
	if err != nil {
		return nil, err
	}
	taken := map[netip.Addr]bool{}
	for _, c := range list {
		if a, err := netip.ParseAddr(c.Labels[labelAddress]); err == nil {
			taken[a] = true
		}
	}
	return taken, nil
}
