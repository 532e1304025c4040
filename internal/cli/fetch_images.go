package cli

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/stock"
	"ronron/internal/text"
	"ronron/services"
)

// imageFetch puts images into a stock.
type imageFetch struct {
	app    *App
	engine ImageStore
	to     stock.Stock
	// kept are sources unpacked for builds; those not in the stock fail a build.
	kept source.Shelf
}

// fetchImages gathers what is not there yet. It goes on after a failure, which it
// shows, and returns how many there were.
func (a *App) fetchImages(ctx context.Context, engine ImageStore, to stock.Stock, wanted []services.Image) (failures int, err error) {
	folder, err := os.MkdirTemp("", "ronron-fetch-")
	if err != nil {
		return 0, errs.Wrap(err, errs.Failed, "There is no room to unpack sources in.").WithHint("Look at TMPDIR, and whether the disk is full.")
	}
	defer os.RemoveAll(folder)
	f := imageFetch{app: a, engine: engine, to: to, kept: source.Shelf{Dir: folder}}
	for n, image := range wanted {
		err := f.one(ctx, image, n+1, len(wanted))
		if ctx.Err() != nil {
			return failures, context.Cause(ctx)
		}
		if err != nil {
			failures++
			a.showError(err)
		}
	}
	return failures, nil
}

func (f imageFetch) one(ctx context.Context, image services.Image, n, of int) error {
	whole, err := f.there(image)
	if err != nil || whole {
		return err
	}
	begun := f.app.env.Now()
	present, err := f.engine.ImagePresent(ctx, image)
	if err != nil {
		return err
	}
	if !present {
		beginning := text.Key("Pulling %s, %d of %d.")
		if image.Build != nil {
			beginning = text.Key("Building %s, %d of %d.")
		}
		f.app.note(beginning, stock.Name(image), n, of)
		if image, err = f.withSources(ctx, image); err != nil {
			return err
		}
	}
	id, err := f.engine.EnsureImage(ctx, image, f.step)
	if err != nil {
		return err
	}
	f.app.note("Saving %s, %d of %d.", stock.Name(image), n, of)
	held, err := f.save(ctx, image, id)
	if err != nil {
		return err
	}
	f.app.note("Saved %s: %s, in %s.", stock.Name(image), megabytes(held.Size), f.app.env.Now().Sub(begun).Round(time.Second))
	return nil
}

// step shows how far a build is; the rest of what it prints explains a failure,
// and is in its error.
func (f imageFetch) step(line text.Text) {
	if buildStep(line.EN) {
		f.app.note("  %s", clip(printable(line.EN), 100))
	}
}

// there says whether the stock holds the image whole.
func (f imageFetch) there(image services.Image) (bool, error) {
	if !f.to.HasIndex() {
		return false, nil
	}
	index, err := f.to.Index()
	if err != nil {
		return false, err
	}
	held, known := index.Images[image.Key()]
	if !known {
		return false, nil
	}
	if err := (&stock.Checker{Stock: f.to}).Check(image, held); err != nil {
		f.app.note("%v It is gathered anew.", err)
		return false, nil
	}
	f.app.note("%s is there (%s).", stock.Name(image), megabytes(held.Size))
	return true, nil
}

// withSources gives a build its sources, from the stock.
func (f imageFetch) withSources(ctx context.Context, image services.Image) (services.Image, error) {
	if image.Build == nil || len(image.Build.Sources) == 0 {
		return image, nil
	}
	build := *image.Build
	build.Sources = slices.Clone(build.Sources)
	for n := range build.Sources {
		s := &build.Sources[n]
		path, err := f.unpack(ctx, source.Source{URL: s.URL, Sum: s.Sum, Strip: s.Strip})
		if err != nil {
			return image, err
		}
		s.Open = func() (io.ReadCloser, error) { return os.Open(path) }
	}
	image.Build = &build
	return image, nil
}

func (f imageFetch) unpack(ctx context.Context, src source.Source) (string, error) {
	if !f.kept.Has(src.Sum) {
		path, found := f.to.Source(src)
		if !found {
			return "", errs.New(errs.NotFound, "%s is needed for the build, and could not be gathered.", src.URL)
		}
		archive, err := os.Open(path)
		if err != nil {
			return "", errs.Wrap(err, errs.Failed, "The archive %s cannot be read.", path)
		}
		defer archive.Close()
		if err := f.kept.Take(src, archive); err != nil {
			return "", err
		}
	}
	return f.kept.Ensure(ctx, src, func(text.Text) {})
}

// save puts an image of the engine into the stock.
func (f imageFetch) save(ctx context.Context, image services.Image, id string) (stock.Image, error) {
	if err := f.room(ctx, image, id); err != nil {
		return stock.Image{}, err
	}
	archive, err := f.engine.SaveImage(ctx, id)
	if err != nil {
		return stock.Image{}, err
	}
	defer archive.Close()
	held, err := f.to.Keep(archive)
	if err != nil {
		return stock.Image{}, err
	}
	tag, _, _ := strings.Cut(image.Reference, "@")
	err = f.to.Prove(image, &held, func(digest string) ([]byte, error) { return f.app.registry.Manifest(ctx, tag, digest) })
	if err != nil {
		return stock.Image{}, err
	}
	return held, f.to.Note(image, held, f.app.env.Version)
}

// room refuses what would fill the disk.
func (f imageFetch) room(ctx context.Context, image services.Image, id string) error {
	size, err := f.engine.ImageSize(ctx, id)
	if err != nil {
		return err
	}
	free, err := f.app.env.Machine.DiskFree(f.to.Dir)
	if err != nil {
		return err
	}
	if uint64(size)+spare > free {
		return errs.New(errs.Failed, "The disk of %s has %s left; the image %s takes %s.", f.to.Dir,
			megabytes(int64(free)), stock.Name(image), megabytes(size)).
			WithHint("Make room, or gather elsewhere: ronron fetch --to FOLDER. What is there already is kept.")
	}
	return nil
}

// spare is what stays free beside an image.
const spare = 64 << 20
