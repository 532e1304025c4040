package daemon

import (
	"context"
	"encoding/json"
	"sync"

	"ronron/charter"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// current compiles the file of the last `up`, or says that there was none.
func (d *Daemon) current(ctx context.Context) (*wanted, error) {
	in, err := d.kept(ctx)
	if errs.CodeOf(err) == errs.NotFound {
		return nil, errs.New(errs.NotFound, "Nothing was brought up yet.").WithHint("Run `ronron up` first.")
	}
	if err != nil {
		return nil, err
	}
	w, diags, err := d.compile(ctx, in)
	if err != nil {
		return nil, err
	}
	return w, diags.Err()
}

// Status is the chaton as it runs, every unit probed just now.
func (d *Daemon) Status(ctx context.Context) (api.Status, error) {
	s := api.Status{Chaton: string(d.Chaton), Version: d.Version, Lock: d.lock.holder(), Services: []api.ServiceStatus{}}
	w, err := d.current(ctx)
	if errs.CodeOf(err) == errs.NotFound {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.Name, s.URL, s.Unseen = w.chaton.Name, w.url(w.chaton.Domain), d.unseenPassword(ctx)
	if last, err := d.state.LastRun(ctx, "up"); err != nil {
		return s, err
	} else if !last.Ended.IsZero() {
		s.Applied = &last.Ended
	}
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return s, err
	}
	var mu sync.Mutex
	why := map[string]error{}
	d.probeAll(ctx, w.services, actual, func(a services.ActualUnit, err error) {
		mu.Lock()
		defer mu.Unlock()
		why[a.ID] = err
	})
	for _, service := range w.services {
		s.Services = append(s.Services, d.serviceStatus(w, service, actual, why))
	}
	return s, nil
}

func (d *Daemon) serviceStatus(w *wanted, s services.Service, actual services.Actual, why map[string]error) api.ServiceStatus {
	out := api.ServiceStatus{Name: s.Name, Recipe: s.Recipe, Builtin: true, State: "healthy"}
	if r := w.recipes[s.Name]; r != nil {
		out.Builtin = r.Builtin
	}
	for _, r := range w.routes {
		if r.service == s.Name {
			out.URL = w.url(r.Host) + trimSlash(r.Path)
			break
		}
	}
	for _, u := range s.Units {
		unit := api.UnitStatus{Name: u.Name, State: "missing"}.Saying(text.Of("it has no container"))
		for _, a := range actual.Units {
			if a.Service == s.Name && a.Unit == u.Name && (unit.State != services.StateRunning) {
				unit = unitStatus(a, why[a.ID])
			}
		}
		out.Units = append(out.Units, unit)
		if state := serviceState(unit); state != "healthy" && out.State == "healthy" {
			out = out.Saying(unit.Text())
			out.State = state
		}
	}
	return out
}

func unitStatus(a services.ActualUnit, err error) api.UnitStatus {
	u := api.UnitStatus{Name: a.Unit, State: a.State, Image: a.Image, Started: a.Started, Restarts: a.Restarts}
	if a.Address.IsValid() {
		u.Address = a.Address.String()
	}
	u.Healthy = a.State == services.StateRunning && err == nil
	switch {
	case err != nil:
		return u.Saying(said(err))
	case a.Error != "":
		return u.Saying(text.Text{EN: a.Error})
	case a.State == services.StateRestarting || a.State == services.StateExited:
		return u.Saying(text.Say("it ended with exit code %d", a.ExitCode))
	case a.State != services.StateRunning:
		return u.Saying(text.Of("it was never started"))
	}
	return u
}

func serviceState(u api.UnitStatus) string {
	switch {
	case u.Healthy:
		return "healthy"
	case u.State == services.StateRunning, u.State == services.StateRestarting:
		return "unhealthy"
	case u.State == "missing":
		return "missing"
	default:
		return "stopped"
	}
}

// Charter returns the charter of this moment as JSON.
func (d *Daemon) Charter(ctx context.Context) (json.RawMessage, error) {
	w, err := d.current(ctx)
	if err != nil {
		return nil, err
	}
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return nil, err
	}
	return charter.JSON(charter.Evaluate(d.facts(ctx, w, actual)))
}

// CA returns the root certificate of the internal authority.
func (d *Daemon) CA(ctx context.Context) (string, error) {
	var root string
	err := d.state.Value(ctx, "authority root", &root)
	if errs.CodeOf(err) == errs.NotFound {
		return "", errs.New(errs.NotFound, "There is no certificate authority yet.").WithHint("Run `ronron up` first.")
	}
	return root, err
}
