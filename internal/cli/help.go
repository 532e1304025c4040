package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"ronron/internal/text"
)

const intro = `Ronron turns one Linux machine into a chaton: a small host of libre services,
described by one file, chaton.hcl.
`

// help is what --help prints for the command at the end of path; the table of
// commands is its only source, and that of docs/cli.md.
func help(table *cli.App, path []*cli.Command, t tongue) string {
	if len(path) == 0 {
		return programHelp(table.Commands, t)
	}
	c := path[len(path)-1]
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n  %s\n", t.colon(pathName(path), t.in(text.Of(c.Usage))), t.say("Usage:"), synopsis(path, t))
	if c.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(t.in(text.Of(c.Description))))
	}
	if len(c.Subcommands) > 0 {
		b.WriteString("\n" + t.say("Commands:") + "\n" + columns(commandRows(c.Subcommands, t)))
	}
	if len(c.Flags) > 0 {
		b.WriteString("\n" + t.say("Options:") + "\n" + columns(flagRows(c, t)))
	}
	b.WriteString("\n" + t.in(text.Of(exitHelp)))
	return b.String()
}

func programHelp(commands []*cli.Command, t tongue) string {
	return t.in(text.Of(intro)) + "\n" + t.say("Usage:") + "\n  " + t.say("ronron COMMAND [OPTIONS] [WORDS]") + "\n\n" + t.say("Commands:") + "\n" +
		columns(commandRows(commands, t)) +
		"\n" + t.say("ronron COMMAND --help says more of one.") + "\n\n" + t.in(text.Of(exitHelp))
}

func synopsis(path []*cli.Command, t tongue) string {
	c := path[len(path)-1]
	s := pathName(path)
	if len(c.Subcommands) > 0 {
		return s + " " + t.say("COMMAND")
	}
	if c.ArgsUsage != "" {
		s += " " + t.in(text.Of(c.ArgsUsage))
	}
	if len(c.Flags) > 0 {
		s += " " + t.say("[OPTIONS]")
	}
	return s
}

func commandRows(commands []*cli.Command, t tongue) (rows [][2]string) {
	for _, c := range commands {
		if !c.Hidden {
			rows = append(rows, [2]string{c.Name, t.in(text.Of(c.Usage))})
		}
	}
	return rows
}

func flagRows(c *cli.Command, t tongue) (rows [][2]string) {
	for _, f := range c.Flags {
		name := "--" + f.Names()[0]
		for _, short := range f.Names()[1:] {
			name = "-" + short + ", " + name
		}
		usage := ""
		if d, ok := f.(cli.DocGenerationFlag); ok {
			usage = t.in(text.Of(d.GetUsage()))
			if d.TakesValue() {
				word := t.say("VALUE")
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
		width = max(width, utf8.RuneCountInString(r[0]))
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "  %s  %s\n", pad(r[0], width), r[1])
	}
	return b.String()
}
