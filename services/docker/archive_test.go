package docker

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/errs"
	"ronron/services"
)

func entries(t *testing.T, archive io.Reader) (headers []*tar.Header, contents map[string]string) {
	t.Helper()
	contents = map[string]string{}
	for r := tar.NewReader(archive); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return headers, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		headers = append(headers, h)
		contents[h.Name] = string(b)
	}
}

func TestBuildContext_IsTheSameForTheSameFiles(t *testing.T) {
	files := map[string][]byte{"Dockerfile": []byte("FROM scratch\n"), "b/start.sh": []byte("x"), "a": []byte("#!/bin/sh\n"), "c": nil}
	first := buildContext(files)
	for range 10 {
		if !bytes.Equal(buildContext(maps.Clone(files)), first) {
			t.Fatal("the same files give another archive")
		}
	}
	headers, contents := entries(t, bytes.NewReader(first))
	modes := map[string]int64{}
	for _, h := range headers {
		modes[h.Name] = h.Mode
	}
	if want := map[string]int64{"Dockerfile": 0o644, "a": 0o755, "b/start.sh": 0o755, "c": 0o644}; !maps.Equal(modes, want) {
		t.Errorf("modes %v, want %v", modes, want)
	}
	if contents["Dockerfile"] != "FROM scratch\n" {
		t.Errorf("contents: %q", contents)
	}
	files["c"] = []byte("changed")
	if bytes.Equal(buildContext(files), first) {
		t.Error("other files give the same archive")
	}
}

func TestFileArchive_KeepsOwnersAndModes(t *testing.T) {
	now := time.Unix(1000, 0)
	files := []services.File{{Path: "/etc/app/conf", Content: []byte("x"), Mode: 0o640, UID: 1, GID: 2}}
	headers, contents := entries(t, bytes.NewReader(fileArchive("/", []string{"/etc/app"}, files, now)))
	var got []string
	for _, h := range headers {
		got = append(got, fmt.Sprintf("%s %o %d:%d %v", h.Name, h.Mode, h.Uid, h.Gid, h.ModTime.Equal(now)))
	}
	if diff := cmp.Diff([]string{"etc/app/ 755 0:0 true", "etc/app/conf 640 1:2 true"}, got); diff != "" {
		t.Error(diff)
	}
	if contents["etc/app/conf"] != "x" {
		t.Errorf("contents: %v", contents)
	}
	headers, _ = entries(t, bytes.NewReader(fileArchive("/etc/app", nil, files, now)))
	if headers[0].Name != "conf" {
		t.Errorf("name below the volume: %s", headers[0].Name)
	}
}

func TestFileMounts(t *testing.T) {
	unit := func(readOnly bool, files ...string) services.Unit {
		u := services.Unit{ReadOnly: readOnly, Mounts: []services.Mount{{Volume: "data", Path: "/data"}}}
		for _, f := range files {
			u.Files = append(u.Files, services.File{Path: f})
		}
		return u
	}
	for name, c := range map[string]struct {
		unit services.Unit
		want []string
	}{
		"writable root":        {unit(false, "/etc/a/x"), nil},
		"one":                  {unit(true, "/etc/a/x"), []string{"/etc/a"}},
		"below each other":     {unit(true, "/etc/a/b/y", "/etc/a/x", "/etc/a/z"), []string{"/etc/a"}},
		"alike but not below":  {unit(true, "/etc/a/x", "/etc/ab/x"), []string{"/etc/a", "/etc/ab"}},
		"in a volume already":  {unit(true, "/data/x", "/database/x"), []string{"/database"}},
		"below, sorted before": {unit(true, "/etc/a/b/x", "/etc/a-b/x", "/etc/a/x"), []string{"/etc/a", "/etc/a-b"}},
	} {
		if got := fileMounts(c.unit); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if err := checkFiles(unit(true, "/x")); errs.CodeOf(err) != errs.Invalid {
		t.Errorf("a file in the read-only root itself: %v", err)
	}
}

func TestLocalName(t *testing.T) {
	const digest = "@sha256:abc"
	for reference, want := range map[string]string{
		"debian:trixie-slim":                         "debian:trixie-slim",
		"debian" + digest:                            "debian" + digest,
		"debian:trixie" + digest:                     "debian" + digest,
		"registry.example:5000/a/b" + digest:         "registry.example:5000/a/b" + digest,
		"registry.example:5000/a/b:1" + digest:       "registry.example:5000/a/b" + digest,
		"registry.example:5000/a/b:with-tag.1-rc.23": "registry.example:5000/a/b:with-tag.1-rc.23",
	} {
		if got := localName(reference); got != want {
			t.Errorf("%s: got %s, want %s", reference, got, want)
		}
	}
}

func TestReadStream(t *testing.T) {
	read := func(stream string) (lines []string, id string, err error) {
		id, err = readStream(strings.NewReader(stream), func(l string) { lines = append(lines, l) })
		return lines, id, err
	}
	lines, id, err := read(`{"stream":"Step 1/2 : FROM "}{"stream":"scratch\n"}
{"stream":" ---\u003e abc\n\n"}{"aux":{"ID":"sha256:1"}}{"aux":{"ID":"sha256:2"}}{"stream":"no end"}`)
	if err != nil || id != "sha256:2" {
		t.Errorf("id %q, error %v", id, err)
	}
	if diff := cmp.Diff([]string{"Step 1/2 : FROM scratch", " ---> abc", "no end"}, lines); diff != "" {
		t.Error(diff)
	}
	lines, _, err = read(`{"status":"Pulling from library/debian","id":"trixie"}{"status":"Downloading","progressDetail":{"current":1},"id":"aa"}
{"status":"Downloading","progressDetail":{"current":2},"id":"aa"}{"status":"Pull complete","id":"aa"}{"status":"Status: done"}`)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"trixie: Pulling from library/debian", "aa: Downloading", "aa: Pull complete", "Status: done"}, lines); diff != "" {
		t.Error(diff)
	}
	if _, _, err = read(`{"stream":"Step"}{"errorDetail":{"code":3,"message":"returned 3"},"error":"returned 3"}`); err == nil || err.Error() != "returned 3" {
		t.Errorf("error of a stream: %v", err)
	}
	if _, _, err = read(`{"stream":"St`); err == nil {
		t.Error("a stream that breaks off is taken as complete")
	}
}

