package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

const intro = `Ronron turns one Linux machine into a chaton: a small host of libre services,
described by one file, chaton.hcl.
`

// help is what --help prints for the command at the end of path; the table of
// commands is its only source, and that of docs/cli.md.
func help(table *cli.App, path []*cli.Command) string {
	if len(path) == 0 {
		return programHelp(table.Commands)
	}
	c := path[len(path)-1]
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nUsage:\n  %s\n", pathName(path), c.Usage, synopsis(path))
	if c.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(c.Description))
	}
	if len(c.Subcommands) > 0 {
		b.WriteString("\nCommands:\n" + columns(commandRows(c.Subcommands)))
	}
	if len(c.Flags) > 0 {
		b.WriteString("\nOptions:\n" + columns(flagRows(c)))
	}
	b.WriteString("\n" + exitHelp)
	return b.String()
}

func programHelp(commands []*cli.Command) string {
	return intro + "\nUsage:\n  ronron COMMAND [OPTIONS] [WORDS]\n\nCommands:\n" +
		columns(commandRows(commands)) +
		"\nronron COMMAND --help says more of one.\n\n" + exitHelp
}

func synopsis(path []*cli.Command) string {
	c := path[len(path)-1]
	s := pathName(path)
	if len(c.Subcommands) > 0 {
		return s + " COMMAND"
	}
	if c.ArgsUsage != "" {
		s += " " + c.ArgsUsage
	}
	if len(c.Flags) > 0 {
		s += " [OPTIONS]"
	}
	return s
}

func commandRows(commands []*cli.Command) (rows [][2]string) {
	for _, c := range commands {
		if !c.Hidden {
			rows = append(rows, [2]string{c.Name, c.Usage})
		}
	}
	return rows
}

func flagRows(c *cli.Command) (rows [][2]string) {
	for _, f := range c.Flags {
		name := "--" + f.Names()[0]
		for _, short := range f.Names()[1:] {
			name = "-" + short + ", " + name
		}
		usage := ""
		if d, ok := f.(cli.DocGenerationFlag); ok {
			usage = d.GetUsage()
			if d.TakesValue() {
				word := "VALUE"
				// A word in back quotes names the value, as with the standard library's flags.
				if before, rest, ok := strings.Cut(usage, "`"); ok {
					if quoted, after, ok := strings.Cut(rest, "`"); ok {
						word, usage = quoted, before+quoted+after
					}
				}
				name += " " + word
			}
		}
		rows = append(rows, [2]string{name, usage})
	}
	return rows
}

func columns(rows [][2]string) string {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, r[0], r[1])
	}
	return b.String()
}
