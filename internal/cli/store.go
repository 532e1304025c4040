package cli

import (
	"context"
	"errors"
	"io"

	"ronron/internal/errs"
	"ronron/internal/stock"
	"ronron/internal/text"
	"ronron/services"
)

// ImageStore is an engine as far as images are carried to and from it.
// services/docker has the real one.
type ImageStore interface {
	// Platform is the kind of machine that it runs on: "linux/amd64".
	Platform(ctx context.Context) (string, error)
	ImagePresent(ctx context.Context, image services.Image) (bool, error)
	// EnsureImage pulls or builds, and returns the engine's id.
	EnsureImage(ctx context.Context, image services.Image, progress func(line text.Text)) (id string, err error)
	ImageSize(ctx context.Context, id string) (int64, error)
	// SaveImage and LoadImage speak the form of `docker save`.
	SaveImage(ctx context.Context, id string) (io.ReadCloser, error)
	LoadImage(ctx context.Context, archive io.Reader) error
	// BroughtName is the name to load a pulled image under.
	BroughtName(reference string) (name string, ok bool)
	Close() error
}

// loadImages gives the engine the wanted images that it lacks from a stock, which
// must have all of those. Everything is checked before the first is loaded.
func (a *App) loadImages(ctx context.Context, engine ImageStore, from stock.Stock, wanted []services.Image) error {
	index, err := from.Index()
	if err != nil {
		return err
	}
	platform, err := engine.Platform(ctx)
	if err != nil {
		return err
	}
	var absent []services.Image
	for _, image := range wanted {
		present, err := engine.ImagePresent(ctx, image)
		if err != nil {
			return err
		}
		if !present {
			absent = append(absent, image)
		}
	}
	if err := a.lacking(from, index, absent); err != nil {
		return err
	}
	checker := stock.Checker{Stock: from}
	for _, image := range absent {
		held := index.Images[image.Key()]
		if err := from.Fits(image, held, platform); err != nil {
			return err
		}
		a.note("Checking %s (%s).", stock.Name(image), megabytes(held.Size))
		if err := checker.Check(image, held); err != nil {
			return err
		}
	}
	for n, image := range absent {
		held := index.Images[image.Key()]
		a.note("Loading %s (%s), %d of %d.", stock.Name(image), megabytes(held.Size), n+1, len(absent))
		if err := loadImage(ctx, engine, from, image, held); err != nil {
			return err
		}
	}
	return nil
}

// lacking refuses when the folder does not hold all that is needed, and says what.
func (a *App) lacking(from stock.Stock, index stock.Index, needed []services.Image) error {
	lacks := index.Lacks(needed)
	if len(lacks) == 0 {
		return nil
	}
	for _, image := range lacks {
		a.note("Missing: %s", stock.Name(image))
	}
	hint := text.Of("Gather on a machine with a network, with the same chaton.hcl and recipes: ronron fetch --to FOLDER. Then bring the folder here once more.")
	if index.Ronron != a.env.Version {
		hint = text.Say("It was filled by Ronron %s, and this is %s, whose recipes differ: use one version on both sides (a copy of the other lies in the folder). %s",
			index.Ronron, a.env.Version, hint)
	}
	return errs.New(errs.NotFound, "%s lacks %d of the %d images that are needed here.", from.Dir, len(lacks), len(needed)).Advising(hint)
}

// loadImage loads one image, and makes sure that it is the one that is wanted.
func loadImage(ctx context.Context, engine ImageStore, from stock.Stock, image services.Image, held stock.Image) error {
	name := stock.Name(image)
	if brought, pulled := engine.BroughtName(image.Reference); pulled {
		name = brought
	}
	r, w := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		err := from.Archive(held, name, w)
		w.CloseWithError(err)
		packed <- err
	}()
	err := engine.LoadImage(ctx, r)
	r.CloseWithError(errLoaded)
	if packing := <-packed; packing != nil && !errors.Is(packing, errLoaded) {
		return errs.Wrap(packing, errs.Failed, "The image %s cannot be read from %s.", stock.Name(image), from.Dir)
	}
	if err != nil {
		return err
	}
	present, err := engine.ImagePresent(ctx, image)
	if err == nil && !present {
		err = errs.New(errs.Failed, "%s was loaded, and is not the image that is needed.", stock.Name(image)).
			WithHint("Gather it again on a machine with a network: ronron fetch --to FOLDER")
	}
	return err
}

// errLoaded ends the packing of an archive whose reader has had enough.
var errLoaded = text.Errorf("the engine reads no further")
