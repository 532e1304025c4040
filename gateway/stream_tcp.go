package gateway

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"ronron/internal/logkey"
)

// acceptTCP takes connections until the port closes.
func (p *streamPort) acceptTCP(l *net.TCPListener) {
	for {
		c, err := l.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// No more files, most likely: some connections will end.
			p.log.Error("Accepting a connection failed", logkey.Error, err)
			select {
			case <-p.ctx.Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		if p.conns.Add(1) > int64(p.limits.conns) {
			p.conns.Add(-1)
			p.counts.refused.Add(1)
			c.Close()
			continue
		}
		p.running.Go(func() {
			defer p.conns.Add(-1)
			p.join(c)
		})
	}
}

// join connects a client with the service until both have ended.
func (p *streamPort) join(client *net.TCPConn) {
	defer client.Close()
	p.counts.taken.Add(1)
	p.counts.active.Add(1)
	defer p.counts.active.Add(-1)
	service, err := p.dialTCP()
	if err != nil {
		p.counts.refused.Add(1)
		return
	}
	defer service.Close()
	alive := net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 6}
	client.SetKeepAliveConfig(alive)
	service.SetKeepAliveConfig(alive)
	// The port's end is the connection's.
	defer context.AfterFunc(p.ctx, func() { client.Close(); service.Close() })()

	pair := &pair{limits: p.limits}
	pair.moved.Store(time.Now().UnixNano())
	var both sync.WaitGroup
	both.Go(func() { pair.carry(p.streams, client, service, &p.counts.in) })
	both.Go(func() { pair.carry(p.streams, service, client, &p.counts.out) })
	both.Wait()
}

// dialTCP waits for a unit that restarts, as routes do.
func (p *streamPort) dialTCP() (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(p.ctx, p.limits.dial)
	defer cancel()
	dialer := net.Dialer{Timeout: 2 * time.Second}
	for {
		if to := p.target.Load(); to != nil {
			c, err := dialer.DialContext(ctx, "tcp", to.String())
			if err == nil {
				return c.(*net.TCPConn), nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(between):
		}
	}
}

// pair is a connection with both its sides.
type pair struct {
	limits streamLimits
	moved  atomic.Int64 // when a byte moved last, either way; Unix nanoseconds
	ended  atomic.Bool  // one side has said its last word
}

var errStuck = errors.New("the other side takes nothing")

// carry copies one way. When from has ended its half, to is told and the other
// way goes on; when something broke, both ways end.
//
// It holds a buffer only while there is something to copy: a thousand chat
// clients who say nothing take no memory for it.
func (p *pair) carry(s *streams, from, to *net.TCPConn, count *atomic.Int64) {
	raw, err := from.SyscallConn()
	if err != nil {
		from.Close()
		to.Close()
		return
	}
	for {
		if err = p.wait(raw, from); err != nil {
			break
		}
		b := s.borrow()
		var n int
		if n, err = from.Read(b[:]); n > 0 {
			count.Add(int64(n))
			p.moved.Store(time.Now().UnixNano())
			to.SetWriteDeadline(time.Now().Add(p.limits.full))
			if _, failed := to.Write(b[:n]); failed != nil {
				err = errStuck
			} else {
				p.moved.Store(time.Now().UnixNano())
			}
		}
		s.giveBack(b)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
	}
	if err == io.EOF && to.CloseWrite() == nil {
		p.ended.Store(true)
		to.SetReadDeadline(past) // so that the other way looks at its patience again
		return
	}
	from.Close()
	to.Close()
}

// wait waits until from has something, for as long as the pair is not idle.
func (p *pair) wait(raw syscallConn, from *net.TCPConn) error {
	for {
		from.SetReadDeadline(p.idleAt())
		err := waitReadable(raw)
		if !errors.Is(err, os.ErrDeadlineExceeded) || !time.Now().Before(p.idleAt()) {
			return err
		}
	}
}

// idleAt is when the pair ends if nothing moves until then.
func (p *pair) idleAt() time.Time {
	patience := p.limits.idle
	if p.ended.Load() {
		patience = min(patience, p.limits.half)
	}
	return time.Unix(0, p.moved.Load()).Add(patience)
}
