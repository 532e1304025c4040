package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// dialError says that no byte of a request has left the gateway.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// newTransport makes the connections to services. No proxy of the environment,
// no compression of our own, no HTTP/2: containers are next door.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, &dialError{err}
			}
			return c, nil
		},
		DisableCompression:  true,
		MaxIdleConnsPerHost: 256,
		// Shorter than the 5 s of Apache and Node, so that the gateway and not
		// the service ends an idle connection: a request with a body that meets
		// a closing connection could not be sent again.
		IdleConnTimeout:        4 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// holding is the way to a service that may be away for a moment: a request
// waits for a container that restarts instead of failing.
type holding struct {
	transport http.RoundTripper
	current   func() *state
}

// between is the pause between two attempts.
const between = 50 * time.Millisecond

// maxBroken is how often a request that changes nothing is sent again after
// the service dropped the connection without an answer.
const maxBroken = 2

func (h *holding) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req.Context())
	x.expectAnswer()
	defer x.answered()
	broken := 0
	for {
		now := h.current()
		route := now.table.sameRoute(x)
		if route == nil {
			return nil, errNotRunning // the service was taken out of the configuration meanwhile
		}
		var err error = errNotRunning
		if route.backend != "" {
			var resp *http.Response
			resp, err = h.transport.RoundTrip(toBackend(req, route.backend))
			if err == nil {
				route.downSince.Store(0)
				return resp, nil
			}
			if _, notSent := errors.AsType[*dialError](err); notSent {
				err = errNotRunning
			} else if broken++; !canRepeat(req) || broken > maxBroken {
				return nil, err
			}
		}
		if req.Context().Err() != nil {
			return nil, context.Cause(req.Context())
		}
		if !route.holds(x.start, time.Now()) {
			return nil, err
		}
		select {
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		case <-now.replaced: // maybe with another backend
		case <-time.After(between):
		}
	}
}

// toBackend returns the request as one attempt sends it.
func toBackend(req *http.Request, backend string) *http.Request {
	attempt := *req
	url := *req.URL
	url.Host = backend
	attempt.URL = &url
	if req.Body != nil && req.Body != http.NoBody {
		attempt.Body = unread{req.Body}
	}
	return &attempt
}

// canRepeat says whether sending the request twice does no harm.
func canRepeat(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody || req.Header.Get("Upgrade") != "" {
		return false
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, "PROPFIND":
		return true
	}
	return false
}

// holds says whether a request goes on waiting. The time counts from when the
// service was first missed, so that requests to one that is down for good
// fail at once instead of piling up.
func (r *tableRoute) holds(arrived, now time.Time) bool {
	if r.backend == "" {
		return now.Sub(arrived) < r.hold
	}
	r.downSince.CompareAndSwap(0, now.UnixNano())
	return now.Sub(time.Unix(0, r.downSince.Load())) < r.hold
}

// sameRoute finds the exchange's service in another table, which may have
// replaced the one that the exchange began with.
func (t *table) sameRoute(x *exchange) *tableRoute {
	h := t.hosts[x.host.name]
	if h == nil {
		return nil
	}
	r := h.route(x.path)
	if r == nil || r.Service != x.route.Service {
		return nil
	}
	return r
}
