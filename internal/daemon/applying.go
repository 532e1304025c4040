package daemon

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/apply"
	"ronron/services/plan"
)

// Apply carries out the plan that was shown and tells of progress. It goes on
// when the one who asked goes away; Interrupt is how to stop it.
func (d *Daemon) Apply(req api.ApplyRequest, tell func(api.Event)) error {
	ctx, stop, release, err := d.lock.take(d.base, req.Wanted.Who, "up", d.Now())
	if err != nil {
		return err
	}
	defer release()
	w, diags, err := d.compile(ctx, req.Wanted)
	if err == nil {
		err = diags.Err()
	}
	if err != nil {
		return err
	}
	p, err := d.plan(ctx, w)
	if err != nil {
		return err
	}
	if req.Base != "" && p.Base != req.Base {
		return errs.New(errs.Changed, "Something changed since the plan was made; nothing was done.").
			WithHint("Run `ronron up` again and look at the new plan.")
	}
	return d.carryOut(ctx, stop, w, p, req.Wanted, tell)
}

func (d *Daemon) carryOut(ctx context.Context, stop <-chan struct{}, w *wanted, p plan.Plan, in api.Wanted, tell func(api.Event)) error {
	began := d.Now()
	if err := d.preflight(ctx, w, p); err != nil {
		return err
	}
	// What was accepted is kept before the first step: renewals and a later
	// `up` go on from it even if this run is cut off.
	if err := d.keep(ctx, in); err != nil {
		return err
	}
	if err := d.prepareSite(ctx, w); err != nil {
		return err
	}
	run, err := d.state.BeginRun(ctx, in.Who, "up")
	if err != nil {
		return err
	}
	outcome := d.runner(w, run, newTeller(p, tell)).Run(ctx, p, stop)
	if d.held.clear() && ctx.Err() == nil {
		if err := d.publish(ctx, w); err != nil {
			d.Log.Error("the gateway could not be told that nothing is held any more", logkey.Error, err)
		}
	}
	report := api.Report{Addresses: w.addresses()}
	for name := range outcome.Failed {
		report.Failed = append(report.Failed, name)
	}
	slices.Sort(report.Failed)
	report.Addresses = slices.DeleteFunc(report.Addresses, func(a api.Address) bool { return outcome.Failed[a.Service] != nil })
	if outcome.Failed[directoryName] == nil && ctx.Err() == nil {
		report.Administrator = d.firstAdministrator(ctx, w, tell)
	}
	if report.Administrator == nil {
		report.Unseen = d.unseenPassword(ctx)
	}
	state, result := "done", error(nil)
	switch {
	case outcome.Interrupted:
		state, result = "interrupted", stopped(len(outcome.Skipped))
	case len(outcome.Failed) > 0:
		state, result = "failed", failure(outcome)
	}
	ctx = context.WithoutCancel(ctx)
	if !outcome.Interrupted {
		if err := d.keepFixed(ctx, w, func(s services.Name) bool { return outcome.Failed[s] != nil }); err != nil {
			d.Log.Error("what can never change could not be noted", logkey.Error, err)
		}
	}
	if err := d.state.EndRun(ctx, run, state); err != nil {
		d.Log.Error("the end of a run could not be noted", logkey.Error, err)
	}
	d.Log.Info("run ended", logkey.Run, run, logkey.Status, state, logkey.Elapsed, d.Now().Sub(began).String(), logkey.Count, len(p.Steps))
	final := api.Event{Time: d.Now(), Kind: api.Done, Elapsed: d.Now().Sub(began), Report: &report}
	if result != nil {
		final.Kind, final.Error = api.Failed, wireError(result)
	}
	tell(final)
	return nil
}

func (d *Daemon) runner(w *wanted, run int64, t *teller) *apply.Runner {
	return &apply.Runner{
		Engine: d.Engine, Prober: prober{d}, Accounts: accountKeeper{d, w}, Jobs: jobBook{d}, Journal: journal{d, run},
		Publish: func(ctx context.Context) error { return d.publish(ctx, w) },
		Hold: func(ctx context.Context, service services.Name) error {
			d.held.add(service)
			return d.publish(ctx, w)
		},
		Wanted: w.services, HashKey: d.hashKey, DirectoryHost: d.directoryHost(), Events: t.event,
	}
}

// preflight finds what would fail later and can be known now.
func (d *Daemon) preflight(ctx context.Context, w *wanted, p plan.Plan) error {
	i := slices.IndexFunc(p.Steps, func(s plan.Step) bool {
		return s.Service == gatewayName && (s.Action == plan.CreateUnit || s.Action == plan.StartUnit)
	})
	if err := d.listensFree(ctx, w, i >= 0); err != nil {
		return err
	}
	if i < 0 {
		return nil // a gateway that runs already holds its ports
	}
	for _, port := range []int{w.chaton.HTTPSPort, w.chaton.HTTPPort} {
		if port == 0 {
			continue
		}
		if err := d.ListenFree("tcp", port); err != nil {
			return err
		}
	}
	return nil
}

