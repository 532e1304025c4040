package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"ronron/internal/logkey"
)

// streamLimits bound what clients of the ports that are not HTTP may hold.
type streamLimits struct {
	// idle is longer than the two hours after which many systems first probe
	// a silent connection (RFC 5382, REQ-5): chat clients say nothing for long.
	// Peers that vanished are found by keep-alives within minutes.
	idle time.Duration
	half time.Duration // once one side has said its last word
	full time.Duration // while the other side takes nothing
	dial time.Duration // for a unit that restarts
	// A flow of datagrams is forgotten when nothing moved for that long; one
	// that never became a conversation sooner (RFC 4787, REQ-5).
	flow, oneWay time.Duration
	conns, flows int // at most, of all ports together
}

var usualStreamLimits = streamLimits{
	idle: 125 * time.Minute, half: 5 * time.Minute, full: 5 * time.Minute, dial: 10 * time.Second,
	flow: 5 * time.Minute, oneWay: 30 * time.Second,
	conns: 4096, flows: 4096,
}

// socketKey is a port of the machine.
type socketKey struct {
	protocol string // "tcp" or "udp"
	port     int
}

func (k socketKey) String() string { return k.protocol + "/" + strconv.Itoa(k.port) }

// streams are the ports that are open now. Swap is for one at a time.
type streams struct {
	log     *slog.Logger
	stats   *stats
	limits  streamLimits
	conns   atomic.Int64
	flows   atomic.Int64
	buffers sync.Pool

	mu   sync.Mutex
	open map[socketKey]*streamPort
}

func newStreams(log *slog.Logger, stats *stats) *streams {
	s := &streams{log: log, stats: stats, limits: usualStreamLimits, open: map[socketKey]*streamPort{}}
	s.buffers.New = func() any { return new([64 << 10]byte) } // a datagram is no larger
	return s
}

// streamPort is one open port. Its backend may change while it is open; a
// connection keeps the one that it began with.
type streamPort struct {
	*streams
	key     socketKey
	service string
	counts  *streamCounts
	target  atomic.Pointer[netip.AddrPort] // nil: none
	socket  interface{ Close() error }
	ctx     context.Context // ends when the port closes
	close   context.CancelFunc
	deaf    chan struct{} // closed when nothing new is taken any more
	running sync.WaitGroup
}

// streamsChange is what a configuration will open, prepared but not in use.
type streamsChange struct {
	fresh map[socketKey]*streamPort
	want  map[socketKey]streamTarget
}

type streamTarget struct {
	service string
	backend netip.AddrPort // zero: none
}

func wantedStreams(all []Stream) map[socketKey]streamTarget {
	want := map[socketKey]streamTarget{}
	for _, st := range all {
		for i := range st.ports() {
			t := streamTarget{service: st.Service}
			if st.Backend != "" {
				b := netip.MustParseAddrPort(st.Backend)
				t.backend = netip.AddrPortFrom(b.Addr(), b.Port()+uint16(i))
			}
			want[socketKey{st.Protocol, st.Public + i}] = t
		}
	}
	return want
}

// prepare opens every port that is not open, or none. Those that ours (a
// predecessor) names may be shared, and so may our own that go to another service.
func (s *streams) prepare(ctx context.Context, all []Stream, ours []string, from inherited) (*streamsChange, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &streamsChange{fresh: map[socketKey]*streamPort{}, want: wantedStreams(all)}
	for key, t := range c.want {
		held := s.open[key]
		if held != nil && held.service == t.service {
			continue
		}
		shared := held != nil || slices.Contains(ours, key.String())
		p := &streamPort{streams: s, key: key}
		if err := p.listen(ctx, shared, from); err != nil {
			c.undo()
			return nil, fmt.Errorf("%s for %s: %w", key, t.service, err)
		}
		c.fresh[key] = p
	}
	return c, nil
}

func (p *streamPort) listen(ctx context.Context, shared bool, from inherited) (err error) {
	if p.key.protocol == "udp" {
		if c := from.datagrams(p.key.String()); c != nil {
			p.socket = c
			return nil
		}
		p.socket, err = listenUDP(ctx, p.key.port, shared)
		return err
	}
	l := from.listener(p.key.String())
	if l == nil {
		l, err = listen(ctx, "stream", ":"+strconv.Itoa(p.key.port), shared)
	}
	p.socket = l
	return err
}

func (c *streamsChange) undo() {
	for _, p := range c.fresh {
		p.socket.Close()
	}
}

// use takes a change into use: what is not wanted any more closes, with its
// connections; what goes on keeps them.
func (s *streams) use(c *streamsChange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, p := range s.open {
		if t, stays := c.want[key]; !stays || t.service != p.service {
			p.shut()
			delete(s.open, key)
		}
	}
	for key, p := range c.fresh {
		p.service, p.counts = c.want[key].service, s.stats.stream(c.want[key].service)
		p.ctx, p.close = context.WithCancel(context.Background())
		p.deaf = make(chan struct{})
		s.open[key] = p
	}
	for key, p := range s.open {
		if b := c.want[key].backend; b.IsValid() {
			p.target.Store(&b)
		} else {
			p.target.Store(nil)
		}
	}
	for _, p := range c.fresh {
		p.running.Go(func() {
			defer close(p.deaf)
			p.serve()
		})
	}
	if len(c.fresh) > 0 {
		s.log.Info("Gateway opens ports that are not HTTP", logkey.Count, len(c.fresh))
	}
}

func (p *streamPort) serve() {
	switch socket := p.socket.(type) {
	case *net.TCPListener:
		p.acceptTCP(socket)
	case *net.UDPConn:
		p.serveUDP(socket)
	}
}

// shut closes the port with all that uses it, and waits for the end.
func (p *streamPort) shut() {
	p.close()
	p.socket.Close()
	p.running.Wait()
}

// keys returns the open ports by name, sorted.
func (s *streams) keys() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]string, 0, len(s.open))
	for k := range s.open {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	return keys
}

// stop closes all ports to new clients, gives those inside the time to end by
// themselves, and then ends them.
func (s *streams) stop(patience time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.open {
		if p.key.protocol == "tcp" {
			p.socket.Close()
			<-p.deaf // whoever was let in last is counted
		}
	}
	for end := time.Now().Add(patience); s.conns.Load() > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	for key, p := range s.open {
		p.shut()
		delete(s.open, key)
	}
}

func (s *streams) borrow() *[64 << 10]byte    { return s.buffers.Get().(*[64 << 10]byte) }
func (s *streams) giveBack(b *[64 << 10]byte) { s.buffers.Put(b) }
