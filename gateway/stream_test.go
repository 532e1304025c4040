package gateway

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ronron/internal/errs"
)

// tcpService listens as a unit would and hands each connection to serve.
func tcpService(t *testing.T, serve func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c.(*net.TCPConn))
			}()
		}
	}()
	return l.Addr().String()
}

func echo(c *net.TCPConn) { io.Copy(c, c); c.CloseWrite() }

// udpService answers each datagram with the sender as it sees it, and the datagram.
func udpService(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { c.Close() })
	go func() {
		b := make([]byte, 64<<10)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			c.WriteTo(append([]byte(from.String()+" "), b[:n]...), from)
		}
	}()
	return c.LocalAddr().String()
}

func portOf(t *testing.T, addr string) int {
	t.Helper()
	n, err := strconv.Atoi(port(addr))
	must(t, err)
	return n
}

// freePorts returns the first of n ports that are free for TCP and UDP.
func freePorts(t *testing.T, n int) int {
	t.Helper()
	for range 100 {
		first := portOf(t, freeAddr(t))
		lastPort.Add(int64(n))
		free := true
		for i := range n {
			c, err := net.ListenPacket("udp", fmt.Sprintf(":%d", first+i))
			if err != nil {
				free = false
				break
			}
			c.Close()
			l, err := net.Listen("tcp", fmt.Sprintf(":%d", first+i))
			if err != nil {
				free = false
				break
			}
			l.Close()
		}
		if free {
			return first
		}
	}
	t.Fatal("no free ports")
	return 0
}

// stream adds a stream and has the gateway take it into use.
func (k *kit) stream(protocol, backend string) int {
	k.t.Helper()
	public := freePorts(k.t, 1)
	k.config.Streams = append(k.config.Streams, Stream{Service: "chat", Protocol: protocol, Public: public, Backend: backend})
	k.put()
	return public
}

func dialTCP(t *testing.T, port int) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return c.(*net.TCPConn)
}

func say(t *testing.T, c net.Conn, line string) string {
	t.Helper()
	_, err := io.WriteString(c, line)
	must(t, err)
	b := make([]byte, len(line))
	if _, err := io.ReadFull(c, b); err != nil {
		return err.Error()
	}
	return string(b)
}

func TestStreamTCP_CarriesBytesBothWaysAndHalvesOfConnections(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	sum := make(chan string, 1)
	public := k.stream("tcp", tcpService(t, func(c *net.TCPConn) {
		b, err := io.ReadAll(c) // until the client has ended its half
		sum <- fmt.Sprint(len(b), err)
		c.Write(b)
	}))
	data := make([]byte, 3<<20)
	rand.Read(data)
	c := dialTCP(t, public)
	_, err := c.Write(data)
	must(t, err)
	must(t, c.CloseWrite())
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes come back, %v; the service got %s", len(got), err, <-sum)
	}
	wait(t, "it is counted", func() bool { s, _ := k.Stats(t.Context()); return s.Streams["chat"].Active == 0 })
	s, _ := k.Stats(t.Context())
	if got := s.Streams["chat"]; got.Taken != 1 || got.BytesIn != 3<<20 || got.BytesOut != 3<<20 || got.Refused != 0 {
		t.Errorf("counts are %+v", got)
	}
}

func TestStreamTCP_AThousandSilentConnections(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	public := k.stream("tcp", tcpService(t, echo))
	conns := make([]*net.TCPConn, 1000)
	start := time.Now()
	for i := range conns {
		conns[i] = dialTCP(t, public)
		if got := say(t, conns[i], "hello"); got != "hello" {
			t.Fatalf("connection %d answers %q", i, got)
		}
	}
	k.config.Name = "another" // a swap drops nobody
	k.put()
	var wrong atomic.Int64
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() {
			if line := fmt.Sprintf("still here %d", i); say(t, c, line) != line {
				wrong.Add(1)
			}
		})
	}
	all.Wait()
	t.Logf("1000 connections opened and used twice in %v", time.Since(start))
	if wrong.Load() > 0 {
		t.Errorf("%d connections did not outlive a swap", wrong.Load())
	}
}

