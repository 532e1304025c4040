package cli

import (
	"context"
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/services"
)

func (a *App) planCommand() *cli.Command {
	return &cli.Command{
		Name:  "plan",
		Usage: "show what up would change",
		Description: `Asks the chaton's daemon what would change, and changes nothing. Before the first
up there is no daemon to ask: the plan is made here then, just as that up will
make it, and Docker is only looked at.`,
		Flags: []cli.Flag{fileFlag, jsonFlag,
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 3 when there is something to change"}},
		Action: a.plan,
	}
}

func (a *App) plan(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	path, _ := fileOf(c)
	wanted, file, err := a.load(path)
	if err != nil {
		return err
	}
	if wanted, _, err = a.withMissing(c.Context, wanted); err != nil {
		return err
	}
	reply, err := a.planOf(c, file.ID(), wanted)
	if err != nil {
		return err
	}
	if err := a.view(c).Plan(file.ID(), *reply.Plan); err != nil {
		return err
	}
	if c.Bool("detailed-exitcode") && !reply.Plan.Empty() {
		return errPending
	}
	return nil
}

// planOf asks the daemon, or, where there is none, the same planning on this side.
func (a *App) planOf(c *cli.Context, id services.ChatonID, wanted api.Wanted) (api.PlanReply, error) {
	host, err := a.env.Connect(c.Context)
	if err != nil {
		a.note("The file is valid. What is to be made depends on what Docker has here already, so without it there is no plan.")
		return api.PlanReply{}, err
	}
	found, err := find(c.Context, host, id)
	if err != nil {
		return api.PlanReply{}, err
	}
	if found == nil {
		return a.planned(wanted, func() (api.PlanReply, error) { return a.preview(c.Context, id, wanted) })
	}
	d, err := a.running(host, id, found)
	if err != nil {
		return api.PlanReply{}, err
	}
	defer d.Close()
	return a.planned(wanted, func() (api.PlanReply, error) { return d.Plan(c.Context, wanted) })
}

// preview is the plan without a daemon, and says what only a daemon can know.
func (a *App) preview(ctx context.Context, id services.ChatonID, wanted api.Wanted) (api.PlanReply, error) {
	reply, kept, err := a.env.Preview(ctx, id, wanted)
	if err == nil && len(kept) > 0 {
		var names []string
		for _, name := range kept {
			names = append(names, string(name))
		}
		a.note("There is data from before, which is used again: %s. What else is remembered only the daemon can read, so what up shows may differ a little.", strings.Join(names, ", "))
	}
	return reply, err
}

func (a *App) validateCommand() *cli.Command {
	return &cli.Command{
		Name:   "validate",
		Usage:  "check the file without touching anything",
		Flags:  []cli.Flag{fileFlag, jsonFlag},
		Action: a.validate,
	}
}

func (a *App) validate(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	path, _ := fileOf(c)
	w, file, diags, err := a.read(path)
	if err != nil {
		return err
	}
	found := validity{File: path, Valid: !diags.HasErrors(), Services: len(file.Services), Diagnostics: diags.WithSource(sources(w))}
	if !c.Bool("json") {
		a.showDiagnostics(diags, sources(w))
	}
	if err := a.view(c).Valid(found); err != nil {
		return err
	}
	if err := diags.Err(); err != nil {
		return &shownError{err}
	}
	return nil
}

func (a *App) versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "say which version this is",
		Flags: []cli.Flag{jsonFlag},
		Action: func(c *cli.Context) error {
			return a.view(c).Version(versions{Version: a.env.Version, API: api.Version, Go: runtime.Version()})
		},
	}
}
