package cli

import (
	"context"
	"slices"

	"github.com/urfave/cli/v2"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/stock"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
)

func (a *App) fetchCommand() *cli.Command {
	return &cli.Command{
		Name: "fetch", Usage: "gather what is needed from elsewhere, for a closed network",
		Description: `Fills a folder with everything that ronron up needs from elsewhere for the services
of the file: their images, built here or pulled with the digests of chaton.lock, the
archives that they are built from, and a copy of this program. Bring the folder to a
machine of the same kind with chaton.hcl, chaton.lock and your own recipes, and run
there: ronron up --from FOLDER
What is there whole is not gathered again, and nothing is ever removed. An archive
that was brought by hand (--have) is known by its content, whatever its name.
With --recipe only the sources of that recipe are gathered, for its author.`,
		Flags: []cli.Flag{fileFlag,
			&cli.StringFlag{Name: "to", Usage: "the `FOLDER` to fill (default: fetched)", Value: "fetched"},
			&cli.BoolFlag{Name: "check", Usage: "gather nothing; read the folder through, and say whether it holds all that is needed, whole"},
			&cli.StringSliceFlag{Name: "have", Usage: "an `ARCHIVE` that was brought by hand, or a folder of them; may be repeated"},
			&cli.StringSliceFlag{Name: "recipe", Usage: "the sources of this recipe (`NAME|FOLDER`) alone; may be repeated"},
		},
		Action: a.fetch,
	}
}

func (a *App) fetch(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	to := stock.Stock{Dir: c.String("to")}
	if len(c.StringSlice("recipe")) > 0 {
		return a.fetchForAuthor(c, to)
	}
	path, _ := fileOf(c)
	w, file, err := a.load(path)
	if err != nil {
		return err
	}
	if c.Bool("check") {
		return a.checkStock(to, w, file)
	}
	if w, err = a.lockMissing(c.Context, w); err != nil {
		return err
	}
	images, err := a.neededImages(w)
	if err != nil {
		return err
	}
	if _, err := a.env.Connect(c.Context); err != nil { // it says best why there is no engine
		return err
	}
	engine, err := a.env.Store(file.ID())
	if err != nil {
		return err
	}
	defer engine.Close()
	done, err := to.Open()
	if err != nil {
		return err
	}
	defer done()
	failures, err := a.fetchSources(c, to, sourcesOf(recipesOf(w, file)))
	if err != nil {
		return err
	}
	more, err := a.fetchImages(c.Context, engine, to, images)
	if err != nil {
		return err
	}
	if failures += more; failures > 0 {
		return a.incomplete(to, failures)
	}
	if err := to.NoteLock(digests(w.Lock)); err != nil {
		return err
	}
	if err := to.Bring(a.env.Self, a.env.Version); err != nil {
		return err
	}
	return a.gathered(to, images, len(digests(w.Lock)) > 0)
}

// gathered says what there is now. A file whose services are all built needs no
// lock, and has none.
func (a *App) gathered(to stock.Stock, images []services.Image, locked bool) error {
	index, err := to.Index()
	if err != nil {
		return err
	}
	var size int64
	for _, image := range images {
		size += index.Images[image.Key()].Size
	}
	a.note("%s holds all that is needed: %d images (%s, parts that they share counted twice).", to.Dir, len(images), megabytes(size))
	if n, size := index.Unused(images); n > 0 {
		a.note("It also holds %d images (%s) that this file does not need; they stay. A new folder would be without them.", n, megabytes(size))
	}
	advice := text.Key("Bring it to a machine of the same kind with chaton.hcl and your own recipes; there: ronron up --from %s")
	if locked {
		advice = text.Key("Bring it to a machine of the same kind with chaton.hcl, chaton.lock and your own recipes; there: ronron up --from %s")
	}
	a.note(advice, to.Dir)
	return nil
}

