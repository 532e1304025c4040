package docker

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"

	"ronron/services"
)

// contextOf is a build's context. Sources can be far larger than memory, so with
// them the context is made while the engine reads it.
func contextOf(b *services.Build) io.ReadCloser {
	if len(b.Sources) == 0 {
		return io.NopCloser(bytes.NewReader(buildContext(b.Files)))
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeContext(w, b)) }() // ends with the last byte, or when the reader is closed
	return r
}

func writeContext(to io.Writer, b *services.Build) error {
	w := tar.NewWriter(to)
	if err := packFiles(w, b.Files); err != nil {
		return err
	}
	for _, s := range b.Sources {
		if err := addSource(w, s); err != nil {
			return fmt.Errorf("add source %s: %w", s.Name, err)
		}
	}
	return w.Close()
}

var errNotFetched = errors.New("it was not fetched before the build")

func addSource(w *tar.Writer, s services.Source) error {
	if s.Open == nil {
		return errNotFetched
	}
	content, err := s.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	for r := tar.NewReader(content); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		h.Name = path.Join(services.SourcesFolder, string(s.Name), h.Name)
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(w, r); err != nil {
			return err
		}
	}
}
