package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

var (
	yesFlag     = &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask (what can lose data is still asked for)"}
	confirmFlag = &cli.StringFlag{Name: "confirm", Usage: "agree beforehand to what can lose data, by naming the chaton's `DOMAIN`"}
	saveFlag    = &cli.StringFlag{Name: "save-passwords", Usage: "write generated passwords into `FILE`, readable by you alone, instead of showing them"}
	forceFlag   = &cli.BoolFlag{Name: "force", Usage: "replace even a daemon of a newer version"}
)

func (a *App) upCommand() *cli.Command {
	return &cli.Command{
		Name:  "up",
		Usage: "make the chaton what its file says",
		Description: `Checks the file, starts or upgrades the daemon, shows what would change, asks,
and does it. Running it twice changes nothing the second time. The first Ctrl-C
finishes the running steps, the second stops at once; up goes on from there.`,
		Flags:  []cli.Flag{fileFlag, yesFlag, confirmFlag, saveFlag, forceFlag, fromFlag, jsonFlag},
		Action: a.up,
	}
}

func (a *App) up(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	path, _ := fileOf(c)
	wanted, file, err := a.load(path)
	if err != nil {
		return err
	}
	if wanted, err = a.locked(c, wanted); err != nil {
		return err
	}
	host, err := a.env.Connect(c.Context)
	if err != nil {
		return err
	}
	if err := a.supply(c, wanted, file); err != nil {
		return err
	}
	d, err := a.ensureDaemon(c.Context, host, file.ID(), c.Bool("force"))
	if err != nil {
		return err
	}
	defer d.Close()
	if err := a.supplySources(c, d, wanted, file); err != nil {
		return err
	}
	reply, err := a.planned(wanted, func() (api.PlanReply, error) { return d.Plan(c.Context, wanted) })
	if err != nil {
		return err
	}
	out := a.view(c)
	if reply.Plan.Empty() {
		a.tidy(c.Context, host, d.before)
		return a.nothingToDo(c.Context, d, wanted, file, out)
	}
	if !c.Bool("json") {
		humanView{tongue: a.tongue, w: a.env.Stderr, paint: a.paint(a.env.Terminal.Err)}.Plan(d.chaton, *reply.Plan)
	}
	if err := a.agreed(c, d, *reply.Plan); err != nil {
		return err
	}
	a.note("")
	report, err := a.follow(c, d, *reply.Plan, func(ctx context.Context, each func(api.Event)) error {
		return d.Apply(ctx, api.ApplyRequest{Wanted: wanted, Base: reply.Plan.Base}, each)
	})
	if report == nil || codeIs(err, errs.Interrupted) && report.Administrator == nil {
		return err
	}
	if saveErr := a.saveAdministrator(c, report); saveErr != nil {
		return saveErr
	}
	if showErr := out.Report(d.chaton, *report, err == nil); showErr != nil {
		return showErr
	}
	if report.Administrator != nil {
		a.passwordShown(c.Context, d)
	}
	a.remind(report.Unseen)
	if err == nil {
		a.tidy(c.Context, host, d.before) // the daemon runs from today's by now
	}
	return err
}

// tidy removes the image of the binary that this chaton ran before, "" if it is the
// same. The chaton is as it should be whether that works or not.
func (a *App) tidy(ctx context.Context, host Host, before string) {
	if before == "" {
		return
	}
	removed, err := host.RemoveOldSelves(ctx, []string{before})
	if err != nil {
		a.note("Images of earlier versions of Ronron could not be removed: %v", err)
	}
	if removed > 0 {
		a.tell(text.Plural(removed, "Removed %d image of an earlier version of Ronron, which nothing uses any more.",
			"Removed %d images of earlier versions of Ronron, which nothing uses any more.", removed))
	}
}

// planned asks for a plan, and shows the problems that were found.
func (a *App) planned(wanted api.Wanted, ask func() (api.PlanReply, error)) (api.PlanReply, error) {
	reply, err := ask()
	if err != nil {
		return reply, err
	}
	a.showDiagnostics(reply.Diagnostics, sources(wanted))
	if err := reply.Diagnostics.Err(); err != nil {
		return reply, &shownError{err}
	}
	if reply.Plan == nil {
		return reply, errs.New(errs.Internal, "The daemon answered with neither a plan nor a problem.")
	}
	return reply, nil
}

