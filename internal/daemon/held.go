package daemon

import (
	"sync"

	"ronron/services"
)

// held are the services whose requests the gateway keeps waiting, because
// their unit is being replaced.
type held struct {
	mu    sync.Mutex
	names map[services.Name]bool
}

func (h *held) add(name services.Name) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.names == nil {
		h.names = map[services.Name]bool{}
	}
	h.names[name] = true
}

func (h *held) has(name services.Name) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.names[name]
}

// clear lets go of all, and says whether there were any.
func (h *held) clear() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	any := len(h.names) > 0
	h.names = nil
	return any
}
