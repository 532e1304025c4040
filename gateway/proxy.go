package gateway

import (
	"context"
	"errors"
	"log"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strings"
	"sync"
)

// newProxy makes the part that hands requests to services.
func (s *Server) newProxy() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite:        s.rewrite,
		Transport:      &holding{transport: s.transport, current: s.state.Load},
		BufferPool:     &bufferPool{},
		ModifyResponse: s.finishAnswer,
		ErrorHandler:   s.proxyFailed,
		// What it has to say comes to proxyFailed too, or holds addresses.
		ErrorLog: log.New(discard{}, "", 0),
	}
}

// proxy sends a request that passed every check to its service.
func (s *Server) proxy(w *recorder, r *http.Request, x *exchange) {
	ctx, cancel := context.WithCancelCause(context.WithValue(r.Context(), exchangeKey{}, x))
	defer cancel(nil)
	x.cancel = cancel
	defer s.askAgain(ctx, x)()
	dropUntrusted(r.Header)
	x.dropGateHeaders(r.Header)
	dropForeignUpgrade(r.Header)
	in := r.WithContext(ctx)
	if w.sends {
		w.body = newRequestBody(r.Body, x, w.control, s.limits.stall)
		in.Body = w.body
	}
	s.reverse.ServeHTTP(w, in)
}

// rewrite sets what services are told about the client. In's headers have
// lost everything of that kind already (dropUntrusted).
func (s *Server) rewrite(p *httputil.ProxyRequest) {
	x := exchangeOf(p.In.Context())
	out := p.Out
	out.URL.Scheme = "http"
	out.URL.Host = x.route.backend
	// The query as it came: the gateway decides nothing by it, and some
	// software separates with semicolons.
	out.URL.RawQuery = p.In.URL.RawQuery
	// The name in our own spelling with the port that browsers see; whatever
	// port a client made up cannot end in a link that the service writes.
	out.Host = x.host.public
	out.Trailer = nil
	client := clientAddress(p.In.RemoteAddr)
	h := out.Header
	h["X-Forwarded-For"] = []string{client}
	h["X-Real-Ip"] = []string{client}
	h["X-Forwarded-Proto"] = []string{"https"}
	h["X-Forwarded-Host"] = []string{x.host.public}
	h["X-Forwarded-Port"] = []string{x.host.port}
	if x.entered != nil {
		x.announce(h)
	}
}

func clientAddress(remote string) string {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	return ap.Addr().Unmap().WithZone("").String()
}

// finishAnswer sets the headers that the host's file asks for.
func (s *Server) finishAnswer(resp *http.Response) error {
	x := exchangeOf(resp.Request.Context())
	if x.host.hsts != "" {
		resp.Header["Strict-Transport-Security"] = []string{x.host.hsts}
	} else {
		delete(resp.Header, "Strict-Transport-Security")
	}
	if _, sets := resp.Header["Set-Cookie"]; sets {
		dropForeignSeals(resp.Header)
	}
	if x.entered != nil && x.entered.renewed != nil {
		giveCookie(resp.Header, *x.entered.renewed, x.entered.cookie, s.now())
	}
	for name, value := range x.route.Headers {
		if value == "" {
			resp.Header.Del(name)
		} else {
			resp.Header.Set(name, value)
		}
	}
	return nil
}

// proxyFailed answers in place of a service.
func (s *Server) proxyFailed(w http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r.Context())
	if cause := context.Cause(r.Context()); cause != nil {
		err = cause
	}
	switch {
	case errors.Is(err, errTooLarge):
		s.page(w, r, x.about(pageTooLarge))
	case errors.Is(err, errSlowClient):
		s.page(w, r, x.about(pageSlow))
	case errors.Is(err, errNoAnswer):
		s.page(w, r, x.about(pageTimeout))
	case errors.Is(err, errOut):
		s.page(w, r, x.about(pageSignIn))
	case errors.Is(err, errNotRunning):
		s.page(w, r, x.about(pageNotRunning))
	case errors.Is(err, context.Canceled):
		w.WriteHeader(statusClientGone)
	default:
		s.page(w, r, x.about(pageBroken))
	}
}

// statusClientGone is what logs and counts show of a client that left before
// the answer; nobody receives it.
const statusClientGone = 499

// bufferPool lends the buffers that answers are copied with.
type bufferPool struct{ pool sync.Pool }

const bufferSize = 32 << 10

func (p *bufferPool) Get() []byte {
	if b, ok := p.pool.Get().(*[bufferSize]byte); ok {
		return b[:]
	}
	return new([bufferSize]byte)[:]
}

func (p *bufferPool) Put(b []byte) {
	if len(b) == bufferSize {
		p.pool.Put((*[bufferSize]byte)(b))
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// redirectTarget is the same request by HTTPS.
func redirectTarget(h *host, r *http.Request) string {
	uri := r.URL.RequestURI()
	if !strings.HasPrefix(uri, "/") {
		uri = "/"
	}
	return "https://" + h.public + uri
}
