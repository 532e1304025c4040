package program

import (
	"context"

	"ronron/internal/cli"
	"ronron/services"
	"ronron/services/docker"
)

// host is Docker as the command line sees it.
type host struct{ *docker.Host }

var _ cli.Host = host{}

func connect(ctx context.Context) (cli.Host, error) {
	h, err := docker.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return host{h}, nil
}

// Daemons lists the daemons of all chatons.
func (h host) Daemons(ctx context.Context) ([]cli.Daemon, error) {
	list, err := h.Host.Daemons(ctx)
	if err != nil {
		return nil, err
	}
	daemons := make([]cli.Daemon, 0, len(list))
	for _, d := range list {
		daemons = append(daemons, cli.Daemon{
			Chaton: d.Chaton, ID: d.ID, ImageID: d.ImageID, Version: d.Version,
			Running: d.State == services.StateRunning, State: string(d.State),
		})
	}
	return daemons, nil
}

// StartDaemon gives the daemon the socket that this side uses, as it lies on
// the engine's machine.
func (h host) StartDaemon(ctx context.Context, s cli.DaemonSpec) error {
	return h.Host.StartDaemon(ctx, docker.DaemonSpec{
		Chaton: s.Chaton, ImageID: s.ImageID, Version: s.Version, DockerSocket: h.Socket(), Ready: s.Ready,
	})
}
