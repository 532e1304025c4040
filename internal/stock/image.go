package stock

import (
	"archive/tar"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// Checker checks what a stock holds, and reads each part once.
type Checker struct {
	Stock
	whole map[string]bool
}

// Check says whether an image is whole, and is what is wanted as far as that can
// be known: a pulled one by the digest that its reference names. A built one is
// believed to be built from what its tag says.
func (c *Checker) Check(wanted services.Image, held Image) error {
	content, err := c.small(held.Config)
	if err != nil {
		return c.damaged(err, text.Say("The image %s", Name(wanted)))
	}
	config, err := readConfiguration(content)
	if err != nil {
		return c.damaged(err, text.Say("The image %s", Name(wanted)))
	}
	if c.whole == nil {
		c.whole = map[string]bool{}
	}
	for _, layer := range config.RootFS.DiffIDs {
		if c.whole[layer] {
			continue
		}
		if err := c.check(layer); err != nil {
			return c.damaged(err, text.Say("The image %s", Name(wanted)))
		}
		c.whole[layer] = true
	}
	return c.proven(wanted, held)
}

// Fits says whether an image runs on a machine of that kind ("linux/amd64").
func (s Stock) Fits(wanted services.Image, held Image, platform string) error {
	content, err := s.small(held.Config)
	if err != nil {
		return s.damaged(err, text.Say("The image %s", Name(wanted)))
	}
	config, err := readConfiguration(content)
	if err != nil {
		return s.damaged(err, text.Say("The image %s", Name(wanted)))
	}
	if config.platform() != platform {
		return errs.New(errs.Invalid, "%s holds images for %s, and this machine is %s.", s.Dir, config.platform(), platform).
			WithHint("Gather on a machine of the same kind as this one: ronron fetch --to FOLDER")
	}
	return nil
}

// proven follows the manifests from the digest that is wanted to the image.
func (s Stock) proven(wanted services.Image, held Image) error {
	_, digest, pulled := strings.Cut(wanted.Reference, "@")
	if !pulled {
		return nil
	}
	other := errs.New(errs.Failed, "What %s holds as %s is not that image.", s.Dir, Name(wanted)).
		WithHint("Do not use it, and find out who changed the folder. Gather it again: ronron fetch --to %s", s.Dir)
	next := []string{digest}
	for _, sum := range held.Manifests {
		if !slices.Contains(next, sum) {
			return other
		}
		content, err := s.small(sum)
		if err != nil {
			return s.damaged(err, text.Say("The image %s", Name(wanted)))
		}
		if next, err = named(content, ""); err != nil {
			return other
		}
	}
	if !slices.Contains(next, held.Config) || len(held.Manifests) == 0 {
		return other
	}
	return nil
}

// named are the digests that a manifest leads to: of the image's configuration,
// or of the manifests for each kind of machine, of which platform chooses ("" all).
func named(manifest []byte, platform string) (next []string, err error) {
	var m struct {
		Config    struct{ Digest string }
		Manifests []struct {
			Digest   string
			Platform struct{ OS, Architecture string }
		}
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, err
	}
	for _, one := range m.Manifests {
		if platform == "" || platform == one.Platform.OS+"/"+one.Platform.Architecture {
			next = append(next, one.Digest)
		}
	}
	if m.Config.Digest != "" {
		next = append(next, m.Config.Digest)
	}
	return next, nil
}

// Prove keeps the manifests that lead from a pulled image's digest to what was
// kept of it. manifest fetches one by its digest.
func (s Stock) Prove(wanted services.Image, held *Image, manifest func(digest string) ([]byte, error)) error {
	_, digest, pulled := strings.Cut(wanted.Reference, "@")
	if !pulled {
		return nil
	}
	held.Manifests = nil
	found, err := s.lead(digest, held, manifest, 2)
	if err != nil {
		return err
	}
	if !found {
		return errs.New(errs.Failed, "What the engine pulled as %s is not what the registry says that image is.", Name(wanted)).
			WithHint("The engine may hold an image of another kind of machine under that name. Remove it there and run the command again: docker rmi %s", wanted.Reference)
	}
	return nil
}

func (s Stock) lead(digest string, held *Image, manifest func(string) ([]byte, error), depth int) (bool, error) {
	content, err := manifest(digest)
	if err != nil {
		return false, err
	}
	next, err := named(content, held.Platform)
	if err != nil || sumBytes(content) != digest {
		return false, errs.New(errs.Failed, "The registry sent something else than the manifest %s.", digest)
	}
	chain := append(held.Manifests, digest)
	for _, to := range next {
		held.Manifests = chain
		found := to == held.Config
		if !found && depth > 1 {
			if found, err = s.lead(to, held, manifest, depth-1); err != nil {
				return false, err
			}
		}
		if found {
			_, err := s.keepSmall(content)
			return true, err
		}
	}
	return false, nil
}

// Archive writes the image as an engine loads one (`docker load`), under name.
func (s Stock) Archive(held Image, name string, to io.Writer) error {
	config, err := s.small(held.Config)
	if err != nil {
		return err
	}
	c, err := readConfiguration(config)
	if err != nil {
		return err
	}
	layers := make([]string, len(c.RootFS.DiffIDs))
	for n, layer := range c.RootFS.DiffIDs {
		layers[n] = layer[len("sha256:"):] + ".tar"
	}
	file := held.Config[len("sha256:"):] + ".json"
	manifest, err := json.Marshal([]map[string]any{{"Config": file, "RepoTags": []string{name}, "Layers": layers}})
	if err != nil {
		return err
	}
	w := tar.NewWriter(to)
	for _, small := range []struct {
		name    string
		content []byte
	}{{manifestName, manifest}, {file, config}} {
		if err := w.WriteHeader(header(small.name, int64(len(small.content)))); err != nil {
			return err
		}
		if _, err := w.Write(small.content); err != nil {
			return err
		}
	}
	for n, layer := range c.RootFS.DiffIDs {
		if slices.Contains(layers[:n], layers[n]) {
			continue
		}
		if err := s.writeLayer(w, layers[n], layer); err != nil {
			return err
		}
	}
	return w.Close()
}

func (s Stock) writeLayer(w *tar.Writer, name, layer string) error {
	f, err := os.Open(s.blob(layer))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := w.WriteHeader(header(name, info.Size())); err != nil {
		return err
	}
	n, err := io.Copy(w, f)
	if err == nil && n != info.Size() {
		err = text.Errorf("it changed while it was read")
	}
	return err
}

func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: size, ModTime: time.Unix(0, 0)}
}

// Name is how an image is called before people.
func Name(i services.Image) string {
	switch {
	case i.Build != nil:
		return i.Build.Tag()
	case i.Self:
		return "ronron"
	}
	name, _, _ := strings.Cut(i.Reference, "@")
	return name
}

// Lacks lists the wanted images that an index does not name.
func (i Index) Lacks(wanted []services.Image) (lacking []services.Image) {
	for _, image := range wanted {
		if _, held := i.Images[image.Key()]; !held {
			lacking = append(lacking, image)
		}
	}
	return lacking
}

// Unused says how many images of the index are not wanted, and their bytes.
func (i Index) Unused(wanted []services.Image) (n int, size int64) {
	keys := map[string]bool{}
	for _, image := range wanted {
		keys[image.Key()] = true
	}
	for key, held := range i.Images {
		if !keys[key] {
			n, size = n+1, size+held.Size
		}
	}
	return n, size
}
