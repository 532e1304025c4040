package cli

import (
	"runtime"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
)

func (a *App) planCommand() *cli.Command {
	return &cli.Command{
		Name:  "plan",
		Usage: "show what up would change",
		Description: `Asks the chaton's daemon what would change, and changes nothing. The daemon has
to run already: before the first up, everything is new.`,
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
	wanted, _, err := a.load(path)
	if err != nil {
		return err
	}
	d, err := a.reach(c)
	if err != nil {
		return err
	}
	defer d.Close()
	reply, err := a.planned(c.Context, d, wanted)
	if err != nil {
		return err
	}
	if err := a.view(c).Plan(d.chaton, *reply.Plan); err != nil {
		return err
	}
	if c.Bool("detailed-exitcode") && !reply.Plan.Empty() {
		return errPending
	}
	return nil
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
