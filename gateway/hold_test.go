package gateway

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// backendAt starts a service on an address where another one was.
func backendAt(t *testing.T, addr string, h http.Handler) *http.Server {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	must(t, err)
	s := &http.Server{Handler: h}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestHold_RequestsWaitForARestart(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	addr := "127.0.0.1" + freeAddr(t)
	k.add("wiki.chaton.test", nil).Backend = addr
	k.put()
	time.AfterFunc(700*time.Millisecond, func() {
		backendAt(t, addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s", r.Method, b)
		}))
	})
	results := make(chan string, 2)
	go func() {
		resp, err := k.browser(false).Post(k.url("wiki.chaton.test", "/"), "", io.MultiReader(strings.NewReader("a body")))
		if err != nil {
			results <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		results <- string(b)
	}()
	go func() { results <- k.get(k.url("wiki.chaton.test", "/")).body }()
	a, b := <-results, <-results
	if a > b {
		a, b = b, a
	}
	if a != "GET " || b != "POST a body" {
		t.Errorf("answers are %q and %q", a, b)
	}
}

func TestHold_EndsWith503AndLaterRequestsFailAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	r := k.add("wiki.chaton.test", nil)
	r.Backend, r.Hold = "127.0.0.1"+freeAddr(t), 1
	k.put()
	for i, bounds := range [][2]time.Duration{{900 * time.Millisecond, 2 * time.Second}, {0, 300 * time.Millisecond}} {
		start := time.Now()
		got := k.get(k.url("wiki.chaton.test", "/"))
		took := time.Since(start)
		if got.status != 503 || got.header.Get("Retry-After") == "" || took < bounds[0] || took > bounds[1] {
			t.Errorf("request %d: %d after %v", i, got.status, took)
		}
	}
}

func TestHold_GoesOnAtTheAddressOfANewConfiguration(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	r := k.add("wiki.chaton.test", text200("new place"))
	place := r.Backend
	for _, old := range []string{"", "127.0.0.1" + freeAddr(t)} {
		k.config.Hosts[0].Routes[0].Backend, k.config.Hosts[0].Routes[0].Hold = old, 10
		k.put()
		got := make(chan answer, 1)
		go func() { got <- k.get(k.url("wiki.chaton.test", "/")) }()
		wait(t, "the request is held", func() bool { s, _ := k.Stats(t.Context()); return s.Services["wiki"].Active == 1 })
		k.config.Hosts[0].Routes[0].Backend = place
		k.put()
		if a := <-got; a.body != "new place" {
			t.Errorf("held at %q, the answer is %d %q", old, a.status, a.body)
		}
	}
}

func TestHold_NotForAServiceThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.add("wiki.chaton.test", nil).Backend = ""
	k.put()
	start := time.Now()
	if got := k.get(k.url("wiki.chaton.test", "/")); got.status != 503 || time.Since(start) > time.Second {
		t.Errorf("answer is %d after %v", got.status, time.Since(start))
	}
}

func TestBroken_GetIsRepeatedPostIsNot(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var gets, posts atomic.Int64
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := &gets
		if r.Method == http.MethodPost {
			io.Copy(io.Discard, r.Body)
			n = &posts
		}
		if n.Add(1) == 1 {
			panic(http.ErrAbortHandler) // the container is stopped in the middle
		}
		io.WriteString(w, "ok")
	}))
	if got := k.get(k.url("wiki.chaton.test", "/")); got.body != "ok" || gets.Load() != 2 {
		t.Errorf("GET: %d %q after %d requests", got.status, got.body, gets.Load())
	}
	resp, err := k.browser(false).Post(k.url("wiki.chaton.test", "/"), "", strings.NewReader("x"))
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != 502 || posts.Load() != 1 {
		t.Errorf("POST: %d after %d requests", resp.StatusCode, posts.Load())
	}
}

func TestBroken_ServiceThatAlwaysDropsIs502(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var n atomic.Int64
	k.serve("wiki.chaton.test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { n.Add(1); panic(http.ErrAbortHandler) }))
	if got := k.get(k.url("wiki.chaton.test", "/")); got.status != 502 || n.Load() != 1+maxBroken {
		t.Errorf("answer is %d after %d requests", got.status, n.Load())
	}
}

func TestBroken_HalfAnAnswerIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Repeat("x", 10_000))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	for _, http2 := range []bool{false, true} {
		resp, err := k.browser(http2).Get(k.url("wiki.chaton.test", "/"))
		must(t, err)
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
		if err == nil {
			t.Errorf("HTTP/2 %v: the client cannot tell that the answer is cut", http2)
		}
	}
}

func TestTimeout_NoAnswerIs504(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	gone := make(chan struct{}, 1)
	r := k.add("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		gone <- struct{}{}
	}))
	r.Timeout = 1
	k.put()
	start := time.Now()
	got := k.get(k.url("wiki.chaton.test", "/"))
	if took := time.Since(start); got.status != 504 || took < 900*time.Millisecond || took > 3*time.Second {
		t.Errorf("answer is %d after %v", got.status, took)
	}
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("the service is not told that nobody waits")
	}
}

func TestTimeout_ServiceThatReadsNothingIs504(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	r := k.add("files.chaton.test", nil)
	r.Backend, r.Timeout = l.Addr().String(), 1
	k.put()
	resp, err := k.browser(true).Post(k.url("files.chaton.test", "/"), "", strings.NewReader(strings.Repeat("x", 20<<20)))
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != 504 {
		t.Errorf("answer is %s", resp.Status)
	}
}

func TestClientLeaves_ServiceIsTold(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	gone, began := make(chan struct{}), make(chan struct{})
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		close(gone)
	}))
	c := k.dial("wiki.chaton.test")
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: wiki.chaton.test\r\n\r\n")
	<-began
	c.Close()
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("the service goes on for a client that left")
	}
}