func TestSelfImage_ArchiveIsWhatItsIDSays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "binary")
	for _, size := range []int{1, 511, 512, 513, 100_000} { // around a tar block
		if err := os.WriteFile(path, bytes.Repeat([]byte("x"), size), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := newSelfImage(path)
		if err != nil {
			t.Fatal(err)
		}
		var first, second bytes.Buffer
		if err := errors.Join(s.writeArchive(&first), s.writeArchive(&second)); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatal("the same binary gives another archive")
		}
		checkSelfArchive(t, s, &first)
	}
	one, err := SelfImageID(path)
	if err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := errors.Join(os.Chtimes(path, later, later), os.Chmod(path, 0o755)); err != nil {
		t.Fatal(err)
	}
	if again, _ := SelfImageID(path); again != one {
		t.Error("time and mode of the binary change the image")
	}
	if err := os.WriteFile(path, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if other, _ := SelfImageID(path); other == one {
		t.Error("another binary has the same image")
	}
}

func checkSelfArchive(t *testing.T, s *selfImage, archive io.Reader) {
	t.Helper()
	_, contents := entries(t, archive)
	var manifest []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal([]byte(contents["manifest.json"]), &manifest); err != nil {
		t.Fatal(err)
	}
	sum := func(text string) string { h := sha256.Sum256([]byte(text)); return hex.EncodeToString(h[:]) }
	if got := "sha256:" + sum(contents[manifest[0].Config]); got != s.id {
		t.Errorf("id is %s, the configuration's hash %s", s.id, got)
	}
	var config struct {
		Created time.Time
		RootFS  struct {
			DiffIDs []string `json:"diff_ids"`
		}
		Config struct{ Entrypoint []string }
	}
	if err := json.Unmarshal([]byte(contents[manifest[0].Config]), &config); err != nil {
		t.Fatal(err)
	}
	layer := contents[manifest[0].Layers[0]]
	if config.RootFS.DiffIDs[0] != "sha256:"+sum(layer) || config.Created.Unix() != 0 || config.Config.Entrypoint[0] != "/ronron" {
		t.Errorf("configuration: %+v", config)
	}
	headers, _ := entries(t, strings.NewReader(layer))
	if len(headers) != 2 || headers[0].Name != "ronron" || headers[0].Mode != 0o755 || headers[1].Name != "tmp/" || headers[1].Mode != 0o1777 {
		t.Errorf("layer: %+v", headers)
	}
}

func TestTail_KeepsTheEnd(t *testing.T) {
	w := new(tail)
	for i := range 40_000 {
		fmt.Fprintf(w, "%07d\n", i)
	}
	if got := w.String(); len(got) != keptOutput || !strings.HasSuffix(got, "0039999\n") || cap(w.b) > 4*keptOutput {
		t.Errorf("%d bytes kept of %d held, ending in %q", len(got), cap(w.b), got[len(got)-8:])
	}
}

// TestLoad_RefusesABinaryThatIsNotStatic before anything is asked of an engine:
// its daemon would end at once, with a message about a file that is there.
func TestLoad_RefusesABinaryThatIsNotStatic(t *testing.T) {
	shell, err := filepath.EvalSymlinks("/bin/sh")
	if err != nil || !loader(shell) {
		t.Skipf("this machine's shell is no dynamic binary: %v", err)
	}
	s, err := newSelfImage(shell)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.load(t.Context(), nil); errs.CodeOf(err) != errs.Invalid || !strings.Contains(errs.HintOf(err), "make build") {
		t.Errorf("got %v", err)
	}
	if loader(filepath.Join(t.TempDir(), "nothing")) {
		t.Error("what is not there asks for a loader")
	}
}
