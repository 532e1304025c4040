package daemon

import (
	"context"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services/plan"
)

// Down removes every container and network of the chaton, and its data too
// when asked. The daemon's own container and volumes are the CLI's to remove.
func (d *Daemon) Down(req api.DownRequest, tell func(api.Event)) error {
	what := "down"
	if req.Data {
		what = "destroy"
	}
	ctx, stop, release, err := d.lock.take(d.base, req.Who, what, d.Now())
	if err != nil {
		return err
	}
	defer release()
	p, err := d.downPlan(ctx, req.Data)
	if err != nil {
		return err
	}
	run, err := d.state.BeginRun(ctx, req.Who, what)
	if err != nil {
		return err
	}
	began := d.Now()
	outcome := d.runner(&wanted{}, run, newTeller(p, tell)).Run(ctx, p, stop)
	state, final := "done", api.Event{Time: d.Now(), Kind: api.Done, Elapsed: d.Now().Sub(began)}
	switch {
	case outcome.Interrupted:
		state, final.Kind = "interrupted", api.Failed
		final.Error = wireError(errs.New(errs.Interrupted, "Stopped on request.").WithHint("Run the command again: it goes on from here."))
	case len(outcome.Failed) > 0:
		state, final.Kind, final.Error = "failed", api.Failed, wireError(failure(outcome))
	default:
		if err := d.state.PutValue(context.WithoutCancel(ctx), "published", ""); err != nil {
			return err
		}
	}
	if err := d.state.EndRun(context.WithoutCancel(ctx), run, state); err != nil {
		return err
	}
	tell(final)
	return nil
}

// downPlan is the plan for a file without anything, less what only makes
// sense while something goes on running.
func (d *Daemon) downPlan(ctx context.Context, data bool) (plan.Plan, error) {
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Down(actual, data), nil
}
