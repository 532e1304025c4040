package cli

import (
	"context"
	"os"
	"sync"

	"ronron/internal/errs"
)

var errInterrupted = errs.New(errs.Interrupted, "Interrupted.")

// interrupts hands each Ctrl-C to whoever is in charge at that moment: by
// default it ends the command, while something is applied it is passed on.
type interrupts struct {
	mu      sync.Mutex
	handler func()
}

// watch calls the handler at each signal until ctx is done.
func (i *interrupts) watch(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			i.mu.Lock()
			handler := i.handler
			i.mu.Unlock()
			handler()
		}
	}
}

// take puts handler in charge and returns what gives the charge back.
func (i *interrupts) take(handler func()) (giveBack func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	before := i.handler
	i.handler = handler
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.handler = before
	}
}
