package e2e

import (
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestClosedNetwork gathers what a chaton needs on the machine's engine, and
// brings it up on one that has no image at all and no way out: a built image, one
// that was pulled, and what the house itself needs.
func TestClosedNetwork(t *testing.T) {
	p := newPrivate(t, 3<<30)
	h := newHouseOn(t, p.engine, "closed.localhost", 29463)
	open := &house{t: t, bin: h.bin, dir: h.dir}

	// What the registry has comes from a first stock: an image is its parts.
	seed := filepath.Join(t.TempDir(), "seed")
	open.run("fetch", "--file", h.file, "--to", seed)
	reg := newRegistry(t, seed, "ronron/pages:")
	h.pulls("pages", reg.image)

	to := filepath.Join(t.TempDir(), "stock")
	t.Setenv("SSL_CERT_FILE", reg.certificate) // of the only registry there is
	t.Cleanup(func() { exec.Command("docker", "rmi", reg.image+"@"+reg.digest).Run() })
	first := open.run("fetch", "--file", h.file, "--to", to)
	if !strings.Contains(first.err, "Pulling "+reg.image) {
		t.Errorf("nothing was pulled:\n%s", first.err)
	}
	again := open.run("fetch", "--file", h.file, "--to", to)
	if strings.Contains(again.err, "Saved") || !strings.Contains(again.err, "is there") {
		t.Errorf("the second time something was gathered anew:\n%s", again.err)
	}
	open.run("fetch", "--file", h.file, "--to", to, "--check")
	reg.server.Close()
	t.Setenv("SSL_CERT_FILE", "")

	if images := h.others(); images != "" {
		t.Fatalf("the closed engine has images already: %s", images)
	}
	if out, err := p.on(exec.Command("docker", "pull", reg.image+"@"+reg.digest)).CombinedOutput(); err == nil {
		t.Fatalf("the closed engine reaches a registry:\n%s", out)
	}
	// The lock can stay behind: the folder knows it too.
	if err := os.Remove(filepath.Join(h.dir, "chaton.lock")); err != nil {
		t.Fatal(err)
	}
	h.refusals(to)
	r := h.run("up", "--yes", "--from", to)
	if !strings.Contains(r.err, "3 of 3") {
		t.Errorf("other images were loaded than the three that are missing:\n%s", r.err)
	}
	h.up() // without the folder: everything is there
	if status, body := h.get(h.client(), h.url("wiki", "/")); status != http.StatusOK || !strings.Contains(body, "dokuwiki") {
		t.Errorf("the wiki answers %d", status)
	}
	if status, _ := h.get(h.client(), h.url("pages", "/")); status != http.StatusOK {
		t.Errorf("the pages answer %d", status)
	}
	if r := h.run("up", "--yes", "--from", to); !strings.Contains(r.out+r.err, "Nothing to change") || strings.Contains(r.err, "Loading") {
		t.Errorf("a second up finds something to do:\n%s%s", r.out, r.err)
	}
}

// refusals are folders that cannot be used; nothing is loaded from them.
func (h *house) refusals(whole string) {
	h.t.Helper()
	for name, c := range map[string]struct {
		spoil func(dir string)
		says  []string
	}{
		"copied by half": {func(dir string) {
			os.Remove(largest(h.t, dir))
		}, []string{"is not whole", "a part of it is missing", "ronron fetch"}},
		"another content": {func(dir string) {
			os.Truncate(largest(h.t, dir), 1<<20)
		}, []string{"is not whole", "another content", "ronron fetch"}},
		"of another file": {func(dir string) {
			b, _ := os.ReadFile(filepath.Join(dir, "index.json"))
			os.WriteFile(filepath.Join(dir, "index.json"), regexp.MustCompile(`build:ronron/dokuwiki:`).ReplaceAll(b, []byte("build:ronron/other:")), 0o644)
		}, []string{"Missing: ronron/dokuwiki:", "lacks 1 of the 3 images", "ronron fetch --to FOLDER"}},
	} {
		dir := filepath.Join(h.t.TempDir(), "stock")
		if out, err := exec.Command("cp", "-al", whole, dir).CombinedOutput(); err != nil {
			h.t.Fatalf("%v\n%s", err, out)
		}
		// Links to the same files would be spoilt too.
		if out, err := exec.Command("cp", "--remove-destination", largest(h.t, whole), largest(h.t, dir)).CombinedOutput(); err != nil {
			h.t.Fatalf("%v\n%s", err, out)
		}
		os.Remove(filepath.Join(dir, "index.json"))
		if out, err := exec.Command("cp", filepath.Join(whole, "index.json"), dir).CombinedOutput(); err != nil {
			h.t.Fatalf("%v\n%s", err, out)
		}
		c.spoil(dir)
		args := []string{"up", "--yes", "--from", dir}
		h.fails(1, args, c.says...)
		if images := h.others(); images != "" {
			h.t.Errorf("%s: something was loaded: %s", name, images)
		}
	}
}

// others are the engine's images but Ronron's own, which comes with the binary.
func (h *house) others() string {
	h.t.Helper()
	var names []string
	for line := range strings.Lines(h.engine.docker(h.t, "images", "-a", "--format", "{{.Repository}}:{{.Tag}}")) {
		if !strings.HasPrefix(line, "ronron/self:") && line != "\n" {
			names = append(names, strings.TrimSpace(line))
		}
	}
	return strings.Join(names, " ")
}

func largest(t *testing.T, dir string) (path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	var most int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Size() > most {
			path, most = filepath.Join(dir, "blobs", e.Name()), info.Size()
		}
	}
	return path
}

