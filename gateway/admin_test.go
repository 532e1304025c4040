package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ronron/internal/errs"
)

func TestPut_RefusedConfigChangesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	before := k.disk()
	bad := k.config
	bad.Hosts = append([]Host{{Name: "x.test"}, {Name: "y.test"}}, bad.Hosts...)
	bad.HTTPSAddr = freeAddr(t)
	err := k.PutConfig(t.Context(), bad)
	all, ok := errors.AsType[*ConfigError](err)
	if errs.CodeOf(err) != errs.Invalid || !ok || len(all.Problems) != 2 || errs.HintOf(err) == "" {
		t.Errorf("error over the wire is %#v", err)
	}
	if k.disk() != before {
		t.Error("the file changed")
	}
	if got := k.get(k.url("wiki.chaton.test", "/")); got.body != "ok" {
		t.Errorf("answer is %d", got.status)
	}
}

func TestPut_UnknownFieldIsRefused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	err := k.do2(http.MethodPut, "/config", `{"version":1,"gate":true}`)
	if errs.CodeOf(err) != errs.Invalid || !strings.Contains(errs.HintOf(err), "ronron up") {
		t.Errorf("error is %v", err)
	}
}

func (k *kit) do2(method, path, body string) error {
	return k.Client.do(context.Background(), method, path, []byte(body), nil)
}

func TestPut_TakenPortIsNamedWithItsOwner(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	before := k.disk()
	taken, err := net.Listen("tcp", ":0")
	must(t, err)
	defer taken.Close()
	p := port(taken.Addr().String())
	next := k.config
	next.HTTPSAddr, next.HTTPAddr = freeAddr(t), ":"+p
	err = k.PutConfig(t.Context(), next)
	if errs.CodeOf(err) != errs.Conflict || !strings.Contains(err.Error(), "Port "+p) ||
		!strings.Contains(err.Error(), fmt.Sprintf("(process %d)", os.Getpid())) || !strings.Contains(errs.HintOf(err), "http_port") {
		t.Errorf("error is %v, hint %q", err, errs.HintOf(err))
	}
	if c, err := net.Dial("tcp", "127.0.0.1"+next.HTTPSAddr); err == nil {
		c.Close()
		t.Error("the other new address is open although the configuration was refused")
	}
	if k.disk() != before {
		t.Error("the file changed")
	}
	if got := k.get(k.url("wiki.chaton.test", "/")); got.body != "ok" {
		t.Errorf("answer is %d", got.status)
	}
}

// Sharing a port with SO_REUSEPORT must not let a second chaton take half of
// the first one's visitors.
func TestPut_PortOfAnotherGatewayIsTaken(t *testing.T) {
	t.Parallel()
	first, second := newKit(t), newKit(t)
	first.serve("wiki.chaton.test", text200("ok"))
	second.config.HTTPSAddr = first.config.HTTPSAddr
	if err := second.PutConfig(t.Context(), second.config); errs.CodeOf(err) != errs.Conflict {
		t.Errorf("error is %v", err)
	}
}

func TestPut_MovesToOtherAddresses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	open := k.dial("wiki.chaton.test")
	old := k.config.HTTPSAddr
	// Addresses that overlap with the present one on the same port, too.
	for _, addr := range []string{"127.0.0.1" + old, old, freeAddr(t)} {
		k.config.HTTPSAddr = addr
		k.put()
		if got := k.get(k.url("wiki.chaton.test", "/")); got.body != "ok" {
			t.Errorf("at %s the answer is %d", addr, got.status)
		}
	}
	k.config.HTTPAddr = ""
	k.put()
	wait(t, "the old address is closed", func() bool {
		c, err := net.Dial("tcp", "127.0.0.1"+old)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	// A connection of the old address is still good.
	io.WriteString(open, "GET / HTTP/1.1\r\nHost: wiki.chaton.test\r\nConnection: close\r\n\r\n")
	if b, _ := io.ReadAll(open); !strings.HasPrefix(string(b), "HTTP/1.1 200") {
		t.Errorf("the open connection answers %q", b)
	}
}

func TestPut_AcceptedButNotKeptSaysSo(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.add("wiki.chaton.test", text200("ok"))
	must(t, os.Mkdir(filepath.Join(k.dir, ConfigFile), 0o700)) // a folder cannot be replaced by a file
	err := k.PutConfig(t.Context(), k.config)
	if errs.CodeOf(err) != errs.Failed || errs.HintOf(err) == "" {
		t.Errorf("error is %v", err)
	}
	if h, _ := k.Health(t.Context()); !strings.Contains(h.Problem, "could not be kept") {
		t.Errorf("health is %+v", h)
	}
	must(t, os.Remove(filepath.Join(k.dir, ConfigFile)))
	k.put()
	if h, _ := k.Health(t.Context()); h.Problem != "" {
		t.Errorf("health is %+v", h)
	}
}

func TestStart_ServesFromDiskWithoutTheDaemon(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	info, err := os.Stat(filepath.Join(k.dir, ConfigFile))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v", info.Mode())
	}
	k.stop()
	if _, err := os.Stat(filepath.Join(k.dir, SocketFile)); err == nil {
		t.Error("the socket is left behind")
	}
	if _, err := k.Health(t.Context()); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("a stopped gateway's client says %v", err)
	}
	k.start()
	wait(t, "it serves", func() bool { h, _ := k.Health(t.Context()); return h.Sum == k.config.Sum() })
	if got := k.get(k.url("wiki.chaton.test", "/")); got.body != "ok" {
		t.Errorf("answer is %d", got.status)
	}
}

