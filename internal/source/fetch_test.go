package source

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
)

func quiet(text.Text) {}

func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, Shelf) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	return s, Shelf{Dir: t.TempDir(), Client: s.Client(), Wait: time.Millisecond}
}

func TestShelf_DownloadsOnceAndKeeps(t *testing.T) {
	data := gz(t, tarOf(t, honest...))
	sum, err := Sum(onDisk(t, data), 1)
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	server, shelf := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		w.Write(data)
	})
	src := Source{URL: server.URL + "/x-1.tar.gz", Sum: sum, Strip: 1}
	for range 2 {
		tarFile, err := shelf.Ensure(t.Context(), src, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Sum(tarFile, 0); got != sum || err != nil {
			t.Errorf("what is kept has the sum %s, %v", got, err)
		}
	}
	if calls.Load() != 1 {
		t.Errorf("it was downloaded %d times", calls.Load())
	}
	left, _ := os.ReadDir(shelf.Dir)
	if len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestShelf_TakesWhatIsBrought(t *testing.T) {
	data := zipOf(t, honest...)
	sum, err := Sum(onDisk(t, data), 1)
	if err != nil {
		t.Fatal(err)
	}
	src := Source{URL: "https://nowhere.invalid/download/x-1.zip", Sum: sum, Strip: 1}
	shelf := Shelf{Dir: filepath.Join(t.TempDir(), "sources")}
	if shelf.Has(sum) {
		t.Error("it has what nobody brought")
	}
	if err := shelf.Take(src, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	if !shelf.Has(sum) {
		t.Error("what was brought is not there")
	}
	if _, err := shelf.Ensure(t.Context(), src, quiet); err != nil {
		t.Error(err)
	}
	if !strings.HasSuffix(src.FileName(), "-x-1.zip") || strings.ContainsAny(src.FileName(), "/:") {
		t.Errorf("it is called %s", src.FileName())
	}
}

// Whoever brings an archive may be wrong, or lie.
func TestShelf_TakesNothingElse(t *testing.T) {
	data := zipOf(t, honest...)
	sum, _ := Sum(onDisk(t, data), 1)
	other := SumPrefix + strings.Repeat("0", 64)
	for name, c := range map[string]struct {
		src    Source
		data   []byte
		bounds Bounds
	}{
		"another content":  {Source{Sum: other, Strip: 1}, data, Usual},
		"another strip":    {Source{Sum: sum}, data, Usual},
		"cut off":          {Source{Sum: sum, Strip: 1}, data[:len(data)/2], Usual},
		"too large":        {Source{Sum: sum, Strip: 1}, data, Bounds{Archive: 10, Content: 1 << 20, Files: 10}},
		"a path for a sum": {Source{Sum: "h1:../../../etc/passwd", Strip: 1}, data, Usual},
		"no sum at all":    {Source{Strip: 1}, data, Usual},
		"nothing in it":    {Source{Sum: sum, Strip: 1}, nil, Usual},
	} {
		shelf := Shelf{Dir: filepath.Join(t.TempDir(), "sources"), Bounds: c.bounds}
		if err := shelf.Take(c.src, bytes.NewReader(c.data)); err == nil || errs.CodeOf(err) == errs.Internal {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(shelf.Dir); len(left) != 0 {
			t.Errorf("%s: %d files are left", name, len(left))
		}
	}
}

func TestShelf_SaysTheSumOfAnotherContent(t *testing.T) {
	data := tarOf(t, honest...)
	sum, _ := Sum(onDisk(t, data), 0)
	server, shelf := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Write(data) })
	_, err := shelf.Ensure(t.Context(), Source{URL: server.URL, Sum: SumPrefix + strings.Repeat("0", 64)}, quiet)
	if err == nil || !strings.Contains(err.Error(), sum) {
		t.Errorf("the error does not say %s: %v", sum, err)
	}
	left, _ := os.ReadDir(shelf.Dir)
	if len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
}

// A connection that breaks twice: the download goes on from where it was.
func TestDownload_GoesOnWhereItBroke(t *testing.T) {
	data := gz(t, tarOf(t, entry{name: "a", content: strings.Repeat("abcdefgh", 50_000)}))
	sum, _ := Sum(onDisk(t, data), 0)
	var ranges []string
	server, shelf := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		from := 0
		if h := r.Header.Get("Range"); h != "" {
			ranges = append(ranges, h)
			fmt.Sscanf(h, "bytes=%d-", &from)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
		}
		rest := data[from:]
		w.Header().Set("Content-Length", fmt.Sprint(len(rest)))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		if len(ranges) < 2 {
			w.Write(rest[:len(rest)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		w.Write(rest)
	})
	if _, err := shelf.Ensure(t.Context(), Source{URL: server.URL, Sum: sum}, quiet); err != nil {
		t.Fatal(err)
	}
	if len(ranges) != 2 {
		t.Errorf("it asked for %v", ranges)
	}
}

func TestDownload_SaysHowFarItCameAndWhatToDo(t *testing.T) {
	server, shelf := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Write(make([]byte, 100))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	shelf.Retries = 1
	src := Source{URL: server.URL + "/x.zip", Sum: SumPrefix + strings.Repeat("0", 64)}
	_, err := shelf.Ensure(t.Context(), src, quiet)
	if errs.CodeOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "100 of 1000 bytes") || !strings.Contains(errs.HintOf(err), "ronron fetch") {
		t.Errorf("%v — %s", err, errs.HintOf(err))
	}
}

func TestDownload_Refuses(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"missing":  func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
		"too long": func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 2<<20)) },
	} {
		server, shelf := serve(t, h)
		shelf.Bounds = Bounds{Archive: 1 << 20, Content: 1 << 20, Files: 10}
		_, err := shelf.Ensure(t.Context(), Source{URL: server.URL, Sum: SumPrefix + strings.Repeat("0", 64)}, quiet)
		if err == nil || errs.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A recipe cannot make the daemon knock inside the machine's own networks.
func TestDownload_ReachesPublicAddressesOnly(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	shelf := Shelf{Dir: t.TempDir(), Wait: time.Millisecond}
	for _, url := range []string{server.URL, "https://169.254.169.254/latest", "https://[::1]/", "https://10.213.0.2/", "https://[::ffff:127.0.0.1]/"} {
		_, err := shelf.Ensure(t.Context(), Source{URL: url, Sum: SumPrefix + strings.Repeat("0", 64)}, quiet)
		if err == nil || !strings.Contains(err.Error(), "inside a network of its own") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
