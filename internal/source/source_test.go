package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/errs"
)

type entry struct {
	name, content, link string
	mode                int64
	kind                byte
}

func tarOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: e.name, Mode: 0o644 | e.mode, Size: int64(len(e.content))}
		if e.link != "" {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, e.link, 0
		}
		if e.kind != 0 {
			h.Typeflag = e.kind
			if e.kind != tar.TypeReg {
				h.Size = 0
			}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte(e.content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func gz(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Write(data)
	w.Close()
	return buf.Bytes()
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(os.FileMode(0o644 | e.mode))
		content := e.content
		if e.link != "" {
			h.SetMode(os.ModeSymlink | 0o777)
			content = e.link
		}
		to, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(to, content)
	}
	w.Close()
	return buf.Bytes()
}

func onDisk(t testing.TB, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "archive")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

var honest = []entry{
	{name: "x-1/README", content: "read me"},
	{name: "x-1/bin/run", content: "#!/bin/sh\n", mode: 0o111},
	{name: "x-1/docs/README", link: "../README"},
}

// The same files give the same sum, however they are packed, and it is the sum
// that anybody can make by hand.
func TestSum_IsOfTheContent(t *testing.T) {
	hash := func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }
	want := SumPrefix + hash(hash("read me")+" - README\n"+hash("#!/bin/sh\n")+" x bin/run\n"+"link ../README l docs/README\n")

	dir := t.TempDir()
	for _, d := range []string{"bin", "docs", "empty"} {
		os.Mkdir(filepath.Join(dir, d), 0o700)
	}
	os.WriteFile(filepath.Join(dir, "README"), []byte("read me"), 0o600)
	os.WriteFile(filepath.Join(dir, "bin/run"), []byte("#!/bin/sh\n"), 0o755)
	os.Symlink("../README", filepath.Join(dir, "docs/README"))
	if got, err := SumDir(dir); got != want || err != nil {
		t.Errorf("folder: %s %v", got, err)
	}
	withFolders := append([]entry{{name: "pax_global_header", kind: tar.TypeDir}, {name: "x-1/", kind: tar.TypeDir}}, honest[2], honest[0], honest[1])
	for name, data := range map[string][]byte{
		"tar": tarOf(t, honest...), "tar.gz": gz(t, tarOf(t, honest...)), "other order": tarOf(t, withFolders...), "zip": zipOf(t, honest...),
	} {
		archive := onDisk(t, data)
		if got, err := Sum(archive, 1); got != want || err != nil {
			t.Errorf("%s: %s %v", name, got, err)
		}
		// What is repacked has the same sum again, without stripping.
		var plain bytes.Buffer
		if _, err := Repack(&plain, archive, 1, Usual); err != nil {
			t.Fatal(err)
		}
		if got, err := Sum(onDisk(t, plain.Bytes()), 0); got != want || err != nil {
			t.Errorf("%s repacked: %s %v", name, got, err)
		}
	}
	for name, entries := range map[string][]entry{
		"content": {{name: "x-1/README", content: "read mE"}, honest[1], honest[2]},
		"mode":    {{name: "x-1/README", content: "read me", mode: 0o111}, honest[1], honest[2]},
		"name":    {{name: "x-1/README2", content: "read me"}, honest[1], honest[2]},
		"link":    {honest[0], honest[1], {name: "x-1/docs/README", link: "../bin/run"}},
		"missing": {honest[0], honest[1]},
	} {
		if got, err := Sum(onDisk(t, tarOf(t, entries...)), 1); got == want || err != nil {
			t.Errorf("another %s has the same sum (%v)", name, err)
		}
	}
}

