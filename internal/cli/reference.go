package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// Reference is docs/cli.md: the help of every command that people type.
func Reference(env Env) string {
	table := New(env).table
	var b strings.Builder
	b.WriteString("# Commands\n\nMade from the command table by `go test ./internal/cli -update`; do not edit.\n\n")
	fmt.Fprintf(&b, "```\n%s```\n", help(table, nil))
	for _, path := range commandPaths(table.Commands, nil) {
		text, _, _ := strings.Cut(help(table, path), "\n"+exitHelp)
		fmt.Fprintf(&b, "\n## %s\n\n```\n%s```\n", pathName(path), text)
	}
	return b.String()
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
