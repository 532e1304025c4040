package stock

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ronron/internal/atomicfile"
	"ronron/internal/errs"
	"ronron/services"
)

// indexFile says what a stock holds. It is written anew after each thing that
// was gathered, so that what is in it is there whole.
const indexFile = "index.json"

// indexVersion is the form of the index.
const indexVersion = 1

const maxIndex = 16 << 20

// Index is what a stock holds.
type Index struct {
	Version int    `json:"version"`
	Ronron  string `json:"ronron"` // the version that gathered last
	// Images are by what the chaton wants, as services.Image.Key has it.
	Images map[string]Image `json:"images"`
	// Lock is which content tags meant, also those that images were built from.
	Lock map[string]string `json:"lock,omitempty"`
	// Program is the ronron that gathered last.
	Program *Program `json:"program,omitempty"`
}

// Image is an image in the stock. Its layers are named by its configuration,
// and lie beside it, each once.
type Image struct {
	Config   string `json:"config"`   // sha256 of the configuration, which names its layers
	Platform string `json:"platform"` // "linux/amd64"
	Size     int64  `json:"size"`     // bytes of all layers
	// Manifests lead from the digest of a pulled image to its configuration.
	Manifests []string `json:"manifests,omitempty"`
}

// Program is a copy of the ronron binary.
type Program struct {
	Version  string `json:"version"`
	Platform string `json:"platform"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
}

// HasIndex says whether there is an index; a folder with sources alone has none.
func (s Stock) HasIndex() bool { return isFile(s.path(indexFile)) }

// OnlySources says whether the folder was filled for the author of a recipe.
func (s Stock) OnlySources() bool {
	info, err := os.Stat(s.sourcesDir())
	return !s.HasIndex() && !isDir(s.path(blobsFolder)) && err == nil && info.IsDir()
}

func (s Stock) path(name string) string { return filepath.Join(s.Dir, name) }

// Index reads what the stock holds.
func (s Stock) Index() (Index, error) {
	content, err := os.ReadFile(s.path(indexFile))
	switch {
	case errors.Is(err, fs.ErrNotExist) && !isDir(s.Dir):
		return Index{}, errs.New(errs.NotFound, "There is no folder %s.", s.Dir).
			WithHint("Gather it on a machine with a network: ronron fetch --to FOLDER. Then bring it here.")
	case errors.Is(err, fs.ErrNotExist):
		return Index{}, errs.New(errs.NotFound, "%s holds no %s: ronron fetch did not fill it, or it was copied by half.", s.Dir, indexFile).
			WithHint("Copy it once more, or fill it on a machine with a network: ronron fetch --to FOLDER")
	case err != nil:
		return Index{}, errs.Wrap(err, errs.Invalid, "%s cannot be read.", s.path(indexFile))
	}
	var i Index
	if err := json.Unmarshal(content, &i); err != nil || len(content) > maxIndex || i.Version < 1 {
		return Index{}, errs.New(errs.Invalid, "%s is damaged.", s.path(indexFile)).
			WithHint("Copy the folder once more. Where it was filled: remove %s there, and run ronron fetch again; what is whole is not fetched anew.", indexFile)
	}
	if i.Version > indexVersion {
		return Index{}, errs.New(errs.Invalid, "%s was filled by Ronron %s, in a form that this Ronron does not know.", s.Dir, i.Ronron).
			WithHint("Use the ronron that lies in that folder.")
	}
	if i.Images == nil {
		i.Images = map[string]Image{}
	}
	return i, nil
}

// begin is the index to add to.
func (s Stock) begin() (Index, error) {
	if !s.HasIndex() {
		return Index{Version: indexVersion, Images: map[string]Image{}}, nil
	}
	return s.Index()
}

func (s Stock) write(i Index) error {
	content, err := json.MarshalIndent(i, "", "  ")
	if err == nil {
		err = atomicfile.Write(s.path(indexFile), append(content, '\n'), 0o644)
	}
	if err != nil {
		return full(err, s.path(indexFile))
	}
	return nil
}

// Note writes into the index that the stock holds an image.
func (s Stock) Note(wanted services.Image, held Image, ronron string) error {
	i, err := s.begin()
	if err != nil {
		return err
	}
	i.Images[wanted.Key()], i.Ronron = held, ronron
	return s.write(i)
}

// NoteLock writes into the index which content tags mean.
func (s Stock) NoteLock(lock map[string]string) error {
	i, err := s.begin()
	if err != nil || len(lock) == 0 {
		return err
	}
	if i.Lock == nil {
		i.Lock = map[string]string{}
	}
	maps.Copy(i.Lock, lock)
	return s.write(i)
}

// Digests are those of the tags that the stock knows, for a chaton.lock that did
// not come along.
func (i Index) Digests() map[string]string {
	all := map[string]string{}
	maps.Copy(all, i.Lock)
	for _, key := range slices.Sorted(maps.Keys(i.Images)) {
		if tag, digest, found := strings.Cut(key, "@"); found {
			all[tag] = digest
		}
	}
	return all
}

// full is the error of something that cannot be written.
func full(err error, path string) error {
	return errs.Wrap(err, errs.Failed, "%s cannot be written.", path).WithHint("Look whether the disk is full, and whether the folder may be written to; then run the command again.")
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
