package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// toldCommand is a command as sentences and pages tell people to type it.
var toldCommand = regexp.MustCompile("(?m)(?:^|[`({:.] ?)ronron ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?")

// What people are told to type must exist, or the way out of an error is another.
func TestCommandsThatAreToldExist(t *testing.T) {
	table := New(Env{Getenv: func(string) string { return "" }}).table
	find := func(commands []*cli.Command, name string) *cli.Command {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(name) })
		if i < 0 {
			return nil
		}
		return commands[i]
	}
	announced := []string{"audit"} // said to come later
	told := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); strings.HasPrefix(name, ".") && name != ".." && name != "../.." || name == "build" || name == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, "_test.go") || !slices.Contains([]string{".go", ".po", ".md", ".hcl", ".sh"}, filepath.Ext(path)) {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range toldCommand.FindAllSubmatch(content, -1) {
			told++
			if slices.Contains(announced, string(m[1])) {
				continue
			}
			c := find(table.Commands, string(m[1]))
			if c == nil {
				t.Errorf("%s tells %q, and there is no such command", path, m[0])
			} else if len(c.Subcommands) > 0 && len(m[2]) > 0 && find(c.Subcommands, string(m[2])) == nil {
				t.Errorf("%s tells %q, and %s has no such command", path, m[0], m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if told < 100 {
		t.Errorf("%d commands were looked at; the pattern finds them no more", told)
	}
}
