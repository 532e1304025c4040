package daemon

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services"
	"ronron/services/plan"
)

// Plan says what `up` would do with this file.
func (d *Daemon) Plan(ctx context.Context, in api.Wanted) (api.PlanReply, error) {
	w, diags, err := d.compile(ctx, in)
	if err != nil || diags.HasErrors() {
		return api.PlanReply{Diagnostics: diags}, err
	}
	p, err := d.plan(ctx, w)
	if err == nil && p.Empty() {
		err = d.agree(ctx, w, in)
	}
	return api.PlanReply{Plan: &p, Diagnostics: diags}, err
}

// agree keeps the file that what runs was found to be made of. It differs from
// the one of the last `up` where that failed and was taken back: without this,
// renewals would go on from the file that failed.
func (d *Daemon) agree(ctx context.Context, w *wanted, in api.Wanted) error {
	kept, err := d.kept(ctx)
	if err != nil && errs.CodeOf(err) != errs.NotFound {
		return err
	}
	if sameFile(kept, in) {
		return nil
	}
	ctx, _, release, err := d.lock.take(ctx, in.Who, "plan", d.Now())
	if err != nil {
		return nil // somebody is changing the chaton, to another file
	}
	defer release()
	p, err := d.plan(ctx, w)
	if err != nil || !p.Empty() {
		return err
	}
	return d.keep(ctx, in)
}

// plan looks at everything once and compares.
func (d *Daemon) plan(ctx context.Context, w *wanted) (plan.Plan, error) {
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	in := plan.Input{Wanted: w.services, Actual: actual, HashKey: d.hashKey, Directory: directoryName}
	if in.ImagesPresent, err = d.imagesPresent(ctx, w.services); err != nil {
		return plan.Plan{}, err
	}
	in.Unhealthy = d.unhealthy(ctx, w.services, actual)
	if in.Accounts, in.WantedAccounts, err = d.accounts(ctx, w, actual); err != nil {
		return plan.Plan{}, err
	}
	if in.JobsDue, err = d.jobsDue(ctx, w.services); err != nil {
		return plan.Plan{}, err
	}
	if in.PublishDue, err = d.publishDue(ctx, w, actual); err != nil {
		return plan.Plan{}, err
	}
	return plan.Diff(in)
}

func (d *Daemon) imagesPresent(ctx context.Context, wanted []services.Service) (map[string]bool, error) {
	present := map[string]bool{}
	for _, s := range wanted {
		for _, u := range s.Units {
			key := u.Image.Key()
			if _, known := present[key]; known {
				continue
			}
			ok, err := d.Engine.ImagePresent(ctx, u.Image)
			if err != nil {
				return nil, err
			}
			present[key] = ok
		}
	}
	return present, nil
}

// unhealthy probes every wanted unit that runs, all at the same time, and
// returns the ids of those that do not answer as they should.
func (d *Daemon) unhealthy(ctx context.Context, wanted []services.Service, actual services.Actual) map[string]bool {
	var mu sync.Mutex
	bad := map[string]bool{}
	d.probeAll(ctx, wanted, actual, func(a services.ActualUnit, err error) {
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			bad[a.ID] = true
		}
	})
	return bad
}

// probeAll probes every wanted unit that runs and tells of each.
func (d *Daemon) probeAll(ctx context.Context, wanted []services.Service, actual services.Actual, tell func(services.ActualUnit, error)) {
	var group errgroup.Group
	group.SetLimit(8)
	for _, s := range wanted {
		for _, u := range s.Units {
			for _, a := range actual.Units {
				if a.Service == s.Name && a.Unit == u.Name && a.State == services.StateRunning {
					group.Go(func() error { tell(a, prober{d}.Probe(ctx, u, a)); return nil })
				}
			}
		}
	}
	group.Wait()
}

// accounts returns the fingerprints of the services' directory accounts as
// made and as wanted. Where the directory's data is gone, so are the accounts.
func (d *Daemon) accounts(ctx context.Context, w *wanted, actual services.Actual) (made, want map[services.Name]string, err error) {
	made, want = map[services.Name]string{}, map[services.Name]string{}
	stored, err := d.state.Accounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, v := range actual.Volumes {
		if v.Service == directoryName {
			for service, fingerprint := range stored {
				made[services.Name(service)] = fingerprint
			}
			break
		}
	}
	for service, groups := range w.enter {
		password, err := d.password(ctx, service, bindPassword)
		if err != nil {
			return nil, nil, err
		}
		want[service] = d.fingerprint(password, groups)
	}
	return made, want, nil
}