func (a *App) incomplete(to stock.Stock, failures int) error {
	return errs.New(errs.Failed, "%d of the things that are needed are not in %s.", failures, to.Dir).
		WithHint("Mend what is said above, and run the command again; what is there is not gathered anew.")
}

// fetchForAuthor gathers the sources of recipes, and nothing else.
func (a *App) fetchForAuthor(c *cli.Context, to stock.Stock) error {
	var chosen []*recipes.Recipe
	for _, word := range c.StringSlice("recipe") {
		r, err := a.toLint(c, word)
		if err != nil {
			return err
		}
		chosen = append(chosen, r...)
	}
	all := sourcesOf(chosen)
	if c.Bool("check") {
		if failures := a.checkSources(to, all); failures > 0 {
			return a.incomplete(to, failures)
		}
		return nil
	}
	done, err := to.Open()
	if err != nil {
		return err
	}
	defer done()
	failures, err := a.fetchSources(c, to, all)
	if err != nil {
		return err
	}
	if failures > 0 {
		return a.incomplete(to, failures)
	}
	a.note("%s holds %d sources. Use them with: ronron recipe test NAME --from %s", to.Dir, len(all), to.Dir)
	return nil
}

// fetchSources gathers archives, shows what fails and returns how many those were.
func (a *App) fetchSources(c *cli.Context, to stock.Stock, all []source.Source) (failures int, err error) {
	g := stock.Gathering{Stock: to, Tell: a.note}
	for _, path := range c.StringSlice("have") {
		files, err := stock.Archives(path)
		if err != nil {
			return 0, err
		}
		g.Have = append(g.Have, files...)
	}
	failed := g.Sources(c.Context, all)
	if c.Context.Err() != nil {
		return 0, context.Cause(c.Context)
	}
	for _, err := range failed {
		a.showError(err)
	}
	return len(failed), nil
}

// checkStock reads everything through that the file needs.
func (a *App) checkStock(to stock.Stock, w api.Wanted, file chaton.Chaton) error {
	index, err := to.Index()
	if err != nil {
		return err
	}
	if w, err = a.lockFrom(w, to, index); err != nil {
		return err
	}
	images, err := a.neededImages(w)
	if err != nil {
		return err
	}
	if err := a.lacking(to, index, images); err != nil {
		return err
	}
	failures := a.checkSources(to, sourcesOf(recipesOf(w, file)))
	checker := stock.Checker{Stock: to}
	for _, image := range images {
		if err := checker.Check(image, index.Images[image.Key()]); err != nil {
			failures++
			a.showError(err)
			continue
		}
		a.note("%s is whole.", stock.Name(image))
	}
	if err := to.CheckProgram(index); err != nil {
		failures++
		a.showError(err)
	}
	if failures > 0 {
		return a.incomplete(to, failures)
	}
	a.note("%s holds all that is needed.", to.Dir)
	return nil
}

func (a *App) checkSources(to stock.Stock, all []source.Source) (failures int) {
	for _, src := range all {
		if err := to.CheckSource(src); err != nil {
			failures++
			a.showError(err)
			continue
		}
		a.note("%s is whole.", src.URL)
	}
	return failures
}

// neededImages are those that the file's services run, each once, but Ronron's own.
func (a *App) neededImages(w api.Wanted) (images []services.Image, err error) {
	all, err := a.resolve(w)
	seen := map[string]bool{}
	for _, r := range all {
		for _, u := range r.Service.Units {
			if key := u.Image.Key(); !u.Image.Self && !seen[key] {
				seen[key] = true
				images = append(images, u.Image)
			}
		}
	}
	return images, err
}

// resolve is the services of the file, with their problems shown.
func (a *App) resolve(w api.Wanted) ([]recipes.Resolved, error) {
	all, diags := a.env.Language.Resolve(w)
	if err := diags.Err(); err != nil {
		a.showDiagnostics(diags, sources(w))
		return nil, &shownError{err}
	}
	return all, nil
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
