package source

import (
	"os"
	"strings"
)

// InOneFolder says whether everything in an archive lies in one folder: what
// forges put around a release, and strip = 1 leaves out again.
func InOneFolder(archive string) (bool, error) {
	f, err := os.Open(archive)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	t := newTree(Usual, nil)
	if err := t.archive(f, info.Size(), 0); err != nil {
		return false, err
	}
	tops := map[string]bool{}
	for name := range t.lines {
		top, _, below := strings.Cut(name, "/")
		if !below {
			return false, nil
		}
		tops[top] = true
	}
	return len(tops) == 1, nil
}
