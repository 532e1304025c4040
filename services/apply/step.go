package apply

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

// do carries out one step; each is safe to repeat.
func (r *run) do(s plan.Step) error {
	ctx := r.ctx
	service, unit, wanted := r.find(s)
	switch s.Action {
	case plan.EnsureImage:
		return r.image(ctx, s)
	case plan.CreateNetwork:
		return r.Engine.CreateNetwork(ctx, s.Service, service.Egress)
	case plan.RemoveNetwork:
		return r.Engine.RemoveNetwork(ctx, s.Service)
	case plan.CreateVolume:
		i := slices.IndexFunc(service.Volumes, func(v services.Volume) bool { return string(v.Name) == s.Target })
		if i < 0 {
			return missing(s)
		}
		return r.createVolume(ctx, s.Service, service.Volumes[i])
	case plan.RemoveVolume:
		return r.Engine.RemoveVolume(ctx, s.Service, services.Name(s.Target))
	case plan.EnsureAccount:
		return r.Accounts.EnsureAccount(ctx, s.Service)
	case plan.RemoveAccount:
		return r.Accounts.RemoveAccount(ctx, s.Service)
	case plan.Connect:
		return r.connect(ctx, s)
	case plan.CreateUnit, plan.ReplaceUnit:
		if !wanted {
			return missing(s)
		}
		return r.replace(ctx, s, service, unit)
	case plan.StartUnit, plan.RestartUnit, plan.RunJobs:
		if !wanted {
			return missing(s)
		}
		return r.start(ctx, s, service, unit)
	case plan.RemoveUnit:
		return r.Engine.RemoveUnit(ctx, s.UnitID)
	case plan.Publish:
		return r.publish(ctx)
	default:
		return fmt.Errorf("unknown action %q", s.Action)
	}
}

