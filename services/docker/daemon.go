package docker

import (
	"context"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

const (
	usualSocket     = "/var/run/docker.sock"
	successorSuffix = "-next"
	daemonMemory    = 512 << 20
	daemonPIDs      = 500
	startTime       = 60 * time.Second       // for a daemon to become ready
	steadyTime      = 500 * time.Millisecond // it must keep running where nobody can ask it
	daemonStopTime  = 20                     // seconds, to finish the running step
)

// DaemonSpec is a daemon to start.
type DaemonSpec struct {
	Chaton       services.ChatonID
	ImageID      string // the self image, as the engine names it
	Version      string // of Ronron
	DockerSocket string // on the engine's machine; "" is the usual one
	// Ready says whether the new daemon answers; nil asks only that it keeps
	// running. It is asked again until it returns nil, for a minute at most.
	Ready func(ctx context.Context, daemonID string) error
}

// daemonVolumes are what the daemon alone keeps: its state, and the key that
// the state's secrets are encrypted with, apart so that a copy of one is not
// a copy of both.
var daemonVolumes = []services.Name{"state", "key"}

// sharedVolumes are handed over by the daemon; they belong to the services
// that read them and appear among theirs.
var sharedVolumes = []struct{ service, volume services.Name }{{"gateway", "run"}, {"portal", "site"}}

// StartDaemon starts the chaton's daemon, in place of the one that may run.
// The old one is removed only when the new one is ready, and comes back when
// it does not become so.
func (h *Host) StartDaemon(ctx context.Context, spec DaemonSpec) error {
	e := h.engine(spec.Chaton)
	if err := e.daemonPlaces(ctx); err != nil {
		return err
	}
	old, err := h.takeOver(ctx, spec.Chaton)
	if err != nil {
		return err
	}
	name := daemonName(spec.Chaton)
	config, host := daemonContainer(e, spec)
	made, err := h.api.ContainerCreate(ctx, config, host, &network.NetworkingConfig{}, nil, name+successorSuffix)
	if err != nil {
		return fault(err, "The daemon's container cannot be made")
	}
	if err := h.switchTo(ctx, e, made.ID, old, spec.Ready); err != nil {
		e.discard(ctx, made.ID)
		return comeBack(ctx, e, old, err)
	}
	if old != "" {
		if err := e.remove(ctx, old); err != nil {
			return err
		}
	}
	return fault(h.api.ContainerRename(ctx, made.ID, name), "The daemon's container cannot be given its name")
}

func (h *Host) engine(chaton services.ChatonID) *Engine {
	return newEngine(h.api, chaton)
}

func daemonName(chaton services.ChatonID) string {
	return string(chaton) + "-" + string(daemonService) + "-" + string(daemonUnit)
}

func isSuccessor(c container.Summary) bool { return strings.HasSuffix(nameOf(c), successorSuffix) }

// daemonPlaces makes the volumes that the daemon mounts.
func (e *Engine) daemonPlaces(ctx context.Context) error {
	for _, v := range daemonVolumes {
		if err := e.CreateVolume(ctx, daemonService, services.Volume{Name: v}); err != nil {
			return err
		}
	}
	for _, v := range sharedVolumes {
		if err := e.CreateVolume(ctx, v.service, services.Volume{Name: v.volume, Shared: true}); err != nil {
			return err
		}
	}
	return nil
}

// takeOver returns the daemon that there is, or "", after clearing away what
// an interrupted replacement left: a successor beside its predecessor is
// removed, and one whose predecessor is gone already takes its name.
func (h *Host) takeOver(ctx context.Context, chaton services.ChatonID) (string, error) {
	list, err := h.daemonContainers(ctx, labelChaton, string(chaton))
	if err != nil {
		return "", err
	}
	var old, successor string
	for _, c := range list {
		if isSuccessor(c) {
			successor = c.ID
		} else {
			old = c.ID
		}
	}
	switch {
	case successor == "":
		return old, nil
	case old == "":
		return successor, fault(h.api.ContainerRename(ctx, successor, daemonName(chaton)), "The daemon's container cannot be given its name")
	default:
		return old, h.engine(chaton).remove(ctx, successor)
	}
}

func daemonContainer(e *Engine, spec DaemonSpec) (*container.Config, *container.HostConfig) {
	socket := spec.DockerSocket
	if socket == "" {
		socket = usualSocket
	}
	host := hardened(services.Limits{Memory: daemonMemory, PIDs: daemonPIDs}, engineFacts{})
	host.NetworkMode = network.NetworkHost // it probes units by address, in every network
	host.ReadonlyRootfs = true
	host.Tmpfs = map[string]string{
		"/tmp":        "rw,nosuid,nodev,noexec,mode=1777,size=128m",
		"/run/ronron": "rw,nosuid,nodev,noexec,mode=0700,size=16m",
	}
	host.Mounts = []mount.Mount{
		{Type: mount.TypeBind, Source: socket, Target: usualSocket},
		{Type: mount.TypeVolume, Source: e.volumeName(daemonService, "state"), Target: "/var/lib/ronron"},
		{Type: mount.TypeVolume, Source: e.volumeName(daemonService, "key"), Target: "/var/lib/ronron-key"},
		{Type: mount.TypeVolume, Source: e.volumeName("gateway", "run"), Target: "/run/ronron/gateway"},
		{Type: mount.TypeVolume, Source: e.volumeName("portal", "site"), Target: "/run/ronron/site"},
	}
	stop := daemonStopTime
	return &container.Config{
		Image: spec.ImageID, Entrypoint: []string{"/ronron"}, Cmd: []string{"daemon", "--chaton", string(spec.Chaton)},
		Labels:      e.labels(daemonService, map[string]string{labelUnit: string(daemonUnit), labelVersion: spec.Version}),
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}}, StopTimeout: &stop,
	}, host
}