func TestStream_SwapUnderLoadKeepsWhatStaysAndEndsWhatGoes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	stays, goes := k.stream("tcp", tcpService(t, echo)), k.stream("tcp", tcpService(t, echo))
	udp := k.stream("udp", udpService(t))
	kept, gone := dialTCP(t, stays), dialTCP(t, goes)
	say(t, kept, "x")
	say(t, gone, "x")
	var stop, failed, done atomic.Int64
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			for stop.Load() == 0 {
				c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", stays))
				if err != nil {
					failed.Add(1)
					t.Log(err)
					return
				}
				c.SetDeadline(time.Now().Add(20 * time.Second))
				if got := say(t, c, "ping"); got != "ping" {
					failed.Add(1)
					t.Log(got)
				}
				c.Close()
				done.Add(1)
			}
		})
	}
	all := k.config.Streams
	for i := range 20 {
		k.config.Streams = []Stream{all[0], all[2]}
		if i%2 == 0 {
			k.config.Streams = all
		}
		k.put()
	}
	wait(t, "many came", func() bool { return done.Load() > 200 })
	stop.Store(1)
	clients.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d of %d connections failed", failed.Load(), done.Load())
	}
	if got := say(t, kept, "after twenty swaps"); got != "after twenty swaps" {
		t.Errorf("a connection that stays configured answers %q", got)
	}
	if _, err := gone.Read(make([]byte, 1)); err == nil {
		t.Error("a connection of a port that is gone goes on")
	}
	if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", goes)); err == nil {
		c.Close()
		t.Error("a port that is gone is open")
	}
	if h, _ := k.Health(t.Context()); len(h.Streams) != 2 || h.Streams[0] != fmt.Sprintf("tcp/%d", stays) || h.Streams[1] != fmt.Sprintf("udp/%d", udp) {
		t.Errorf("health tells of %v", h.Streams)
	}
}

func TestStreamTCP_WaitsForAUnitThatRestartsAndFollowsItsAddress(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	public := k.stream("tcp", "")
	c := dialTCP(t, public)
	time.AfterFunc(200*time.Millisecond, func() {
		k.config.Streams[0].Backend = tcpService(t, echo)
		k.put()
	})
	if got := say(t, c, "held"); got != "held" {
		t.Errorf("a connection made before the unit was there answers %q", got)
	}
}

func TestStreamTCP_EndsWhatIsIdleAndRefusesTooMany(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(s *Server) {
		s.streams.limits.idle, s.streams.limits.conns, s.streams.limits.dial = 300*time.Millisecond, 3, 200*time.Millisecond
	})
	public := k.stream("tcp", tcpService(t, echo))
	busy, idle := dialTCP(t, public), dialTCP(t, public)
	say(t, idle, "x")
	start := time.Now()
	for time.Since(start) < 900*time.Millisecond { // longer than idle, never silent for so long
		if got := say(t, busy, "x"); got != "x" {
			t.Fatalf("a busy connection answers %q after %v", got, time.Since(start))
		}
		time.Sleep(50 * time.Millisecond)
	}
	if _, err := idle.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("an idle connection: %v", err)
	}
	refused := 0
	for range 6 {
		c := dialTCP(t, public)
		if say(t, c, "x") != "x" {
			refused++
		}
	}
	if refused < 3 {
		t.Errorf("%d of 6 connections above the bound were refused", refused)
	}
}

