package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/text"
)

// Reference is docs/cli.md, in French docs/fr/cli.md: the help of every command
// that people type.
func Reference(env Env, lang text.Lang) string {
	table, t := New(env).table, tongue{lang}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n%s\n\n", t.say("Commands"), otherLanguage[lang], t.say("Made from the command table by `go test ./internal/cli -update`; do not edit."))
	fmt.Fprintf(&b, "```\n%s```\n", help(table, nil, t))
	for _, path := range commandPaths(table.Commands, nil) {
		said, _, _ := strings.Cut(help(table, path, t), "\n"+t.in(text.Of(exitHelp)))
		fmt.Fprintf(&b, "\n## %s\n\n```\n%s```\n", pathName(path), said)
	}
	return b.String()
}

// otherLanguage leads from one page to the other, each language in its own words.
var otherLanguage = map[text.Lang]string{
	text.EN: "English · [Français](fr/cli.md)",
	text.FR: "[English](../cli.md) · Français",
}

// commandPaths lists every command that people type, those above it first.
func commandPaths(commands []*cli.Command, above []*cli.Command) (paths [][]*cli.Command) {
	for _, c := range commands {
		if c.Hidden {
			continue
		}
		path := append(append([]*cli.Command(nil), above...), c)
		paths = append(append(paths, path), commandPaths(c.Subcommands, path)...)
	}
	return paths
}
