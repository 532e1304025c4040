package stock

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"ronron/internal/errs"
	"ronron/services"
)

// made is an image as an engine saves it.
type made struct {
	layers [][]byte
	config []byte
}

func sum(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

func image(platform string, layers ...string) made {
	m := made{}
	var ids []string
	for _, l := range layers {
		m.layers = append(m.layers, []byte(l))
		ids = append(ids, sum([]byte(l)))
	}
	kind, arch, _ := strings.Cut(platform, "/")
	m.config, _ = json.Marshal(map[string]any{"architecture": arch, "os": kind, "rootfs": map[string]any{"type": "layers", "diff_ids": ids}})
	return m
}

// saved is the archive of Docker 20.10: folders, a link where a layer repeats.
func (m made) saved(t *testing.T) *bytes.Buffer {
	t.Helper()
	b, w := archive()
	var names []string
	for n, l := range m.layers {
		name := fmt.Sprintf("l%d/layer.tar", n)
		if n > 0 && bytes.Equal(l, m.layers[0]) {
			w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: "../l0/layer.tar"})
		} else {
			put(w, name, l)
		}
		put(w, fmt.Sprintf("l%d/VERSION", n), []byte("1.0"))
		names = append(names, name)
	}
	config := strings.TrimPrefix(sum(m.config), "sha256:") + ".json"
	put(w, config, m.config)
	manifest, _ := json.Marshal([]any{map[string]any{"Config": config, "Layers": names}})
	put(w, "manifest.json", manifest)
	w.Close()
	return b
}

// savedAsOCI is the archive of newer engines: parts by their digest, packed.
func (m made) savedAsOCI(t *testing.T) *bytes.Buffer {
	t.Helper()
	b, w := archive()
	var names []string
	part := func(content []byte) string {
		name := "blobs/sha256/" + strings.TrimPrefix(sum(content), "sha256:")
		put(w, name, content)
		return name
	}
	for _, l := range m.layers {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		z.Write(l)
		z.Close()
		names = append(names, part(packed.Bytes()))
	}
	config := part(m.config)
	put(w, "index.json", []byte("{}"))
	manifest, _ := json.Marshal([]any{map[string]any{"Config": config, "Layers": names}})
	put(w, "manifest.json", manifest)
	w.Close()
	return b
}

func archive() (*bytes.Buffer, *tar.Writer) {
	b := new(bytes.Buffer)
	return b, tar.NewWriter(b)
}

func put(w *tar.Writer, name string, content []byte) {
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content))})
	w.Write(content)
}

var built = services.Image{Build: &services.Build{Name: "ronron/pad", Files: map[string][]byte{"Dockerfile": []byte("FROM x")}}}

