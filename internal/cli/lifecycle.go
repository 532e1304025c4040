package cli

import (
	"context"
	"time"

	"ronron/internal/errs"
	"ronron/services"
)

// daemonPatience is how long a daemon may take for one small answer.
const daemonPatience = 5 * time.Second

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
	current := found != nil && found.Running && found.ImageID == image
	if current {
		d := a.dialled(host, id, found.ID)
		if a.awake(ctx, d) {
			return d, nil
		}
		d.Close()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	switch {
	case current:
		a.note("The daemon of %s does not answer; starting it anew.", id)
	case found != nil && !force && newer(found.Version, a.env.Version):
		return nil, errs.New(errs.Conflict, "The daemon of %s is Ronron %s; this is the older %s.", id, found.Version, a.env.Version).
			WithHint("Use that version or a later one. To go back all the same, at your own risk: ronron up --force")
	case found != nil && found.Running:
		if err := a.idle(ctx, host, found); err != nil {
			return nil, err
		}
		a.note("Replacing the daemon of %s by Ronron %s.", id, a.env.Version)
	default:
		a.note("Starting the daemon of %s.", id)
	}
	before := ""
	if found != nil && found.ImageID != image {
		before = found.ImageID
	}
	err = host.StartDaemon(ctx, DaemonSpec{Chaton: id, ImageID: image, Version: a.env.Version, Ready: a.responds(host, id)})
	if err != nil {
		return nil, err
	}
	if found, err = find(ctx, host, id); err != nil {
		return nil, err
	}
	if found == nil {
		return nil, errs.New(errs.Failed, "The daemon of %s was started and is gone again.", id).WithHint("Somebody else may be removing it; try again.")
	}
	d := a.dialled(host, id, found.ID)
	d.before, d.started = before, true
	return d, nil
}

// wakingPatience is how long a running daemon may take to answer: the engine
// may have started it just now, after a crash or with the machine.
const wakingPatience = 15 * time.Second

// awake waits until the daemon answers, and says whether it does.
func (a *App) awake(ctx context.Context, d *daemon) bool {
	ctx, cancel := context.WithTimeout(ctx, wakingPatience)
	defer cancel()
	for {
		_, err := d.Version(ctx)
		if err == nil || ctx.Err() != nil {
			return err == nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// responds says whether the daemon in a container speaks our API already.
func (a *App) responds(host Host, id services.ChatonID) func(context.Context, string) error {
	return func(ctx context.Context, containerID string) error {
		ctx, cancel := context.WithTimeout(ctx, daemonPatience)
		defer cancel()
		d := a.dialled(host, id, containerID)
		defer d.Close()
		_, err := d.Version(ctx)
		return err
	}
}

// idle fails when the daemon is at work: it is not replaced under somebody's hands.
func (a *App) idle(ctx context.Context, host Host, found *Daemon) error {
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	d := a.dialled(host, found.Chaton, found.ID)
	defer d.Close()
	status, err := d.Status(ctx)
	if err != nil || status.Lock == nil {
		return nil // one that does not answer cannot be at work for anybody
	}
	return errs.New(errs.Locked, "%s is being changed by %s (%s) since %s.", found.Chaton,
		status.Lock.Who, status.Lock.What, status.Lock.Since.Local().Format(time.TimeOnly)).
		WithHint("Wait until that has ended, then run this again.")
}
