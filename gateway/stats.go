package gateway

import (
	"sync"
	"sync/atomic"
	"time"
)

// Stats is how much the gateway did since it started: counts only, nothing
// about who asked or for what.
type Stats struct {
	Since    time.Time               `json:"since"`
	Services map[string]ServiceStats `json:"services"`
	// Unrouted counts answers that no service stands behind: unknown hosts,
	// redirects to HTTPS.
	Unrouted ServiceStats `json:"unrouted"`
	// Streams counts the ports that are not HTTP, by service.
	Streams map[string]StreamStats `json:"streams,omitempty"`
	// FailedHandshakes counts connections that ended before TLS was agreed.
	FailedHandshakes int64 `json:"failed_handshakes"`
}

// ServiceStats counts the requests of one service by status class.
type ServiceStats struct {
	Requests map[string]int64 `json:"requests"` // by "1xx" to "5xx"
	// BytesIn and BytesOut are of bodies, without headers; of websockets
	// nothing is counted.
	BytesIn  int64 `json:"bytes_in"`
	BytesOut int64 `json:"bytes_out"`
	// Active is how many requests are under way now.
	Active int64 `json:"active"`
}

// StreamStats counts connections, and flows of datagrams, of one service.
type StreamStats struct {
	Taken    int64 `json:"taken"`
	Active   int64 `json:"active"`
	Refused  int64 `json:"refused"` // for want of room, or of the service
	BytesIn  int64 `json:"bytes_in"`
	BytesOut int64 `json:"bytes_out"`
}

type streamCounts struct{ taken, active, refused, in, out atomic.Int64 }

var classes = [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}

type counts struct {
	class   [len(classes)]atomic.Int64
	in, out atomic.Int64
	active  atomic.Int64
}

func (c *counts) add(status int, in, out int64) {
	if i := status/100 - 1; i >= 0 && i < len(c.class) {
		c.class[i].Add(1)
	}
	c.in.Add(in)
	c.out.Add(out)
}

func (c *counts) read() ServiceStats {
	s := ServiceStats{
		Requests: make(map[string]int64, len(classes)),
		BytesIn:  c.in.Load(), BytesOut: c.out.Load(), Active: c.active.Load(),
	}
	for i, name := range classes {
		s.Requests[name] = c.class[i].Load()
	}
	return s
}

// stats outlives tables: a service keeps its counts through every swap.
type stats struct {
	since      time.Time
	unrouted   counts
	handshakes atomic.Int64

	mu       sync.Mutex
	services map[string]*counts
	streams  map[string]*streamCounts
}

func newStats(now time.Time) *stats {
	return &stats{since: now, services: map[string]*counts{}, streams: map[string]*streamCounts{}}
}

func (s *stats) of(service string) *counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.services[service]
	if c == nil {
		c = &counts{}
		s.services[service] = c
	}
	return c
}

func (s *stats) stream(service string) *streamCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.streams[service]
	if c == nil {
		c = &streamCounts{}
		s.streams[service] = c
	}
	return c
}

func (s *stats) read() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := Stats{
		Since:            s.since,
		Services:         make(map[string]ServiceStats, len(s.services)),
		Unrouted:         s.unrouted.read(),
		FailedHandshakes: s.handshakes.Load(),
	}
	for name, c := range s.services {
		all.Services[name] = c.read()
	}
	if len(s.streams) > 0 {
		all.Streams = make(map[string]StreamStats, len(s.streams))
	}
	for name, c := range s.streams {
		all.Streams[name] = StreamStats{
			Taken: c.taken.Load(), Active: c.active.Load(), Refused: c.refused.Load(), BytesIn: c.in.Load(), BytesOut: c.out.Load(),
		}
	}
	return all
}
