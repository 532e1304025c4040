package cli

import (
	"fmt"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"ronron/internal/errs"
	"ronron/internal/source"
)

func (a *App) recipeSumCommand() *cli.Command {
	return &cli.Command{
		Name: "sum", Usage: "tell the sum of an archive of source code", ArgsUsage: "ARCHIVE|FOLDER",
		Description: `Tells what to write in the source block of a recipe: the sum of the content of an
archive, or of a folder in which one was unpacked. Without --strip, one folder that
everything in the archive lies in is left out, as forges pack their releases.`,
		Flags:  []cli.Flag{&cli.IntFlag{Name: "strip", Usage: "leave out that `NUMBER` of folders at the beginning of each path", Value: -1, DefaultText: "one where all lies in it"}},
		Action: a.recipeSum,
	}
}

func (a *App) recipeSum(c *cli.Context) error {
	words, err := arguments(c, "ARCHIVE|FOLDER")
	if err != nil {
		return err
	}
	sum, strip, err := sumOf(words[0], c.Int("strip"))
	if err != nil {
		return err
	}
	written := "sum   = " + strconv.Quote(sum) + "\n" // a part of a recipe, in any language
	if strip > 0 {
		written += "strip = " + strconv.Itoa(strip) + "\n"
	}
	_, err = fmt.Fprint(a.env.Stdout, written)
	return err
}

// sumOf sums an archive or a folder; a negative strip is found out.
func sumOf(path string, strip int) (string, int, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, errs.Wrap(err, errs.Invalid, "There is no archive or folder %s.", path)
	}
	if info.IsDir() {
		sum, err := source.SumDir(path)
		return sum, max(strip, 0), err
	}
	if strip < 0 {
		inOne, err := source.InOneFolder(path)
		if err != nil {
			return "", 0, err
		}
		if strip = 0; inOne {
			strip = 1
		}
	}
	sum, err := source.Sum(path, strip)
	return sum, strip, err
}
