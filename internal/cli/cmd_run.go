package cli

import (
	"io"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

func (a *App) runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "run a command of a service's own software",
		ArgsUsage: "SERVICE [TOOL] [-- WORDS]",
		Description: `Without a tool it lists those that the service's recipe offers. With one, it runs
it in the running unit, adds the words to it, and ends with its exit code:
  ronron run cloud occ -- user:list
What is piped in becomes the tool's standard input, 16 MiB at most; give passwords
that way, since words can be seen by everybody on the machine. Of the output the
last 64 KiB are kept. Ctrl-C stops waiting; the tool itself goes on.`,
		Flags:  []cli.Flag{fileFlag, chatonFlag, jsonFlag},
		Action: a.runTool,
	}
}

// toolError is a tool that ended with a code of its own; what it had to say
// was shown.
type toolError struct{ code int }

func (e *toolError) Error() string { return text.Say("the tool ended with exit code %d", e.code).EN }

func (a *App) runTool(c *cli.Context) error {
	words := c.Args().Slice()
	if len(words) == 0 {
		return usage("SERVICE is missing.").WithHint("See: %s --help", c.Command.HelpName)
	}
	var input []byte
	if len(words) > 1 {
		var err error
		if input, err = a.piped(); err != nil {
			return err
		}
	}
	d, err := a.reach(c)
	if err != nil {
		return err
	}
	defer d.Close()
	service := services.Name(words[0])
	if len(words) == 1 {
		tools, err := d.Tools(c.Context, service)
		if err != nil {
			return err
		}
		return a.recipeView(c).Tools(service, tools)
	}
	reply, err := d.Run(c.Context, service, api.RunRequest{Tool: services.Name(words[1]), Args: words[2:], Input: input})
	if err != nil {
		return err
	}
	if err := a.recipeView(c).Ran(reply); err != nil {
		return err
	}
	if reply.ExitCode != 0 {
		return &shownError{&toolError{reply.ExitCode}}
	}
	return nil
}

// piped reads what comes in where that is not a terminal.
func (a *App) piped() ([]byte, error) {
	if a.env.Terminal.In {
		return nil, nil
	}
	input, err := io.ReadAll(io.LimitReader(a.env.Stdin, api.MaxToolInput+1))
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "The standard input cannot be read.")
	}
	if len(input) > api.MaxToolInput {
		return nil, errs.New(errs.Invalid, "The standard input has more than %d MiB; the tool was not run.", api.MaxToolInput>>20)
	}
	return input, nil
}