// filled is a stock with one image.
func filled(t *testing.T, m made) (Stock, Image) {
	t.Helper()
	s := Stock{Dir: filepath.Join(t.TempDir(), "stock")}
	done, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	held, err := s.Keep(m.saved(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Note(built, held, "1.0"); err != nil {
		t.Fatal(err)
	}
	return s, held
}

// What comes out is what went in, however the engine wrote it.
func TestKeep_GivesBackTheSameImage(t *testing.T) {
	m := image("linux/amd64", "base", "software", "base")
	for name, saved := range map[string]*bytes.Buffer{"older engines": m.saved(t), "newer engines": m.savedAsOCI(t)} {
		s := Stock{Dir: t.TempDir()}
		held, err := s.Keep(saved)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if held.Config != sum(m.config) || held.Platform != "linux/amd64" {
			t.Errorf("%s: kept %+v", name, held)
		}
		if err := (&Checker{Stock: s}).Check(built, held); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var out bytes.Buffer
		if err := s.Archive(held, "ronron/pad:1", &out); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(out.Bytes(), []byte(`"RepoTags":["ronron/pad:1"]`)) {
			t.Errorf("%s: the archive names nothing", name)
		}
		again, err := (Stock{Dir: t.TempDir()}).Keep(&out)
		if err != nil || again.Config != held.Config || again.Size != held.Size {
			t.Errorf("%s: back came %+v, %v", name, again, err)
		}
		// Two layers, one of them twice, and the configuration; nothing else.
		if parts, _ := os.ReadDir(filepath.Join(s.Dir, "blobs")); len(parts) != 3 {
			t.Errorf("%s: %d parts lie there", name, len(parts))
		}
	}
}

func TestKeep_RefusesWhatIsNotWhole(t *testing.T) {
	m := image("linux/amd64", "base", "software")
	other := image("linux/amd64", "base", "something else")
	other.config = m.config
	short := image("linux/amd64", "base")
	short.config = m.config
	broken := m
	broken.config = []byte("{}")
	noManifest, w := archive()
	put(w, "l0/layer.tar", []byte("base"))
	w.Close()
	zstd, w := archive()
	put(w, "layer", []byte("\x28\xb5\x2f\xfdxxxx"))
	w.Close()
	half := m.saved(t)
	half.Truncate(half.Len() / 3)
	for name, saved := range map[string]*bytes.Buffer{
		"another layer": other.saved(t), "a layer too few": short.saved(t), "no configuration": broken.saved(t),
		"no manifest": noManifest, "packed as we cannot": zstd, "cut off": half, "nothing": new(bytes.Buffer),
	} {
		s := Stock{Dir: t.TempDir()}
		_, err := s.Keep(saved)
		if errs.CodeOf(err) != errs.Failed || errs.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if parts, _ := os.ReadDir(filepath.Join(s.Dir, "blobs")); len(parts) != 0 {
			t.Errorf("%s: %d parts are left", name, len(parts))
		}
	}
}

func TestCheck_SaysWhatIsNotWhole(t *testing.T) {
	m := image("linux/amd64", "base", "software")
	layer := func(s Stock) string { return s.blob(sum([]byte("software"))) }
	for name, c := range map[string]struct {
		spoil func(s Stock, held *Image)
		says  string
	}{
		"whole":                  {func(Stock, *Image) {}, ""},
		"a layer missing":        {func(s Stock, _ *Image) { os.Remove(layer(s)) }, errGone.Error()},
		"a layer changed":        {func(s Stock, _ *Image) { os.WriteFile(layer(s), []byte("hardware"), 0o644) }, errOther.Error()},
		"a layer cut off":        {func(s Stock, _ *Image) { os.Truncate(layer(s), 3) }, errOther.Error()},
		"configuration missing":  {func(s Stock, held *Image) { os.Remove(s.blob(held.Config)) }, errGone.Error()},
		"configuration changed":  {func(s Stock, held *Image) { os.WriteFile(s.blob(held.Config), []byte("{}"), 0o644) }, errOther.Error()},
		"index leads elsewhere":  {func(_ Stock, held *Image) { held.Config = "sha256:../../../etc/passwd" }, "no sum"},
		"index names no content": {func(_ Stock, held *Image) { held.Config = "" }, "no sum"},
	} {
		s, held := filled(t, m)
		c.spoil(s, &held)
		err := (&Checker{Stock: s}).Check(built, held)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(errs.HintOf(err), "ronron fetch")) {
			t.Errorf("%s: %v — %s", name, err, errs.HintOf(err))
		}
	}
}

func TestFits_AnotherKindOfMachine(t *testing.T) {
	s, held := filled(t, image("linux/arm64", "base"))
	if err := s.Fits(built, held, "linux/arm64"); err != nil {
		t.Error(err)
	}
	err := s.Fits(built, held, "linux/amd64")
	if err == nil || !strings.Contains(err.Error(), "linux/arm64") || !strings.Contains(err.Error(), "this machine is linux/amd64") {
		t.Errorf("%v", err)
	}
}

// manifests are what a registry has of an image, for two kinds of machines.
func manifests(m made) (digest string, all map[string][]byte) {
	all = map[string][]byte{}
	keep := func(v any) string {
		b, _ := json.Marshal(v)
		all[sum(b)] = b
		return sum(b)
	}
	one := keep(map[string]any{"config": map[string]string{"digest": sum(m.config)}})
	return keep(map[string]any{"manifests": []any{
		map[string]any{"digest": "sha256:" + strings.Repeat("0", 64), "platform": map[string]string{"os": "linux", "architecture": "arm64"}},
		map[string]any{"digest": one, "platform": map[string]string{"os": "linux", "architecture": "amd64"}},
	}}), all
}

// A pulled image is believed because its digest leads to it, not because the
// folder says so.
func TestProve_LeadsFromTheDigestToTheImage(t *testing.T) {
	m := image("linux/amd64", "base", "software")
	digest, all := manifests(m)
	fetch := func(d string) ([]byte, error) {
		if b := all[d]; b != nil {
			return b, nil
		}
		return nil, errors.New("it was asked for " + d)
	}
	s, held := filled(t, m)
	pulled := services.Image{Reference: "example.org/pad:1@" + digest}
	if err := s.Prove(pulled, &held, fetch); err != nil {
		t.Fatal(err)
	}
	check := func() error { return (&Checker{Stock: s}).Check(pulled, held) }
	if err := check(); err != nil {
		t.Error(err)
	}

	evil, err := s.Keep(image("linux/amd64", "base", "evil").saved(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, manifests := range map[string][]string{"with the proof of another": held.Manifests, "without a proof": nil, "by its own word": {evil.Config}} {
		evil.Manifests = manifests
		if err := (&Checker{Stock: s}).Check(pulled, evil); errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), "is not that image") {
			t.Errorf("another image %s: %v", name, err)
		}
	}
	if err := s.Prove(pulled, &evil, fetch); errs.CodeOf(err) != errs.Failed {
		t.Errorf("another image is proven: %v", err)
	}
	lie := func(d string) ([]byte, error) { return []byte(`{"config":{"digest":"` + evil.Config + `"}}`), nil }
	if err := s.Prove(pulled, &evil, lie); errs.CodeOf(err) != errs.Failed {
		t.Errorf("a registry that lies is believed: %v", err)
	}
	os.Remove(s.blob(held.Manifests[0]))
	if err := check(); err == nil || !strings.Contains(err.Error(), errGone.Error()) {
		t.Errorf("a proof that is gone: %v", err)
	}
}

func TestIndex_SaysWhyAFolderCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		make func(dir string)
		says string
	}{
		"no folder":     {func(dir string) { os.RemoveAll(dir) }, "There is no folder"},
		"no index":      {func(dir string) {}, "copied by half"},
		"no JSON":       {func(dir string) { os.WriteFile(filepath.Join(dir, indexFile), []byte(`{"version":1,`), 0o644) }, "is damaged"},
		"another thing": {func(dir string) { os.WriteFile(filepath.Join(dir, indexFile), []byte(`{}`), 0o644) }, "is damaged"},
		"a later version": {func(dir string) {
			os.WriteFile(filepath.Join(dir, indexFile), []byte(`{"version":2,"ronron":"9.1"}`), 0o644)
		}, "filled by Ronron 9.1"},
	} {
		dir := t.TempDir()
		c.make(dir)
		_, err := Stock{Dir: dir}.Index()
		if err == nil || !strings.Contains(err.Error(), c.says) || errs.HintOf(err) == "" {
			t.Errorf("%s: %v — %s", name, err, errs.HintOf(err))
		}
	}
}

