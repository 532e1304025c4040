package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

func (a *App) downCommand() *cli.Command {
	return &cli.Command{
		Name:  "down",
		Usage: "remove everything but the data",
		Description: `Removes containers and networks of the chaton, the daemon last. Data and secrets
stay; up brings everything back as it was.`,
		Flags:  []cli.Flag{fileFlag, chatonFlag, yesFlag, forceFlag, jsonFlag},
		Action: a.down,
	}
}

func (a *App) down(c *cli.Context) error {
	host, id, err := a.leaving(c)
	if err != nil {
		return err
	}
	found, err := find(c.Context, host, id)
	if err != nil {
		return err
	}
	if found == nil {
		a.note("The chaton %s does not run here; there is nothing to remove.", id)
		return nil
	}
	if !c.Bool("yes") {
		if err := a.saidYes(text.Say("All services of %s will stop. Their data stays.", id), text.Of("Say so beforehand with --yes."), asBefore); err != nil {
			return err
		}
	}
	if err := a.removeServices(c, host, id, false); err != nil {
		return err
	}
	a.note("%s is down. Its data stays; to bring it back: ronron up. To delete the data too: ronron destroy", id)
	return nil
}

func (a *App) destroyCommand() *cli.Command {
	return &cli.Command{
		Name:  "destroy",
		Usage: "remove everything, data included",
		Description: `Removes the chaton with all its data: members, pages, secrets, certificates.
Nothing of it can be brought back. Asks for the domain to be typed.`,
		Flags:  []cli.Flag{fileFlag, chatonFlag, confirmFlag, forceFlag, jsonFlag},
		Action: a.destroy,
	}
}

func (a *App) destroy(c *cli.Context) error {
	host, id, err := a.leaving(c)
	if err != nil {
		return err
	}
	if err := a.domainTyped(c, id, text.Say("All data of %s will be lost for good: members, pages, secrets, certificates.", id), asBefore); err != nil {
		return err
	}
	if err := a.removeServices(c, host, id, true); err != nil {
		return err
	}
	if err := host.RemoveDaemonVolumes(c.Context, id); err != nil {
		return err
	}
	a.note("%s is gone, with its data.", id)
	return nil
}

func (a *App) leaving(c *cli.Context) (Host, services.ChatonID, error) {
	if _, err := arguments(c); err != nil {
		return nil, "", err
	}
	host, err := a.env.Connect(c.Context)
	if err != nil {
		return nil, "", err
	}
	id, err := a.target(c.Context, c, host)
	return host, id, err
}

// removeServices has the daemon remove everything, and then removes the daemon.
func (a *App) removeServices(c *cli.Context, host Host, id services.ChatonID, data bool) error {
	d, err := a.ensureDaemon(c.Context, host, id, c.Bool("force"))
	if err != nil {
		return err
	}
	_, err = a.follow(c, d, plan.Plan{}, func(ctx context.Context, each func(api.Event)) error {
		return d.Down(ctx, api.DownRequest{Data: data, Who: a.env.Who}, each)
	})
	d.Close()
	if err != nil {
		return err
	}
	if err := c.Context.Err(); err != nil {
		return errs.Wrap(err, errs.Interrupted, "Interrupted.")
	}
	return host.RemoveDaemon(c.Context, id)
}
