package daemon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"ronron/acme"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
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
	add := func(name, level string, message, fix text.Text) {
		checks = append(checks, api.NewCheck(name, level, message, fix))
	}
	d.checkEngine(ctx, add)
	d.checkDisk(add)
	w, err := d.current(ctx)
	switch {
	case errs.CodeOf(err) == errs.NotFound:
		add("services", warning, text.Of("Nothing was brought up yet."), text.Of("Run `ronron up`."))
		return checks
	case err != nil:
		add("file", problem, text.Say("The last accepted chaton.hcl can no longer be read: %v", err), text.Of("Run `ronron validate`, mend what it says, then `ronron up`."))
		return checks
	}
	d.checkServices(ctx, add)
	d.checkDirectory(ctx, add)
	d.checkAdministrator(ctx, add)
	d.checkCertificates(ctx, w, add)
	d.checkLastRun(ctx, add)
	return checks
}

// adder takes a check; one without a fix needs none.
type adder func(name, level string, message, fix text.Text)

var none text.Text

func (d *Daemon) checkEngine(ctx context.Context, add adder) {
	info, err := d.Engine.Info(ctx)
	if err != nil {
		add("engine", problem, said(err), errs.Advice(err))
		return
	}
	add("engine", ok, text.Say("%s %s (API %s) answers the daemon.", info.Name, info.Version, info.API), none)
	if info.Memory > 0 && info.Memory < 1<<30 {
		add("memory", warning, text.Say("The machine has %d MiB of memory.", info.Memory>>20), text.Of("Two services fit into 1 GiB; add memory before adding more."))
	}
}

// minFree is the space below which databases and builds begin to fail.
const minFree = 2 << 30

func (d *Daemon) checkDisk(add adder) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(d.StateDir, &st); err != nil {
		add("disk", warning, text.Say("The free space of the daemon's volume cannot be read: %v", err), text.Of("Look with `df -h` on the machine."))
		return
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	if free < minFree {
		add("disk", problem, text.Say("Only %s GiB are free where volumes lie.", gibibytes(free)),
			text.Of("Free some: `docker system df` shows what the engine keeps, `docker builder prune` drops what builds left."))
		return
	}
	add("disk", ok, text.Say("%s GiB are free where volumes lie.", gibibytes(free)), none)
}

// gibibytes has the decimal point of each language.
func gibibytes(bytes int64) text.Text {
	n := fmt.Sprintf("%.1f", float64(bytes)/(1<<30))
	return text.Text{EN: n, FR: strings.Replace(n, ".", ",", 1)}
}

func (d *Daemon) checkServices(ctx context.Context, add adder) {
	status, err := d.Status(ctx)
	if err != nil {
		add("services", problem, said(err), errs.Advice(err))
		return
	}
	for _, s := range status.Services {
		if s.State != "healthy" {
			fix := text.Say("`ronron logs %s` shows what it says; `ronron up` starts or restarts it.", s.Name)
			if s.State == "missing" { // it says nothing
				fix = text.Of("Run `ronron up`.")
			}
			add("service "+string(s.Name), problem, isNot(s), fix)
			continue
		}
		restarts := 0
		for _, u := range s.Units {
			restarts += u.Restarts
		}
		if restarts > 0 {
			add("service "+string(s.Name), warning, text.Say("%s answers, but was restarted %d times by the engine.", s.Name, restarts),
				text.Say("`ronron logs %s` may say why.", s.Name))
			continue
		}
		add("service "+string(s.Name), ok, text.Say("%s answers.", s.Name), none)
	}
}

// isNot says what a service is that is not healthy.
func isNot(s api.ServiceStatus) text.Text {
	switch s.State {
	case "missing":
		return text.Say("%s is missing: %s.", s.Name, s.Text())
	case "stopped":
		return text.Say("%s is stopped: %s.", s.Name, s.Text())
	}
	return text.Say("%s is unhealthy: %s.", s.Name, s.Text())
}

func (d *Daemon) checkDirectory(ctx context.Context, add adder) {
	dir, err := d.directory(ctx)
	if err == nil {
		began := time.Now()
		if _, err = dir.Groups(ctx); err == nil {
			add("directory", ok, text.Say("The directory answers the daemon in %d ms.", time.Since(began).Milliseconds()), none)
			return
		}
	}
	add("directory", problem, text.Say("The directory does not answer the daemon: %v", err), text.Of("`ronron logs directory`, then `ronron up`. Nobody can sign in until it does."))
}

func (d *Daemon) checkCertificates(ctx context.Context, w *wanted, add adder) {
	for _, host := range w.hosts() {
		c, err := d.certificate(ctx, w.authority, host, 0)
		switch {
		case err != nil:
			add("certificate "+host, problem, said(err), errs.Advice(err))
		case acme.Due(c, d.Now()):
			add("certificate "+host, warning, text.Of("It is due for renewal."), text.Of("The daemon renews it by itself; look at `ronron logs daemon` if this stays."))
		default:
			add("certificate "+host, ok, text.Say("Valid until %s, signed by the internal authority.", c.NotAfter.Format(time.DateOnly)), none)
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
		add("last up", warning, said(err), none)
	case last.Ended.IsZero() && d.lock.holder() == nil:
		add("last up", warning, text.Say("The last `up`, of %s, was cut off.", moment(last.Started)), text.Of("Run `ronron up` again: it goes on from there."))
	case last.Ended.IsZero():
		add("last up", ok, text.Say("An `up` is running, since %s.", moment(last.Started)), none)
	case last.Outcome == "failed":
		add("last up", warning, text.Say("The last `up`, of %s, ended failed.", moment(last.Started)), text.Of("Run `ronron up` again: it goes on from there."))
	case last.Outcome == "interrupted":
		add("last up", warning, text.Say("The last `up`, of %s, ended interrupted.", moment(last.Started)), text.Of("Run `ronron up` again: it goes on from there."))
	default:
		add("last up", ok, text.Say("The last `up` ended %s.", moment(last.Ended)), none)
	}
}

func moment(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }

// said is all that err says, in both languages.
func said(err error) text.Text {
	return text.Text{EN: err.Error(), FR: errs.In(err, text.FR)}
}