// switchTo stops the old daemon and starts the new one: they share the state,
// so at no moment do both run.
func (h *Host) switchTo(ctx context.Context, e *Engine, id, old string, ready func(context.Context, string) error) error {
	if old != "" {
		if err := e.stop(ctx, old, container.StopOptions{}); err != nil && !cerrdefs.IsNotFound(err) {
			return fault(err, "The running daemon cannot be stopped")
		}
	}
	if err := e.start(ctx, id); err != nil {
		return fault(err, "The daemon cannot be started")
	}
	return h.awaitDaemon(ctx, id, ready)
}

// awaitDaemon waits until the new daemon is ready, and gives up at once when
// it ends.
func (h *Host) awaitDaemon(ctx context.Context, id string, ready func(context.Context, string) error) error {
	began := time.Now()
	var last error
	for {
		c, err := h.api.ContainerInspect(ctx, id)
		if err != nil {
			return fault(err, "The daemon cannot be looked at")
		}
		switch {
		case !c.State.Running || c.State.Restarting || c.RestartCount > 0:
			return h.daemonFault(ctx, id, text.Of("The daemon ended as soon as it was started"))
		case time.Since(began) > startTime:
			return h.daemonFault(ctx, id, text.Say("The daemon runs but does not answer (%v)", last))
		case ready == nil && time.Since(began) > steadyTime:
			return nil
		case ready != nil:
			if last = ready(ctx, id); last == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fault(ctx.Err(), "The daemon's start was not awaited")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (h *Host) daemonFault(ctx context.Context, id string, what text.Text) error {
	lines, err := h.DaemonLogs(ctx, id, 20)
	if err != nil || strings.TrimSpace(lines) == "" {
		// The daemon never ends in silence: what it said could not be written.
		return errs.New(errs.Failed, "%s. Its log is empty, so the disk that holds Docker's data may be full.", what).
			WithHint("`ronron doctor` looks at the disk; docker system df shows what takes the room. Free some, then try again.")
	}
	return errs.New(errs.Failed, "%s. The last lines of its log:\n%s", what, strings.TrimSpace(lines)).
		WithHint("What ran before runs on, or was started again. If the lines above do not help, please report them.")
}

// comeBack starts the old daemon again after err, even when ctx is over.
func comeBack(ctx context.Context, e *Engine, old string, err error) error {
	if old == "" {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if failed := e.start(ctx, old); failed != nil {
		return errs.New(errs.Failed, "%v Besides, the daemon that ran before cannot be started again: %s.", err, reasonOf(failed)).
			WithHint("Services run on without it. Try: ronron up")
	}
	return err
}

// RemoveDaemon stops and removes the chaton's daemon; its volumes stay.
func (h *Host) RemoveDaemon(ctx context.Context, chaton services.ChatonID) error {
	list, err := h.daemonContainers(ctx, labelChaton, string(chaton))
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := h.engine(chaton).stop(ctx, c.ID, container.StopOptions{}); err != nil && !cerrdefs.IsNotFound(err) {
			return fault(err, "The daemon cannot be stopped")
		}
		if err := h.engine(chaton).remove(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// RemoveDaemonVolumes removes what the daemon keeps, for good: state, secrets,
// the key to them, and what it handed over to other services. The daemon must
// have been removed before.
func (h *Host) RemoveDaemonVolumes(ctx context.Context, chaton services.ChatonID) error {
	for _, filter := range []filters.Args{
		labelFilter(labelChaton, string(chaton), labelService, string(daemonService)),
		labelFilter(labelChaton, string(chaton), labelShared, "true"),
	} {
		list, err := h.api.VolumeList(ctx, volume.ListOptions{Filters: filter})
		if err != nil {
			return fault(err, "The daemon's volumes cannot be listed")
		}
		for _, v := range list.Volumes {
			if err := h.api.VolumeRemove(ctx, v.Name, false); err != nil && !cerrdefs.IsNotFound(err) {
				return fault(err, "The daemon's volume %s cannot be removed", v.Name)
			}
		}
	}
	return nil
}