func TestIndex_AddsUp(t *testing.T) {
	s, held := filled(t, image("linux/amd64", "base"))
	pulled := services.Image{Reference: "example.org/pad:1@sha256:" + strings.Repeat("a", 64)}
	if err := s.Note(pulled, held, "1.1"); err != nil {
		t.Fatal(err)
	}
	base := map[string]string{"docker.io/library/node:24": "sha256:" + strings.Repeat("b", 64)}
	if err := errors.Join(s.NoteLock(base), s.NoteLock(nil)); err != nil {
		t.Fatal(err)
	}
	i, err := s.Index()
	if err != nil {
		t.Fatal(err)
	}
	if got := i.Digests(); len(got) != 2 || got["docker.io/library/node:24"] != base["docker.io/library/node:24"] || got["example.org/pad:1"] != "sha256:"+strings.Repeat("a", 64) {
		t.Errorf("digests %v", got)
	}
	other := services.Image{Reference: "example.org/other:1@sha256:" + strings.Repeat("a", 64)}
	if lacks := i.Lacks([]services.Image{built, other}); len(lacks) != 1 || lacks[0].Key() != other.Key() {
		t.Errorf("it lacks %v", lacks)
	}
	if n, size := i.Unused([]services.Image{built}); n != 1 || size != held.Size {
		t.Errorf("unused: %d, %d", n, size)
	}
	if i.Ronron != "1.1" {
		t.Errorf("filled by %s", i.Ronron)
	}
}

func TestOpen_OneAtATimeAndClearsAway(t *testing.T) {
	s := Stock{Dir: t.TempDir()}
	left := filepath.Join(s.Dir, "blobs", ".incoming-1")
	kept := filepath.Join(s.Dir, "blobs", strings.Repeat("a", 64))
	os.MkdirAll(left, 0o755)
	os.WriteFile(kept, nil, 0o644)
	done, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	if isDir(left) || !isFile(kept) {
		t.Error("what a killed run left is there still, or what is whole is gone")
	}
	if _, err := s.Open(); errs.CodeOf(err) != errs.Locked {
		t.Errorf("two fill it at once: %v", err)
	}
	done()
	again, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestBring_TheProgramOnce(t *testing.T) {
	s := Stock{Dir: t.TempDir()}
	self := filepath.Join(t.TempDir(), "ronron")
	os.WriteFile(self, []byte("the program"), 0o755)
	if err := s.Bring(self, "1.0"); err != nil {
		t.Fatal(err)
	}
	i, err := s.Index()
	if err != nil || i.Program == nil || i.Program.Platform != runtime.GOOS+"/"+runtime.GOARCH {
		t.Fatalf("%+v, %v", i.Program, err)
	}
	before, _ := os.Stat(s.path(programFile))
	if err := s.Bring(self, "1.0"); err != nil {
		t.Error(err)
	}
	if after, _ := os.Stat(s.path(programFile)); !os.SameFile(before, after) || after.Mode().Perm() != 0o755 {
		t.Error("it was written once more, or cannot be run")
	}
	os.WriteFile(s.path(programFile), []byte("another"), 0o755)
	if err := s.CheckProgram(i); err == nil || !strings.Contains(err.Error(), errOther.Error()) {
		t.Errorf("another program: %v", err)
	}
}

// A disk that is full is said to be, and leaves nothing half written.
func TestKeep_SaysThatTheDiskIsFull(t *testing.T) {
	s := Stock{Dir: t.TempDir()}
	dir := filepath.Join(s.Dir, blobsFolder, ".incoming-x")
	os.MkdirAll(dir, 0o755)
	in := &incoming{stock: s, dir: dir, sums: map[string]string{}, links: map[string]string{}}
	os.RemoveAll(dir) // what cannot be written to
	err := in.read(image("linux/amd64", "base").saved(t))
	if errs.CodeOf(err) != errs.Failed || !strings.Contains(errs.HintOf(err), "disk is full") {
		t.Errorf("%v — %s", err, errs.HintOf(err))
	}
}
