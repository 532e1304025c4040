package daemon

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"

	"ronron/internal/source"
	"ronron/services"
)

// sourcing is an engine that is given builds with their sources at hand.
type sourcing struct {
	services.Engine
	shelf source.Shelf
}

// withSources keeps what it fetches in the state's folder, and looks first into
// the one that holds what was fetched ahead.
func withSources(engine services.Engine, stateDir string) services.Engine {
	return sourcing{engine, source.Shelf{
		Dir: filepath.Join(stateDir, "sources"), Fetched: filepath.Join(stateDir, "fetched"),
	}}
}

// EnsureImage fetches the sources of a build that is not there yet.
func (e sourcing) EnsureImage(ctx context.Context, i services.Image, progress func(string)) (string, error) {
	if i.Build == nil || len(i.Build.Sources) == 0 {
		return e.Engine.EnsureImage(ctx, i, progress)
	}
	present, err := e.ImagePresent(ctx, i)
	if err != nil {
		return "", err
	}
	if present {
		return e.Engine.EnsureImage(ctx, i, progress)
	}
	if progress == nil {
		progress = func(string) {}
	}
	build := *i.Build
	build.Sources = slices.Clone(build.Sources)
	for n := range build.Sources {
		s := &build.Sources[n]
		path, err := e.shelf.Ensure(ctx, source.Source{URL: s.URL, Sum: s.Sum, Strip: s.Strip}, progress)
		if err != nil {
			return "", err
		}
		s.Open = func() (io.ReadCloser, error) { return os.Open(path) }
	}
	i.Build = &build
	return e.Engine.EnsureImage(ctx, i, progress)
}
