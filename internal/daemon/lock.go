package daemon

import (
	"context"
	"sync"
	"time"

	"ronron/internal/api"
	"ronron/internal/errs"
)

// lock lets one change happen at a time and says whose it is.
type lock struct {
	mu     sync.Mutex
	held   *api.Lock
	stop   chan struct{} // closed: finish the running steps
	cancel context.CancelCauseFunc
	once   *sync.Once
}

// take takes the lock, or says who has it. The returned context ends when the
// change shall stop at once; stop is closed when it shall begin no more steps.
func (l *lock) take(ctx context.Context, who, what string, now time.Time) (_ context.Context, stop <-chan struct{}, release func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		return nil, nil, nil, errs.New(errs.Locked, "%s is changing this chaton (%s, since %s).",
			l.held.Who, l.held.What, l.held.Since.Format("15:04:05 MST")).
			WithHint("Wait until it is done: `ronron status` shows it. Nothing was changed by this command.")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	l.held = &api.Lock{Who: who, What: what, Since: now}
	l.stop, l.cancel, l.once = make(chan struct{}), cancel, &sync.Once{}
	return ctx, l.stop, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		cancel(nil)
		l.held, l.stop, l.cancel = nil, nil, nil
	}, nil
}

// interrupt stops what runs: after its running steps, or at once. With nothing
// running it does nothing.
func (l *lock) interrupt(now bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		return
	}
	l.once.Do(func() { close(l.stop) })
	if now {
		l.cancel(errs.New(errs.Interrupted, "Stopped on request."))
	}
}

// holder returns who holds the lock, or nil.
func (l *lock) holder() *api.Lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		return nil
	}
	held := *l.held
	return &held
}
