package source

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// Shelf gives the content of sources: from what it has, or else from their
// address.
type Shelf struct {
	Dir    string       // where it keeps what it has, as plain tars
	Client *http.Client // nil is one that is bounded and reaches public addresses only
	Bounds Bounds       // zero is Usual
	// Retries is how often an interrupted download goes on; 0 is 3.
	Retries int
	// Wait is how long it waits before; 0 is a second.
	Wait time.Duration
}

func (s Shelf) bounds() Bounds {
	if s.Bounds == (Bounds{}) {
		return Usual
	}
	return s.Bounds
}

func (s Shelf) place(sum string) string {
	return filepath.Join(s.Dir, strings.TrimPrefix(sum, SumPrefix)+".tar")
}

// Has says whether the content with that sum is there.
func (s Shelf) Has(sum string) bool {
	if !IsSum(sum) {
		return false // it would be the path of some other file
	}
	_, err := os.Stat(s.place(sum))
	return err == nil
}

// Ensure makes the content present and returns the path of a plain tar of it,
// which stays as it is. progress is told what it waits for.
func (s Shelf) Ensure(ctx context.Context, src Source, progress func(text.Text)) (string, error) {
	if s.Has(src.Sum) {
		return s.place(src.Sum), nil
	}
	if err := s.make(); err != nil {
		return "", err
	}
	archive, err := s.Download(ctx, src, progress)
	if err != nil {
		return "", err
	}
	defer os.Remove(archive)
	return s.place(src.Sum), s.keep(src, archive)
}

// Take keeps the content of an archive that somebody brings. Its sum decides
// what it is, whoever brings it.
func (s Shelf) Take(src Source, archive io.Reader) error {
	if !IsSum(src.Sum) {
		return errs.New(errs.Invalid, "%q is not the sum of a source's content.", src.Sum)
	}
	if err := s.make(); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.Dir, "brought-*")
	if err != nil {
		return fmt.Errorf("make file for a source: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(archive, s.bounds().Archive+1))
	switch {
	case err != nil:
		return errs.Wrap(err, errs.Failed, "The archive did not arrive whole.").WithHint("Look whether the disk is full; then run the command again.")
	case n > s.bounds().Archive:
		return refuse("it is larger than %d MB.", s.bounds().Archive>>20)
	}
	return s.keep(src, f.Name())
}

func (s Shelf) make() error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return fmt.Errorf("make folder for sources: %w", err)
	}
	return nil
}

// keep checks an archive and keeps its content.
func (s Shelf) keep(src Source, archive string) error {
	f, err := os.CreateTemp(s.Dir, "new-*")
	if err != nil {
		return fmt.Errorf("make file for a source: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	sum, err := Repack(f, archive, src.Strip, s.bounds())
	if err != nil {
		return err
	}
	if sum != src.Sum {
		return Another(src, sum)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("write source: %w", err)
	}
	if err := os.Rename(f.Name(), s.place(src.Sum)); err != nil {
		return fmt.Errorf("keep source: %w", err)
	}
	return nil
}

// Another is the error of an archive whose content is not the source's.
func Another(src Source, sum string) error {
	return errs.New(errs.Failed, "What lies at %s is not what the recipe names: its content has the sum %s, not %s.", src.URL, sum, src.Sum).
		WithHint("Where the recipe is yours and you have looked at the content, write the first sum. Otherwise tell the recipe's author: somebody changed the files.")
}

var sumRule = regexp.MustCompile(`^` + SumPrefix + `[0-9a-f]{64}$`)

// IsSum says whether a text has the form of a sum.
func IsSum(s string) bool { return sumRule.MatchString(s) }
