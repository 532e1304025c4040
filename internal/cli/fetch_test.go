package cli

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/stock"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
)

// fakeStore is an engine that pulls and builds in no time, where it has a network.
type fakeStore struct {
	platform string
	network  bool
	images   map[string][]byte // saved, by key
	made     []string          // keys that were pulled or built
	loaded   []string          // names
	fails    string            // key that cannot be made
}

func newStore(network bool) *fakeStore {
	return &fakeStore{platform: "linux/amd64", network: network, images: map[string][]byte{}}
}

func (s *fakeStore) Platform(context.Context) (string, error) { return s.platform, nil }
func (s *fakeStore) Close() error                             { return nil }

func (s *fakeStore) ImagePresent(_ context.Context, i services.Image) (bool, error) {
	return s.images[i.Key()] != nil, nil
}

func (s *fakeStore) EnsureImage(_ context.Context, i services.Image, progress func(text.Text)) (string, error) {
	switch {
	case s.images[i.Key()] != nil:
	case !s.network:
		return "", errs.New(errs.Unavailable, "There is no network.")
	case i.Key() == s.fails:
		return "", errs.New(errs.Failed, "The image %s cannot be built.", i.Key())
	default:
		if i.Build != nil {
			for _, src := range i.Build.Sources {
				r, err := src.Open()
				if err != nil {
					return "", err
				}
				r.Close()
			}
		}
		progress(text.Text{EN: "Step 1/1 : FROM x"})
		progress(text.Text{EN: "a line of no use"})
		s.made = append(s.made, i.Key())
		s.images[i.Key()] = savedImage(i.Key())
	}
	return i.Key(), nil
}

func (s *fakeStore) ImageSize(_ context.Context, id string) (int64, error) {
	return int64(len(s.images[id])), nil
}

func (s *fakeStore) SaveImage(_ context.Context, id string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s.images[id])), nil
}

func (s *fakeStore) LoadImage(_ context.Context, archive io.Reader) error {
	r := tar.NewReader(archive)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Name != "manifest.json" {
			continue
		}
		var m []struct{ RepoTags []string }
		if err := json.NewDecoder(r).Decode(&m); err != nil {
			return err
		}
		s.loaded = append(s.loaded, m[0].RepoTags...)
		s.images["build:"+m[0].RepoTags[0]] = []byte("loaded")
	}
}

func (s *fakeStore) BroughtName(reference string) (string, bool) {
	_, digest, found := strings.Cut(reference, "@sha256:")
	return "ronron/brought:" + digest, found
}

// savedImage is what an engine saves of an image with one layer.
func savedImage(content string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	put := func(name string, content []byte) {
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content))})
		w.Write(content)
	}
	config, _ := json.Marshal(map[string]any{"architecture": "amd64", "os": "linux",
		"rootfs": map[string]any{"diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(content)))}}})
	put("layer.tar", []byte(content))
	put("config.json", config)
	put("manifest.json", []byte(`[{"Config":"config.json","Layers":["layer.tar"]}]`))
	w.Close()
	return b.Bytes()
}

func builtImage(name string) services.Image {
	return services.Image{Build: &services.Build{Name: "ronron/" + name, Files: map[string][]byte{"Dockerfile": []byte("FROM " + name)}}}
}

// closed is a machine with a network that has gathered two images, and the
// folder it has gathered them in.
func closed(t *testing.T) (w *world, to string, open *fakeStore) {
	t.Helper()
	w = newWorld(t)
	w.env.Self = filepath.Join(t.TempDir(), "ronron")
	os.WriteFile(w.env.Self, []byte("the program"), 0o755)
	w.language.images = []services.Image{builtImage("openldap"), builtImage("dokuwiki")}
	open, to = newStore(true), filepath.Join(t.TempDir(), "stock")
	w.on(open)
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to)
	return w, to, open
}

// on makes this the engine.
func (w *world) on(s *fakeStore) {
	w.env.Store = func(services.ChatonID) (ImageStore, error) { return s, nil }
}

func TestFetch_GathersOnceAndUpLoadsWhatIsMissing(t *testing.T) {
	w, to, open := closed(t)
	if len(open.made) != 2 {
		t.Fatalf("made: %v", open.made)
	}
	wantIn(t, "stderr", "Building "+w.language.images[0].Build.Tag()+", 1 of 2.\n  Step 1/1 : FROM x\nSaving ", w.stderr)
	if strings.Contains(w.stderr.String(), "of no use") {
		t.Error("everything that a build prints is shown")
	}
	open.made = nil
	again := newStore(true)
	w.on(again)
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to)
	if len(again.made) != 0 {
		t.Errorf("the second time it made %v", again.made)
	}
	wantIn(t, "stderr", "is there", w.stderr)
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to, "--check")

	here := newStore(false)
	here.images[w.language.images[0].Key()] = []byte("present")
	w.on(here)
	w.wantCode(exitDone, "up", "--yes", "--file", w.file, "--from", to)
	if want := []string{w.language.images[1].Build.Tag()}; !slices.Equal(here.loaded, want) {
		t.Errorf("loaded %v, want %v", here.loaded, want)
	}
	if !slices.ContainsFunc(w.host.calls, func(c string) bool { return strings.HasPrefix(c, "start ") }) {
		t.Error("no daemon was started")
	}
}

