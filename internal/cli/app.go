package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/errs"
	"ronron/internal/registry"
	"ronron/internal/text"
)

// App is the program as a value.
type App struct {
	tongue
	env        Env
	interrupts interrupts
	registry   registries
	table      *cli.App
}

// New returns the program that acts in env.
func New(env Env) *App {
	a := &App{tongue: tongue{terminalLanguage(env.Getenv)}, env: env, registry: registry.New(nil)}
	a.table = a.commands()
	return a
}

// Run carries out one command line, without the program's name, shows what
// went wrong and returns the exit code.
func (a *App) Run(ctx context.Context, args []string) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a.interrupts.take(func() { cancel(errInterrupted) })
	go a.interrupts.watch(ctx, a.env.Interrupts)

	err := a.run(ctx, args)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		a.showError(err)
	}
	return exitCode(err)
}

func (a *App) run(ctx context.Context, args []string) error {
	line, err := parse(a.table, args)
	if err != nil {
		return err
	}
	if line.help {
		_, err := fmt.Fprint(a.env.Stdout, help(a.table, line.path, a.tongue))
		return err
	}
	return a.table.RunContext(ctx, append([]string{"ronron"}, line.args...))
}

// commands is the table of everything that can be typed.
func (a *App) commands() *cli.App {
	table := &cli.App{
		Name:  "ronron",
		Usage: "turn one Linux machine into a small host of libre services",
		Commands: []*cli.Command{
			a.initCommand(),
			a.validateCommand(),
			a.upCommand(),
			a.fetchCommand(),
			a.planCommand(),
			a.statusCommand(),
			a.servicesCommand(),
			a.logsCommand(),
			a.runCommand(),
			a.downCommand(),
			a.destroyCommand(),
			a.memberCommand(),
			a.groupCommand(),
			a.secretCommand(),
			a.recipeCommand(),
			a.caCommand(),
			a.charterCommand(),
			a.doctorCommand(),
			a.versionCommand(),
			a.completionCommand(),
			a.completeCommand(),
			a.daemonCommand(),
			a.gatewayCommand(),
			a.portalCommand(),
			a.dialCommand(),
		},
		Writer:      a.env.Stderr,
		ErrWriter:   a.env.Stderr,
		HideHelp:    true,
		HideVersion: true,
		// A comma can be in the name of a file.
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {}, // Run shows errors and gives the code
		OnUsageError:              usageError,
	}
	quiet(table.Commands)
	return table
}

// quiet leaves help and errors of every command to us.
func quiet(commands []*cli.Command) {
	for _, c := range commands {
		c.HideHelp = true
		c.OnUsageError = usageError
		quiet(c.Subcommands)
	}
}

func usageError(c *cli.Context, err error, _ bool) error {
	return misused(strings.TrimSuffix(err.Error(), ".")).WithHint("See: %s --help", c.Command.HelpName)
}

var wrongValue = regexp.MustCompile(`^invalid (?:boolean )?value (".*") for (?:flag )?(-[^:]+): (.*)$`)

// what the standard library says of numbers.
var _ = []string{text.Key("parse error"), text.Key("value out of range")}

// misused says in our words what the parser below us says in its own.
func misused(said string) *errs.Error {
	if flag, ok := strings.CutPrefix(said, "flag needs an argument: "); ok {
		return usage("Flag needs an argument: %s.", dashed(flag))
	}
	if m := wrongValue.FindStringSubmatch(said); m != nil {
		return usage("Invalid value %s for flag %s: %s.", m[1], dashed(m[2]), text.Of(m[3]))
	}
	return usage("%s.", strings.ToUpper(said[:1])+said[1:])
}

// dashed is a flag as help writes it: the parser names all with one dash.
func dashed(flag string) string {
	if name := strings.TrimLeft(flag, "-"); len(name) > 1 {
		return "--" + name
	}
	return flag
}

// arguments returns exactly the positional arguments that names describe; a
// name in brackets may be missing.
func arguments(c *cli.Context, names ...string) ([]string, error) {
	least := len(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.HasPrefix(n, "[") }))
	got := c.Args().Slice()
	switch {
	case len(got) < least:
		return nil, usage("%s is missing.", text.Of(names[len(got)])).WithHint("See: %s --help", c.Command.HelpName)
	case len(got) > len(names):
		e := usage("%q is one word too many.", got[len(names)])
		if strings.HasSuffix(got[len(names)], ".hcl") && slices.Contains(c.Command.Flags, cli.Flag(fileFlag)) {
			return nil, e.WithHint("A file is named with --file: %s --file %s", c.Command.HelpName, got[len(names)])
		}
		return nil, e.WithHint("See: %s --help", c.Command.HelpName)
	}
	return append(got, make([]string, len(names)-len(got))...), nil
}

func (a *App) note(format string, args ...any) { a.tell(text.Say(format, args...)) }

func (a *App) tell(t text.Text) { fmt.Fprintln(a.env.Stderr, a.in(t)) }

func (a *App) view(c *cli.Context) view {
	if c.Bool("json") {
		return jsonView{w: a.env.Stdout}
	}
	return humanView{tongue: a.tongue, w: a.env.Stdout, paint: a.paint(a.env.Terminal.Out), now: a.env.Now, typed: a.typed(c)}
}

// codeIs says whether err is one of ours with that code.
func codeIs(err error, code errs.Code) bool { return err != nil && errs.CodeOf(err) == code }
