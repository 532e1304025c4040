package browser

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// proxy lets the browser reach the chaton, and writes down whom else it tried.
type proxy struct {
	own    func(host string) bool
	at     string // of the chaton
	server *http.Server
	listen net.Listener

	mu    sync.Mutex
	page  string // that is being shown
	tried []Request
}

func listen(o Options) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the browser: %w", err)
	}
	p := &proxy{own: o.Own, at: o.Address, listen: l}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go p.server.Serve(l)
	return p, nil
}

func (p *proxy) address() string { return p.listen.Addr().String() }
func (p *proxy) close()          { p.server.Close() }

// on says which page the browser is about to show.
func (p *proxy) on(page string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.page = page
}

func (p *proxy) found() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.tried)
}

func (p *proxy) note(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	request := Request{Host: host, Page: p.page}
	if !slices.Contains(p.tried, request) {
		p.tried = append(p.tried, request)
	}
}

func (p *proxy) refuse(w http.ResponseWriter, host string) {
	p.note(host)
	http.Error(w, "not the chaton's", http.StatusForbidden)
}

// ServeHTTP answers CONNECT, which is how everything over TLS comes, and
// refuses the rest: the chaton is reached over TLS alone.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.URL.Hostname()
	if r.Method != http.MethodConnect || !p.own(host) {
		if p.own(host) {
			host = "http://" + host // in the clear
		}
		p.refuse(w, host)
		return
	}
	to, err := net.DialTimeout("tcp", p.at, 10*time.Second)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer to.Close()
	from, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer from.Close()
	io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
	ended := make(chan struct{}, 2)
	copyTo := func(w io.Writer, r io.Reader) { io.Copy(w, r); ended <- struct{}{} }
	go copyTo(to, buffered)
	go copyTo(from, to)
	<-ended
}
