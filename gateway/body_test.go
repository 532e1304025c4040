package gateway

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestBody_TooLargeIs413(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var reached atomic.Int64
	r := k.add("files.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err == nil {
			reached.Add(1)
		}
		fmt.Fprint(w, n)
	}))
	r.MaxBody = 100_000
	k.put()
	url := k.url("files.chaton.test", "/")
	for _, http2 := range []bool{false, true} {
		for size, want := range map[int]int{99_999: 200, 100_000: 200, 100_001: 413, 5_000_000: 413} {
			for _, chunked := range []bool{false, true} {
				var body io.Reader = bytes.NewReader(make([]byte, size))
				if chunked {
					body = io.MultiReader(body) // hides the length
				}
				before := reached.Load()
				resp, err := k.browser(http2).Post(url, "application/octet-stream", body)
				if err != nil {
					t.Errorf("%d bytes, chunked %v, HTTP/2 %v: %v", size, chunked, http2, err)
					continue
				}
				b, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if resp.StatusCode != want {
					t.Errorf("%d bytes, chunked %v, HTTP/2 %v: %d %s", size, chunked, http2, resp.StatusCode, b)
				}
				if got := reached.Load() - before; want == 413 && got != 0 || want == 200 && got != 1 {
					t.Errorf("%d bytes, chunked %v: the service got %d whole bodies", size, chunked, got)
				}
			}
		}
	}
}

func TestBody_DeclaredTooLargeIsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("files.chaton.test", text200("reached")).MaxBody = 10
	k.config.Hosts[0].Routes[0].MaxBody = 10
	k.put()
	got := k.raw("files.chaton.test", "PUT / HTTP/1.1\r\nHost: files.chaton.test\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 413 ") || strings.Contains(got, "100 Continue") {
		t.Errorf("answer is %q", firstLine(got))
	}
}

func TestBody_ServiceRefusesBeforeItIsSent(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("files.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "who are you", http.StatusUnauthorized)
	}))
	c := k.dial("files.chaton.test")
	io.WriteString(c, "PUT / HTTP/1.1\r\nHost: files.chaton.test\r\nContent-Length: 50000000\r\nExpect: 100-continue\r\n\r\n")
	start := time.Now()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	must(t, err)
	if resp.StatusCode != 401 || time.Since(start) > 900*time.Millisecond {
		t.Errorf("answer is %s after %v", resp.Status, time.Since(start))
	}
}

// A service that answers without reading must not leave the answer stuck
// behind a client that waits for it before it goes on sending.
func TestBody_EarlyAnswerArrivesWhileTheClientStillSends(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	l, err := net.Listen("tcp", "127.0.0.1:0") // net/http itself would read the body first
	must(t, err)
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			bufio.NewReader(c).ReadString('\n')
			io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
		}
	}()
	k.add("files.chaton.test", nil).Backend = l.Addr().String()
	k.put()
	c := k.dial("files.chaton.test")
	io.WriteString(c, "PUT / HTTP/1.1\r\nHost: files.chaton.test\r\nContent-Length: 5000\r\n\r\nhalf")
	start := time.Now()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	must(t, err)
	if resp.StatusCode != 403 || time.Since(start) > time.Second {
		t.Errorf("answer is %s after %v", resp.Status, time.Since(start))
	}
}

// What is left of a body that nobody read must not be taken for a request.
func TestBody_RestOfAnUnreadBodyIsNoRequest(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("files.chaton.test", text200("reached"))
	for _, first := range []string{"/nowhere", "/"} {
		k.config.Hosts[0].Routes[0].Path = "/x"
		k.config.Hosts[0].Routes[0].MaxBody = 1
		k.put()
		got := k.raw("files.chaton.test", "POST "+first+" HTTP/1.1\r\nHost: files.chaton.test\r\nContent-Length: 5000\r\n\r\n"+
			"GET /x HTTP/1.1\r\nHost: files.chaton.test\r\n\r\n")
		if strings.Contains(got, "reached") || strings.Count(got, "HTTP/1.1 ") != 1 {
			t.Errorf("answers are %q", got)
		}
	}
}

// A body that never comes holds no refusal back, on neither port.
func TestBody_RefusalDoesNotWaitForIt(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("files.chaton.test", text200("reached"))
	request := "POST /.well-known/acme-challenge/x HTTP/1.1\r\nHost: files.chaton.test\r\nContent-Length: 5000\r\n\r\n"
	plain, err := net.Dial("tcp", "127.0.0.1:"+port(k.config.HTTPAddr))
	must(t, err)
	defer plain.Close()
	k.config.Hosts[0].Routes[0].MaxBody = 10
	k.put()
	for _, c := range []net.Conn{plain, k.dial("files.chaton.test")} {
		must(t, c.SetDeadline(time.Now().Add(4*time.Second)))
		io.WriteString(c, request)
		start := time.Now()
		in := bufio.NewReader(c)
		resp, err := http.ReadResponse(in, nil)
		must(t, err)
		if took := time.Since(start); resp.StatusCode < 400 || took > time.Second {
			t.Errorf("answer is %s after %v", resp.Status, took)
		}
		if _, err := io.Copy(io.Discard, in); err != nil {
			t.Errorf("the connection does not end: %v", err)
		}
	}
}