func (a *App) nothingToDo(ctx context.Context, d *daemon, wanted api.Wanted, file chaton.Chaton, out view) error {
	status, err := d.Status(ctx)
	if err != nil {
		return err
	}
	defer a.remind(status.Unseen)
	return out.Nothing(addresses(status, a.titles(wanted, file)))
}

// titles are what members call the services of the file.
func (a *App) titles(wanted api.Wanted, file chaton.Chaton) map[services.Name]string {
	offers, _ := a.env.Language.Offers(wanted)
	titles := map[services.Name]string{}
	for _, s := range file.Services {
		titles[s.Name] = s.Title.In(file.Language)
		for _, o := range offers {
			if o.Recipe == s.Recipe && s.Title.IsZero() {
				titles[s.Name] = o.Title.In(file.Language)
			}
		}
	}
	return titles
}

// addresses are where people go: the portal, then the services of the file.
func addresses(s api.Status, titles map[services.Name]string) []api.Address {
	list := []api.Address{{Service: "portal", Title: s.Name, URL: s.URL}}
	for _, service := range s.Services {
		if !service.Builtin && service.URL != "" {
			list = append(list, api.Address{Service: service.Name, Title: cmp.Or(titles[service.Name], string(service.Name)), URL: service.URL})
		}
	}
	return list
}

// saveAdministrator puts the password into the file instead of the report.
func (a *App) saveAdministrator(c *cli.Context, report *api.Report) error {
	path := c.String("save-passwords")
	if path == "" || report.Administrator == nil {
		return nil
	}
	if err := savePassword(path, string(report.Administrator.Login), report.Administrator.Password); err != nil {
		return err
	}
	saved := *report.Administrator
	saved.Password = a.say("(written to %s)", path)
	report.Administrator = &saved
	return nil
}

// follow runs something long with its progress shown, and passes Ctrl-C on to
// the daemon: first finish the running steps, then stop now.
func (a *App) follow(c *cli.Context, d *daemon, p plan.Plan, run func(context.Context, func(api.Event)) error) (*api.Report, error) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(c.Context))
	defer cancel(nil)
	show := a.progress(c.Bool("json"), p)
	var presses atomic.Int32
	defer a.interrupts.take(func() { a.interrupt(ctx, cancel, d, show, presses.Add(1)) })()

	var report *api.Report
	err := run(ctx, func(e api.Event) {
		show.Event(e)
		if e.Report != nil {
			report = e.Report
		}
	})
	show.Close()
	for _, failure := range show.Failures() {
		if presses.Load() > 0 && failure.Code == errs.Interrupted {
			continue // as was asked for
		}
		a.writeFailure(a.env.Stderr, a.paint(a.env.Terminal.Err), failure)
	}
	if told(err, show.Failures()) {
		err = &shownError{err}
	}
	if presses.Load() > 0 && err != nil {
		return report, errs.New(errs.Interrupted, "Interrupted.").
			WithHint("What was done stays done; run the same command again to go on.")
	}
	return report, err
}

// told says whether err is one of the failures, which were shown already.
func told(err error, failures []*api.Error) bool {
	last, ok := errors.AsType[*api.Error](err)
	return ok && slices.ContainsFunc(failures, func(f *api.Error) bool { return f.Message == last.Message })
}

// patience is how long an interrupted daemon may take to say that it stopped.
const patience = 10 * time.Second

func (a *App) interrupt(ctx context.Context, cancel context.CancelCauseFunc, d *daemon, show progress, presses int32) {
	switch presses {
	case 1:
		show.Note(a.say("Finishing the running steps; Ctrl-C again stops at once."))
		go d.Interrupt(ctx, false)
	case 2:
		show.Note(a.say("Stopping now."))
		go func() {
			d.Interrupt(ctx, true)
			select {
			case <-ctx.Done():
			case <-time.After(patience):
				cancel(errInterrupted)
			}
		}()
	default:
		cancel(errInterrupted)
	}
}
