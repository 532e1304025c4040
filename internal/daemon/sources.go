package daemon

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/source"
	"ronron/internal/text"
	"ronron/services"
)

// sourcing is an engine that is given builds with their sources at hand.
type sourcing struct {
	services.Engine
	shelf source.Shelf
}

// withSources keeps what it fetches, and what is brought to it, in the state's
// folder.
func withSources(engine services.Engine, stateDir string) services.Engine {
	return sourcing{engine, shelfIn(stateDir)}
}

func shelfIn(stateDir string) source.Shelf {
	return source.Shelf{Dir: filepath.Join(stateDir, "sources")}
}

// EnsureImage fetches the sources of a build that is not there yet.
func (e sourcing) EnsureImage(ctx context.Context, i services.Image, progress func(text.Text)) (string, error) {
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
		progress = func(text.Text) {}
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

// brought adds what lets sources be brought to a machine that does not reach
// their addresses. They are kept by the sum of their content, whoever brings them.
func (d *Daemon) brought(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/sources/{sum}", reply(d, func(_ context.Context, r *http.Request) (any, error) {
		return api.SourceReply{Present: shelfIn(d.StateDir).Has(r.PathValue("sum"))}, nil
	}))
	mux.HandleFunc("PUT /v1/sources/{sum}", func(w http.ResponseWriter, r *http.Request) {
		if err := d.takeSource(r); err != nil {
			d.fail(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func (d *Daemon) takeSource(r *http.Request) error {
	strip, err := strconv.Atoi(r.URL.Query().Get("strip"))
	if err != nil || strip < 0 {
		return errs.New(errs.Invalid, "How many folders to leave out is not said.")
	}
	src := source.Source{URL: r.URL.Query().Get("url"), Sum: r.PathValue("sum"), Strip: strip}
	if err := shelfIn(d.StateDir).Take(src, r.Body); err != nil {
		return err
	}
	d.Log.Info("source brought", logkey.Path, src.URL)
	return nil
}