func TestStreamUDP_ManyClientsEachWithTheirOwnFlow(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	public := k.stream("udp", udpService(t))
	var senders sync.Map
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			c, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", public)) // takes replies from there only
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			var from string
			for n := range 5 {
				want := fmt.Sprintf("client %d datagram %d %s", i, n, strings.Repeat("x", i*20))
				got := askUDP(t, c, want)
				sender, rest, _ := strings.Cut(got, " ")
				if rest != want || from != "" && sender != from {
					t.Errorf("client %d: answer %.60q from %s, before %s", i, rest, sender, from)
				}
				from = sender
			}
			if other, taken := senders.LoadOrStore(from, i); taken {
				t.Errorf("clients %d and %v look the same to the service", i, other)
			}
		})
	}
	all.Wait()
	if s, _ := k.Stats(t.Context()); s.Streams["chat"].Taken != 200 || s.Streams["chat"].Refused != 0 {
		t.Errorf("counts are %+v", s.Streams["chat"])
	}
}

func askUDP(t *testing.T, c net.Conn, what string) string {
	t.Helper()
	b := make([]byte, 64<<10)
	for range 5 { // datagrams may get lost, on a busy machine even on the loopback
		if _, err := io.WriteString(c, what); err != nil {
			return err.Error()
		}
		c.SetReadDeadline(time.Now().Add(2 * time.Second))
		if n, err := c.Read(b); err == nil {
			return string(b[:n])
		}
	}
	return "no answer"
}

func TestStreamUDP_RepliesFromTheAddressThatWasAsked(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	public := k.stream("udp", udpService(t))
	for _, local := range []string{"127.0.0.1", "127.0.0.2", "127.77.0.9", "::1"} {
		// A connected socket takes only what comes from exactly there.
		c, err := net.Dial("udp", net.JoinHostPort(local, strconv.Itoa(public)))
		if err != nil {
			t.Logf("%s: %v", local, err)
			continue
		}
		if got := askUDP(t, c, "hello"); !strings.HasSuffix(got, " hello") {
			t.Errorf("asked at %s: %q", local, got)
		}
		c.Close()
	}
}

func TestStreamUDP_BoundedAndForgetful(t *testing.T) {
	t.Parallel()
	k := newKit(t, func(s *Server) {
		s.streams.limits.flows, s.streams.limits.oneWay, s.streams.limits.flow = 20, 400*time.Millisecond, time.Minute
	})
	public := k.stream("udp", udpService(t))
	dial := func() net.Conn {
		c, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", public))
		must(t, err)
		t.Cleanup(func() { c.Close() })
		return c
	}
	talking := dial()
	first, _, _ := strings.Cut(askUDP(t, talking, "one"), " ")
	askUDP(t, talking, "two")
	for range 200 { // made-up senders
		io.WriteString(dial(), "flood")
	}
	if again, _, _ := strings.Cut(askUDP(t, talking, "three"), " "); again != first {
		t.Errorf("a flood ended a conversation: %s became %s", first, again)
	}
	if s, _ := k.Stats(t.Context()); s.Streams["chat"].Active > 30 {
		t.Errorf("%d flows are kept, the bound is 20", s.Streams["chat"].Active)
	}
	wait(t, "the flood is forgotten", func() bool { s, _ := k.Stats(t.Context()); return s.Streams["chat"].Active == 1 })
	if got := askUDP(t, dial(), "new"); !strings.HasSuffix(got, " new") {
		t.Errorf("after a flood a new client is answered %q", got)
	}
}

func TestStream_RangeOfPorts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	const n = 11
	first, inside := freePorts(t, n), freePorts(t, n)
	for i := range n {
		c, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", inside+i))
		must(t, err)
		t.Cleanup(func() { c.Close() })
		go func() {
			b := make([]byte, 100)
			for {
				_, from, err := c.ReadFrom(b)
				if err != nil {
					return
				}
				fmt.Fprint(writerTo{c, from}, i)
			}
		}()
	}
	k.config.Streams = []Stream{{Service: "video", Protocol: "udp", Public: first, Count: n, Backend: fmt.Sprintf("127.0.0.1:%d", inside)}}
	k.put()
	for i := range n {
		c, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", first+i))
		must(t, err)
		if got := askUDP(t, c, "which"); got != fmt.Sprint(i) {
			t.Errorf("port %d of the range leads to %q", i, got)
		}
		c.Close()
	}
}

type writerTo struct {
	c    net.PacketConn
	addr net.Addr
}

