package docker

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"ronron/services"
)

// Host is what the command line needs of a machine's Docker before any daemon
// of Ronron runs there: to see whether it answers, and to start, replace,
// reach and remove daemons. Everything else is the daemon's.
type Host struct{ api *client.Client }

// Connect returns the Docker that the environment names, once it has
// answered. Its errors say why it does not: none there, not running, no rights.
func Connect(ctx context.Context) (*Host, error) {
	api, err := newClient()
	if err != nil {
		return nil, err
	}
	if _, err := api.Ping(ctx); err != nil {
		api.Close()
		return nil, fault(socketFault(api.DaemonHost(), err), "Docker cannot be reached")
	}
	return &Host{api}, nil
}

// socketFault finds out why a local Docker cannot be reached: the client
// forgets the reason.
func socketFault(address string, err error) error {
	path, local := strings.CutPrefix(address, "unix://")
	if !local || !client.IsErrConnectionFailed(err) {
		return err
	}
	conn, reason := net.Dial("unix", path)
	if reason != nil {
		return unreachable(reason)
	}
	conn.Close()
	return err
}

// Close gives back the idle connections.
func (h *Host) Close() error { return h.api.Close() }

// Info describes the engine.
func (h *Host) Info(ctx context.Context) (services.EngineInfo, error) { return engineInfo(ctx, h.api) }

// EnsureSelf loads the self image made from the binary at path ("" is the
// running one) unless it is present, and returns the engine's id for it.
func (h *Host) EnsureSelf(ctx context.Context, path string) (string, error) {
	return ensureSelf(ctx, h.api, path)
}

// Socket is the path of Docker's socket on the machine it runs on, which the
// daemon is given: that of DOCKER_HOST if it names one, else the usual one.
func (h *Host) Socket() string {
	if path, found := strings.CutPrefix(h.api.DaemonHost(), "unix://"); found {
		return path
	}
	return usualSocket
}

// Daemon is a daemon's container.
type Daemon struct {
	Chaton  services.ChatonID  `json:"chaton"`
	ID      string             `json:"id"`
	State   services.UnitState `json:"state"`
	ImageID string             `json:"image_id"`
	Version string             `json:"version"`
}

// Daemons lists the daemons of all chatons on the machine, by chaton. A
// successor that an interrupted replacement left is not among them.
func (h *Host) Daemons(ctx context.Context) ([]Daemon, error) {
	list, err := h.daemonContainers(ctx)
	if err != nil {
		return nil, err
	}
	var daemons []Daemon
	for _, c := range list {
		if isSuccessor(c) {
			continue
		}
		daemons = append(daemons, Daemon{
			Chaton: services.ChatonID(c.Labels[labelChaton]), ID: c.ID, ImageID: c.ImageID, Version: c.Labels[labelVersion],
			State: stateOf(&container.State{Status: c.State}),
		})
	}
	slices.SortFunc(daemons, func(a, b Daemon) int { return cmp.Compare(a.Chaton, b.Chaton) })
	return daemons, nil
}

// daemonContainers lists daemons' containers, of one chaton if more says so.
func (h *Host) daemonContainers(ctx context.Context, more ...string) ([]container.Summary, error) {
	filter := labelFilter(append([]string{labelService, string(daemonService), labelUnit, string(daemonUnit)}, more...)...)
	list, err := h.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	return list, fault(err, "Ronron's daemons cannot be listed")
}

// DaemonLogs returns the last lines of a daemon's log; 0 is all of them.
func (h *Host) DaemonLogs(ctx context.Context, daemonID string, lines int) (string, error) {
	text := new(tail)
	err := copyLogs(ctx, h.api, daemonID, services.LogOptions{Tail: lines}, text)
	return text.String(), fault(err, "The daemon's log cannot be read")
}
