package cli

import (
	"context"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/services"
)

// How long a daemon may take to answer after its start, and how often it is asked.
const (
	daemonWithin = 60 * time.Second
	daemonPoll   = 100 * time.Millisecond
)

// ensureDaemon makes the daemon of this very binary run for the chaton: it
// is the first step of every change, so that CLI and daemon are never of
// different versions while something is changed.
func (a *App) ensureDaemon(ctx context.Context, host Host, id services.ChatonID, force bool) (*daemon, error) {
	image, err := host.EnsureSelf(ctx, a.env.Self)
	if err != nil {
		return nil, err
	}
	found, err := find(ctx, host, id)
	if err != nil {
		return nil, err
	}
	switch {
	case found != nil && found.Running && found.ImageID == image:
		return a.answering(ctx, host, id)
	case found != nil && !force && newer(found.Version, a.env.Version):
		return nil, errs.New(errs.Conflict, "The daemon of %s is Ronron %s; this is the older %s.", id, found.Version, a.env.Version).
			WithHint("Use that version or a later one. To go back all the same, at your own risk: ronron up --force")
	case found != nil:
		if err := a.retire(ctx, host, found); err != nil {
			return nil, err
		}
		a.note("Upgrading the daemon of %s to Ronron %s.", id, a.env.Version)
	default:
		a.note("Starting the daemon of %s.", id)
	}
	if err := host.StartDaemon(ctx, DaemonSpec{Chaton: id, ImageID: image, Version: a.env.Version}); err != nil {
		return nil, err
	}
	return a.answering(ctx, host, id)
}

// retire removes a daemon's container, but not under somebody's hands.
func (a *App) retire(ctx context.Context, host Host, found *Daemon) error {
	if found.Running {
		d := a.dialled(host, found.Chaton, found.ID)
		defer d.Close()
		// A daemon that does not answer cannot be at work for anybody.
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if status, err := d.Status(ctx); err == nil && status.Lock != nil {
			return errs.New(errs.Locked, "%s is being changed by %s (%s) since %s.", found.Chaton,
				status.Lock.Who, status.Lock.What, status.Lock.Since.Local().Format(time.TimeOnly)).
				WithHint("Wait until that has ended, then run this again.")
		}
	}
	return host.RemoveDaemon(ctx, found.Chaton)
}

// answering waits until the daemon answers, or says what it said before it died.
func (a *App) answering(ctx context.Context, host Host, id services.ChatonID) (*daemon, error) {
	limit, cancel := context.WithTimeout(ctx, daemonWithin)
	defer cancel()
	for {
		found, err := find(limit, host, id)
		if err != nil && limit.Err() == nil {
			return nil, err
		}
		if found != nil && found.Running {
			d := a.dialled(host, id, found.ID)
			if _, err = d.Version(limit); err == nil {
				return d, nil
			}
			d.Close()
		}
		dead := found == nil || !found.Running
		select {
		case <-time.After(daemonPoll):
		case <-limit.Done():
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, a.daemonFailed(ctx, host, id, "does not answer")
		}
		if dead {
			return nil, a.daemonFailed(ctx, host, id, "ended right after its start")
		}
	}
}

func (a *App) daemonFailed(ctx context.Context, host Host, id services.ChatonID, how string) error {
	e := errs.New(errs.Failed, "The daemon of %s %s.", id, how)
	if lines, err := host.DaemonLogs(ctx, id, 10); err == nil && len(lines) > 0 {
		for i := range lines {
			lines[i] = "  │ " + printable(lines[i])
		}
		e.Message += "\n  the last it said:\n" + strings.Join(lines, "\n")
	}
	return e.WithHint("Run it again after mending what it says; ronron doctor may tell more.")
}