func TestFetch_SaysWhatThereIsToBring(t *testing.T) {
	for lang, want := range map[string][2]string{
		"en": {"kind with chaton.hcl and your own recipes; there: ronron up --from ", "kind with chaton.hcl, chaton.lock and your own recipes; there: ronron up --from "},
		"fr": {"type avec chaton.hcl et vos propres recettes\u202f; là-bas\u00a0: ronron up --from ", "type avec chaton.hcl, chaton.lock et vos propres recettes\u202f; là-bas\u00a0: ronron up --from "},
	} {
		w, to, _ := closed(t)
		w.set(map[string]string{"LANG": lang})
		w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to)
		wantIn(t, "stderr without a lock", want[0], w.stderr)
		if err := writeLock(lockBeside(w.file), map[string]string{tag: one}); err != nil {
			t.Fatal(err)
		}
		w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to)
		wantIn(t, "stderr with a lock", want[1], w.stderr)
	}
}

func TestFetch_KeepsWhatOtherFilesNeed(t *testing.T) {
	w, to, _ := closed(t)
	w.language.images = []services.Image{builtImage("openldap"), builtImage("pages")}
	w.on(newStore(true))
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to)
	wantIn(t, "stderr", "also holds 1 images", w.stderr)
	w.language.images = []services.Image{builtImage("openldap"), builtImage("dokuwiki")}
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to, "--check")
}

func TestFetch_GoesOnAfterAFailureAndSaysSo(t *testing.T) {
	w, to, open := closed(t)
	w.language.images = []services.Image{builtImage("broken"), builtImage("pages")}
	open.fails = w.language.images[0].Key()
	w.wantCode(exitFailed, "fetch", "--file", w.file, "--to", to)
	wantIn(t, "stderr", "cannot be built", w.stderr)
	wantIn(t, "stderr", "1 of the things that are needed", w.stderr)
	if !slices.Contains(open.made, w.language.images[1].Key()) {
		t.Error("the other was not gathered")
	}
}

func TestFetch_SaysBeforehandThatTheDiskIsFull(t *testing.T) {
	w, to, _ := closed(t)
	w.machine.free = 1 << 20
	w.language.images = []services.Image{builtImage("pages")}
	w.wantCode(exitFailed, "fetch", "--file", w.file, "--to", to)
	wantIn(t, "stderr", "has 1 MB left", w.stderr)
}

// Every folder that cannot be used is refused before anything is loaded or
// started, in words that say what to do.
func TestUpFrom_Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, w *world, to string, s *fakeStore)
		says  []string
	}{
		"no folder": {func(t *testing.T, w *world, to string, _ *fakeStore) { os.RemoveAll(to) },
			[]string{"There is no folder", "ronron fetch --to FOLDER"}},
		"no index": {func(t *testing.T, w *world, to string, _ *fakeStore) { os.Remove(filepath.Join(to, "index.json")) },
			[]string{"copied by half"}},
		"of another file": {func(t *testing.T, w *world, to string, _ *fakeStore) {
			w.language.images = append(w.language.images, builtImage("pages"))
		}, []string{"Missing: " + builtImage("pages").Build.Tag(), "lacks 1 of the 3 images", "ronron fetch --to FOLDER"}},
		"of another version": {func(t *testing.T, w *world, to string, _ *fakeStore) {
			w.env.Version, w.language.images = "0.3.0", []services.Image{builtImage("dokuwiki2")}
		}, []string{"Missing: ronron/dokuwiki2", "filled by Ronron 0.2.0, and this is 0.3.0"}},
		"of another kind of machine": {func(t *testing.T, w *world, to string, s *fakeStore) { s.platform = "linux/arm64" },
			[]string{"images for linux/amd64, and this machine is linux/arm64"}},
		"a part missing": {func(t *testing.T, w *world, to string, _ *fakeStore) {
			os.Remove(filepath.Join(to, "blobs", partOf(builtImage("dokuwiki"))))
		}, []string{"is not whole", "a part of it is missing", "ronron fetch --to"}},
		"a part changed": {func(t *testing.T, w *world, to string, _ *fakeStore) {
			os.WriteFile(filepath.Join(to, "blobs", partOf(builtImage("dokuwiki"))), []byte("evil"), 0o644)
		}, []string{"is not whole", "another content"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, to, _ := closed(t)
			here := newStore(false)
			w.on(here)
			c.spoil(t, w, to, here)
			w.wantCode(failing(name), "up", "--yes", "--file", w.file, "--from", to)
			for _, says := range c.says {
				wantIn(t, "stderr", says, w.stderr)
			}
			if len(here.loaded) > 0 || len(w.host.calls) > 0 {
				t.Errorf("something was done: loaded %v, %v", here.loaded, w.host.calls)
			}
		})
	}
}

