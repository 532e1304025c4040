package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// Why an exchange ended without the service's answer.
var (
	errNoAnswer   = errors.New("the service did not begin its answer in time")
	errNotRunning = errors.New("the service accepts no connection")
	errTooLarge   = errors.New("the request's body is larger than the route allows")
	errSlowClient = errors.New("the client stopped sending its request")
	errClosed     = errors.New("the request is over")
)

// past is a deadline that ends a pending read or write at once.
var past = time.Unix(1, 0)

// exchange is one request on its way through the gateway.
type exchange struct {
	host   *host
	route  *tableRoute
	path   string // decoded and cleaned
	start  time.Time
	cancel context.CancelCauseFunc
	own    bool // below ownPath: the gateway's own affair
	// entered is who came through the gate; nil where the route has none.
	entered *entered

	mu    sync.Mutex
	timer *time.Timer // runs while the service has to act; nil once it answered
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// expectAnswer starts the time that the service has to begin its answer.
func (x *exchange) expectAnswer() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.timer = time.AfterFunc(x.route.timeout, func() { x.cancel(errNoAnswer) })
}

// waitForClient stops that time: it is the client's turn.
func (x *exchange) waitForClient() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.timer != nil {
		x.timer.Stop()
	}
}

// clientSent starts it anew.
func (x *exchange) clientSent() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.timer != nil {
		x.timer.Reset(x.route.timeout)
	}
}

// answered ends it for good: an answer may take as long as it likes.
func (x *exchange) answered() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.timer != nil {
		x.timer.Stop()
		x.timer = nil
	}
}

// requestBody is a client's body on its way to a service: bounded in size, and
// in how long the client may send nothing at all, but not in its whole length
// of time.
type requestBody struct {
	src      io.Reader
	exchange *exchange
	control  *http.ResponseController
	stall    time.Duration
	max      int64 // -1 no bound

	mu      sync.Mutex
	idle    *sync.Cond // signals that reading ended
	reading bool
	closed  bool
	stalled bool
	ended   bool // everything was read
	n       int64
	guard   *time.Timer
}

func newRequestBody(src io.Reader, x *exchange, control *http.ResponseController, stall time.Duration) *requestBody {
	b := &requestBody{src: src, exchange: x, control: control, stall: stall, max: x.route.maxBody}
	b.idle = sync.NewCond(&b.mu)
	return b
}

func (b *requestBody) Read(p []byte) (int, error) {
	room, err := b.begin(len(p))
	if err != nil {
		return 0, err
	}
	b.exchange.waitForClient()
	n, err := b.src.Read(p[:room])
	b.exchange.clientSent()
	return b.end(n, err)
}

// begin marks a read as under way and says how much it may ask for: one byte
// more than allowed, to tell a full body from one that is too large.
func (b *requestBody) begin(want int) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, errClosed
	}
	if b.guard == nil {
		b.guard = time.AfterFunc(b.stall, b.giveUp)
	} else {
		b.guard.Reset(b.stall)
	}
	b.reading = true
	if b.max >= 0 && int64(want) > b.max-b.n+1 {
		want = int(b.max - b.n + 1)
	}
	return want, nil
}

func (b *requestBody) end(n int, err error) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.guard.Stop()
	b.reading = false
	b.idle.Broadcast()
	b.n += int64(n)
	b.ended = b.ended || err == io.EOF
	switch {
	case b.max >= 0 && b.n > b.max:
		b.exchange.cancel(errTooLarge)
		return 0, errTooLarge
	case b.closed:
		return n, errClosed
	case b.stalled && err != nil:
		return n, errSlowClient
	}
	return n, err
}

// giveUp ends a read that brought nothing for too long.
func (b *requestBody) giveUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reading {
		b.stalled = true
		// Before the server learns of it, which would only say "canceled".
		b.exchange.cancel(errSlowClient)
		b.control.SetReadDeadline(past)
	}
}

// Close ends a read that is under way, because the service has answered
// without the rest, and waits for its end: the server must not see a read
// after the handler returned.
func (b *requestBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.reading {
		b.control.SetReadDeadline(past)
	}
	for b.reading {
		b.idle.Wait()
	}
	return nil
}

// whole says whether the body was read to its end.
func (b *requestBody) whole() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended
}

func (b *requestBody) size() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.n
}

// unread is a body that an attempt to reach the service may close without
// consequence, so that another attempt can read it.
type unread struct{ io.Reader }

func (unread) Close() error { return nil }