// createVolume makes a volume. A service that had none has new data: its
// installers have to run again. One more beside others changes nothing of that.
func (r *run) createVolume(ctx context.Context, service services.Name, v services.Volume) error {
	actual, err := r.Engine.Look(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(actual.Volumes, func(a services.ActualVolume) bool { return a.Service == service }) {
		if err := r.Jobs.Forget(ctx, service); err != nil {
			return err
		}
	}
	return r.Engine.CreateVolume(ctx, service, v)
}

func (r *run) find(s plan.Step) (services.Service, services.Unit, bool) {
	i := slices.IndexFunc(r.Wanted, func(w services.Service) bool { return w.Name == s.Service })
	if i < 0 {
		return services.Service{}, services.Unit{}, false
	}
	service := r.Wanted[i]
	j := slices.IndexFunc(service.Units, func(u services.Unit) bool { return string(u.Name) == s.Target })
	if j < 0 {
		return service, services.Unit{}, false
	}
	return service, service.Units[j], true
}

func missing(s plan.Step) error {
	return fmt.Errorf("the plan names %s of %s, which is not wanted", s.Target, s.Service)
}

func (r *run) image(ctx context.Context, s plan.Step) error {
	service, _, _ := r.find(s)
	unit := services.Name(s.ID[strings.LastIndexByte(s.ID, '/')+1:])
	i := slices.IndexFunc(service.Units, func(u services.Unit) bool { return u.Name == unit })
	if i < 0 {
		return missing(s)
	}
	_, err := r.Engine.EnsureImage(ctx, service.Units[i].Image, r.progress(s))
	return err
}

func (r *run) progress(s plan.Step) func(text.Text) {
	return func(line text.Text) { r.Events(Event{Kind: Progress, Step: s, Message: line}) }
}

func (r *run) publish(ctx context.Context) error {
	r.routes.Lock()
	defer r.routes.Unlock()
	return r.Publish(ctx)
}

// connect puts every container of the directory into the service's network.
func (r *run) connect(ctx context.Context, s plan.Step) error {
	actual, err := r.Engine.Look(ctx)
	if err != nil {
		return err
	}
	found := false
	for _, u := range actual.Units {
		if string(u.Service) == s.Target && u.State == services.StateRunning {
			found = true
			if slices.Contains(u.Connected, s.Service) {
				continue
			}
			if err := r.Engine.Connect(ctx, u.ID, s.Service, r.DirectoryHost); err != nil {
				return err
			}
		}
	}
	if !found {
		return errs.New(errs.Unavailable, "The directory is not running, so %s cannot reach the accounts.", s.Service).
			WithHint("Run `ronron logs %s`, then `ronron up` again.", s.Target)
	}
	return nil
}

// replace brings up a new container of the unit and removes the others. A unit
// that writes data is stopped before its successor starts; one that does not is
// stopped after. When the successor does not become healthy it is removed, and
// the one before runs again.
func (r *run) replace(ctx context.Context, s plan.Step, service services.Service, unit services.Unit) error {
	hash := service.Hash(unit, r.HashKey)
	imageID, err := r.Engine.EnsureImage(ctx, unit.Image, r.progress(s))
	if err != nil {
		return err
	}
	newID, err := r.Engine.CreateUnit(ctx, service, unit, hash, imageID)
	if err != nil {
		return err
	}
	others, err := r.others(ctx, s, newID)
	if err != nil {
		return err
	}
	first := stopsFirst(service, unit)
	if first && len(others) > 0 {
		if err := r.Hold(ctx, service.Name); err != nil {
			return r.back(s, newID, others, unit, err)
		}
		if err := r.stopAll(ctx, others, unit.StopTimeout); err != nil {
			return r.back(s, newID, others, unit, err)
		}
	}
	if err := r.bringUp(ctx, s, service, unit, newID, imageID); err != nil {
		return r.back(s, newID, others, unit, err)
	}
	if len(others) > 0 {
		if err := r.publish(ctx); err != nil {
			return r.back(s, newID, others, unit, err)
		}
	}
	for _, o := range others {
		if o.State == services.StateRunning && !first {
			if err := r.Engine.StopUnit(ctx, o.ID, unit.StopTimeout); err != nil {
				return err
			}
		}
		if err := r.Engine.RemoveUnit(ctx, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// stopsFirst says whether two containers of the unit must never run at once:
// they would write the same data, or listen on the machine's own ports.
func stopsFirst(s services.Service, u services.Unit) bool {
	if u.Overlaps {
		return false
	}
	return s.HostNetwork || slices.ContainsFunc(u.Mounts, func(m services.Mount) bool { return !m.ReadOnly })
}

// others returns the unit's containers except the one with this id.
func (r *run) others(ctx context.Context, s plan.Step, id string) ([]services.ActualUnit, error) {
	actual, err := r.Engine.Look(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(actual.Units, func(u services.ActualUnit) bool {
		return u.Service != s.Service || string(u.Unit) != s.Target || u.ID == id
	}), nil
}

func (r *run) stopAll(ctx context.Context, units []services.ActualUnit, timeout time.Duration) error {
	for _, u := range units {
		if u.State == services.StateRunning || u.State == services.StateRestarting {
			if err := r.Engine.StopUnit(ctx, u.ID, timeout); err != nil {
				return err
			}
		}
	}
	return nil
}

// back undoes a failed replacement: the new container goes, those that ran
// before run again. It works even when ctx is done, within its own time.
func (r *run) back(s plan.Step, newID string, before []services.ActualUnit, unit services.Unit, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), time.Minute)
	defer cancel()
	err := &StepError{Step: s, Err: cause, Log: r.lastLines(ctx, newID)}
	if job, ok := errors.AsType[*jobError](cause); ok {
		err.Log = job.lines()
	}
	var undo []error
	undo = append(undo, r.Engine.StopUnit(ctx, newID, unit.StopTimeout))
	undo = append(undo, r.Engine.RemoveUnit(ctx, newID))
	restored := false
	for _, u := range before {
		if u.State == services.StateRunning || u.State == services.StateExited && len(before) == 1 {
			undo = append(undo, r.Engine.StartUnit(ctx, u.ID))
			restored = true
		}
	}
	if restored {
		r.progress(s)(text.Of("failed; the one before runs again"))
		undo = append(undo, r.publish(ctx))
	}
	if u := errors.Join(undo...); u != nil {
		err.Err = fmt.Errorf("%w; going back failed too: %w", cause, u)
	}
	return err
}

// start starts what exists, after stopping it where it runs and must not.
func (r *run) start(ctx context.Context, s plan.Step, service services.Service, unit services.Unit) error {
	imageID, err := r.Engine.EnsureImage(ctx, unit.Image, r.progress(s))
	if err != nil {
		return err
	}
	stop := s.Action == plan.RestartUnit
	if s.Action == plan.RunJobs {
		before, _, err := r.jobsDue(ctx, service, unit)
		if err != nil {
			return err
		}
		stop = len(before) > 0
	}
	if stop {
		if err := r.Engine.StopUnit(ctx, s.UnitID, unit.StopTimeout); err != nil {
			return err
		}
	}
	if err := r.bringUp(ctx, s, service, unit, s.UnitID, imageID); err != nil {
		failure := &StepError{Step: s, Err: err, Log: r.lastLines(context.WithoutCancel(ctx), s.UnitID)}
		if job, ok := errors.AsType[*jobError](err); ok {
			failure.Log = job.lines()
		}
		return failure
	}
	return nil
}

// bringUp runs the jobs that come before the unit, starts it, waits until it
// is healthy, and runs the jobs that need it running.
func (r *run) bringUp(ctx context.Context, s plan.Step, service services.Service, unit services.Unit, id, imageID string) error {
	before, inside, err := r.jobsDue(ctx, service, unit)
	if err != nil {
		return err
	}
	for _, j := range before {
		r.progress(s)(text.Say("running %s", j.Name))
		if err := r.jobApart(ctx, service, j, imageID); err != nil {
			return err
		}
	}
	r.progress(s)(text.Of("starting"))
	if err := r.Engine.StartUnit(ctx, id); err != nil {
		return err
	}
	r.progress(s)(text.Of("waiting until it answers"))
	if err := r.healthy(ctx, id, unit); err != nil {
		return err
	}
	for _, j := range inside {
		r.progress(s)(text.Say("running %s", j.Name))
		if err := r.jobInside(ctx, service, unit, j, id); err != nil {
			return err
		}
	}
	return r.settleJobs(ctx, service, unit)
}

// healthy waits until the unit answers its probe. It gives up when the recipe's
// patience is over, or earlier when the container keeps ending.
func (r *run) healthy(ctx context.Context, id string, u services.Unit) error {
	ctx, cancel := context.WithTimeoutCause(ctx, u.Health.Within, errPatience)
	defer cancel()
	restartsAtFirst, restarting := -1, 0
	last := text.Errorf("it was never probed")
	for wait := probeInterval; ; wait = min(2*wait, maxProbeInterval) {
		actual, err := r.unit(ctx, id)
		if err == nil {
			if restartsAtFirst < 0 {
				restartsAtFirst = actual.Restarts
			}
			if err = r.Prober.Probe(ctx, u, actual); err == nil {
				return r.settled(ctx, id, u, actual)
			}
			if actual.State == services.StateRestarting {
				restarting++
			}
			if actual.Restarts-restartsAtFirst >= maxRestarts || restarting >= maxRestarts || actual.State == services.StateExited {
				return errs.Wrap(err, errs.Failed, "The unit %s does not stay up: %v.", u.Name, err).
					WithHint("The last lines of its log say why. Mend that, then run `ronron up` again.")
			}
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			if !errors.Is(context.Cause(ctx), errPatience) {
				return context.Cause(ctx)
			}
			return errs.Wrap(last, errs.Failed, "The unit %s did not become healthy within %s: %v.", u.Name, u.Health.Within, last).
				WithHint("The last lines of its log say more. Mend that, then run `ronron up` again.")
		case <-time.After(wait):
		}
	}
}

// settled looks once more a moment later where the probe only asked that the
// container runs: one that ends at once must not pass.
func (r *run) settled(ctx context.Context, id string, u services.Unit, before services.ActualUnit) error {
	if u.Health.Kind != services.HealthRunning {
		return nil
	}
	select {
	case <-ctx.Done():
	case <-time.After(settle):
	}
	actual, err := r.unit(context.WithoutCancel(ctx), id)
	if err != nil {
		return err
	}
	if actual.State != services.StateRunning || actual.Restarts != before.Restarts {
		return errs.New(errs.Failed, "The unit %s does not stay up: it ended with exit code %d.", u.Name, actual.ExitCode).
			WithHint("The last lines of its log say why. Mend that, then run `ronron up` again.")
	}
	return nil
}

var errPatience = errors.New("the recipe's patience is over")

// How often a starting unit is probed, from the first wait to the longest, how
// many restarts (or probes that found it restarting) count as a crash loop, and
// how long an unprobed one must stay up.
const (
	probeInterval    = 50 * time.Millisecond
	maxProbeInterval = time.Second
	maxRestarts      = 5
	settle           = time.Second
)

func (r *run) unit(ctx context.Context, id string) (services.ActualUnit, error) {
	actual, err := r.Engine.Look(ctx)
	if err != nil {
		return services.ActualUnit{}, err
	}
	i := slices.IndexFunc(actual.Units, func(u services.ActualUnit) bool { return u.ID == id })
	if i < 0 {
		return services.ActualUnit{}, errs.New(errs.NotFound, "The container is gone: somebody removed it.")
	}
	return actual.Units[i], nil
}

// lastLines returns the end of a unit's output for an error; failing to get it
// must not hide the failure itself.
func (r *run) lastLines(ctx context.Context, id string) []string {
	var out bytes.Buffer
	if err := r.Engine.Logs(ctx, id, services.LogOptions{Tail: 40}, &out); err != nil {
		return nil
	}
	printed := strings.TrimSpace(out.String())
	if printed == "" {
		return nil
	}
	return strings.Split(printed, "\n")
}
