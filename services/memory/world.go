// Package memory is an engine without containers: it keeps units, networks and
// volumes in memory and passes the same suite as the real one.
//
// It is for tests and for trying plans. What needs a process is modelled: a
// unit without a program simply runs until it is stopped; a Program gives an
// image behaviour (files, output, names it can reach); scripts (FailImage,
// FailStart, Exits, Unhealthy, …) make things go wrong on purpose. Nothing
// here takes time, and there are no sockets.
package memory

import (
	"net/netip"
	"sync"
	"time"

	"ronron/services"
)

// World is one machine. Several chatons share it, each by its own Engine.
type World struct {
	mu       sync.Mutex
	engines  map[services.ChatonID]*Engine
	programs map[string]Program // by image key
	images   map[string]string  // image keys by id: what is present
	networks map[place]*network
	volumes  map[place]*volume
	units    map[string]*unit
	sequence int           // counts everything that is made or scripted
	down     bool          // does the engine answer
	changed  chan struct{} // closed and replaced at each log line and end
}

// place is a network's (without name) or a volume's identity.
type place struct {
	chaton  services.ChatonID
	service services.Name
	name    services.Name
}

type network struct {
	subnet netip.Prefix
	egress bool
}

type volume struct {
	services.Volume
	created time.Time
	files   files
}

// NewWorld returns a machine on which nothing runs.
func NewWorld() *World {
	return &World{
		engines: map[services.ChatonID]*Engine{}, programs: map[string]Program{}, images: map[string]string{},
		networks: map[place]*network{}, volumes: map[place]*volume{}, units: map[string]*unit{},
		changed: make(chan struct{}),
	}
}

// New returns the engine of a chaton in a world of its own.
func New(chaton services.ChatonID) *Engine { return NewWorld().Engine(chaton) }

// Engine returns the chaton's engine; the same one each time, so that scripts
// and recorded calls outlive a restart of whatever uses it.
func (w *World) Engine(chaton services.ChatonID) *Engine {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.engines[chaton] == nil {
		w.engines[chaton] = &Engine{world: w, chaton: chaton, scripts: map[target]*script{}, failing: map[string]failure{}}
	}
	return w.engines[chaton]
}

// Install gives an image behaviour: units made from it run the program.
func (w *World) Install(image services.Image, p Program) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.programs[image.Key()] = p
}

// Down makes every call fail as if the engine did not answer, or ends that.
func (w *World) Down(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
}

func (w *World) next() int {
	w.sequence++
	return w.sequence
}

// wake tells everybody who follows a log. The world is locked.
func (w *World) wake() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// freeSubnet returns the lowest /28 of 10.213.0.0/16 that no network has.
func (w *World) freeSubnet() (netip.Prefix, bool) {
	taken := map[netip.Addr]bool{}
	for _, n := range w.networks {
		taken[n.subnet.Addr()] = true
	}
	pool := netip.MustParsePrefix("10.213.0.0/16")
	for a := pool.Addr(); pool.Contains(a); a = after(a, 16) {
		if !taken[a] {
			return netip.PrefixFrom(a, 28), true
		}
	}
	return netip.Prefix{}, false
}

// after returns the n-th address after a.
func after(a netip.Addr, n int) netip.Addr {
	for range n {
		a = a.Next()
	}
	return a
}
