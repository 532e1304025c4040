package memory

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/services"
)

func now() time.Time { return time.Now().UTC() }

// unit is one container. All of it is guarded by the world's lock.
type unit struct {
	engine      *Engine
	chaton      services.ChatonID
	id          string
	made        int // when, in the world's count
	service     services.Name
	hostNetwork bool
	atGateway   []string
	atDirectory []string
	spec        services.Unit
	hash, image string
	state       services.UnitState
	exitCode    int
	failure     string
	restarts    int
	started     time.Time
	address     netip.Addr
	connected   map[services.Name]string // host names by service
	root        files
	memory      files // below the tmpfs paths; empty at each start
	mounts      []mounted
	lines       []logLine
	process     *process // nil where no program runs
}

type logLine struct {
	at   time.Time
	text string
}

func (u *unit) actual() services.ActualUnit {
	return services.ActualUnit{
		ID: u.id, Service: u.service, Unit: u.spec.Name, Hash: u.hash, Image: u.image, State: u.state, ExitCode: u.exitCode,
		Error: u.failure, Restarts: u.restarts, Started: u.started, Address: u.address,
		Connected: slices.Sorted(maps.Keys(u.connected)),
	}
}

func (u *unit) log(lines ...string) {
	for _, l := range lines {
		u.lines = append(u.lines, logLine{now(), l})
	}
	u.engine.world.wake()
}

// ended notes that the process ended by itself: the restart policy will start
// it again, after ever longer pauses, of which none passes here.
func (u *unit) ended(code int) {
	u.state, u.exitCode = services.StateRestarting, code
	u.restarts++
	u.engine.world.wake()
}

// own returns a unit of this chaton. The world is locked.
func (e *Engine) own(id string) (*unit, error) {
	u := e.world.units[id]
	if u == nil || u.chaton != e.chaton {
		return nil, errs.New(errs.NotFound, "There is no unit with the id %s.", id)
	}
	return u, nil
}

// beginUnit is begin for a call about a container.
func (e *Engine) beginUnit(ctx context.Context, method, id string) error {
	c := Call{Method: method, Target: id}
	e.world.mu.Lock()
	if u := e.world.units[id]; u != nil && u.chaton == e.chaton {
		c.Service, c.Target = u.service, string(u.spec.Name)
	}
	e.world.mu.Unlock()
	return e.begin(ctx, c)
}

// CreateUnit makes the container of a unit.
func (e *Engine) CreateUnit(ctx context.Context, s services.Service, u services.Unit, hash, imageID string) (string, error) {
	if err := e.begin(ctx, Call{Method: "CreateUnit", Service: s.Name, Target: string(u.Name)}); err != nil {
		return "", err
	}
	defer e.world.mu.Unlock()
	for _, there := range e.sortedUnits() {
		if there.service == s.Name && there.spec.Name == u.Name && there.hash == hash {
			return there.id, nil
		}
	}
	made, err := e.make(s, u, imageID)
	if err != nil {
		return "", err
	}
	made.hash = hash
	e.world.units[made.id] = made
	return made.id, nil
}

// make builds a container that no list holds yet.
func (e *Engine) make(s services.Service, spec services.Unit, imageID string) (*unit, error) {
	spec = services.Service{Units: []services.Unit{spec}}.WithDefaults().Units[0]
	if _, present := e.world.images[imageID]; !present {
		return nil, errs.New(errs.NotFound, "The container of %s/%s cannot be made: no such image: %s.", s.Name, spec.Name, imageID)
	}
	made := e.world.next()
	u := &unit{
		engine: e, chaton: e.chaton, id: fmt.Sprintf("%064x", made), made: made, service: s.Name, hostNetwork: s.HostNetwork, atGateway: s.AtGateway, atDirectory: s.AtDirectory,
		spec: spec, image: imageID, state: services.StateCreated, connected: map[services.Name]string{}, root: files{}, memory: files{},
	}
	if err := u.mountAll(); err != nil {
		return nil, err
	}
	for _, f := range spec.Files {
		if err := u.deliver(f); err != nil {
			return nil, err
		}
	}
	if s.HostNetwork {
		u.address = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		return u, nil
	}
	n := e.world.networks[place{chaton: e.chaton, service: s.Name}]
	if n == nil {
		return nil, errs.New(errs.NotFound, "There is no network of %s.", s.Name)
	}
	address, free := e.freeAddress(s.Name, n.subnet)
	if !free {
		return nil, errs.New(errs.Failed, "The network of %s is full.", s.Name)
	}
	u.address = address
	return u, nil
}

// StartUnit starts a created or stopped unit.
func (e *Engine) StartUnit(ctx context.Context, id string) error {
	if err := e.beginUnit(ctx, "StartUnit", id); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	u, err := e.own(id)
	if err != nil || u.state == services.StateRunning {
		return err
	}
	script := e.scriptOf(u.service, u.spec.Name, u.made)
	if script.failStart != "" {
		u.exitCode, u.failure = 127, script.failStart
		return errs.New(errs.Failed, "The unit %s/%s cannot be started: %s.", u.service, u.spec.Name, script.failStart)
	}
	for other := range u.connected {
		if err := e.reservedFree(u, other); err != nil {
			return err
		}
	}
	u.state, u.exitCode, u.failure, u.started = services.StateRunning, 0, "", now()
	u.memory = files{}
	switch {
	case script.exits:
		u.log(script.lines...)
		u.ended(script.code)
	case u.program() != nil:
		u.run()
	}
	return nil
}