func TestStart_ServesAnExpiredCertificateRatherThanNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	k.stop()
	k.start(func(s *Server) { s.now = func() time.Time { return time.Now().AddDate(1, 0, 0) } })
	wait(t, "it serves", func() bool { h, _ := k.Health(t.Context()); return h.Hosts == 1 })
	if err := k.PutConfig(t.Context(), k.config); errs.CodeOf(err) != errs.Invalid {
		t.Errorf("the daemon sends an expired certificate: %v", err)
	}
}

func TestStart_DamagedFileIsKeptAsideAndReported(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"cut": `{"version":1,"hosts":[{"na`, "empty": "", "newer form": `{"version":2}`, "binary": "\x00\x01",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			k.stop()
			must(t, os.WriteFile(filepath.Join(k.dir, ConfigFile), []byte(content), 0o600))
			k.start()
			wait(t, "it reports", func() bool { h, _ := k.Health(t.Context()); return strings.Contains(h.Problem, "damaged") })
			aside, _ := filepath.Glob(filepath.Join(k.dir, ConfigFile+".damaged-*"))
			if len(aside) != 1 {
				t.Fatalf("kept aside are %v", aside)
			}
			if b, _ := os.ReadFile(aside[0]); string(b) != content {
				t.Errorf("what is kept aside is %q", b)
			}
			k.serve("wiki.chaton.test", text200("ok"))
			if h, _ := k.Health(t.Context()); h.Problem != "" {
				t.Errorf("after a new configuration health is still %+v", h)
			}
		})
	}
}

func TestStart_TriesAgainWhileThePortIsTaken(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	k.stop()
	var taken net.Listener
	wait(t, "the port is free", func() (ok bool) {
		var err error
		taken, err = net.Listen("tcp", k.config.HTTPSAddr)
		return err == nil
	})
	k.start(func(s *Server) { s.limits.retry = 20 * time.Millisecond })
	wait(t, "it reports", func() bool { h, _ := k.Health(t.Context()); return strings.Contains(h.Problem, "is taken") })
	taken.Close()
	wait(t, "it serves", func() bool { h, _ := k.Health(t.Context()); return h.Hosts == 1 && h.Problem == "" })
}

func TestSuccessor_TakesOverWithoutALostRequest(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	var lost, done atomic.Int64
	ctx, cancel := context.WithCancel(context.Background())
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			b := k.browser(false)
			for ctx.Err() == nil {
				resp, err := b.Get(k.url("wiki.chaton.test", "/"))
				if err != nil {
					lost.Add(1)
					t.Log(err)
					continue
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				done.Add(1)
			}
		})
	}
	stopFirst, first := k.stop, k.server
	k.start()
	wait(t, "the successor serves", func() bool { h, _ := k.Health(t.Context()); return h.Hosts == 1 && h.Since.Equal(k.server.stats.since) })
	stopFirst()
	before := done.Load()
	wait(t, "requests go on", func() bool { return done.Load() > before+100 })
	cancel()
	clients.Wait()
	if lost.Load() > 0 {
		t.Errorf("%d of %d requests were lost", lost.Load(), done.Load())
	}
	if first.stats.read().Services["wiki"].Requests["2xx"] == 0 || k.server.stats.read().Services["wiki"].Requests["2xx"] == 0 {
		t.Error("one of the two did nothing")
	}
	if _, err := k.Health(t.Context()); err != nil {
		t.Errorf("the successor's socket went with its predecessor: %v", err)
	}
}

