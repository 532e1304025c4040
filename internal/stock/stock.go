// Package stock is a folder of everything that a chaton needs from elsewhere,
// gathered where there is a network and carried to where there is none. What lies
// in it is believed by the sum of its content, never by its name.
package stock

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ronron/internal/errs"
	"ronron/internal/source"
)

// sourcesFolder holds archives of source code, as they were fetched.
const sourcesFolder = "sources"

// Stock is the folder at a path.
type Stock struct{ Dir string }

func (s Stock) sourcesDir() string { return filepath.Join(s.Dir, sourcesFolder) }

// Source returns the archive of a source, and whether there is one. Where the
// recipe has moved to another address with the same content, the old name serves.
func (s Stock) Source(src source.Source) (path string, found bool) {
	path = filepath.Join(s.sourcesDir(), src.FileName())
	if isFile(path) {
		return path, true
	}
	sum, _, _ := strings.Cut(src.FileName(), "-")
	entries, _ := os.ReadDir(s.sourcesDir())
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), sum+"-") && e.Type().IsRegular() {
			return filepath.Join(s.sourcesDir(), e.Name()), true
		}
	}
	return "", false
}

// CheckSource says whether the archive in the folder is the source's.
func (s Stock) CheckSource(src source.Source) error {
	path, found := s.Source(src)
	if !found {
		return errs.New(errs.NotFound, "%s holds no archive of %s.", s.Dir, src.URL)
	}
	sum, err := source.Sum(path, src.Strip)
	if err == nil && sum != src.Sum {
		err = errs.New(errs.Failed, "Its content has the sum %s, not %s.", sum, src.Sum)
	}
	if err != nil {
		return errs.Wrap(err, errs.Failed, "%s is not the archive of %s: %s", path, src.URL, err)
	}
	return nil
}

// put makes a file on the same disk the source's archive.
func (s Stock) put(src source.Source, file string) error {
	to := filepath.Join(s.sourcesDir(), src.FileName())
	err := os.Chmod(file, 0o644)
	if err == nil {
		err = os.Rename(file, to)
	}
	if err != nil {
		return full(err, to)
	}
	return nil
}

// Archives are the files that a word on the command line means: itself, or
// all that lie in a folder.
func Archives(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "There is no archive or folder %s.", path)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "The folder %s cannot be read.", path)
	}
	slices.Sort(files)
	return files, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
