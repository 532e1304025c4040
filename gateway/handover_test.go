package gateway

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// handovers is how often the test below changes the gateway.
const handovers = 15

// TestSuccessor_FifteenHandoversLoseNothing replaces a gateway as an upgrade does: a
// successor starts on the same folder and ports, and then the one before stops.
// Its clients are of every kind; the hardest are those that open a connection
// for each request, because a listener that closes drops whoever is in its queue.
func TestSuccessor_FifteenHandoversLoseNothing(t *testing.T) {
	k := newKit(t)
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %d", r.Method, len(b))
	}))
	chat := k.stream("tcp", tcpService(t, echo))
	ctx, cancel := context.WithCancel(context.Background())
	var clients sync.WaitGroup
	lost, done := map[string]*atomic.Int64{}, map[string]*atomic.Int64{}
	run := func(kind string, n int, once func() error) {
		lost[kind], done[kind] = &atomic.Int64{}, &atomic.Int64{}
		failed, passed := lost[kind], done[kind]
		for range n {
			clients.Go(func() {
				for ctx.Err() == nil {
					if err := once(); err != nil {
						t.Logf("%s: %v", kind, err)
						failed.Add(1)
						continue
					}
					passed.Add(1)
				}
			})
		}
	}
	get := func(b *http.Client, method, url string, body io.Reader) error {
		req, err := http.NewRequest(method, url, body)
		if err != nil {
			return err
		}
		resp, err := b.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		if err == nil && resp.StatusCode != 200 && resp.StatusCode != 308 {
			err = fmt.Errorf("status %d", resp.StatusCode)
		}
		return err
	}
	url := k.url("wiki.chaton.test", "/")
	one, two := k.browser(false), k.browser(true)
	run("HTTP/1.1, connections kept", 2, func() error { return get(one, "GET", url, nil) })
	run("HTTP/2", 2, func() error { return get(two, "GET", url, nil) })
	fresh := k.browser(false)
	fresh.Transport.(*http.Transport).DisableKeepAlives = true
	run("a connection each", 2, func() error { return get(fresh, "GET", url, nil) })
	run("a connection each, without TLS", 4, func() error {
		return get(fresh, "GET", "http://wiki.chaton.test:"+port(k.config.HTTPAddr)+"/", nil)
	})
	run("stream, a connection each", 4, func() error {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", chat))
		if err != nil {
			return err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.WriteString(c, "ping"); err != nil {
			return err
		}
		_, err = io.ReadFull(c, make([]byte, 4))
		return err
	})
	for range handovers {
		stopOld := k.stop
		k.start()
		wait(t, "the successor serves", func() bool {
			h, _ := k.Health(t.Context())
			return h.Hosts == 1 && len(h.Streams) == 1 && h.Since.Equal(k.server.stats.since)
		})
		stopOld()
		time.Sleep(50 * time.Millisecond) // on its own
	}
	cancel()
	clients.Wait()
	for kind, n := range lost {
		t.Logf("%-32s %6d requests, %d lost", kind, done[kind].Load(), n.Load())
		if n.Load() > 0 || done[kind].Load() == 0 {
			t.Errorf("%s: %d of %d requests were lost in %d handovers", kind, n.Load(), done[kind].Load(), handovers)
		}
	}
}
