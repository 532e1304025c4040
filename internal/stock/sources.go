package stock

import (
	"context"
	"io"
	"net/http"
	"os"

	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/text"
)

// Gathering fills a stock.
type Gathering struct {
	Stock
	Client *http.Client         // nil reaches public addresses only
	Tell   func(string, ...any) // progress
	// Have are archives that somebody brought; which source each is, its content says.
	Have []string
	sums map[had]string
}

// had is an archive as it is with some folders left out.
type had struct {
	path  string
	strip int
}

// Sources gathers what is not there yet. It goes on after a failure, so that one
// that cannot be had is no reason to be without the others.
func (g *Gathering) Sources(ctx context.Context, all []source.Source) (failed []error) {
	if len(all) == 0 {
		return nil
	}
	if err := os.MkdirAll(g.sourcesDir(), 0o755); err != nil {
		return []error{full(err, g.sourcesDir())}
	}
	for _, src := range all {
		if err := g.source(ctx, src); err != nil {
			failed = append(failed, err)
		}
		if ctx.Err() != nil {
			return failed
		}
	}
	return failed
}

func (g *Gathering) source(ctx context.Context, src source.Source) error {
	switch err := g.CheckSource(src); {
	case err == nil:
		g.Tell(text.Key("%s is there."), src.URL)
		return nil
	case errs.CodeOf(err) != errs.NotFound:
		g.Tell(text.Key("%s It is fetched anew."), err)
	}
	if path := g.brought(src); path != "" {
		g.Tell(text.Key("%s is %s."), path, src.URL)
		return g.copy(src, path)
	}
	shelf := source.Shelf{Dir: g.sourcesDir(), Client: g.Client}
	path, err := shelf.Download(ctx, src, func(line text.Text) { g.Tell("%s", line) })
	if err != nil {
		return err
	}
	defer os.Remove(path)
	sum, err := source.Sum(path, src.Strip)
	if err != nil {
		return err
	}
	if sum != src.Sum {
		return source.Another(src, sum)
	}
	return g.put(src, path)
}

// brought is the archive among those that somebody has which is the source.
func (g *Gathering) brought(src source.Source) string {
	if g.sums == nil {
		g.sums = map[had]string{}
	}
	for _, path := range g.Have {
		key := had{path, src.Strip}
		sum, known := g.sums[key]
		if !known {
			// What is no archive, or a bad one, is none of the sources.
			sum, _ = source.Sum(path, src.Strip)
			g.sums[key] = sum
		}
		if sum == src.Sum {
			return path
		}
	}
	return ""
}

// copy puts a copy into the stock, whole or not at all.
func (g *Gathering) copy(src source.Source, path string) error {
	from, err := os.Open(path)
	if err != nil {
		return errs.Wrap(err, errs.Failed, "The archive %s cannot be read.", path)
	}
	defer from.Close()
	to, err := os.CreateTemp(g.sourcesDir(), "copy-*")
	if err != nil {
		return full(err, g.sourcesDir())
	}
	defer os.Remove(to.Name())
	defer to.Close()
	if _, err = io.Copy(to, from); err == nil {
		err = to.Sync()
	}
	if err != nil {
		return full(err, g.sourcesDir())
	}
	return g.put(src, to.Name())
}
