package docker

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"ronron/services"
)

func packedSource(t *testing.T) func() (io.ReadCloser, error) {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range []tar.Header{
		{Typeflag: tar.TypeReg, Name: "bin/run", Mode: 0o755, Size: 2},
		{Typeflag: tar.TypeSymlink, Name: "run", Linkname: "bin/run", Mode: 0o777},
	} {
		packed(w.WriteHeader(&h))
		if h.Size > 0 {
			w.Write([]byte("hi"))
		}
	}
	packed(w.Close())
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil }
}

func TestContext_HoldsSourcesBelowTheirName(t *testing.T) {
	r := contextOf(&services.Build{
		Files:   map[string][]byte{"Dockerfile": []byte("FROM x")},
		Sources: []services.Source{{Name: "pad", Open: packedSource(t)}},
	})
	defer r.Close()
	var got []string
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		name := h.Name
		if h.Mode&0o111 != 0 && h.Typeflag == tar.TypeReg {
			name += "*"
		}
		if h.Linkname != "" {
			name += ">" + h.Linkname
		}
		got = append(got, name)
	}
	if want := "Dockerfile sources/pad/bin/run* sources/pad/run>bin/run"; strings.Join(got, " ") != want {
		t.Errorf("the context holds %v", got)
	}
}

func TestContext_FailsWhereASourceIsMissing(t *testing.T) {
	r := contextOf(&services.Build{Files: map[string][]byte{"Dockerfile": nil}, Sources: []services.Source{{Name: "pad"}}})
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); !errors.Is(err, errNotFetched) {
		t.Errorf("got %v", err)
	}
}
