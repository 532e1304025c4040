package gateway

import (
	"context"
	"errors"
	"time"
)

// errOut ends a request whose member may no longer enter.
var errOut = errors.New("who asks may not enter any more")

// askAgain asks the portal again and again while a request lasts, which a
// websocket does for hours, and ends it when its member is suspended, signed out or out of
// the groups. It returns what stops the asking.
//
// A portal that does not answer ends nothing: what people are typing is worth
// more than the few minutes until it does.
func (s *Server) askAgain(ctx context.Context, x *exchange) (stop func()) {
	if x.entered == nil {
		return func() {}
	}
	ended := make(chan struct{})
	var again *time.Timer
	started := make(chan struct{})
	again = time.AfterFunc(s.limits.again, func() {
		<-started
		if s.isOut(ctx, x) {
			x.cancel(errOut)
			return
		}
		select {
		case <-ended:
		default:
			again.Reset(s.limits.again)
		}
	})
	close(started)
	return func() {
		close(ended)
		again.Stop()
	}
}

// isOut asks as the configuration of now says: the portal may be elsewhere by
// then, and the route for other groups.
func (s *Server) isOut(ctx context.Context, x *exchange) bool {
	t := s.state.Load().table
	groups := x.route.Gate.Groups
	if h := t.host(x.host.name); h != nil {
		if route := h.route(x.path); route != nil && route.Gate != nil {
			groups = route.Gate.Groups
		}
	}
	if t.gate == nil {
		return false
	}
	a := s.ask(ctx, t.gate, x.entered.question)
	return a.result == saidNo || a.result == saidYes && !a.pass.Member.In(groups)
}
