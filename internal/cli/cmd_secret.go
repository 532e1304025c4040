package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

func (a *App) secretCommand() *cli.Command {
	return &cli.Command{
		Name:  "secret",
		Usage: "what was made up for services: passwords and keys among programs",
		Subcommands: []*cli.Command{
			{
				Name: "list", Usage: "list the secrets of a service, without their values", ArgsUsage: "SERVICE",
				Flags: []cli.Flag{fileFlag, chatonFlag, jsonFlag},
				Action: a.withDaemon([]string{"SERVICE"}, func(c *cli.Context, d *daemon, words []string) error {
					list, err := d.Secrets(c.Context, services.Name(words[0]))
					if err != nil {
						return err
					}
					return a.view(c).Secrets(services.Name(words[0]), list)
				}),
			},
			{
				Name: "rotate", Usage: "make a secret anew and put it to use", ArgsUsage: "SERVICE SECRET",
				Description: `For after somebody saw it, or left. The units that hold the secret are replaced at
once; people who are signed in there may have to sign in again. If the service
does not come up with the new one, it gets the old one back. Nobody is shown
either. Secrets that kept data was made with cannot be made anew.`,
				Flags:  []cli.Flag{fileFlag, chatonFlag, yesFlag, jsonFlag},
				Action: a.withDaemon([]string{"SERVICE", "SECRET"}, a.rotate),
			},
		},
	}
}

func (a *App) rotate(c *cli.Context, d *daemon, words []string) error {
	service := services.Name(words[0])
	if !c.Bool("yes") {
		question := text.Say("The secret %s of %s will be made anew, and %s is replaced.", words[1], service, service)
		if err := a.saidYes(question, text.Of("Say so beforehand with --yes."), asBefore); err != nil {
			return err
		}
	}
	// What will be done is the daemon's to find out; the service's row is known.
	rows := plan.Plan{Steps: []plan.Step{{ID: "-", Service: service, Action: plan.ReplaceUnit}}}
	_, err := a.follow(c, d, rows, func(ctx context.Context, each func(api.Event)) error {
		return d.Rotate(ctx, api.RotateRequest{Service: service, Secret: words[1], Who: a.env.Who}, each)
	})
	if err == nil {
		a.note("The secret %s of %s is a new one.", words[1], service)
	}
	return err
}

// Secrets is a table of names and kinds.
func (v humanView) Secrets(service services.Name, list []api.Secret) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(v.w, v.say("Nothing was made up for %s.", service))
		return err
	}
	rows := [][]string{{v.say("SECRET"), v.say("KIND"), v.say("CAN BE MADE ANEW")}}
	for _, s := range list {
		can := v.say("no: kept data was made with it")
		if s.Rotates {
			can = v.say("yes: ronron secret rotate %s %s", service, s.Name)
		}
		rows = append(rows, []string{s.Name, s.Kind, can})
	}
	return v.table(rows, nil)
}

func (v jsonView) Secrets(_ services.Name, list []api.Secret) error { return v.put(list) }