// pulls makes a service of the demo run an image instead of one that is built.
func (h *house) pulls(recipe, image string) {
	h.t.Helper()
	folder := filepath.Join(h.dir, "recipes", "pulled")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("../recipes/catalog", recipe))); err != nil {
		h.t.Fatal(err)
	}
	file := filepath.Join(folder, "recipe.hcl")
	text, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	changed := strings.NewReplacer(`recipe "`+recipe+`"`, `recipe "pulled"`, "build {}", fmt.Sprintf("image = %q", image)).Replace(string(text))
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		h.t.Fatal(err)
	}
	text = []byte(strings.NewReplacer(`recipe = "`+recipe+`"`, `recipe = "pulled"`, "chaton {\n", "chaton {\n  recipes = \"recipes\"\n").Replace(h.text()))
	h.write(string(text))
}

// registry is one of the test's own, on this machine, with one image of two
// kinds of machines.
type registry struct {
	server      *httptest.Server
	image       string
	digest      string // of what names both kinds
	certificate string // file with what to trust
}

func newRegistry(t *testing.T, stock, prefix string) *registry {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(stock, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct {
		Images map[string]struct{ Config, Platform string }
	}
	if err := json.Unmarshal(content, &index); err != nil {
		t.Fatal(err)
	}
	manifests := map[string][]byte{}
	keep := func(v any) (digest string, size int) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		digest = fmt.Sprintf("sha256:%x", sha256.Sum256(b))
		manifests[digest] = b
		return digest, len(b)
	}
	r := &registry{}
	for key, image := range index.Images {
		if !strings.HasPrefix(key, "build:"+prefix) {
			continue
		}
		one, size := keep(manifestOf(t, stock, image.Config))
		kind, arch, _ := strings.Cut(image.Platform, "/")
		const list = "application/vnd.docker.distribution.manifest.list.v2+json"
		r.digest, _ = keep(map[string]any{"schemaVersion": 2, "mediaType": list, "manifests": []any{
			map[string]any{"mediaType": manifestType, "size": 2, "digest": "sha256:" + strings.Repeat("0", 64), "platform": map[string]string{"os": "plan9", "architecture": arch}},
			map[string]any{"mediaType": manifestType, "size": size, "digest": one, "platform": map[string]string{"os": kind, "architecture": arch}},
		}})
		manifests["1.0"] = manifests[r.digest]
	}
	if r.digest == "" {
		t.Fatalf("no image %s in %s", prefix, stock)
	}
	r.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, which, isManifest := strings.Cut(req.URL.Path, "/manifests/")
		_, blob, isBlob := strings.Cut(req.URL.Path, "/blobs/sha256:")
		switch {
		case isManifest && manifests[which] != nil:
			var m struct{ MediaType string }
			json.Unmarshal(manifests[which], &m)
			w.Header().Set("Content-Type", m.MediaType)
			w.Header().Set("Docker-Content-Digest", fmt.Sprintf("sha256:%x", sha256.Sum256(manifests[which])))
			w.Write(manifests[which])
		case isBlob:
			http.ServeFile(w, req, filepath.Join(stock, "blobs", filepath.Base(blob)))
		case req.URL.Path == "/v2/":
		default:
			http.NotFound(w, req)
		}
	}))
	t.Cleanup(r.server.Close)
	r.image = strings.TrimPrefix(r.server.URL, "https://") + "/house/pages:1.0"
	r.certificate = filepath.Join(t.TempDir(), "registry.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw})
	if err := os.WriteFile(r.certificate, block, 0o644); err != nil {
		t.Fatal(err)
	}
	return r
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

// manifestOf is what a registry says of an image whose parts lie in a stock.
func manifestOf(t *testing.T, stock, config string) any {
	t.Helper()
	part := func(kind, digest string) map[string]any {
		info, err := os.Stat(filepath.Join(stock, "blobs", strings.TrimPrefix(digest, "sha256:")))
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"mediaType": kind, "size": info.Size(), "digest": digest}
	}
	b, err := os.ReadFile(filepath.Join(stock, "blobs", strings.TrimPrefix(config, "sha256:")))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	var layers []any
	for _, layer := range c.RootFS.DiffIDs {
		layers = append(layers, part("application/vnd.docker.image.rootfs.diff.tar", layer))
	}
	return map[string]any{"schemaVersion": 2, "mediaType": manifestType,
		"config": part("application/vnd.docker.container.image.v1+json", config), "layers": layers}
}