func TestRepack_RefusesWhatLeadsOut(t *testing.T) {
	bomb := gz(t, tarOf(t, entry{name: "a", content: strings.Repeat("0", 4<<20)}))
	lying := zipOf(t, entry{name: "a", content: "hello"})
	small := Bounds{Archive: 1 << 20, Content: 1 << 20, Files: 3}
	for name, data := range map[string][]byte{
		"parent":              tarOf(t, entry{name: "../x", content: "x"}),
		"hidden parent":       tarOf(t, entry{name: "a/../../x", content: "x"}),
		"absolute":            tarOf(t, entry{name: "/etc/passwd", content: "x"}),
		"backslash":           zipOf(t, entry{name: `..\x`, content: "x"}),
		"zip parent":          zipOf(t, entry{name: "../x", content: "x"}),
		"absolute link":       tarOf(t, entry{name: "a", link: "/etc/passwd"}),
		"link out":            tarOf(t, entry{name: "a/b", link: "../../x"}),
		"zip link out":        zipOf(t, entry{name: "a", link: "../x"}),
		"link to a parent":    tarOf(t, entry{name: "a", link: ".."}),
		"below a link":        tarOf(t, entry{name: "a", link: "b"}, entry{name: "a/x", content: "x"}),
		"over a link":         tarOf(t, entry{name: "a", link: "b/c"}, entry{name: "d/b", content: "x"}, entry{name: "e", link: "a/../x"}),
		"below a file":        tarOf(t, entry{name: "a", content: "x"}, entry{name: "a/b", content: "x"}),
		"twice":               tarOf(t, entry{name: "a", content: "x"}, entry{name: "./a", content: "y"}),
		"hard link":           tarOf(t, entry{name: "a", content: "x"}, entry{name: "b", link: "a", kind: tar.TypeLink}),
		"device":              tarOf(t, entry{name: "sda", kind: tar.TypeBlock}),
		"pipe":                tarOf(t, entry{name: "p", kind: tar.TypeFifo}),
		"long path":           tarOf(t, entry{name: strings.Repeat("a/", 400) + "b", content: "x"}),
		"too many":            tarOf(t, entry{name: "a"}, entry{name: "b"}, entry{name: "c"}, entry{name: "d"}),
		"bomb":                bomb,
		"zip bomb":            zipOf(t, entry{name: "a", content: strings.Repeat("0", 4<<20)}),
		"large":               bytes.Repeat([]byte("x"), 2<<20),
		"empty":               {},
		"no archive":          []byte("<html>404</html>"),
		"nothing in it":       tarOf(t),
		"cut off":             gz(t, tarOf(t, honest...))[:60],
		"damaged zip":         lying[:len(lying)-8],
		"zip with false size": bytes.Replace(lying, []byte{5, 0, 0, 0}, []byte{9, 0, 0, 0}, -1),
	} {
		t.Run(name, func(t *testing.T) {
			var to bytes.Buffer
			sum, err := Repack(&to, onDisk(t, data), 0, small)
			if err == nil {
				t.Fatalf("it is accepted with the sum %s", sum)
			}
			if errs.CodeOf(err) != errs.Invalid || errs.HintOf(err) == "" {
				t.Errorf("the error is no sentence with a hint: %v", err)
			}
			if to.Len() > 2<<20 {
				t.Errorf("%d bytes were written before it was refused", to.Len())
			}
		})
	}
}

func TestSumDir_RefusesLinksOut(t *testing.T) {
	dir := t.TempDir()
	os.Symlink("/etc/passwd", filepath.Join(dir, "x"))
	if _, err := SumDir(dir); errs.CodeOf(err) != errs.Invalid {
		t.Errorf("got %v", err)
	}
}

func FuzzRepack(f *testing.F) {
	f.Add(tarOf(f, honest...), 1)
	f.Add(gz(f, tarOf(f, honest...)), 0)
	f.Add(zipOf(f, honest...), 1)
	f.Add(tarOf(f, entry{name: "a", link: "../x"}), 0)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, strip int) {
		name := filepath.Join(dir, "archive")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var to bytes.Buffer
		sum, err := Repack(&to, name, min(max(strip, 0), 10), Bounds{Archive: 1 << 20, Content: 1 << 20, Files: 50})
		if err != nil {
			return
		}
		for r := tar.NewReader(&to); ; {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if !filepath.IsLocal(h.Name) || h.Linkname != "" && !filepath.IsLocal(filepath.Join(filepath.Dir(h.Name), h.Linkname)) {
				t.Fatalf("%q → %q leads out", h.Name, h.Linkname)
			}
		}
		if !strings.HasPrefix(sum, SumPrefix) {
			t.Fatalf("sum %q", sum)
		}
	})
}

func TestInOneFolder(t *testing.T) {
	for name, c := range map[string]struct {
		entries []entry
		want    bool
	}{
		"as forges pack":   {[]entry{{name: "x-1/a", content: "a"}, {name: "x-1/b/c", content: "c"}}, true},
		"two folders":      {[]entry{{name: "x/a", content: "a"}, {name: "y/b", content: "b"}}, false},
		"a file beside it": {[]entry{{name: "x/a", content: "a"}, {name: "README", content: "b"}}, false},
	} {
		if got, err := InOneFolder(onDisk(t, tarOf(t, c.entries...))); got != c.want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
