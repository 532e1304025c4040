package gateway

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ronron/internal/logkey"
)

// Options says where a gateway lives.
type Options struct {
	Dir    string       // holds config.json and admin.sock
	Log    *slog.Logger // nil logs nothing
	Access io.Writer    // gets a line of JSON per request; nil is standard output
}

// Names of the files in a gateway's directory.
const (
	ConfigFile = "config.json"
	SocketFile = "admin.sock"
)

// limits bound how long others may keep the gateway waiting.
type limits struct {
	header time.Duration // for a request's header, and for the TLS handshake
	idle   time.Duration // between two requests on a connection
	stall  time.Duration // without a byte moving while one is to be read or written
	// A client that was answered before it had sent everything may go on for as
	// long as linger, if each part comes within last.
	last, linger time.Duration
	// leave is how long clients may use their connections once a successor
	// took the port: each is told with its next answer.
	leave time.Duration
	drain time.Duration // for requests under way when the gateway stops
	retry time.Duration // between attempts to listen on a port that was taken at start
	again time.Duration // between two questions to the portal about who a lasting request is from
}

var usualLimits = limits{
	header: 10 * time.Second, idle: 2 * time.Minute, stall: time.Minute, last: 2 * time.Second, linger: 30 * time.Second, leave: time.Second,
	drain: 10 * time.Second, retry: 2 * time.Second, again: gateFresh,
}

const maxHeaderBytes = 64 << 10

// Server is a gateway.
type Server struct {
	dir       string
	log       *slog.Logger
	now       func() time.Time
	limits    limits
	stats     *stats
	access    *accessLog
	transport *http.Transport
	reverse   *httputil.ReverseProxy
	state     atomic.Pointer[state]
	out       io.Writer
	streams   *streams
	stopping  atomic.Bool // answers ask the client for another connection

	passes  usedPasses
	answers answers
	asking  chan struct{}  // holds a place for each question under way
	asks    sync.WaitGroup // questions to the portal

	changing sync.Mutex // one configuration at a time; guards what follows
	https    *door
	http     *door
	kept     error // why the configuration is not on disk; nil when it is
	damaged  string
	// inherited are the predecessor's sockets, until the first configuration is in use.
	inherited inherited
	waiting   error // why the configuration on disk is not served yet
}

// state is what requests see: a table, and a channel that closes when another
// takes its place.
type state struct {
	table    *table
	sum      string // of the configuration; "" before the first
	replaced chan struct{}
}

// New returns a gateway that Run starts.
func New(o Options) *Server {
	s := &Server{
		dir: o.Dir, log: o.Log, now: time.Now, limits: usualLimits,
		out: o.Access, transport: newTransport(), asking: make(chan struct{}, maxAsking),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.out == nil {
		s.out = os.Stdout
	}
	s.stats = newStats(s.now())
	s.streams = newStreams(s.log, s.stats)
	s.reverse = s.newProxy()
	empty, _ := newTable(Config{}, s.stats)
	s.state.Store(&state{table: empty, replaced: make(chan struct{})})
	return s
}

// Run serves until ctx ends; then it takes no new connections and gives the
// requests under way ten seconds. A gateway runs once.
func Run(ctx context.Context, o Options) error { return New(o).Run(ctx) }

// Run is the method of the same name.
func (s *Server) Run(ctx context.Context) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("make folder of the gateway: %w", err)
	}
	s.access = newAccessLog(s.out)
	defer s.access.Close()
	defer s.transport.CloseIdleConnections()
	requests, endRequests := context.WithCancel(context.Background())
	defer endRequests()
	s.https = s.newHTTPSDoor(requests)
	s.http = s.newHTTPDoor(requests)

	predecessor := s.predecessor(ctx)
	s.inherited = inherit(ctx, s.path(SocketFile))
	defer s.inherited.close()
	admin, err := s.openAdmin()
	if err != nil {
		return err
	}
	var background sync.WaitGroup
	background.Go(func() { s.serveFromDisk(ctx, predecessor) })
	err = admin.run(ctx)
	background.Wait()

	s.stop(endRequests, admin.replaced())
	s.asks.Wait()
	return err
}

// serveFromDisk takes up the configuration that was accepted last. A port that
// is taken now may be free in a moment: it tries until it can, or until the
// daemon sends a configuration.
func (s *Server) serveFromDisk(ctx context.Context, predecessor Health) {
	for first := true; ; first = false {
		err := s.load(ctx, predecessor)
		if err == nil {
			return
		}
		if first {
			s.log.Error("Serving the stored configuration failed", logkey.Error, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.limits.retry):
		}
	}
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

// Health is how the gateway does.
type Health struct {
	Version   int       `json:"version"` // form of configuration that it knows
	Since     time.Time `json:"since"`
	Sum       string    `json:"sum,omitempty"`     // Config.Sum of what it serves; "" serves nothing yet
	HTTPAddr  string    `json:"http_addr"`         // as configured; "" listens not
	HTTPSAddr string    `json:"https_addr"`        // as configured; "" listens not
	Hosts     int       `json:"hosts"`             // that it serves
	Streams   []string  `json:"streams,omitempty"` // open ports that are not HTTP, as tcp/5222
	Problem   string    `json:"problem,omitempty"` // what a person should look at
}

func (s *Server) health() Health {
	s.changing.Lock()
	defer s.changing.Unlock()
	now := s.state.Load()
	h := Health{
		Version: ConfigVersion, Since: s.stats.since, Sum: now.sum,
		HTTPAddr: s.http.addr, HTTPSAddr: s.https.addr, Hosts: len(now.table.hosts), Streams: s.streams.keys(),
	}
	var waiting, kept string
	if s.waiting != nil {
		waiting = s.waiting.Error()
	}
	if s.kept != nil {
		kept = "The configuration is in use but could not be kept on disk: " + s.kept.Error()
	}
	h.Problem = cmp.Or(waiting, kept, s.damaged)
	return h
}
