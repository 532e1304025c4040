package daemon

import (
	"context"
	"log/slog"
	"slices"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/state"
	"ronron/services"
)

// Preview is the plan of a chaton that has no daemon yet. It is the daemon's own
// planning, with an empty state that lies nowhere and an engine that is only
// looked at, so nothing of it stays: the plan has no base that could be applied.
// Of the options, those count that name the chaton, the version and the engine.
//
// kept are the services with data from before, which is used again. What else an
// earlier daemon remembers of them nobody can read but a daemon.
func Preview(ctx context.Context, o Options, in api.Wanted) (reply api.PlanReply, kept []services.Name, err error) {
	actual, err := o.Engine.Look(ctx)
	if err != nil {
		return api.PlanReply{}, nil, err
	}
	if len(actual.Units) > 0 {
		return api.PlanReply{}, nil, errs.New(errs.Unavailable, "The daemon of %s is gone, but its containers are there: only the daemon knows what they were made from.", o.Chaton).
			WithHint("Start it again with `ronron up`, which shows what it would change and asks before it does.")
	}
	o = o.withDefaults()
	o.Log = slog.New(slog.DiscardHandler)
	seen := &onlooker{real: o.Engine, actual: actual}
	o.Engine = seen
	store, err := state.OpenNowhere(ctx, o.Now)
	if err != nil {
		return api.PlanReply{}, nil, err
	}
	d, err := newDaemon(ctx, o, store)
	if err != nil {
		return api.PlanReply{}, nil, err
	}
	defer d.Close()
	w, diags, err := d.compile(ctx, in)
	if err != nil || diags.HasErrors() {
		return api.PlanReply{Diagnostics: diags}, nil, err
	}
	if err := d.assumeAccounts(ctx, w, actual); err != nil {
		return api.PlanReply{}, nil, err
	}
	seen.addShared(w.services)
	p, err := d.plan(ctx, w)
	p.Base = ""
	return api.PlanReply{Plan: &p, Diagnostics: diags}, keptData(actual), err
}

// assumeAccounts takes it that a service whose data was kept has its account in
// the directory, if the directory's data was kept too: `down` removes neither.
func (d *Daemon) assumeAccounts(ctx context.Context, w *wanted, actual services.Actual) error {
	for service, groups := range w.enter {
		if !slices.ContainsFunc(actual.Volumes, func(v services.ActualVolume) bool { return v.Service == service }) {
			continue
		}
		password, err := d.password(ctx, service, bindPassword)
		if err != nil {
			return err
		}
		if err := d.state.PutAccount(ctx, string(service), d.fingerprint(password, groups)); err != nil {
			return err
		}
	}
	return nil
}

// keptData names the services that have data, whose volumes no `down` removes.
func keptData(actual services.Actual) (kept []services.Name) {
	for _, v := range actual.Volumes {
		if !v.Shared {
			kept = append(kept, v.Service)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}

// onlooker shows the engine as it was at one moment, with what is made there
// before any plan. What would change something is not there to be called: the
// embedded engine is nil.
type onlooker struct {
	services.Engine
	real   services.Engine
	actual services.Actual
}

func (e *onlooker) Info(ctx context.Context) (services.EngineInfo, error) { return e.real.Info(ctx) }

func (e *onlooker) Look(context.Context) (services.Actual, error) { return e.actual, nil }

// ImagePresent says of the self image that it is there: a daemon is made from
// it, so there is no plan of a daemon's without it.
func (e *onlooker) ImagePresent(ctx context.Context, i services.Image) (bool, error) {
	if i.Self {
		return true, nil
	}
	return e.real.ImagePresent(ctx, i)
}

// addShared adds the volumes that are made together with the daemon, which
// hands things over in them.
func (e *onlooker) addShared(wanted []services.Service) {
	volumes := slices.Clone(e.actual.Volumes)
	for _, s := range wanted {
		for _, v := range s.Volumes {
			there := slices.ContainsFunc(volumes, func(a services.ActualVolume) bool { return a.Service == s.Name && a.Volume == v.Name })
			if v.Shared && !there {
				volumes = append(volumes, services.ActualVolume{Service: s.Name, Volume: v.Name, Shared: true})
			}
		}
	}
	e.actual.Volumes = volumes
}
