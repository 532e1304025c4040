package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// The scripts ask the binary itself what can follow, so they never go stale.
var completionScripts = map[string]string{
	"bash": `_ronron() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _ronron ronron
`,
	"zsh": `#compdef ronron
_ronron() {
	local -a found
	found=("${(@f)$(${words[1]} complete -- ${words[2,CURRENT-1]} 2>/dev/null)}")
	if [[ -n "$found" ]]; then compadd -- $found; else _files; fi
}
compdef _ronron ronron
`,
	"fish": `complete -c ronron -a '(ronron complete -- (commandline -opc)[2..-1] 2>/dev/null)'
`,
}

func (a *App) completionCommand() *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a shell's completion script", ArgsUsage: "bash|zsh|fish",
		Description: `To have it always:
  bash  ronron completion bash > /etc/bash_completion.d/ronron
  zsh   ronron completion zsh > "${fpath[1]}/_ronron"
  fish  ronron completion fish > ~/.config/fish/completions/ronron.fish`,
		Action: func(c *cli.Context) error {
			words, err := arguments(c, "bash|zsh|fish")
			if err != nil {
				return err
			}
			script, known := completionScripts[words[0]]
			if !known {
				return usage("There is no completion for the shell %q.", words[0]).WithHint("One of: bash, zsh, fish")
			}
			_, err = fmt.Fprint(a.env.Stdout, script)
			return err
		},
	}
}

// completeCommand answers the scripts: what can follow these words, one a line.
func (a *App) completeCommand() *cli.Command {
	return &cli.Command{
		Name: "complete", Hidden: true, ArgsUsage: "[WORDS]",
		Action: func(c *cli.Context) error {
			for _, word := range candidates(a.table, c.Args().Slice()) {
				fmt.Fprintln(a.env.Stdout, word)
			}
			return nil
		},
	}
}

// candidates are the commands and options that can follow the words.
func candidates(table *cli.App, words []string) []string {
	below := table.Commands
	var at *cli.Command
	for _, w := range words {
		if c := named(below, w); c != nil {
			at, below = c, c.Subcommands
		}
	}
	found := commandNames(below)
	if at == nil || len(below) > 0 {
		return append(found, "--help")
	}
	for _, f := range at.Flags {
		found = append(found, "--"+f.Names()[0])
	}
	if at.Name == "completion" {
		found = append(found, strings.Split(at.ArgsUsage, "|")...)
	}
	return append(found, "--help")
}
