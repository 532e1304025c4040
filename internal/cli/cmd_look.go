package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services"
)

func (a *App) statusCommand() *cli.Command {
	return &cli.Command{
		Name:  "status",
		Usage: "show how everything runs",
		Flags: []cli.Flag{fileFlag, chatonFlag, jsonFlag,
			&cli.BoolFlag{Name: "all", Usage: "list the chatons of this machine instead"}},
		Action: a.status,
	}
}

func (a *App) status(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	if c.Bool("all") {
		host, err := a.env.Connect(c.Context)
		if err != nil {
			return err
		}
		daemons, err := host.Daemons(c.Context)
		if err != nil {
			return err
		}
		return a.view(c).Chatons(daemons)
	}
	d, err := a.reach(c)
	if err != nil {
		return err
	}
	defer d.Close()
	status, err := d.Status(c.Context)
	if err != nil {
		return err
	}
	defer a.remind(status.Unseen)
	return a.view(c).Status(status)
}

func (a *App) servicesCommand() *cli.Command {
	return &cli.Command{
		Name:        "services",
		Usage:       "list what can be offered, and what is",
		Description: `Lists the catalog of recipes, and under which names the chaton runs them.`,
		Flags:       []cli.Flag{fileFlag, chatonFlag, jsonFlag},
		Action:      a.services,
	}
}

func (a *App) services(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	var w api.Wanted
	if path, named := fileOf(c); named || exists(path) {
		var err error
		if w, _, _, err = a.read(path); err != nil {
			return err
		}
	}
	offers, diags := a.env.Language.Offers(w)
	a.showDiagnostics(diags, sources(w))
	deployed, err := a.deployed(c)
	if err != nil {
		return err
	}
	said := a.in
	if c.Bool("json") {
		said = tongue{}.in // programs read English, whatever the terminal
	}
	var entries []catalogEntry
	for _, o := range offers {
		entries = append(entries, catalogEntry{
			Recipe: o.Recipe, Software: o.Software, Version: o.Version, Licence: o.Licence,
			Summary: said(o.Summary), Replaces: o.Replaces, Services: deployed[o.Recipe],
		})
	}
	return a.view(c).Catalog(entries)
}

// deployed names the services by recipe. The catalog is of use without an
// engine or a running chaton too, so that those are missing is no failure.
func (a *App) deployed(c *cli.Context) (map[string][]services.Name, error) {
	d, err := a.reach(c)
	if err != nil {
		if c.String("chaton") != "" {
			return nil, err
		}
		return nil, nil
	}
	defer d.Close()
	status, err := d.Status(c.Context)
	if err != nil {
		return nil, err
	}
	by := map[string][]services.Name{}
	for _, s := range status.Services {
		if s.State != "missing" {
			by[s.Recipe] = append(by[s.Recipe], s.Name)
		}
	}
	return by, nil
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func (a *App) logsCommand() *cli.Command {
	return &cli.Command{
		Name:      "logs",
		Usage:     "show what a service prints",
		ArgsUsage: "SERVICE[/UNIT]",
		Description: `Shows the output of a service's units; of several, each line begins with the name
of its unit. The word daemon shows that of the daemon itself, even when it does
not run any more.`,
		Flags: []cli.Flag{fileFlag, chatonFlag,
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "go on as more is printed, until Ctrl-C"},
			&cli.IntFlag{Name: "tail", Aliases: []string{"n"}, Value: 100, Usage: "show the last `LINES` only; 0 is all"},
			&cli.BoolFlag{Name: "timestamps", Aliases: []string{"t"}, Usage: "begin each line with its time"}},
		Action: a.logs,
	}
}

func (a *App) logs(c *cli.Context) error {
	words, err := arguments(c, "SERVICE[/UNIT]")
	if err != nil {
		return err
	}
	if c.Int("tail") < 0 {
		return usage("--tail is %d; it counts lines from 0, which is all.", c.Int("tail"))
	}
	if words[0] == "daemon" {
		return a.daemonLogs(c)
	}
	d, err := a.reach(c)
	if err != nil {
		return err
	}
	defer d.Close()
	service, unit, _ := strings.Cut(words[0], "/")
	err = d.Logs(c.Context, api.LogsRequest{
		Service: services.Name(service), Unit: services.Name(unit),
		Tail: c.Int("tail"), Follow: c.Bool("follow"), Timestamps: c.Bool("timestamps"),
	}, a.env.Stdout)
	if c.Bool("follow") && codeIs(err, errs.Interrupted) {
		return nil // that is how one leaves
	}
	return err
}

func (a *App) daemonLogs(c *cli.Context) error {
	if c.Bool("follow") {
		return usage("The daemon's own log cannot be followed here.").WithHint("Without --follow it shows the last lines.")
	}
	host, err := a.env.Connect(c.Context)
	if err != nil {
		return err
	}
	id, err := a.target(c.Context, c, host)
	if err != nil {
		return err
	}
	found, err := find(c.Context, host, id)
	if err != nil {
		return err
	}
	if found == nil {
		return errs.New(errs.NotFound, "There is no daemon of %s here.", id).WithHint("Those there are: ronron status --all")
	}
	text, err := host.DaemonLogs(c.Context, found.ID, c.Int("tail"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(a.env.Stdout, text)
	return err
}

func (a *App) caCommand() *cli.Command {
	return &cli.Command{
		Name:  "ca",
		Usage: "print the root certificate of the built-in authority",
		Description: `Prints it in PEM, to be imported where the chaton is to be trusted:
  ronron ca > ronron-root.pem`,
		Flags: []cli.Flag{fileFlag, chatonFlag},
		Action: func(c *cli.Context) error {
			d, err := a.reach(c)
			if err != nil {
				return err
			}
			defer d.Close()
			pem, err := d.CA(c.Context)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(a.env.Stdout, pem)
			return err
		},
	}
}

func (a *App) charterCommand() *cli.Command {
	return &cli.Command{
		Name:  "charter",
		Usage: "print the charter with its evidence, as JSON",
		Flags: []cli.Flag{fileFlag, chatonFlag},
		Action: func(c *cli.Context) error {
			d, err := a.reach(c)
			if err != nil {
				return err
			}
			defer d.Close()
			charter, err := d.Charter(c.Context)
			if err != nil {
				return err
			}
			return jsonView{a.env.Stdout}.put(charter)
		},
	}
}
