package daemon

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/services"
	"ronron/services/memory"
)

// builder remembers which sources a build was given.
type builder struct {
	*memory.Engine
	got []string
}

func (b *builder) EnsureImage(ctx context.Context, i services.Image, progress func(string)) (string, error) {
	for _, s := range i.Build.Sources {
		r, err := s.Open()
		if err != nil {
			return "", err
		}
		defer r.Close()
		for tr := tar.NewReader(r); ; {
			h, err := tr.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return "", err
			}
			b.got = append(b.got, string(s.Name)+"/"+h.Name)
		}
	}
	return b.Engine.EnsureImage(ctx, i, progress)
}

func TestSources_AreAtHandForTheBuild(t *testing.T) {
	dir := t.TempDir()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "pad-1/index.php", Mode: 0o644, Size: 1})
	w.Write([]byte("x"))
	w.Close()
	file := filepath.Join(dir, "archive")
	os.WriteFile(file, archive.Bytes(), 0o600)
	sum, err := source.Sum(file, 1)
	if err != nil {
		t.Fatal(err)
	}
	src := source.Source{URL: "https://nowhere.invalid/pad-1.tar", Sum: sum, Strip: 1}
	os.Mkdir(filepath.Join(dir, "fetched"), 0o700)
	if err := os.Rename(file, filepath.Join(dir, "fetched", src.FileName())); err != nil {
		t.Fatal(err)
	}
	inner := &builder{Engine: memory.New("chaton.test")}
	engine := withSources(inner, dir)
	image := services.Image{Build: &services.Build{
		Name: "ronron/pad", Files: map[string][]byte{"Dockerfile": []byte("FROM x")},
		Sources: []services.Source{{Name: "pad", URL: src.URL, Sum: sum, Strip: 1}},
	}}
	if _, err := engine.EnsureImage(t.Context(), image, nil); err != nil {
		t.Fatal(err)
	}
	if strings.Join(inner.got, " ") != "pad/index.php" {
		t.Errorf("the build was given %v", inner.got)
	}
	if image.Build.Sources[0].Open != nil {
		t.Error("the caller's build was changed")
	}

	image.Build.Sources[0].Sum = source.SumPrefix + strings.Repeat("0", 64)
	if err := os.Rename(filepath.Join(dir, "fetched", src.FileName()),
		filepath.Join(dir, "fetched", source.Source{URL: src.URL, Sum: image.Build.Sources[0].Sum}.FileName())); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.EnsureImage(t.Context(), image, nil); errs.CodeOf(err) != errs.Failed {
		t.Errorf("another content is built: %v", err)
	}
}
