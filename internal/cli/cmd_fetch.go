package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/stock"
	"ronron/recipes"
)

var fromFlag = &cli.StringFlag{Name: "from", Usage: "take what is needed from the `FOLDER` that ronron fetch filled, and never from the network"}

func (a *App) fetchCommand() *cli.Command {
	return &cli.Command{
		Name: "fetch", Usage: "gather what is needed from elsewhere, for a closed network",
		Description: `Gathers the archives of source code that the services' recipes are built from in a
folder: from what you have (--have), else from their addresses. What an archive is,
its content says and not its name. What is there already is not fetched again.`,
		Flags: []cli.Flag{fileFlag,
			&cli.StringFlag{Name: "to", Usage: "the `FOLDER` to fill (default: fetched)", Value: "fetched"},
			&cli.StringSliceFlag{Name: "recipe", Usage: "for this recipe (`NAME|FOLDER`) instead of those of the file; may be repeated"},
			&cli.StringSliceFlag{Name: "have", Usage: "an `ARCHIVE` that was brought by hand, or a folder of them; may be repeated"},
		},
		Action: a.fetch,
	}
}

func (a *App) fetch(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	chosen, err := a.toFetch(c)
	if err != nil {
		return err
	}
	g := stock.Gathering{Stock: stock.Stock{Dir: c.String("to")}, Tell: a.note}
	for _, path := range c.StringSlice("have") {
		files, err := stock.Archives(path)
		if err != nil {
			return err
		}
		g.Have = append(g.Have, files...)
	}
	all := sourcesOf(chosen)
	if err := g.Sources(c.Context, all); err != nil {
		return err
	}
	a.note("%s holds all of %d sources. Use it with: ronron up --from %s", g.Dir, len(all), g.Dir)
	return nil
}

// bringAll gives the daemon what the file's recipes are built from, where a
// folder to take it from is named.
func (a *App) bringAll(c *cli.Context, d *daemon, w api.Wanted, file chaton.Chaton) error {
	from := c.String("from")
	if from == "" {
		return nil
	}
	return a.bring(c.Context, d, stock.Stock{Dir: from}, sourcesOf(recipesOf(w, file)))
}

// toFetch are the recipes whose needs are gathered.
func (a *App) toFetch(c *cli.Context) (chosen []*recipes.Recipe, err error) {
	for _, word := range c.StringSlice("recipe") {
		r, err := a.toLint(c, word)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, r...)
	}
	if len(chosen) > 0 {
		return chosen, nil
	}
	path, _ := fileOf(c)
	w, file, err := a.load(path)
	if err != nil {
		return nil, err
	}
	return recipesOf(w, file), nil
}

// recipesOf are those of the file's services, each once.
func recipesOf(w api.Wanted, file chaton.Chaton) (chosen []*recipes.Recipe) {
	catalog, _ := recipes.LoadCatalog(w.Recipes) // its problems were shown with the file's
	for _, s := range file.Services {
		if r, _ := catalog.Get(s.Recipe); r != nil && !slices.Contains(chosen, r) {
			chosen = append(chosen, r)
		}
	}
	return chosen
}

// sourcesOf are the archives that the recipes' images are built from, each once.
func sourcesOf(chosen []*recipes.Recipe) (all []source.Source) {
	for _, r := range chosen {
		for _, u := range r.Outline().Service.Units {
			if u.Image.Build == nil {
				continue
			}
			for _, s := range u.Image.Build.Sources {
				src := source.Source{URL: s.URL, Sum: s.Sum, Strip: s.Strip}
				if !slices.ContainsFunc(all, func(b source.Source) bool { return b.Sum == src.Sum && b.Strip == src.Strip }) {
					all = append(all, src)
				}
			}
		}
	}
	return all
}

// bring gives the daemon the sources that it lacks.
func (a *App) bring(ctx context.Context, d *daemon, from stock.Stock, all []source.Source) error {
	for _, src := range all {
		has, err := d.HasSource(ctx, src.Sum)
		if err != nil {
			return err
		}
		if has {
			continue
		}
		if err := a.bringOne(ctx, d, from, src); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) bringOne(ctx context.Context, d *daemon, from stock.Stock, src source.Source) error {
	path, found := from.Source(src)
	if !found {
		return errs.New(errs.NotFound, "%s holds no archive of %s (%s).", from.Dir, src.URL, src.Sum).
			WithHint("Gather it where it can be reached, or bring it by hand: ronron fetch --to %s --have ARCHIVE", from.Dir)
	}
	f, err := os.Open(path)
	if err != nil {
		return errs.Wrap(err, errs.Failed, "The archive %s cannot be read.", path)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return errs.Wrap(err, errs.Failed, "The archive %s cannot be read.", path)
	}
	a.note("Bringing %s to the daemon.", path)
	err = d.BringSource(ctx, src, f, info.Size())
	if codeIs(err, errs.Failed) || codeIs(err, errs.Invalid) {
		return errs.Wrap(err, errs.CodeOf(err), "%s is not the archive of %s: %s", path, src.URL, err).
			WithHint("It was changed, or copied by half. Gather it again: ronron fetch --to %s", from.Dir)
	}
	return err
}

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
	var b strings.Builder
	fmt.Fprintf(&b, "sum   = %q\n", sum)
	if strip > 0 {
		fmt.Fprintf(&b, "strip = %d\n", strip)
	}
	_, err = fmt.Fprint(a.env.Stdout, b.String())
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
