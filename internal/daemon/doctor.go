package daemon

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"

	"ronron/acme"
	"ronron/internal/api"
	"ronron/internal/errs"
)

// Levels of a check.
const (
	ok      = "ok"
	warning = "warning"
	problem = "problem"
)

// Doctor looks at everything that hosts run into, from where the daemon
// stands, and says what to do. What the machine's owner can see better (names,
// rights, the file) the CLI checks itself.
func (d *Daemon) Doctor(ctx context.Context) (checks []api.Check) {
	add := func(name, level, message, fix string) {
		checks = append(checks, api.Check{Name: name, Level: level, Message: message, Fix: fix})
	}
	d.checkEngine(ctx, add)
	d.checkDisk(add)
	w, err := d.current(ctx)
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		add("services", warning, "Nothing was brought up yet.", "Run `ronron up`.")
		return checks
	case err != nil:
		add("file", problem, "The last accepted chaton.hcl can no longer be read: "+err.Error(), "Run `ronron validate`, mend what it says, then `ronron up`.")
		return checks
	}
	d.checkServices(ctx, add)
	d.checkDirectory(ctx, add)
	d.checkAdministrator(ctx, add)
	d.checkCertificates(ctx, w, add)
	d.checkLastRun(ctx, add)
	return checks
}

type adder func(name, level, message, fix string)

func (d *Daemon) checkEngine(ctx context.Context, add adder) {
	info, err := d.Engine.Info(ctx)
	if err != nil {
		add("engine", problem, err.Error(), errs.HintOf(err))
		return
	}
	add("engine", ok, fmt.Sprintf("%s %s (API %s) answers the daemon.", info.Name, info.Version, info.API), "")
	if info.Memory > 0 && info.Memory < 1<<30 {
		add("memory", warning, fmt.Sprintf("The machine has %d MiB of memory.", info.Memory>>20), "Two services fit into 1 GiB; add memory before adding more.")
	}
}

// minFree is the space below which databases and builds begin to fail.
const minFree = 2 << 30

func (d *Daemon) checkDisk(add adder) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(d.StateDir, &st); err != nil {
		add("disk", warning, "The free space of the daemon's volume cannot be read: "+err.Error(), "Look with `df -h` on the machine.")
		return
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	if free < minFree {
		add("disk", problem, fmt.Sprintf("Only %.1f GiB are free where volumes lie.", float64(free)/(1<<30)),
			"Free some: `docker system df` shows what the engine keeps, `docker builder prune` drops what builds left.")
		return
	}
	add("disk", ok, fmt.Sprintf("%.1f GiB are free where volumes lie.", float64(free)/(1<<30)), "")
}

func (d *Daemon) checkServices(ctx context.Context, add adder) {
	status, err := d.Status(ctx)
	if err != nil {
		add("services", problem, err.Error(), errs.HintOf(err))
		return
	}
	for _, s := range status.Services {
		if s.State != "healthy" {
			add("service "+string(s.Name), problem, fmt.Sprintf("%s is %s: %s.", s.Name, s.State, s.Why),
				fmt.Sprintf("`ronron logs %s` shows what it says; `ronron up` starts or restarts it.", s.Name))
			continue
		}
		restarts := 0
		for _, u := range s.Units {
			restarts += u.Restarts
		}
		if restarts > 0 {
			add("service "+string(s.Name), warning, fmt.Sprintf("%s answers, but was restarted %d times by the engine.", s.Name, restarts),
				fmt.Sprintf("`ronron logs %s` may say why.", s.Name))
			continue
		}
		add("service "+string(s.Name), ok, fmt.Sprintf("%s answers.", s.Name), "")
	}
}

func (d *Daemon) checkDirectory(ctx context.Context, add adder) {
	dir, err := d.directory(ctx)
	if err == nil {
		began := time.Now()
		if _, err = dir.Groups(ctx); err == nil {
			add("directory", ok, fmt.Sprintf("The directory answers the daemon in %d ms.", time.Since(began).Milliseconds()), "")
			return
		}
	}
	add("directory", problem, "The directory does not answer the daemon: "+err.Error(), "`ronron logs directory`, then `ronron up`. Nobody can sign in until it does.")
}

func (d *Daemon) checkCertificates(ctx context.Context, w *wanted, add adder) {
	for _, host := range w.hosts() {
		c, err := d.certificate(ctx, w.authority, host, 0)
		switch {
		case err != nil:
			add("certificate "+host, problem, err.Error(), errs.HintOf(err))
		case acme.Due(c, d.Now()):
			add("certificate "+host, warning, "It is due for renewal.", "The daemon renews it by itself; look at `ronron logs daemon` if this stays.")
		default:
			add("certificate "+host, ok, fmt.Sprintf("Valid until %s, signed by the internal authority.", c.NotAfter.Format(time.DateOnly)), "")
		}
	}
}

func (w *wanted) hosts() (hosts []string) {
	for _, r := range w.routes {
		if !slices.Contains(hosts, r.Host) {
			hosts = append(hosts, r.Host)
		}
	}
	return hosts
}

func (d *Daemon) checkLastRun(ctx context.Context, add adder) {
	last, err := d.state.LastRun(ctx, "up")
	switch {
	case err != nil:
		add("last up", warning, err.Error(), "")
	case last.Ended.IsZero() && d.lock.holder() == nil:
		add("last up", warning, fmt.Sprintf("The last `up`, of %s, was cut off.", last.Started.Format(time.RFC3339)), "Run `ronron up` again: it goes on from there.")
	case last.Outcome == "failed" || last.Outcome == "interrupted":
		add("last up", warning, fmt.Sprintf("The last `up`, of %s, ended %s.", last.Started.Format(time.RFC3339), last.Outcome), "Run `ronron up` again: it goes on from there.")
	default:
		add("last up", ok, fmt.Sprintf("The last `up` ended %s.", last.Ended.Format(time.RFC3339)), "")
	}
}
