package daemon

import (
	"context"
	"time"

	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/services"
)

// jobBook remembers in the state which installers and migrations were done.
type jobBook struct{ d *Daemon }

func jobValue(service, job services.Name) string { return "job " + string(service) + "/" + string(job) }

func (b jobBook) Done(ctx context.Context, service, job services.Name) (key string, err error) {
	err = b.d.state.Value(ctx, jobValue(service, job), &key)
	if errs.CodeOf(err) == errs.NotFound {
		return "", nil
	}
	return key, err
}

func (b jobBook) SetDone(ctx context.Context, service, job services.Name, key string) error {
	return b.d.state.PutValue(context.WithoutCancel(ctx), jobValue(service, job), key)
}

func (b jobBook) Forget(ctx context.Context, service services.Name) error {
	if err := b.d.state.DropValues(ctx, fixedValue(service)); err != nil {
		return err
	}
	return b.d.state.DropValues(ctx, jobValue(service, ""))
}

// jobsDue tells where an installer or a migration has still to run.
func (d *Daemon) jobsDue(ctx context.Context, wanted []services.Service) (map[services.Name]map[services.Name]bool, error) {
	due := map[services.Name]map[services.Name]bool{}
	for _, s := range wanted {
		for _, j := range s.Jobs {
			unit, ok := s.JobUnit(j.Unit, nil, j.Command)
			if !ok {
				continue
			}
			done, err := jobBook{d}.Done(ctx, s.Name, j.Name)
			if err != nil {
				return nil, err
			}
			if j.Due(done, s.JobKey(unit)) {
				if due[s.Name] == nil {
					due[s.Name] = map[services.Name]bool{}
				}
				due[s.Name][j.Unit] = true
			}
		}
	}
	return due, nil
}

// schedules runs what is due of the services' scheduled work, one after the
// other so that a small machine is never taken by surprise. A service that is
// being changed is left alone until the next round.
func (d *Daemon) schedules(ctx context.Context) {
	if d.lock.holder() != nil {
		return
	}
	w, err := d.current(ctx)
	if err != nil {
		return // nothing was brought up, or maintenance reports it
	}
	for _, s := range w.services {
		for _, c := range s.Schedules {
			if ctx.Err() != nil {
				return
			}
			if err := d.schedule(ctx, s, c); err != nil {
				d.Log.Error("scheduled work failed", logkey.Service, string(s.Name), logkey.Step, string(c.Name), logkey.Error, err)
			}
		}
	}
}

// scheduled is how the last run of a schedule went.
type scheduled struct {
	Started time.Time `json:"started"`
	Problem string    `json:"problem,omitempty"`
}

func (d *Daemon) schedule(ctx context.Context, s services.Service, c services.Schedule) error {
	name := "schedule " + string(s.Name) + "/" + string(c.Name)
	var last scheduled
	if err := d.state.Value(ctx, name, &last); err != nil && errs.CodeOf(err) != errs.NotFound {
		return err
	}
	now := d.Now()
	// A clock that was set back must not keep work from being done for years.
	if now.After(last.Started) && now.Before(last.Started.Add(c.Every)) {
		return nil
	}
	last = scheduled{Started: now}
	result, err := d.runIn(ctx, s, c.Unit, c.Inside, c.Command, c.Timeout)
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		return nil // the unit does not run; that is reported elsewhere
	case err != nil:
		last.Problem = err.Error()
	case result.ExitCode != 0:
		err = errs.New(errs.Failed, "It ended with exit code %d: %s", result.ExitCode, lastLine(result.Output))
		last.Problem = err.Error()
	}
	if err := d.state.PutValue(context.WithoutCancel(ctx), name, last); err != nil {
		return err
	}
	return err
}

// runIn runs a command inside a unit, or in a container like it.
func (d *Daemon) runIn(ctx context.Context, s services.Service, unit services.Name, inside bool, command []string, timeout time.Duration) (services.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return services.Result{}, err
	}
	for _, a := range actual.Units {
		if a.Service != s.Name || a.Unit != unit || a.State != services.StateRunning {
			continue
		}
		if inside {
			return d.Engine.Exec(ctx, a.ID, command, nil)
		}
		like, ok := s.JobUnit(unit, nil, command)
		if !ok {
			break
		}
		return d.Engine.RunJob(ctx, s, like, a.Image)
	}
	return services.Result{}, errs.New(errs.NotFound, "The unit %s of %s does not run.", unit, s.Name).WithHint("Run `ronron up` first.")
}
