package cli

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services"
)

// target is the chaton that a command is about: named by --chaton or by the
// file, or the only one that runs here.
func (a *App) target(ctx context.Context, c *cli.Context, host Host) (services.ChatonID, error) {
	if domain := c.String("chaton"); domain != "" {
		return services.ChatonID(domain), nil
	}
	path, named := fileOf(c)
	if _, err := os.Stat(path); named || !errors.Is(err, fs.ErrNotExist) {
		return a.fileTarget(path)
	}
	daemons, err := host.Daemons(ctx)
	if err != nil {
		return "", err
	}
	switch len(daemons) {
	case 0:
		return "", errs.New(errs.NotFound, "No chaton runs here, and there is no %s in this folder.", defaultFile).
			WithHint("Write a file with: ronron init. Then: ronron up")
	case 1:
		return daemons[0].Chaton, nil
	}
	var domains []string
	for _, d := range daemons {
		domains = append(domains, string(d.Chaton))
	}
	slices.Sort(domains)
	return "", usage("Several chatons run here: %s.", strings.Join(domains, ", ")).
		WithHint("Say which one is meant: --chaton DOMAIN")
}

// fileTarget needs only the domain of the file: whatever else is wrong in it
// is no reason to refuse a look at the logs.
func (a *App) fileTarget(path string) (services.ChatonID, error) {
	w, c, diags, err := a.read(path)
	if err != nil {
		return "", err
	}
	if c.Domain != "" {
		return c.ID(), nil
	}
	a.showDiagnostics(diags, sources(w))
	return "", &shownError{usage("The file %s has no domain.", path)}
}

// daemon is a connection to a chaton's daemon.
type daemon struct {
	*api.Client
	host    Host
	chaton  services.ChatonID
	started bool   // just now, by this command
	before  string // image of the daemon that this one replaced just now; "" is none
}

// reach finds the running daemon of the chaton that the command is about.
func (a *App) reach(c *cli.Context) (*daemon, error) {
	ctx := c.Context
	host, err := a.env.Connect(ctx)
	if err != nil {
		return nil, err
	}
	id, err := a.target(ctx, c, host)
	if err != nil {
		return nil, err
	}
	found, err := find(ctx, host, id)
	if err != nil {
		return nil, err
	}
	if found == nil {
		e := errs.New(errs.NotFound, "The chaton %s does not run here.", id)
		if _, named := fileOf(c); !named && c.String("chaton") == "" {
			return nil, e.WithHint("Start it with: ronron up. Those that run: ronron status --all")
		}
		return nil, e.WithHint("Start it with: ronron up --file FILE. Those that run: ronron status --all")
	}
	return a.running(host, id, found)
}

// running is the connection to a daemon that was found, unless it is stopped.
func (a *App) running(host Host, id services.ChatonID, found *Daemon) (*daemon, error) {
	if !found.Running {
		return nil, errs.New(errs.Unavailable, "The daemon of %s does not run (%s).", id, services.UnitState(found.State)).
			WithHint("Start it again with: ronron up --file FILE. Why it stopped: ronron logs daemon --chaton %s", id)
	}
	return a.dialled(host, id, found.ID), nil
}

func (a *App) dialled(host Host, id services.ChatonID, containerID string) *daemon {
	dial := func(ctx context.Context) (net.Conn, error) { return host.Dial(ctx, containerID) }
	return &daemon{Client: api.NewClient(dial), host: host, chaton: id}
}

func find(ctx context.Context, host Host, id services.ChatonID) (*Daemon, error) {
	daemons, err := host.Daemons(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range daemons {
		if d.Chaton == id {
			return &d, nil
		}
	}
	return nil, nil
}
