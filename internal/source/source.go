// Package source takes archives of source code from strangers: it downloads
// them within bounds, unpacks them without letting any path, link or size out
// of bounds, and compares what is in them with a sum.
//
// The sum is of the content and not of the archive, because forges pack the
// same files anew from time to time. It is "h1:" and the SHA-256, in hexadecimal
// digits, of one line for each file, sorted by path:
//
//	<sha256 of the file> <"x" where executable, else "-"> <path>\n
//
// and for a link "link <its target>" in place of the first word and "l" for the second.
package source

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// Bounds of one archive. The largest software that chatons run, a cloud with
// all its apps, has some 700 MB in 30 000 files.
type Bounds struct {
	Archive int64 // bytes as it is downloaded
	Content int64 // bytes of all files in it
	Files   int
}

// Usual are the bounds for archives of strangers.
var Usual = Bounds{Archive: 512 << 20, Content: 2 << 30, Files: 100_000}

const longestPath = 512

// SumPrefix begins every sum; another way of counting would have another.
const SumPrefix = "h1:"

// tree notes what goes by and makes the sum of it.
type tree struct {
	bounds Bounds
	left   int64
	lines  map[string]string // by path
	links  map[string]string // by path: target
	out    *tar.Writer       // nil only counts
}

func newTree(b Bounds, out *tar.Writer) *tree {
	return &tree{bounds: b, left: b.Content, lines: map[string]string{}, links: map[string]string{}, out: out}
}

func refuse(format string, args ...any) error {
	return errs.New(errs.Invalid, "The archive is refused: %s", text.Say(format, args...)).
		WithHint("An honest archive has only files, folders, and links that stay inside. Look at it by hand, and tell its makers.")
}

// clean returns where an entry lies, or "" where strip leaves nothing of it.
func clean(name string, strip int) (string, error) {
	if len(name) > longestPath || strings.ContainsAny(name, "\x00\\\r\n") {
		return "", refuse("a path in it is too long or has characters that none needs.")
	}
	if path.IsAbs(name) || slices.Contains(strings.Split(name, "/"), "..") {
		return "", refuse("%q leads out of it.", name)
	}
	parts := strings.Split(path.Clean(name), "/")
	if len(parts) <= strip || parts[0] == "." {
		return "", nil
	}
	return path.Join(parts[strip:]...), nil
}

func (t *tree) room(name string) error {
	if _, twice := t.lines[name]; twice {
		return refuse("%q is in it twice.", name)
	}
	if len(t.lines) >= t.bounds.Files {
		return refuse("it has more than %d files.", t.bounds.Files)
	}
	return nil
}

// file takes a regular file.
func (t *tree) file(name string, executable bool, size int64, content io.Reader) error {
	if err := t.room(name); err != nil {
		return err
	}
	if size < 0 || size > t.left {
		return refuse("it holds more than %d MB.", t.bounds.Content>>20)
	}
	t.left -= size
	mode, kind := int64(0o644), "-"
	if executable {
		mode, kind = 0o755, "x"
	}
	sum := sha256.New()
	to := io.Writer(sum)
	if t.out != nil {
		if err := t.out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: size, ModTime: time.Unix(0, 0)}); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		to = io.MultiWriter(sum, t.out)
	}
	// One byte more than was announced is asked for, so that a lie is noticed.
	n, err := io.Copy(to, io.LimitReader(content, size))
	if err != nil {
		return broken(err)
	}
	if extra, _ := io.CopyN(io.Discard, content, 1); n != size || extra != 0 {
		return refuse("%q has another size than it says.", name)
	}
	t.lines[name] = hex.EncodeToString(sum.Sum(nil)) + " " + kind
	return nil
}

// link takes a symbolic link; whether it stays inside is known from its own
// place, for no folder on the way may be a link.
func (t *tree) link(name, target string) error {
	if err := t.room(name); err != nil {
		return err
	}
	to := path.Join(path.Dir(name), target)
	if target == "" || len(target) > longestPath || path.IsAbs(target) || strings.ContainsAny(target, "\x00\\\r\n") || to == ".." || strings.HasPrefix(to, "../") || turnsBack(target) {
		return refuse("the link %q leads out of it.", name)
	}
	if t.out != nil {
		if err := t.out.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777, ModTime: time.Unix(0, 0)}); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	t.lines[name], t.links[name] = "link "+target+" l", to
	return nil
}

// turnsBack says whether a target goes down and up again: where it goes down
// through a link, that leads elsewhere than it reads.
func turnsBack(target string) bool {
	for strings.HasPrefix(target, "../") {
		target = strings.TrimLeft(target[3:], "/")
	}
	return target != ".." && slices.Contains(strings.Split(target, "/"), "..")
}

