package cli

import (
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/services"
)

// typed is how a command was typed, so that those that are advised can be
// copied as they stand: the binary may not be in PATH, nor the file in this
// folder.
type typed struct {
	program string // "" is ronron
	file    string // that --file named; "" is none
}

func (a *App) typed(c *cli.Context) typed {
	t := typed{program: a.env.Called}
	if path, named := fileOf(c); named && filepath.Clean(path) != defaultFile {
		t.file = path
	}
	return t
}

// command is a command line about the chaton.
func (t typed) command(id services.ChatonID, words string) string {
	if t.file == "" {
		return t.ronron() + " " + words
	}
	return t.ronron() + " " + words + " --chaton " + string(id)
}

// withFile is a command line that needs the file itself, for the host's own recipes.
func (t typed) withFile(words string) string {
	if t.file == "" {
		return t.ronron() + " " + words
	}
	return t.ronron() + " " + words + " --file " + shellWord(t.file)
}

func (t typed) ronron() string {
	if t.program == "" {
		return "ronron"
	}
	return shellWord(t.program)
}

// shellWord is a word that a shell reads as this one.
func shellWord(s string) string {
	harmless := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+@:,=%", r)
	}
	if s != "" && strings.TrimFunc(s, harmless) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
