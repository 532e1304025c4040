package services

import (
	"io"
	"strings"
)

// Source is an archive that a build sees unpacked below sources/ and its name.
type Source struct {
	Name Name
	URL  string
	// Sum names the content ("h1:…"); it and not the address decides what is built.
	Sum   string
	Strip int // folders left out at the beginning of each path
	// Open returns the content as a plain tar. It is set by whoever has
	// fetched the source, and an engine is given builds only where all are set.
	Open func() (io.ReadCloser, error)
}

// SourcesFolder is where a build context holds its sources.
const SourcesFolder = "sources"

// InSources says whether a path of a build context belongs to the sources.
func InSources(path string) bool {
	return path == SourcesFolder || strings.HasPrefix(path, SourcesFolder+"/")
}