// sum checks what only the whole tree can tell, and returns its sum.
func (t *tree) sum() (string, error) {
	if len(t.lines) == 0 {
		return "", refuse("there is no file in it.")
	}
	h := sha256.New()
	names := make([]string, 0, len(t.lines))
	for name := range t.lines {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, taken := t.lines[dir]; taken {
				return "", refuse("%q lies below %q, which is no folder.", name, dir)
			}
		}
		fmt.Fprintf(h, "%s %s\n", t.lines[name], name)
	}
	for name, to := range t.links {
		if err := t.staysInside(name, to); err != nil {
			return "", err
		}
	}
	return SumPrefix + hex.EncodeToString(h.Sum(nil)), nil
}

// staysInside refuses links whose way leads over another link: two that are
// harmless one by one could lead out together.
func (t *tree) staysInside(name, to string) error {
	for dir := path.Dir(to); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if _, isLink := t.links[dir]; isLink {
			return refuse("the link %q leads over the link %q.", name, dir)
		}
	}
	return nil
}

func broken(err error) error {
	if errs.CodeOf(err) != errs.Internal {
		return err
	}
	return errs.Wrap(err, errs.Invalid, "The archive is damaged or cut off.").
		WithHint("Fetch it again; where that changes nothing, the file at its address is damaged.")
}

// SumDir sums a folder on disk, as an archive of it would be.
func SumDir(dir string) (string, error) {
	t := newTree(Usual, nil)
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(p)
			if err != nil {
				return err
			}
			return t.link(name, target)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return refuse("%q is no file.", name)
		}
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		defer f.Close()
		return t.file(name, info.Mode()&0o111 != 0, info.Size(), f)
	})
	if err != nil {
		return "", err
	}
	return t.sum()
}

// Sum sums an archive.
func Sum(archive string, strip int) (string, error) { return Repack(nil, archive, strip, Usual) }

// Repack reads an archive (tar, tar.gz or zip, told apart by its first bytes) and
// writes its content as a plain tar: clean paths, no owners, no times. It
// returns the sum. What was written may be used only where there is no error.
func Repack(to io.Writer, archive string, strip int, b Bounds) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", fmt.Errorf("open archive: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("look at archive: %w", err)
	}
	if info.Size() > b.Archive {
		return "", refuse("it is larger than %d MB.", b.Archive>>20)
	}
	var out *tar.Writer
	if to != nil {
		out = tar.NewWriter(to)
	}
	t := newTree(b, out)
	if err := t.archive(f, info.Size(), strip); err != nil {
		return "", err
	}
	if out != nil {
		if err := out.Close(); err != nil {
			return "", fmt.Errorf("write archive: %w", err)
		}
	}
	return t.sum()
}

func (t *tree) archive(f *os.File, size int64, strip int) error {
	var magic [4]byte
	n, err := f.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read archive: %w", err)
	}
	switch {
	case n == 4 && string(magic[:]) == "PK\x03\x04":
		return t.zip(f, size, strip)
	case n >= 2 && magic[0] == 0x1f && magic[1] == 0x8b:
		z, err := gzip.NewReader(f)
		if err != nil {
			return broken(err)
		}
		return t.tar(z, strip)
	}
	return t.tar(f, strip)
}

func (t *tree) tar(from io.Reader, strip int) error {
	// What lies between the files is bounded too: padding packs to nothing.
	from = io.LimitReader(from, 2*t.bounds.Content)
	for r := tar.NewReader(from); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		name, err := clean(h.Name, strip)
		if err != nil {
			return err
		}
		switch {
		case h.Typeflag == tar.TypeXGlobalHeader || h.Typeflag == tar.TypeDir:
			continue
		case name == "" && (h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeSymlink):
			continue // above what strip leaves
		case h.Typeflag == tar.TypeReg:
			err = t.file(name, h.Mode&0o111 != 0, h.Size, r)
		case h.Typeflag == tar.TypeSymlink:
			err = t.link(name, h.Linkname)
		default:
			err = refuse("%q is neither a file, nor a folder, nor a symbolic link.", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

func (t *tree) zip(f io.ReaderAt, size int64, strip int) error {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return broken(err)
	}
	if len(z.File) > 2*t.bounds.Files {
		return refuse("it has more than %d files.", t.bounds.Files)
	}
	for _, e := range z.File {
		name, err := clean(e.Name, strip)
		if err != nil {
			return err
		}
		if name == "" || e.Mode().IsDir() {
			continue
		}
		if err := t.zipped(e, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) zipped(e *zip.File, name string) error {
	content, err := e.Open()
	if err != nil {
		return broken(err)
	}
	defer content.Close()
	switch {
	case e.Mode().IsRegular():
		return t.file(name, e.Mode()&0o111 != 0, int64(min(e.UncompressedSize64, 1<<62)), content)
	case e.Mode()&fs.ModeSymlink != 0:
		target, err := io.ReadAll(io.LimitReader(content, longestPath+1))
		if err != nil {
			return broken(err)
		}
		return t.link(name, string(target))
	}
	return refuse("%q is neither a file, nor a folder, nor a symbolic link.", e.Name)
}
