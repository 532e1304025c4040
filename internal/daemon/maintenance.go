package daemon

import (
	"bytes"
	"context"
	"slices"
	"time"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/services"
	"ronron/services/plan"
)

// maintain renews what runs out, keeps the published facts fresh and does
// scheduled work.
func (d *Daemon) maintain(ctx context.Context) error {
	upkeep, minute := time.NewTicker(maintenance), time.NewTicker(time.Minute)
	defer upkeep.Stop()
	defer minute.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-upkeep.C:
			d.Maintain(ctx)
		case <-minute.C:
			d.schedules(ctx)
		}
	}
}

// maintenance is how often certificates are looked at and facts republished.
// Leaves are renewed a third of their life ahead, so a few missed rounds are no harm.
const maintenance = 10 * time.Minute

// Maintain is one round of upkeep: certificates that are due are issued
// again, and gateway and portal get the facts of this moment. When a certificate
// was renewed that a unit holds, the directory's own first of all, the unit is
// replaced by an ordinary apply of the last accepted file. A chaton that somebody is changing
// is left alone until the next round.
func (d *Daemon) Maintain(ctx context.Context) {
	ctx, stop, release, err := d.lock.take(ctx, "ronron", "maintenance", d.Now())
	if err != nil {
		return
	}
	defer release()
	w, err := d.current(ctx)
	if err != nil {
		if errs.CodeOf(err) != errs.NotFound {
			d.Log.Error("the last file cannot be read for maintenance", logkey.Error, err)
		}
		return
	}
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		d.Log.Error("the engine did not answer maintenance", logkey.Error, err)
		return
	}
	if !gatewayRuns(actual) {
		return // brought down on purpose, or `up` is needed; both are a person's to decide
	}
	if err := d.publish(ctx, w); err != nil {
		d.Log.Error("facts could not be published", logkey.Error, err)
	}
	p, err := d.plan(ctx, w)
	if err != nil {
		d.Log.Error("maintenance could not plan", logkey.Error, err)
		return
	}
	p = onlyRenewal(p, d.holders(ctx, w))
	if p.Empty() {
		return
	}
	in, err := d.kept(ctx)
	if err != nil {
		d.Log.Error("the last file cannot be read for renewal", logkey.Error, err)
		return
	}
	in.Who = "ronron (renewal)"
	if err := d.carryOut(ctx, stop, w, p, in, func(e api.Event) {
		if e.Error != nil {
			d.Log.Error("renewal failed", logkey.Step, e.Step, logkey.Error, e.Error.Message)
		}
	}); err != nil {
		d.Log.Error("renewal failed", logkey.Error, err)
	}
}

// holders are the services with a unit that holds its host's certificate, and the
// directory, which holds one of its own.
func (d *Daemon) holders(ctx context.Context, w *wanted) map[services.Name]bool {
	all := map[services.Name]bool{directoryName: true}
	for _, s := range w.chaton.Services {
		leaf, err := d.serviceCertificate(ctx, w, s.Host)
		if err != nil || leaf.Chain == "" {
			continue
		}
		for _, u := range w.resolved[s.Name].Service.Units {
			all[s.Name] = all[s.Name] || slices.ContainsFunc(u.Files, func(f services.File) bool {
				return bytes.Contains(f.Content, []byte(leaf.Chain))
			})
		}
	}
	return all
}

// onlyRenewal keeps a plan only where it replaces a unit that holds a
// certificate: whatever else moved (a stopped unit, say) is a person's to decide.
func onlyRenewal(p plan.Plan, holders map[services.Name]bool) plan.Plan {
	for _, s := range p.Steps {
		if holders[s.Service] && s.Action == plan.ReplaceUnit {
			return p
		}
	}
	return plan.Plan{Base: p.Base}
}
