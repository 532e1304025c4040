package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ronron/internal/atomicfile"
	"ronron/internal/errs"
	"ronron/internal/registry"
)

// lockVersion is the form of chaton.lock.
const lockVersion = 1

const maxLock = 1 << 20

// lockFile is chaton.lock: which content the tags of images named when they
// were noted.
type lockFile struct {
	Version int               `json:"version"`
	Images  map[string]string `json:"images"` // "name:tag" to "sha256:…", sorted
}

func lockBeside(path string) string { return filepath.Join(filepath.Dir(path), "chaton.lock") }

// readLock returns what is noted, as references with digests; nothing where
// there is no file.
func readLock(path string) (map[string]string, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "The file %s cannot be read.", path)
	}
	var f lockFile
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || len(content) > maxLock {
		return nil, errs.Wrap(err, errs.Invalid, "The file %s is not one that Ronron wrote.", path).
			WithHint("Take it from your backup, or remove it and note everything anew: ronron recipe lock")
	}
	if f.Version != lockVersion {
		return nil, errs.New(errs.Invalid, "The file %s is of version %d; this Ronron knows %d.", path, f.Version, lockVersion).
			WithHint("Use the version of Ronron that wrote it, or a later one.")
	}
	for tag, digest := range f.Images {
		if _, err := registry.Pinned(tag, digest); err != nil {
			return nil, errs.New(errs.Invalid, "The file %s says %q for %s, which is not a digest.", path, digest, tag).
				WithHint("Remove the line and note it anew: ronron recipe lock")
		}
	}
	return pinned(f.Images), nil
}

func writeLock(path string, digests map[string]string) error {
	content, err := json.MarshalIndent(lockFile{Version: lockVersion, Images: digests}, "", "  ")
	if err == nil {
		err = atomicfile.Write(path, append(content, '\n'), 0o644)
	}
	if err != nil {
		return errs.Wrap(err, errs.Failed, "The file %s could not be written.", path)
	}
	return nil
}

// pinned are references with digests, digests what is noted of them.
func pinned(digests map[string]string) map[string]string {
	all := map[string]string{}
	for tag, digest := range digests {
		all[tag] = tag + "@" + digest
	}
	return all
}

func digests(pinned map[string]string) map[string]string {
	all := map[string]string{}
	for tag, whole := range pinned {
		all[tag] = strings.TrimPrefix(whole, tag+"@")
	}
	return all
}
