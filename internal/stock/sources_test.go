package stock

import (
	"archive/tar"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/errs"
	"ronron/internal/source"
)

// packed writes an archive as forges pack a release, and returns what a recipe
// says of it.
func packed(t *testing.T, path, content string) source.Source {
	t.Helper()
	b, w := archive()
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "pad-1/", Mode: 0o755})
	put(w, "pad-1/index.php", []byte(content))
	w.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	sum, err := source.Sum(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	return source.Source{URL: "https://nowhere.invalid/pad-1.tar", Sum: sum, Strip: 1}
}

func TestSources_WhatIsBroughtIsKnownByItsContent(t *testing.T) {
	folder := t.TempDir()
	packed(t, filepath.Join(folder, "pad-1.tar"), "another version under the right name")
	src := packed(t, filepath.Join(folder, "below", "some download (2)"), "the pad")
	os.WriteFile(filepath.Join(folder, "notes.txt"), []byte("no archive"), 0o644)
	have, err := Archives(folder)
	if err != nil || len(have) != 3 {
		t.Fatalf("%v, %v", have, err)
	}
	s := Stock{Dir: filepath.Join(t.TempDir(), "stock")}
	var said []string
	g := Gathering{Stock: s, Have: have, Tell: func(f string, a ...any) { said = append(said, f) }}
	if failed := g.Sources(t.Context(), []source.Source{src}); len(failed) > 0 {
		t.Fatal(failed)
	}
	if err := s.CheckSource(src); err != nil {
		t.Error(err)
	}
	if !s.OnlySources() || s.HasIndex() {
		t.Error("a folder with sources alone is not known as one")
	}
	// The second time nothing is needed but what is there.
	again := Gathering{Stock: s, Tell: g.Tell}
	if failed := again.Sources(t.Context(), []source.Source{src}); len(failed) > 0 {
		t.Error(failed)
	}
	// The recipe names another address of the same content.
	moved := src
	moved.URL = "https://elsewhere.invalid/mirror.tar"
	if err := s.CheckSource(moved); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(s.sourcesDir()); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

func TestSources_AreFetchedFromTheirAddress(t *testing.T) {
	file := filepath.Join(t.TempDir(), "archive")
	src := packed(t, file, "the pad")
	content, _ := os.ReadFile(file)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(content) }))
	defer server.Close()
	src.URL = server.URL + "/pad-1.tar"
	other := src
	other.Sum = source.SumPrefix + strings.Repeat("0", 64)
	g := Gathering{Stock: Stock{Dir: t.TempDir()}, Client: server.Client(), Tell: func(string, ...any) {}}
	// One that fails is no reason to be without the other.
	failed := g.Sources(t.Context(), []source.Source{other, src})
	if len(failed) != 1 || !strings.Contains(failed[0].Error(), src.Sum) {
		t.Errorf("failures: %v", failed)
	}
	if err := g.CheckSource(src); err != nil {
		t.Error(err)
	}
	// What was spoilt is fetched anew.
	path, _ := g.Source(src)
	os.Truncate(path, 10)
	if err := g.CheckSource(src); errs.CodeOf(err) != errs.Failed {
		t.Errorf("half an archive is taken: %v", err)
	}
	if failed := g.Sources(t.Context(), []source.Source{src}); len(failed) > 0 || g.CheckSource(src) != nil {
		t.Errorf("it was not mended: %v", failed)
	}
	if entries, _ := os.ReadDir(g.sourcesDir()); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

func TestArchives_OfNothing(t *testing.T) {
	if _, err := Archives(filepath.Join(t.TempDir(), "nowhere")); errs.CodeOf(err) != errs.Invalid {
		t.Errorf("%v", err)
	}
}