func (w writerTo) Write(p []byte) (int, error) { return w.c.WriteTo(p, w.addr) }

func TestStream_TakenPortIsToldAndNothingChanges(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.stream("tcp", tcpService(t, echo))
	tcp, err := net.Listen("tcp", ":0")
	must(t, err)
	defer tcp.Close()
	udp, err := net.ListenPacket("udp", ":0")
	must(t, err)
	defer udp.Close()
	before, streams := k.disk(), k.config.Streams
	for protocol, addr := range map[string]string{"tcp": tcp.Addr().String(), "udp": udp.LocalAddr().String()} {
		free := freePorts(t, 1)
		k.config.Streams = append(append([]Stream(nil), streams...),
			Stream{Service: "a", Protocol: protocol, Public: free}, Stream{Service: "b", Protocol: protocol, Public: portOf(t, addr)})
		err := k.PutConfig(t.Context(), k.config)
		if errs.CodeOf(err) != errs.Conflict || !strings.Contains(err.Error(), "Port "+port(addr)) || !strings.Contains(err.Error(), fmt.Sprintf("(process %d)", os.Getpid())) {
			t.Errorf("%s: error is %v", protocol, err)
		}
		if k.disk() != before {
			t.Error("the file changed")
		}
		if h, _ := k.Health(t.Context()); len(h.Streams) != 1 {
			t.Errorf("%s: open are %v", protocol, h.Streams)
		}
	}
}

func TestStream_OtherServiceOnThePortTakesItOver(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	public := k.stream("tcp", tcpService(t, echo))
	old := dialTCP(t, public)
	say(t, old, "x")
	k.config.Streams[0].Service, k.config.Streams[0].Backend = "other", tcpService(t, func(c *net.TCPConn) { io.WriteString(c, "other") })
	k.put()
	if _, err := old.Read(make([]byte, 1)); err == nil {
		t.Error("a connection of the service before goes on")
	}
	if got, _ := io.ReadAll(dialTCP(t, public)); string(got) != "other" {
		t.Errorf("the port leads to %q", got)
	}
}

func TestValidate_StreamsThatCannotBe(t *testing.T) {
	t.Parallel()
	config := func(all ...Stream) Config {
		return Config{Version: ConfigVersion, HTTPSAddr: ":8443", HTTPAddr: ":8080", Streams: all}
	}
	good := config(
		Stream{Service: "chat", Protocol: "tcp", Public: 5222, Backend: "10.213.0.2:5222"}, Stream{Service: "turn", Protocol: "udp", Public: 5222},
		Stream{Service: "turn", Protocol: "udp", Public: 8443}, Stream{Service: "sfu", Protocol: "udp", Public: 10000, Count: 200, Backend: "[fd00::2]:20000"})
	if err := good.Validate(time.Now()); err != nil {
		t.Errorf("a good configuration is refused: %v", err)
	}
	for want, st := range map[string][]Stream{
		"https_addr":           {{Service: "chat", Protocol: "tcp", Public: 8443}},
		"http_addr":            {{Service: "chat", Protocol: "tcp", Public: 8079, Count: 2}},
		"wanted by a and by b": {{Service: "a", Protocol: "udp", Public: 100, Count: 10}, {Service: "b", Protocol: "udp", Public: 109}},
		"names no service":     {{Protocol: "tcp", Public: 1}},
		"protocol":             {{Service: "a", Protocol: "sctp", Public: 1}},
		"1 and 65535":          {{Service: "a", Protocol: "tcp", Public: 65530, Count: 10}},
		"not between":          {{Service: "a", Protocol: "tcp", Public: 0}},
		"backend":              {{Service: "a", Protocol: "tcp", Public: 1, Backend: "wiki:80"}},
		"at most":              {{Service: "a", Protocol: "tcp", Public: 10000, Count: 1500}, {Service: "a", Protocol: "udp", Public: 10000, Count: 1500}},
	} {
		if err := config(st...).Validate(time.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", st, err, want)
		}
	}
}