// failing is the exit code: what is of the wrong kind is a wrong use.
func failing(name string) int {
	if name == "of another kind of machine" {
		return exitUsage
	}
	return exitFailed
}

// partOf is the file with the one layer of an image.
func partOf(i services.Image) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(i.Key()))) }

func TestFetchCheck_SaysWhatIsSpoilt(t *testing.T) {
	w, to, _ := closed(t)
	os.Truncate(filepath.Join(to, "ronron"), 3)
	os.Remove(filepath.Join(to, "blobs", partOf(builtImage("dokuwiki"))))
	w.wantCode(exitFailed, "fetch", "--file", w.file, "--to", to, "--check")
	wantIn(t, "stderr", "The copy of ronron", w.stderr)
	wantIn(t, "stderr", "2 of the things", w.stderr)
	// What is spoilt is mended, and nothing else is done.
	again := newStore(true)
	w.on(again)
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to)
	if len(again.made) != 1 {
		t.Errorf("made: %v", again.made)
	}
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to, "--check")
}

// On a closed network no registry is asked; what a tag means, the folder knows
// where the lock stayed behind.
func TestUpFrom_TakesTheLockFromTheFolder(t *testing.T) {
	w, r := withLock(t)
	w.env.Self = w.file
	to := filepath.Join(t.TempDir(), "stock")
	os.MkdirAll(to, 0o755)
	index := func(key string) {
		content, _ := json.Marshal(map[string]any{"version": 1, "ronron": "0.2.0", "images": map[string]any{key: map[string]any{"config": one}}})
		os.WriteFile(filepath.Join(to, "index.json"), content, 0o644)
	}
	here := newStore(false)
	here.images[tag+"@"+two] = []byte("present")
	w.on(here)
	index("example.org/other:1@" + one)
	if got := w.runAt(r, "up", "--yes", "--from", to); got != exitFailed {
		t.Errorf("a folder without the image: %d", got)
	}
	wantIn(t, "stderr", "lacks the image "+tag, w.stderr)
	index(tag + "@" + two)
	if got := w.runAt(r, "up", "--yes", "--from", to); got != exitDone {
		t.Errorf("%d: %s", got, w.stderr)
	}
	if !strings.Contains(w.lock(), two) || len(r.asked) > 0 {
		t.Errorf("the lock is %s, and registries were asked for %v", w.lock(), r.asked)
	}
}

// authored puts a recipe beside the file that is built from a source, and returns
// the folder of the recipe, the archive and its sum.
func authored(t *testing.T, w *world) (folder, archive string, src source.Source) {
	t.Helper()
	folder = filepath.Join(filepath.Dir(w.file), "recipes", "notes")
	archive = filepath.Join(t.TempDir(), "by hand, 2")
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	tw.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "pad-1/index.php", Mode: 0o644, Size: 1})
	tw.Write([]byte("x"))
	tw.Close()
	os.WriteFile(archive, b.Bytes(), 0o644)
	sum, err := source.Sum(archive, 1)
	if err != nil {
		t.Fatal(err)
	}
	src = source.Source{URL: "https://nowhere.invalid/pad-1.tar", Sum: sum, Strip: 1}
	os.MkdirAll(folder, 0o755)
	text := strings.Replace(bareRecipe, "build {}", fmt.Sprintf("build {\n source \"pad\" {\n url = %q\n sum = %q\n strip = 1\n }\n }", src.URL, src.Sum), 1)
	os.WriteFile(filepath.Join(folder, "recipe.hcl"), []byte(text), 0o644)
	os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM debian:trixie-slim\n"), 0o644)
	return folder, archive, src
}