func TestBody_StreamsBothWays(t *testing.T) {
	t.Parallel()
	const size = 16 << 20
	k := newKit(t)
	sent := make(chan []byte, 1)
	r := k.add("files.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := sha256.New()
		io.Copy(h, r.Body)
		sent <- h.Sum(nil)
		io.CopyN(w, rand.Reader, size)
	}))
	r.MaxBody = -1
	k.put()
	for _, http2 := range []bool{false, true} {
		h := sha256.New()
		body := io.TeeReader(io.LimitReader(rand.Reader, size), h)
		resp, err := k.browser(http2).Post(k.url("files.chaton.test", "/"), "", io.MultiReader(body))
		must(t, err)
		n, err := io.Copy(io.Discard, resp.Body)
		must(t, err)
		resp.Body.Close()
		if n != size || !bytes.Equal(<-sent, h.Sum(nil)) {
			t.Errorf("HTTP/2 %v: %d bytes came back, or what was sent arrived changed", http2, n)
		}
	}
	s, err := k.Stats(t.Context())
	must(t, err)
	if got := s.Services["files"]; got.BytesIn != 2*size || got.BytesOut != 2*size {
		t.Errorf("counted %d bytes in, %d out", got.BytesIn, got.BytesOut)
	}
}

// Slow is not stalled: what moves may take longer than every limit.
func TestBody_SlowUploadAndDownloadAreWelcome(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(s *Server) { s.limits.stall, s.limits.header = time.Second, 500*time.Millisecond })
	r := k.add("files.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		for range 8 {
			fmt.Fprintf(w, "%d ", len(b))
			w.(http.Flusher).Flush()
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(1500 * time.Millisecond) // a long poll: nothing to send is no stall
		fmt.Fprint(w, "end")
	}))
	r.Timeout = 1 // shorter than the upload
	k.put()
	for _, http2 := range []bool{false, true} {
		slow, fill := io.Pipe()
		go func() {
			for range 15 {
				fill.Write([]byte("x"))
				time.Sleep(100 * time.Millisecond)
			}
			fill.Close()
		}()
		resp, err := k.browser(http2).Post(k.url("files.chaton.test", "/"), "", slow)
		must(t, err)
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if want := strings.Repeat("15 ", 8) + "end"; err != nil || string(b) != want {
			t.Errorf("HTTP/2 %v: %d %q, %v", http2, resp.StatusCode, b, err)
		}
	}
}

func TestBody_StalledUploadEnds(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(s *Server) { s.limits.stall = 200 * time.Millisecond })
	over := make(chan error, 1)
	k.serve("files.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		over <- err
	}))
	got := k.raw("files.chaton.test", "PUT / HTTP/1.1\r\nHost: files.chaton.test\r\nContent-Length: 5000\r\n\r\nhalf")
	if !strings.HasPrefix(got, "HTTP/1.1 408 ") {
		t.Errorf("answer is %q", firstLine(got))
	}
	if err := <-over; err == nil {
		t.Error("the service takes half a body for a whole one")
	}

	slow, fill := io.Pipe()
	defer fill.Close()
	go fill.Write([]byte("half"))
	resp, err := k.browser(true).Post(k.url("files.chaton.test", "/"), "", slow)
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != 408 {
		t.Errorf("over HTTP/2 the answer is %s", resp.Status)
	}
}

func TestBody_StalledDownloadEnds(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(s *Server) { s.limits.stall = 200 * time.Millisecond })
	gone := make(chan struct{}, 2)
	k.serve("files.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 64<<10)
		for {
			if _, err := w.Write(block); err != nil {
				gone <- struct{}{}
				return
			}
		}
	}))
	c := k.dial("files.chaton.test")
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: files.chaton.test\r\n\r\n") // and never read
	resp, err := k.browser(true).Get(k.url("files.chaton.test", "/"))      // likewise
	must(t, err)
	defer resp.Body.Close()
	for range 2 {
		select {
		case <-gone:
		case <-time.After(10 * time.Second):
			t.Fatal("the service still sends to a client that takes nothing")
		}
	}
}

func TestSlowHeader_Ends(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(s *Server) { s.limits.header = 200 * time.Millisecond })
	k.serve("wiki.chaton.test", text200("ok"))
	c := k.dial("wiki.chaton.test")
	start := time.Now()
	go func() {
		io.WriteString(c, "GET / HTTP/1.1\r\n")
		for range 40 {
			if _, err := io.WriteString(c, "X-A: b\r\n"); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	b, _ := io.ReadAll(c)
	if took := time.Since(start); took > 1500*time.Millisecond {
		t.Errorf("the connection lasted %v (%q)", took, b)
	}
}

func TestLargeHeader_IsRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	got := k.raw("wiki.chaton.test", "GET / HTTP/1.1\r\nHost: wiki.chaton.test\r\nX-A: "+strings.Repeat("a", 80<<10)+"\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 431 ") {
		t.Errorf("answer is %q", firstLine(got))
	}
}