// stopped says how much of a plan was left.
func stopped(left int) error {
	return errs.Said(errs.Interrupted, text.Plural(left, "Stopped on request; %d step was left.", "Stopped on request; %d steps were left.", left),
		text.Of("Run `ronron up` again: it goes on from here."), nil)
}

// failure says in one error what failed, service by service.
func failure(o apply.Outcome) error {
	var names []services.Name
	for name := range o.Failed {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 1 {
		return o.Failed[names[0]]
	}
	e := errs.New(errs.Failed, "%d services failed; the others are up.", len(names))
	return e.WithHint("Look at what is said of each, mend it, and run `ronron up` again.")
}

// newPassword is for a person to type once: 20 characters that cannot be
// mistaken for one another, over 110 bits.
func newPassword() secret.String { return secret.Generate(20, "") }

// addresses returns where to go, the portal first: one address a service. A
// service with several routes has its first: the others are parts of it.
func (w *wanted) addresses() (list []api.Address) {
	list = append(list, api.Address{Service: portalName, Title: w.chaton.Name, URL: w.url(w.chaton.Domain)})
	for _, r := range w.routes {
		listed := slices.ContainsFunc(list, func(a api.Address) bool { return a.Service == r.service })
		if !listed {
			list = append(list, api.Address{Service: r.service, Title: w.titles[r.service].In(w.chaton.Language), URL: w.url(r.Host) + trimSlash(r.Path)})
		}
	}
	return list
}

func trimSlash(path string) string {
	if path == "/" {
		return ""
	}
	return path
}

// journal notes steps in the state. A journal that cannot be written must not
// stop a change halfway; it is logged instead.
type journal struct {
	d   *Daemon
	run int64
}

func (j journal) Record(ctx context.Context, step, state, detail string) {
	if err := j.d.state.Record(context.WithoutCancel(ctx), j.run, step, state, detail); err != nil {
		j.d.Log.Error("a step could not be noted", logkey.Step, step, logkey.Error, err)
	}
}

// teller turns what the runner says into events of the API, and adds when a
// service is done or failed as a whole.
type teller struct {
	tell func(api.Event)

	mu    sync.Mutex
	left  map[services.Name]int
	began map[services.Name]time.Time
	bad   map[services.Name]bool
}

func newTeller(p plan.Plan, tell func(api.Event)) *teller {
	t := &teller{tell: tell, left: map[services.Name]int{}, began: map[services.Name]time.Time{}, bad: map[services.Name]bool{}}
	for _, s := range p.Steps {
		t.left[s.Service]++
	}
	return t
}

func (t *teller) event(e apply.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	out := api.Event{Time: now, Service: e.Step.Service, Step: e.Step.ID, Elapsed: e.Elapsed}.Saying(e.Message)
	switch e.Kind {
	case apply.Started:
		out.Kind = api.StepStarted
		if t.began[e.Step.Service].IsZero() {
			t.began[e.Step.Service] = now
		}
	case apply.Progress:
		out.Kind = api.StepProgress
	case apply.Succeeded:
		out.Kind = api.StepDone
	case apply.FailedStep:
		out.Kind, out.Error = api.StepFailed, wireError(e.Err)
		out.Error.Service, out.Error.Step = e.Step.Service, e.Step.ID
	}
	t.tell(out)
	t.service(e, now)
}

// service tells once how a service ended.
func (t *teller) service(e apply.Event, now time.Time) {
	name := e.Step.Service
	if name == "" {
		return // the publish step belongs to none
	}
	switch e.Kind {
	case apply.FailedStep:
		if !t.bad[name] {
			t.bad[name] = true
			failed := wireError(e.Err)
			failed.Service, failed.Step = name, e.Step.ID
			t.tell(api.Event{Time: now, Kind: api.ServiceFailed, Service: name, Elapsed: now.Sub(t.began[name]), Error: failed})
		}
	case apply.Succeeded:
		t.left[name]--
		if t.left[name] == 0 && !t.bad[name] {
			t.tell(api.Event{Time: now, Kind: api.ServiceDone, Service: name, Elapsed: now.Sub(t.began[name])})
		}
	}
}

// wireError turns an error into what a person far away may read. What has no
// code is a fault of ours: its text goes to the log, not to them.
func wireError(err error) *api.Error {
	out := &api.Error{Code: errs.CodeOf(err)}
	message, hint := text.Of("Internal error."), errs.Advice(err)
	if e, ok := errors.AsType[*errs.Error](err); ok {
		message = e.Text()
	}
	if e, ok := errors.AsType[*apply.StepError](err); ok {
		out.Service, out.Step, out.Log = e.Step.Service, e.Step.ID, e.Log
	}
	if e, ok := errors.AsType[*diag.ListError](err); ok {
		out.Code, message, out.Diagnostics = errs.Invalid, text.Of("The file has problems."), e.List
	}
	if out.Code == errs.Internal && hint.IsZero() {
		hint = text.Of("The daemon's log has the details: `ronron logs daemon`. Please report it.")
	}
	return out.Saying(message, hint)
}