// authorLanguage has the service of lockLanguage, with no image to be pulled.
type authorLanguage struct{ lockLanguage }

func (l authorLanguage) Resolve(w api.Wanted) ([]recipes.Resolved, diag.List) {
	return l.fakeLanguage.Resolve(w)
}

func TestFetch_ForAnAuthor(t *testing.T) {
	w := newWorld(t)
	folder, archive, src := authored(t, w)
	w.wantCode(exitDone, "recipe", "sum", archive)
	wantIn(t, "stdout", fmt.Sprintf("sum   = %q\nstrip = 1\n", src.Sum), w.stdout)
	to := filepath.Join(t.TempDir(), "stock")
	w.wantCode(exitFailed, "fetch", "--recipe", folder, "--to", to, "--check")
	w.wantCode(exitDone, "fetch", "--recipe", folder, "--to", to, "--have", archive)
	w.wantCode(exitDone, "fetch", "--recipe", folder, "--to", to, "--check")
	wantIn(t, "stderr", "ronron recipe test NAME --from "+to, w.stderr)

	// up takes the sources from there, and the daemon is told once.
	w.env.Language = authorLanguage{lockLanguage{w.language}}
	w.wantCode(exitDone, "up", "--yes", "--file", w.file, "--from", to)
	if string(w.daemon.brought[src.Sum]) == "" {
		t.Error("the daemon was brought nothing")
	}
	os.RemoveAll(filepath.Join(to, "sources"))
	os.MkdirAll(filepath.Join(to, "sources"), 0o755)
	w.wantCode(exitDone, "up", "--yes", "--file", w.file, "--from", to)
	w.daemon.brought = nil
	w.wantCode(exitFailed, "up", "--yes", "--file", w.file, "--from", to)
	wantIn(t, "stderr", "holds no archive of "+src.URL, w.stderr)
}

func TestFetch_RefusesWhatCannotBe(t *testing.T) {
	w, to, _ := closed(t)
	w.wantCode(exitUsage, "fetch", "--file", w.file, "--to", to, "--have", filepath.Join(to, "nowhere"))
	w.wantCode(exitUsage, "recipe", "sum", filepath.Join(to, "nowhere"))
	w.wantCode(exitUsage, "fetch", "--file", w.file, "word")
}

// The test of a recipe takes what a folder holds; the rest is built as ever.
func TestRecipeTest_LoadsWhatTheFolderHolds(t *testing.T) {
	w, to, _ := closed(t)
	catalog, _ := recipes.LoadCatalog(nil)
	wiki, _ := catalog.Get("mediawiki")
	directory, _ := catalog.Get("openldap")
	first := wiki.Outline().Service.Units[0].Image
	w.language.images = []services.Image{directory.Outline().Service.Units[0].Image, first, builtImage("of another recipe")}
	w.on(newStore(true))
	w.wantCode(exitDone, "fetch", "--file", w.file, "--to", to)

	here := newStore(false)
	w.on(here)
	if err := New(w.env).supplyTest(t.Context(), stock.Stock{Dir: to}, "test.localhost", wiki, nil); err != nil {
		t.Fatal(err)
	}
	want := []string{first.Build.Tag(), w.language.images[0].Build.Tag()}
	if !slices.Equal(here.loaded, want) {
		t.Errorf("loaded %v, want %v", here.loaded, want)
	}
	if err := New(w.env).supplyTest(t.Context(), stock.Stock{Dir: t.TempDir()}, "test.localhost", wiki, nil); err != nil {
		t.Errorf("a folder with sources alone: %v", err)
	}
}

func TestWithDigests_IsWhatAChatonRuns(t *testing.T) {
	lock := map[string]string{tag: tag + "@" + one}
	if got := withDigests(services.Image{Reference: tag}, lock); got.Reference != tag+"@"+one {
		t.Errorf("pulled: %+v", got)
	}
	plain := services.Image{Build: &services.Build{Name: "ronron/pad", Files: map[string][]byte{"Dockerfile": []byte("FROM " + tag + "\n")}}}
	got := withDigests(plain, lock)
	if string(got.Build.Files["Dockerfile"]) != "FROM "+tag+"@"+one+"\n" || got.Key() == plain.Key() {
		t.Errorf("built: %s", got.Build.Files["Dockerfile"])
	}
}