// StopUnit asks the unit to stop and gives up on its process after timeout.
func (e *Engine) StopUnit(ctx context.Context, id string, timeout time.Duration) error {
	if err := e.beginUnit(ctx, "StopUnit", id); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	u, err := e.own(id)
	if err != nil {
		return err
	}
	u.stop(timeout)
	return nil
}

// RemoveUnit removes a container, running or not.
func (e *Engine) RemoveUnit(ctx context.Context, id string) error {
	if err := e.beginUnit(ctx, "RemoveUnit", id); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	u, err := e.own(id)
	if err != nil {
		return nil
	}
	u.stop(0)
	delete(e.world.units, id)
	return nil
}

// stop ends a unit that runs or is about to. The world is locked, and
// unlocked while the program has its time to end.
func (u *unit) stop(timeout time.Duration) {
	if u.state != services.StateRunning && u.state != services.StateRestarting {
		return
	}
	code := 0
	if p := u.process; p != nil {
		u.process = nil
		u.engine.world.mu.Unlock()
		code = p.stop(timeout)
		u.engine.world.mu.Lock()
	}
	u.state, u.exitCode = services.StateExited, code
	u.engine.world.wake()
}

// Exec answers from the unit's script, else from its program, else with
// nothing and exit code 0.
func (e *Engine) Exec(ctx context.Context, id string, command []string, stdin io.Reader) (services.Result, error) {
	if err := e.beginUnit(ctx, "Exec", id); err != nil {
		return services.Result{}, err
	}
	u, err := e.own(id)
	if err == nil && u.state != services.StateRunning {
		err = errs.New(errs.Failed, "The unit %s/%s does not run, so nothing can be run inside it.", u.service, u.spec.Name)
	}
	if err != nil {
		e.world.mu.Unlock()
		return services.Result{}, err
	}
	program := u.program()
	var answer func([]string, []byte) services.Result
	if s := e.scripts[target{u.service, u.spec.Name}]; s != nil {
		answer = s.exec
	}
	e.world.mu.Unlock()
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	if answer != nil {
		input, err := io.ReadAll(stdin)
		return answer(command, input), err
	}
	if program == nil {
		return services.Result{}, nil
	}
	var output bytes.Buffer
	code := program(ctx, &Process{unit: u, Args: command, Stdin: stdin, Output: &output})
	if ctx.Err() != nil {
		return services.Result{}, errs.Wrap(ctx.Err(), errs.Interrupted, "A command was interrupted.")
	}
	return services.Result{ExitCode: code, Output: last64K(output.String())}, nil
}

func last64K(s string) string { return s[max(0, len(s)-64<<10):] }

// RunJob runs a unit once to its end.
func (e *Engine) RunJob(ctx context.Context, s services.Service, spec services.Unit, imageID string) (services.Result, error) {
	if err := e.begin(ctx, Call{Method: "RunJob", Service: s.Name, Target: string(spec.Name)}); err != nil {
		return services.Result{}, err
	}
	u, err := e.make(s, spec, imageID)
	if err != nil {
		e.world.mu.Unlock()
		return services.Result{}, err
	}
	script, program := e.scriptOf(s.Name, spec.Name, u.made), u.program()
	e.world.mu.Unlock()
	switch {
	case script.failStart != "":
		return services.Result{}, errs.New(errs.Failed, "The job %s/%s cannot be run: %s.", s.Name, spec.Name, script.failStart)
	case script.exits:
		return services.Result{ExitCode: script.code, Output: strings.Join(script.lines, "\n")}, nil
	case program == nil:
		return services.Result{}, nil
	}
	var output bytes.Buffer
	code := program(ctx, &Process{unit: u, Args: u.args(), Stdin: strings.NewReader(""), Output: &output})
	if ctx.Err() != nil {
		return services.Result{}, errs.Wrap(ctx.Err(), errs.Interrupted, "The job %s/%s was interrupted.", s.Name, spec.Name)
	}
	return services.Result{ExitCode: code, Output: last64K(output.String())}, nil
}

// Logs copies the unit's output to w.
func (e *Engine) Logs(ctx context.Context, id string, o services.LogOptions, w io.Writer) error {
	if err := e.beginUnit(ctx, "Logs", id); err != nil {
		return err
	}
	u, err := e.own(id)
	if err != nil {
		e.world.mu.Unlock()
		return err
	}
	shown := 0
	if o.Tail > 0 {
		shown = max(0, len(u.lines)-o.Tail)
	}
	for {
		var text strings.Builder
		for ; shown < len(u.lines); shown++ {
			l := u.lines[shown]
			switch {
			case l.at.Before(o.Since):
			case o.Timestamps:
				fmt.Fprintf(&text, "%s %s\n", l.at.Format(time.RFC3339Nano), l.text)
			default:
				fmt.Fprintln(&text, l.text)
			}
		}
		goesOn, changed := o.Follow && u.state == services.StateRunning && e.world.units[id] == u, e.world.changed
		e.world.mu.Unlock()
		if _, err := io.WriteString(w, text.String()); err != nil || !goesOn {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		e.world.mu.Lock()
	}
}
