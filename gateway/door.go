package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"

	"ronron/internal/logkey"
)

// door is one of the two ports. Its HTTP server stays the same all along; the
// address that it listens on may change while connections go on.
type door struct {
	key    string // in Config: "https_addr", "http_addr"
	server *http.Server
	serve  func(net.Listener) error
	log    *slog.Logger

	addr     string // as configured; "" while closed
	listener net.Listener
	serving  sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]http.ConnState // open ones
}

// track is the server's ConnState hook.
func (d *door) track(c net.Conn, to http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if to == http.StateClosed || to == http.StateHijacked {
		delete(d.conns, c)
		return
	}
	d.conns[c] = to
}

// open returns how many connections there are, and how many of them have not
// asked anything yet.
func (d *door) open() (all, fresh int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, state := range d.conns {
		if state == http.StateNew {
			fresh++
		}
	}
	return len(d.conns), fresh
}

func newDoor(key string, server *http.Server, log *slog.Logger) *door {
	d := &door{key: key, server: server, serve: server.Serve, log: log, conns: map[net.Conn]http.ConnState{}}
	server.ConnState = d.track
	return d
}

func (s *Server) newHTTPSDoor(requests context.Context) *door {
	server := s.newHTTPServer(requests, s.serveHTTPS)
	server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate}
	server.HTTP2 = &http.HTTP2Config{
		WriteByteTimeout: s.limits.stall,
		SendPingTimeout:  s.limits.idle, // finds clients that left without a word
		PingTimeout:      s.limits.header,
	}
	d := newDoor("https_addr", server, s.log)
	d.serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	return d
}

func (s *Server) newHTTPDoor(requests context.Context) *door {
	return newDoor("http_addr", s.newHTTPServer(requests, s.serveHTTP), s.log)
}

func (s *Server) newHTTPServer(requests context.Context, handle http.HandlerFunc) *http.Server {
	return &http.Server{
		Handler:           handle,
		ReadHeaderTimeout: s.limits.header,
		IdleTimeout:       s.limits.idle,
		MaxHeaderBytes:    maxHeaderBytes,
		// Neither ReadTimeout nor WriteTimeout: long uploads and long polls are
		// welcome. Those who only keep us waiting meet limits.stall.
		BaseContext: func(net.Listener) context.Context { return requests },
		ErrorLog:    log.New(&serverErrors{s}, "", 0),
	}
}

// certificate finds the certificate by server name. Without one the server
// answers with the alert unrecognized_name, and a client that sends no name
// gets the same: there is no certificate that would be right for it.
func (s *Server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	h := s.state.Load().table.host(hello.ServerName)
	if h == nil {
		return nil, nil
	}
	return h.cert, nil
}

// change is a listener that waits to be taken into use, so that both doors can
// be tried before either is changed.
type change struct {
	addr     string
	listener net.Listener // nil where the address stays the same, or the door closes
}

// prepare opens the address unless it is open already. Ports that are ours,
// or our predecessor's, may be shared.
func (d *door) prepare(ctx context.Context, addr string, ours []string, from inherited) (change, error) {
	c := change{addr: addr}
	if addr == "" || addr == d.addr {
		return c, nil
	}
	if c.listener = from.listener(d.socketName(addr)); c.listener != nil {
		return c, nil
	}
	shared := slices.ContainsFunc(ours, func(o string) bool { return port(o) == port(addr) })
	l, err := listen(ctx, d.key, addr, shared)
	c.listener = l
	return c, err
}

// port is what follows the address; two addresses with one port may overlap.
func port(addr string) string {
	_, p, _ := net.SplitHostPort(addr)
	return p
}

func (c change) undo() {
	if c.listener != nil {
		c.listener.Close()
	}
}

// use takes a prepared change into use. Connections of the old address go on.
func (d *door) use(c change) {
	if c.addr == d.addr {
		return
	}
	old := d.listener
	d.addr, d.listener = c.addr, c.listener
	if c.listener != nil {
		d.serving.Go(func() {
			err := d.serve(c.listener)
			if !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				d.log.Error("Accepting connections ended", logkey.Address, c.addr, logkey.Error, err)
			}
		})
		d.log.Info("Gateway listens", logkey.Address, c.addr)
	}
	if old != nil {
		old.Close()
	}
}

// serverErrors takes what http.Server would log. Most of it names clients by
// address, so that only counts and the faults of our own side are kept.
type serverErrors struct{ s *Server }

func (e *serverErrors) Write(p []byte) (int, error) {
	switch {
	case bytes.Contains(p, []byte("TLS handshake error")):
		e.s.stats.handshakes.Add(1)
	case bytes.Contains(p, []byte("Accept error")):
		e.s.log.Error("Accepting a connection failed", logkey.Error, string(bytes.TrimSpace(p)))
	}
	return len(p), nil
}
