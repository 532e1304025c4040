package daemon

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/memory"
)

// builder remembers which sources a build was given.
type builder struct {
	*memory.Engine
	got []string
}

func (b *builder) EnsureImage(ctx context.Context, i services.Image, progress func(text.Text)) (string, error) {
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
	if err := shelfIn(dir).Take(src, bytes.NewReader(archive.Bytes())); err != nil {
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
}

func TestSources_AreBroughtOverTheAPI(t *testing.T) {
	server := httptest.NewServer(newWorld(t).Handler())
	defer server.Close()
	client := api.NewClient(func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
	})
	defer client.Close()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "pad-1/index.php", Mode: 0o644, Size: 1})
	w.Write([]byte("x"))
	w.Close()
	file := filepath.Join(t.TempDir(), "archive")
	os.WriteFile(file, archive.Bytes(), 0o600)
	sum, err := source.Sum(file, 1)
	if err != nil {
		t.Fatal(err)
	}
	bring := func(src source.Source) error {
		return client.BringSource(t.Context(), src, bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	}
	src := source.Source{URL: "https://nowhere.invalid/pad-1.tar", Sum: sum, Strip: 1}
	if has, err := client.HasSource(t.Context(), sum); has || err != nil {
		t.Errorf("before: %v, %v", has, err)
	}
	other := src
	other.Sum = source.SumPrefix + strings.Repeat("0", 64)
	if err := bring(other); errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), sum) {
		t.Errorf("another content is taken: %v", err)
	}
	if err := bring(src); err != nil {
		t.Error(err)
	}
	if has, err := client.HasSource(t.Context(), sum); !has || err != nil {
		t.Errorf("after: %v, %v", has, err)
	}
}
