package docker

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"ronron/internal/errs"
)

// The self image holds the static binary as /ronron and an empty /tmp. It is
// made here rather than pulled or built, byte by byte the same for the same
// binary, so its id is known before an engine is asked.

const ownBinary = "/proc/self/exe"

// selfImage is the archive of one binary, ready to be loaded.
type selfImage struct {
	path   string
	size   int64  // of the binary
	config []byte // its hash is the image's id
	id     string
	layer  string // the layer's hash
}

// SelfImageID returns the id of the self image made from the binary at path
// ("" is the running one), without asking an engine.
func SelfImageID(path string) (string, error) {
	s, err := newSelfImage(path)
	if err != nil {
		return "", err
	}
	return s.id, nil
}

func newSelfImage(path string) (*selfImage, error) {
	if path == "" {
		path = ownBinary
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Failed, "Ronron's own binary cannot be read.")
	}
	s := &selfImage{path: path, size: info.Size()}
	hash := sha256.New()
	if err := s.writeLayer(hash); err != nil {
		return nil, errs.Wrap(err, errs.Failed, "Ronron's own binary cannot be read.")
	}
	s.layer = hex.EncodeToString(hash.Sum(nil))
	s.config = selfConfig(s.layer)
	s.id = fmt.Sprintf("sha256:%x", sha256.Sum256(s.config))
	return s, nil
}

// selfConfig is the image's configuration; 1970 keeps the id from changing.
func selfConfig(layer string) []byte {
	type object map[string]any // encoded with sorted keys
	config, err := json.Marshal(object{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"created":      "1970-01-01T00:00:00Z",
		"config": object{
			"Entrypoint": []string{"/ronron"},
			"Labels":     map[string]string{labelSelf: "true"},
		},
		"rootfs":  object{"type": "layers", "diff_ids": []string{"sha256:" + layer}},
		"history": []object{{"created": "1970-01-01T00:00:00Z", "created_by": "ronron"}},
	})
	if err != nil {
		panic("docker: the self image's configuration could not be encoded: " + err.Error()) // plain data always can
	}
	return config
}

// tag is where engines that number images otherwise (by their manifest, as the
// containerd store does) find the image again.
func selfTag(id string) string { return "ronron/self:" + strings.TrimPrefix(id, "sha256:")[:16] }

// writeLayer writes the one layer: the binary and an empty /tmp.
func (s *selfImage) writeLayer(to io.Writer) error {
	binary, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer binary.Close()
	w := tar.NewWriter(to)
	epoch := time.Unix(0, 0)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "ronron", Mode: 0o755, Size: s.size, ModTime: epoch}); err != nil {
		return err
	}
	if _, err := io.CopyN(w, binary, s.size); err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "tmp/", Mode: 0o1777, ModTime: epoch}); err != nil {
		return err
	}
	return w.Close()
}

// layerSize is what writeLayer writes: two headers, the binary in whole blocks,
// two empty blocks at the end.
func (s *selfImage) layerSize() int64 {
	const block = 512
	return 4*block + (s.size+block-1)/block*block
}

// writeArchive writes what `docker load` reads.
func (s *selfImage) writeArchive(to io.Writer) error {
	w := tar.NewWriter(to)
	config := strings.TrimPrefix(s.id, "sha256:") + ".json"
	manifest, err := json.Marshal([]map[string]any{{"Config": config, "RepoTags": []string{selfTag(s.id)}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return err
	}
	small := func(name string, content []byte) error {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content)), ModTime: time.Unix(0, 0)}); err != nil {
			return err
		}
		_, err := w.Write(content)
		return err
	}
	if err := errors.Join(small(config, s.config), small("manifest.json", manifest)); err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "layer.tar", Mode: 0o644, Size: s.layerSize(), ModTime: time.Unix(0, 0)}); err != nil {
		return err
	}
	if err := s.writeLayer(w); err != nil {
		return err
	}
	return w.Close()
}

// EnsureSelf loads the self image made from the binary at path ("" is the
// running one) unless it is present, and returns the engine's id for it.
func (e *Engine) EnsureSelf(ctx context.Context, path string) (string, error) {
	return ensureSelf(ctx, e.api, path)
}

func ensureSelf(ctx context.Context, api *client.Client, path string) (string, error) {
	s, err := newSelfImage(path)
	if err != nil {
		return "", err
	}
	id, err := findSelf(ctx, api, s.id)
	if errs.CodeOf(err) != errs.NotFound {
		return id, err
	}
	return s.load(ctx, api)
}

// loader says whether the binary asks for a dynamic loader, which an image that
// holds nothing else does not have.
func loader(binary string) bool {
	f, err := elf.Open(binary)
	if err != nil {
		return false // the engine will say what is wrong with it
	}
	defer f.Close()
	return slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}

func (s *selfImage) load(ctx context.Context, api *client.Client) (string, error) {
	if loader(s.path) {
		return "", errs.New(errs.Invalid, "This ronron needs libraries of the machine that it was built on, and its containers have none.").
			WithHint("Build it as one static file: make build, or go build with CGO_ENABLED=0.")
	}
	r, w := io.Pipe()
	packing := make(chan struct{})
	go func() {
		defer close(packing)
		w.CloseWithError(s.writeArchive(w))
	}()
	defer func() {
		r.Close()
		<-packing
	}()
	loaded, err := api.ImageLoad(ctx, r, client.ImageLoadWithQuiet(true))
	if err != nil {
		return "", fault(err, "Ronron's own image cannot be loaded")
	}
	defer loaded.Body.Close()
	if loaded.JSON {
		if _, err := readStream(loaded.Body, func(string) {}); err != nil {
			return "", fault(err, "Ronron's own image cannot be loaded")
		}
	} else if _, err := io.Copy(io.Discard, loaded.Body); err != nil {
		return "", fault(err, "Ronron's own image cannot be loaded")
	}
	return findSelf(ctx, api, s.id)
}

// findSelf returns the engine's id of the self image with our id, or NotFound.
func findSelf(ctx context.Context, api *client.Client, id string) (string, error) {
	if len(id) != len("sha256:")+2*sha256.Size {
		return "", errs.New(errs.Invalid, "%q is not the id of an image.", id)
	}
	for _, name := range []string{id, selfTag(id)} {
		found, err := api.ImageInspect(ctx, name)
		switch {
		case cerrdefs.IsNotFound(err):
		case err != nil:
			return "", fault(err, "Ronron's own image cannot be looked at")
		case found.Config != nil && found.Config.Labels[labelSelf] == "true":
			return found.ID, nil
		}
	}
	return "", errs.New(errs.NotFound, "Ronron's own image is not present.")
}

// loadOwnSelf loads the running binary's image when that is the one wanted.
func (e *Engine) loadOwnSelf(ctx context.Context, id string) (string, error) {
	own, err := newSelfImage("")
	if err != nil {
		return "", err
	}
	if own.id != id {
		return "", errs.New(errs.NotFound, "The image of another version of Ronron is wanted, and it is not present.").
			WithHint("Run: ronron up, which brings the daemon to the version of the command line.")
	}
	return own.load(ctx, e.api)
}
