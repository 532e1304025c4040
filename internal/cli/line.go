package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/diag"
)

// line is a command line that was understood: flags stand before the other
// words of their command, as the parser below us insists.
type line struct {
	args []string
	path []*cli.Command // the command and those above it; empty is the program itself
	help bool
}

// parse finds the command and lets flags stand anywhere after it.
func parse(table *cli.App, args []string) (line, error) {
	var l line
	var flags, words []string
	var unknown error // the first; whoever asks for help gets that
	below := table.Commands
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			words = append(words, args[i+1:]...)
			i = len(args)
		case arg == "-h" || arg == "--help":
			l.help = true
		case arg == "help" && len(below) > 0:
			l.help = true
		case strings.HasPrefix(arg, "-") && arg != "-":
			flags = append(flags, arg)
			if unknown == nil && len(l.path) > 0 && len(below) == 0 {
				unknown = unknownFlag(l.path, arg)
			}
			if takesValue(l.path, arg) && i+1 < len(args) {
				i++
				flags = append(flags, args[i])
			}
		case len(below) > 0:
			if len(flags) > 0 {
				return l, misplaced(l.path, flags[0])
			}
			c := named(below, arg)
			if c == nil {
				return l, unknownCommand(l.path, below, arg)
			}
			l.args = append(l.args, c.Name)
			l.path, below = append(l.path, c), c.Subcommands
		default:
			words = append(words, arg)
		}
	}
	l.args = append(l.args, flags...)
	if len(words) > 0 {
		l.args = append(append(l.args, "--"), words...)
	}
	if len(below) > 0 && !l.help {
		if len(flags) > 0 {
			return l, misplaced(l.path, flags[0])
		}
		if len(l.path) > 0 {
			return l, usage("%s what?", pathName(l.path)).WithHint("One of: %s", strings.Join(commandNames(below), ", "))
		}
		l.help = true
	}
	if unknown != nil && !l.help {
		return l, unknown
	}
	return l, nil
}

func misplaced(path []*cli.Command, flag string) error {
	return usage("%s stands before a command; flags belong after it.", flag).WithHint("See: %s --help", pathName(path))
}

func takesValue(path []*cli.Command, flag string) bool {
	if len(path) == 0 || strings.Contains(flag, "=") {
		return false
	}
	_, isBool := flagNamed(path, flag).(*cli.BoolFlag)
	return flagNamed(path, flag) != nil && !isBool
}

// flagNamed is the command's flag that a word like --tail or -n=5 means.
func flagNamed(path []*cli.Command, word string) cli.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, f := range path[len(path)-1].Flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// unknownFlag names a flag that the command has not, as it was typed, and the
// one that was meant; nil if the command has it.
func unknownFlag(path []*cli.Command, word string) error {
	if flagNamed(path, word) != nil {
		return nil
	}
	typed, _, _ := strings.Cut(word, "=")
	e := usage("Flag provided but not defined: %s.", typed)
	var long []string
	for _, f := range path[len(path)-1].Flags {
		long = append(long, f.Names()[0])
	}
	if near := diag.Suggest(strings.TrimLeft(typed, "-"), long); near != "" {
		return e.WithHint("Did you mean %s?", "--"+near)
	}
	return e.WithHint("See: %s --help", pathName(path))
}

func named(commands []*cli.Command, name string) *cli.Command {
	i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(name) })
	if i < 0 {
		return nil
	}
	return commands[i]
}

func unknownCommand(path, below []*cli.Command, word string) error {
	e := usage("There is no command %q.", strings.TrimPrefix(pathName(path)+" "+word, "ronron "))
	if near := diag.Suggest(word, commandNames(below)); near != "" {
		return e.WithHint("Did you mean %q?", near)
	}
	return e.WithHint("See: %s --help", pathName(path))
}

func commandNames(commands []*cli.Command) (names []string) {
	for _, c := range commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

func pathName(path []*cli.Command) string {
	name := "ronron"
	for _, c := range path {
		name += " " + c.Name
	}
	return name
}
