package cli

import (
	"context"
	"maps"
	"os"

	"github.com/urfave/cli/v2"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/stock"
	"ronron/recipes"
	"ronron/services"
)

var fromFlag = &cli.StringFlag{Name: "from", Usage: "take what is needed from the `FOLDER` that ronron fetch filled, and not from the network"}

// fromOf is the folder that things are taken from, where one is named.
func fromOf(c *cli.Context) (from stock.Stock, named bool) {
	return stock.Stock{Dir: c.String("from")}, c.String("from") != ""
}

// locked notes the images of the file that have no digest yet: as the folder has
// them, or else as registries say now.
func (a *App) locked(c *cli.Context, w api.Wanted) (api.Wanted, error) {
	from, named := fromOf(c)
	if !named || from.OnlySources() {
		return a.lockMissing(c.Context, w)
	}
	index, err := from.Index()
	if err != nil {
		return w, err
	}
	return a.lockFrom(w, from, index)
}

// lockFrom is lockMissing with what a folder has.
func (a *App) lockFrom(w api.Wanted, from stock.Stock, index stock.Index) (api.Wanted, error) {
	lock, held := digests(w.Lock), index.Digests()
	known := len(lock)
	all, err := a.tags(w)
	if err != nil {
		return w, err
	}
	for _, tag := range all {
		if lock[tag] != "" {
			continue
		}
		if held[tag] == "" {
			return w, errs.New(errs.NotFound, "%s lacks the image %s, and chaton.lock does not say which content that is.", from.Dir, tag).
				WithHint("Gather on a machine with a network, with the same chaton.hcl and recipes: ronron fetch --to FOLDER. Then bring the folder here once more.")
		}
		a.note("Noting %s in %s: %s", tag, lockBeside(w.File), held[tag])
		lock[tag] = held[tag]
	}
	if len(lock) == known {
		return w, nil
	}
	if err := writeLock(lockBeside(w.File), lock); err != nil {
		return w, err
	}
	w.Lock = pinned(lock)
	return w, nil
}

// supply loads the images of the file from the folder, where one is named.
func (a *App) supply(c *cli.Context, w api.Wanted, file chaton.Chaton) error {
	from, named := fromOf(c)
	if !named || from.OnlySources() {
		return nil
	}
	images, err := a.neededImages(w)
	if err != nil {
		return err
	}
	engine, err := a.env.Store(file.ID())
	if err != nil {
		return err
	}
	defer engine.Close()
	return a.loadImages(c.Context, engine, from, images)
}

// supplySources gives the daemon the sources of the file from a folder that
// holds nothing else.
func (a *App) supplySources(c *cli.Context, d *daemon, w api.Wanted, file chaton.Chaton) error {
	from, named := fromOf(c)
	if !named || !from.OnlySources() {
		return nil
	}
	a.note("%s holds sources alone: images are built and pulled here.", from.Dir)
	return a.bring(c.Context, d, from, sourcesOf(recipesOf(w, file)))
}

// supplyTest loads what a folder holds for the test of a recipe; what it lacks
// is built or pulled.
func (a *App) supplyTest(ctx context.Context, from stock.Stock, id services.ChatonID, r *recipes.Recipe, lock map[string]string) error {
	if from.Dir == "" || !from.HasIndex() {
		return nil
	}
	index, err := from.Index()
	if err != nil {
		return err
	}
	engine, err := a.env.Store(id)
	if err != nil {
		return err
	}
	defer engine.Close()
	units := r.Outline().Service.Units
	catalog, _ := recipes.LoadCatalog(nil)
	if directory, _ := catalog.Get("openldap"); directory != nil { // every chaton runs it
		units = append(units, directory.Outline().Service.Units...)
	}
	var held []services.Image
	for _, u := range units {
		image := withDigests(u.Image, lock)
		if _, known := index.Images[image.Key()]; known {
			held = append(held, image)
		}
	}
	return a.loadImages(ctx, engine, from, held)
}

// withDigests is the image of a recipe as a chaton with that lock runs it.
func withDigests(image services.Image, lock map[string]string) services.Image {
	if pinned := lock[image.Reference]; pinned != "" {
		image.Reference = pinned
	}
	if image.Build != nil {
		build := *image.Build
		build.Files = maps.Clone(build.Files)
		build.Files["Dockerfile"] = services.Rebase(build.Files["Dockerfile"], lock)
		image.Build = &build
	}
	return image
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
