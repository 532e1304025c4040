package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ronron/services"
)

// Call is one call of the Engine, as recorded.
type Call struct {
	Method  string // "CreateUnit"
	Service services.Name
	Target  string // the unit, volume or image it was about; may be empty
}

// String gives "CreateUnit wiki/web".
func (c Call) String() string {
	switch {
	case c.Service == "" && c.Target == "":
		return c.Method
	case c.Target == "":
		return c.Method + " " + string(c.Service)
	case c.Service == "":
		return c.Method + " " + c.Target
	default:
		return fmt.Sprintf("%s %s/%s", c.Method, c.Service, c.Target)
	}
}

// Calls returns what was asked so far, in order.
func (e *Engine) Calls() []Call {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	return slices.Clone(e.calls)
}

// ForgetCalls empties the record, so that a test sees only what comes next.
func (e *Engine) ForgetCalls() {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	e.calls = nil
}

// Before sets a function that runs before each call, outside any lock. Its
// error becomes the call's; it may also block, or cancel a context: that is how
// a test stops the house at any moment. Nil takes it away.
func (e *Engine) Before(f func(ctx context.Context, c Call) error) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	e.before = f
}

// target is what a script is about.
type target struct{ service, unit services.Name }

// script is how a unit misbehaves. It applies to containers that were made
// after it was set, so an old container stays well while its successor fails.
type script struct {
	since     int
	failStart string
	unhealthy bool
	exits     bool
	code      int
	lines     []string
	exec      func(command []string, stdin []byte) services.Result
}

type failure struct {
	reason string
	lines  []string
}

// FailImage makes EnsureImage fail for an image that is not present; lines are
// the output of its build.
func (e *Engine) FailImage(image services.Image, reason string, lines ...string) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	e.failing[image.Key()] = failure{reason, lines}
}

// MendImage takes a FailImage back.
func (e *Engine) MendImage(image services.Image) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	delete(e.failing, image.Key())
}

// FailStart makes containers of the unit that are made from now on refuse to start.
func (e *Engine) FailStart(service, unit services.Name, reason string) {
	e.rescript(service, unit, func(s *script) { s.failStart = reason })
}

// Exits makes containers of the unit that are made from now on write lines and
// end with code as soon as they start. A job ends so too.
func (e *Engine) Exits(service, unit services.Name, code int, lines ...string) {
	e.rescript(service, unit, func(s *script) { s.exits, s.code, s.lines = true, code, lines })
}

// Unhealthy makes containers of the unit that are made from now on run without
// ever being healthy.
func (e *Engine) Unhealthy(service, unit services.Name) {
	e.rescript(service, unit, func(s *script) { s.unhealthy = true })
}

// OnExec answers Exec for the unit, whenever its container was made.
func (e *Engine) OnExec(service, unit services.Name, f func(command []string, stdin []byte) services.Result) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	e.script(service, unit).exec = f
}

// Mend takes back every script of the unit.
func (e *Engine) Mend(service, unit services.Name) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	delete(e.scripts, target{service, unit})
}

func (e *Engine) rescript(service, unit services.Name, change func(*script)) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	s := e.script(service, unit)
	s.since = e.world.next()
	change(s)
}

func (e *Engine) script(service, unit services.Name) *script {
	t := target{service, unit}
	if e.scripts[t] == nil {
		e.scripts[t] = &script{}
	}
	return e.scripts[t]
}

// scriptOf returns the script that a container made at the given moment
// follows. The world is locked.
func (e *Engine) scriptOf(service, unit services.Name, made int) script {
	s := e.scripts[target{service, unit}]
	if s == nil || s.since > made {
		return script{}
	}
	return *s
}

// Crash ends a running container as if its process had failed; the engine's
// restart policy is about to start it again.
func (e *Engine) Crash(id string, code int, lines ...string) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	if u := e.world.units[id]; u != nil && u.state == services.StateRunning {
		u.log(lines...)
		u.ended(code)
	}
}

// Healthy says what a probe of the unit would find: a prober made for tests
// asks this instead of a socket.
func (e *Engine) Healthy(id string) bool {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	u := e.world.units[id]
	return u != nil && u.chaton == e.chaton && u.state == services.StateRunning && !e.scriptOf(u.service, u.spec.Name, u.made).unhealthy
}

// WriteVolume puts a file into a volume, as a unit would; path is the volume's own.
func (e *Engine) WriteVolume(service, volume services.Name, path string, content []byte) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	if v := e.world.volumes[place{e.chaton, service, volume}]; v != nil {
		v.files[strings.TrimPrefix(path, "/")] = services.File{Path: path, Content: content, Mode: 0o644}
	}
}

// ReadVolume returns a file of a volume, and whether it is there.
func (e *Engine) ReadVolume(service, volume services.Name, path string) ([]byte, bool) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	v := e.world.volumes[place{e.chaton, service, volume}]
	if v == nil {
		return nil, false
	}
	f, there := v.files[strings.TrimPrefix(path, "/")]
	return f.Content, there
}

// FileOf returns a file as the container sees it, and whether it is there.
func (e *Engine) FileOf(id, path string) (services.File, bool) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	u := e.world.units[id]
	if u == nil {
		return services.File{}, false
	}
	f, err := u.read(path)
	return f, err == nil
}
