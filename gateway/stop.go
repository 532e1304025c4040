package gateway

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"ronron/internal/logkey"
)

// stop closes both doors, finishes the requests under way, then ends what is
// left (websockets, and requests that took too long).
//
// http.Server.Shutdown alone would drop requests that it reads after it began.
// So the doors close first, and those who are inside are served and asked to
// come back by another connection. That takes longer where a successor serves
// already; where none does, every moment is one in which nobody answers.
//
// A listener that closes resets whoever is in its queue; a successor has the
// same sockets (inherit), so that nothing closes and it takes them in.
func (s *Server) stop(endRequests func(), succeeded bool) {
	s.log.Info("Gateway stops")
	s.stopping.Store(true)
	doors := []*door{s.https, s.http}
	for _, d := range doors {
		if d.listener != nil {
			d.listener.Close()
		}
		d.serving.Wait()
	}
	s.letLeave(doors, succeeded)

	ctx, cancel := context.WithTimeout(context.Background(), s.limits.drain)
	defer cancel()
	var draining sync.WaitGroup
	draining.Go(func() {
		patience := time.Duration(0)
		if succeeded {
			patience = s.limits.drain
		}
		s.streams.stop(patience)
	})
	for _, d := range doors {
		draining.Go(func() {
			if err := d.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
				s.log.Warn("Requests were cut off", logkey.Reason, "they took longer than the time to stop")
			}
		})
	}
	draining.Wait()
	endRequests()
	for _, d := range doors {
		d.server.Close()
	}
}

// letLeave waits until nobody is in the middle of saying hello, and with a
// successor until everybody left, but no longer than limits.leave.
func (s *Server) letLeave(doors []*door, succeeded bool) {
	end := time.After(s.limits.leave)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		var all, fresh int
		for _, d := range doors {
			a, f := d.open()
			all, fresh = all+a, fresh+f
		}
		if fresh == 0 && (all == 0 || !succeeded) {
			return
		}
		select {
		case <-end:
			return
		case <-look.C:
		}
	}
}

// farewell has the client use another connection after this answer. On HTTP/2
// the server makes a GOAWAY of it.
func (s *Server) farewell(h http.Header) {
	if s.stopping.Load() {
		h.Set("Connection", "close")
	}
}