func TestSwap_UnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.add("wiki.chaton.test", text200("wiki"))
	k.serve("pages.chaton.test", text200("pages"))
	ctx, cancel := context.WithCancel(context.Background())
	var done, failed atomic.Int64
	var clients sync.WaitGroup
	for i := range 100 {
		clients.Go(func() {
			b := k.browser(i%2 == 0)
			name := []string{"wiki", "pages"}[i/2%2]
			for ctx.Err() == nil {
				resp, err := b.Get(k.url(name+".chaton.test", "/"))
				if err != nil {
					failed.Add(1)
					t.Log(err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || string(body) != name {
					failed.Add(1)
					t.Logf("%d %q %v", resp.StatusCode, body, err)
					return
				}
				done.Add(1)
			}
		})
	}
	wait(t, "everybody is at work", func() bool { return done.Load() > 200 })
	for i := range 50 {
		k.config.Name = fmt.Sprint("swap ", i)
		k.config.Hosts[i%2].Certificate = k.issue(k.config.Hosts[i%2].Name)
		k.put()
	}
	cancel()
	clients.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d requests failed, %d succeeded", failed.Load(), done.Load())
	}
}

func TestStop_WaitsForRequestsUnderWay(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	began := make(chan struct{})
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		time.Sleep(500 * time.Millisecond)
		io.WriteString(w, "whole")
	}))
	got := make(chan answer, 1)
	go func() { got <- k.get(k.url("wiki.chaton.test", "/")) }()
	<-began
	k.stop()
	if a := <-got; a.body != "whole" {
		t.Errorf("answer is %d %q", a.status, a.body)
	}
}

func TestStop_EndsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(s *Server) { s.limits.drain = 100 * time.Millisecond })
	began := make(chan struct{})
	k.serve("wiki.chaton.test", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { close(began); <-r.Context().Done() }))
	c := k.dial("wiki.chaton.test")
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: wiki.chaton.test\r\n\r\n")
	<-began
	start := time.Now()
	k.stop()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func TestAccessLog_HoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("0123456789"))
	k.get(k.url("wiki.chaton.test", "/alice/secret?token=abc"), "User-Agent", "Mozilla", "Cookie", "session=1", "Referer", "https://elsewhere.test/")
	k.raw("wiki.chaton.test", "ALICE /x HTTP/1.1\r\nHost: unknown.test\r\nConnection: close\r\n\r\n")
	k.get("http://wiki.chaton.test:" + port(k.config.HTTPAddr) + "/alice")
	k.stop()
	written := strings.Split(strings.TrimSpace(k.access.String()), "\n")
	var seen []string
	for _, line := range written {
		var fields map[string]any
		must(t, json.Unmarshal([]byte(line), &fields))
		if len(fields) != 6 {
			t.Errorf("line has other fields: %s", line)
		}
		if _, err := time.Parse(time.RFC3339, fields["time"].(string)); err != nil {
			t.Error(err)
		}
		seen = append(seen, fmt.Sprint(fields["service"], fields["method"], fields["status"]))
	}
	if want := "[wiki GET 200 gateway OTHER 404 gateway GET 308]"; fmt.Sprint(seen) != strings.ReplaceAll(want, " ", "") && strings.Join(seen, "|") != "wikiGET200|gatewayOTHER404|gatewayGET308" {
		t.Errorf("lines are %v", written)
	}
	for _, word := range []string{"alice", "ALICE", "token", "127.0.0.1", "Mozilla", "session", "elsewhere"} {
		if strings.Contains(k.access.String(), word) {
			t.Errorf("the log holds %q: %s", word, k.access)
		}
	}
}

func TestStats_CountsByServiceAndClass(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			w.WriteHeader(404)
		}
		io.WriteString(w, "12345")
	}))
	for _, path := range []string{"/", "/", "/missing"} {
		k.get(k.url("wiki.chaton.test", path))
	}
	k.put() // counts live on
	wait(t, "all is counted", func() bool { s, _ := k.Stats(t.Context()); return s.Services["wiki"].BytesOut == 15 })
	s, err := k.Stats(t.Context())
	must(t, err)
	if got := s.Services["wiki"]; got.Requests["2xx"] != 2 || got.Requests["4xx"] != 1 || got.Active != 0 {
		t.Errorf("counts are %+v", got)
	}
}

func (k *kit) disk() string {
	k.t.Helper()
	b, err := os.ReadFile(filepath.Join(k.dir, ConfigFile))
	must(k.t, err)
	return string(b)
}
