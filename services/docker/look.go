package docker

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"ronron/services"
)

// Look returns what there is of this chaton. Jobs and the daemon itself are
// left out. A container that was not finished (its files were not copied in
// when we were interrupted) has no hash, so it is never taken for the wanted one.
func (e *Engine) Look(ctx context.Context) (services.Actual, error) {
	networks, err := e.networks(ctx)
	if err != nil {
		return services.Actual{}, err
	}
	var actual services.Actual
	for _, n := range networks {
		actual.Networks = append(actual.Networks, actualNetwork(n))
	}
	volumes, err := e.api.VolumeList(ctx, volume.ListOptions{Filters: labelFilter(labelChaton, string(e.chaton))})
	if err != nil {
		return services.Actual{}, fault(err, "Volumes cannot be listed")
	}
	for _, v := range volumes.Volumes {
		if isUnitsVolume(v.Labels) {
			actual.Volumes = append(actual.Volumes, actualVolume(*v))
		}
	}
	containers, err := e.containers(ctx)
	if err != nil {
		return services.Actual{}, err
	}
	for _, c := range containers {
		if c.Labels[labelJob] != "" {
			continue
		}
		if e.isStarting(c.ID) {
			actual.Units = append(actual.Units, startingUnit(c, networks))
			continue
		}
		full, err := e.api.ContainerInspect(ctx, c.ID)
		if cerrdefs.IsNotFound(err) || err == nil && full.State.Status == container.StateRemoving {
			continue // went away since the list was made
		}
		if err != nil {
			return services.Actual{}, fault(err, "The container %s cannot be looked at", nameOf(c))
		}
		actual.Units = append(actual.Units, actualUnit(full, networks))
	}
	slices.SortStableFunc(actual.Networks, func(a, b services.ActualNetwork) int { return cmp.Compare(a.Service, b.Service) })
	slices.SortStableFunc(actual.Volumes, func(a, b services.ActualVolume) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Volume, b.Volume))
	})
	return actual, nil
}

// containers lists every container of the chaton, jobs too, but not the
// daemon's: by service and unit, the oldest first.
func (e *Engine) containers(ctx context.Context, more ...string) ([]container.Summary, error) {
	filter := labelFilter(append([]string{labelChaton, string(e.chaton)}, more...)...)
	list, err := e.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, fault(err, "Containers cannot be listed")
	}
	list = slices.DeleteFunc(list, func(c container.Summary) bool { return isDaemon(c.Labels) })
	slices.SortFunc(list, func(a, b container.Summary) int {
		return cmp.Or(cmp.Compare(a.Labels[labelService], b.Labels[labelService]), cmp.Compare(a.Labels[labelUnit], b.Labels[labelUnit]),
			cmp.Compare(a.Created, b.Created), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func isDaemon(labels map[string]string) bool { return labels[labelService] == string(daemonService) }

// isUnitsVolume tells a service's volume from the daemon's and from those that
// belong to one container.
func isUnitsVolume(labels map[string]string) bool {
	return labels[labelVolume] != "" && !isDaemon(labels)
}

func nameOf(c container.Summary) string {
	if len(c.Names) == 0 {
		return c.ID[:12]
	}
	return strings.TrimPrefix(c.Names[0], "/")
}

func actualUnit(c container.InspectResponse, networks []network.Summary) services.ActualUnit {
	labels := c.Config.Labels
	u := services.ActualUnit{
		ID: c.ID, Service: services.Name(labels[labelService]), Unit: services.Name(labels[labelUnit]),
		Hash: labels[labelHash], Image: c.Image, State: stateOf(c.State), ExitCode: c.State.ExitCode,
		Error: c.State.Error, Restarts: c.RestartCount, Started: timeOf(c.State.StartedAt),
	}
	if unfinished(c.Name) {
		u.Hash = ""
	}
	u.Address, _ = netip.ParseAddr(labels[labelAddress])
	u.Connected = connected(u.Service, c.NetworkSettings.Networks, networks)
	return u
}

// connected returns the other services in whose networks a unit is.
func connected(service services.Name, in map[string]*network.EndpointSettings, networks []network.Summary) (others []services.Name) {
	for _, n := range networks {
		other := services.Name(n.Labels[labelService])
		for name, ep := range in {
			if other != service && endpointIn(name, ep, n) {
				others = append(others, other)
			}
		}
	}
	slices.Sort(others)
	return others
}

// startingUnit is what the list of containers knows of one. Docker lets nobody
// inspect a container before its start has ended, and that may take a second:
// whoever starts another one meanwhile must not wait for it.
func startingUnit(c container.Summary, networks []network.Summary) services.ActualUnit {
	u := services.ActualUnit{
		ID: c.ID, Service: services.Name(c.Labels[labelService]), Unit: services.Name(c.Labels[labelUnit]),
		Hash: c.Labels[labelHash], Image: c.ImageID, State: stateOf(&container.State{Status: c.State}),
	}
	u.Address, _ = netip.ParseAddr(c.Labels[labelAddress])
	if c.NetworkSettings != nil {
		u.Connected = connected(u.Service, c.NetworkSettings.Networks, networks)
	}
	return u
}

// marked notes that a container is being started, until the returned function
// is called.
func (e *Engine) marked(id string) func() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.starting[id]++
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.starting[id]--; e.starting[id] == 0 {
			delete(e.starting, id)
		}
	}
}

func (e *Engine) isStarting(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.starting[id] > 0
}

func stateOf(s *container.State) services.UnitState {
	switch s.Status {
	case container.StateCreated:
		return services.StateCreated
	case container.StateRunning, container.StatePaused:
		return services.StateRunning
	case container.StateRestarting:
		return services.StateRestarting
	default:
		return services.StateExited
	}
}

// timeOf reads the engine's spelling of a moment; "never" is the year 1 there
// as well as here.
func timeOf(s string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

func actualNetwork(n network.Summary) services.ActualNetwork {
	return services.ActualNetwork{Service: services.Name(n.Labels[labelService]), Subnet: subnetOf(n), Egress: !n.Internal}
}

func actualVolume(v volume.Volume) services.ActualVolume {
	return services.ActualVolume{Service: services.Name(v.Labels[labelService]), Volume: services.Name(v.Labels[labelVolume]), Shared: v.Labels[labelShared] != "", Created: timeOf(v.Labels[labelCreated])}
}
