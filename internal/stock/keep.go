package stock

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// configuration is what an image's configuration says, as far as it is needed.
type configuration struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	RootFS       struct {
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

func (c configuration) platform() string { return c.OS + "/" + c.Architecture }

func readConfiguration(content []byte) (c configuration, err error) {
	if err := json.Unmarshal(content, &c); err != nil {
		return c, err
	}
	if c.Architecture == "" || c.OS == "" || len(c.RootFS.DiffIDs) == 0 {
		return c, text.Errorf("it is not the configuration of an image")
	}
	for _, layer := range c.RootFS.DiffIDs {
		if !sumRule.MatchString(layer) {
			return c, text.Errorf("it names the layer %q", layer)
		}
	}
	return c, nil
}

// incoming is an image on its way from an engine into the stock.
type incoming struct {
	stock    Stock
	dir      string
	sums     map[string]string // of the files of the archive
	links    map[string]string
	manifest []byte
}

// Keep takes an image in, as an engine saves one (`docker save`). Layers are kept
// as plain tars, since that is how the image's configuration names them: what lies
// here can be checked without believing whoever wrote it.
func (s Stock) Keep(archive io.Reader) (Image, error) {
	if err := os.MkdirAll(s.path(blobsFolder), 0o755); err != nil {
		return Image{}, full(err, s.path(blobsFolder))
	}
	dir, err := os.MkdirTemp(s.path(blobsFolder), ".incoming-")
	if err != nil {
		return Image{}, full(err, s.path(blobsFolder))
	}
	defer os.RemoveAll(dir)
	in := &incoming{stock: s, dir: dir, sums: map[string]string{}, links: map[string]string{}}
	if err := in.read(archive); err != nil {
		return Image{}, err
	}
	return in.settle()
}

const manifestName = "manifest.json"

func (in *incoming) read(archive io.Reader) error {
	for r := tar.NewReader(archive); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unsaved(err)
		}
		name := path.Clean(h.Name)
		switch {
		case h.Typeflag == tar.TypeSymlink:
			in.links[name] = path.Join(path.Dir(name), h.Linkname)
		case h.Typeflag != tar.TypeReg:
		case name == manifestName:
			if in.manifest, err = io.ReadAll(io.LimitReader(r, maxSmall)); err != nil {
				return unsaved(err)
			}
		default:
			if in.sums[name], err = in.take(r); err != nil {
				return err
			}
		}
	}
}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// take writes one file of the archive, unpacked, and returns its sum.
func (in *incoming) take(r io.Reader) (sum string, err error) {
	from := bufio.NewReader(r)
	magic, _ := from.Peek(4)
	content := io.Reader(from)
	switch {
	case bytes.HasPrefix(magic, gzipMagic):
		if content, err = gzip.NewReader(from); err != nil {
			return "", unsaved(err)
		}
	case bytes.Equal(magic, zstdMagic):
		return "", errs.New(errs.Failed, "The engine saves the image packed by zstd, which Ronron does not unpack.").
			WithHint("Gather on a machine whose engine keeps images the usual way (without the containerd image store).")
	}
	f, err := os.CreateTemp(in.dir, "part-*")
	if err != nil {
		return "", full(err, in.dir)
	}
	defer f.Close()
	writing := &writer{to: f}
	if sum, _, err = sumOf(io.TeeReader(content, writing)); writing.err != nil {
		return "", full(writing.err, in.stock.Dir)
	} else if err != nil {
		return "", unsaved(err)
	}
	return sum, os.Rename(f.Name(), in.part(sum))
}

// writer remembers its own failure, to tell it from that of what is read.
type writer struct {
	to  io.Writer
	err error
}

func (w *writer) Write(p []byte) (n int, err error) {
	n, w.err = w.to.Write(p)
	return n, w.err
}

func (in *incoming) part(sum string) string { return filepath.Join(in.dir, sum[len("sha256:"):]) }

func unsaved(err error) error {
	return errs.Wrap(err, errs.Failed, "The engine did not save the image whole.").WithHint("Look whether its disk is full, then run the command again.")
}

// settle finds out what the image is made of, and keeps exactly that.
func (in *incoming) settle() (Image, error) {
	var manifests []struct {
		Config string
		Layers []string
	}
	if err := json.Unmarshal(in.manifest, &manifests); err != nil || len(manifests) != 1 {
		return Image{}, unsaved(text.Errorf("it does not say what the image is made of"))
	}
	config, known := in.sums[path.Clean(manifests[0].Config)]
	if !known {
		return Image{}, unsaved(text.Errorf("its configuration is missing"))
	}
	content, err := os.ReadFile(in.part(config))
	if err != nil {
		return Image{}, unsaved(err)
	}
	c, err := readConfiguration(content)
	if err != nil {
		return Image{}, unsaved(err)
	}
	if len(c.RootFS.DiffIDs) != len(manifests[0].Layers) {
		return Image{}, unsaved(text.Errorf("it has other layers than its configuration names"))
	}
	held := Image{Config: config, Platform: c.platform()}
	for n, layer := range manifests[0].Layers {
		if sum := in.sumOf(path.Clean(layer)); sum != c.RootFS.DiffIDs[n] {
			return Image{}, unsaved(text.Errorf("its layer %d is %q and not %s", n+1, sum, c.RootFS.DiffIDs[n]))
		}
	}
	for _, sum := range append(c.RootFS.DiffIDs, config) {
		size, err := in.move(sum)
		if err != nil {
			return Image{}, full(err, in.stock.blob(sum))
		}
		held.Size += size
	}
	return held, nil
}

// sumOf follows one link: older engines write a layer that repeats as one.
func (in *incoming) sumOf(name string) string {
	if to, isLink := in.links[name]; isLink {
		name = to
	}
	return in.sums[name]
}

// move makes a part one of the stock's, on disk before the index names it.
func (in *incoming) move(sum string) (size int64, err error) {
	to := in.stock.blob(sum)
	part := in.part(sum)
	if !isFile(part) { // an image can hold one layer twice
		part = to
	}
	f, err := os.Open(part)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := errors.Join(f.Chmod(0o644), f.Sync()); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(part, to)
}
