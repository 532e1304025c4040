package memory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/services"
)

// Program is what an image does: it runs until it ends or ctx is done, which
// is how it is asked to stop, and returns its exit code. It runs for the unit
// itself, for jobs and for Exec, told apart by its arguments.
type Program func(ctx context.Context, p *Process) (exitCode int)

// Process is a running program's view of its container.
type Process struct {
	Args   []string
	Stdin  io.Reader
	Output io.Writer // the log, or the output of a job or Exec
	unit   *unit
}

// process is a unit's main program.
type process struct {
	cancel context.CancelFunc
	ended  chan struct{}
	code   int // valid once ended is closed
}

func (u *unit) program() Program { return u.engine.world.programs[u.engine.world.images[u.image]] }

func (u *unit) args() []string { return slices.Concat(u.spec.Entrypoint, u.spec.Command) }

// run starts the program. The goroutine ends with the program, which stop
// cancels; the world is locked only for what comes after.
func (u *unit) run() {
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{cancel: cancel, ended: make(chan struct{})}
	u.process = p
	program, view := u.program(), &Process{unit: u, Args: u.args(), Stdin: strings.NewReader(""), Output: &logWriter{unit: u}}
	go func() {
		defer cancel()
		p.code = program(ctx, view)
		close(p.ended)
		u.engine.world.mu.Lock()
		defer u.engine.world.mu.Unlock()
		if u.process == p { // it was not asked to stop
			u.process = nil
			u.ended(p.code)
		}
	}()
}

// stop cancels the program and returns its exit code, or 137 when it does not
// end in time.
func (p *process) stop(timeout time.Duration) int {
	p.cancel()
	select {
	case <-p.ended:
		return p.code
	case <-time.After(timeout):
		return 137
	}
}

// logWriter turns output into log lines.
type logWriter struct {
	unit *unit
	rest string
}

func (l *logWriter) Write(b []byte) (int, error) {
	l.unit.engine.world.mu.Lock()
	defer l.unit.engine.world.mu.Unlock()
	lines := strings.Split(l.rest+string(b), "\n")
	l.rest = lines[len(lines)-1]
	l.unit.log(lines[:len(lines)-1]...)
	return len(b), nil
}

// Environment returns the value of a variable.
func (p *Process) Environment(name string) string { return p.unit.spec.Environment[name] }

// Lookup returns the addresses of running units, of the gateway or of the directory, under a name
// that the container can resolve.
func (p *Process) Lookup(host string) []netip.Addr {
	w := p.unit.engine.world
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []netip.Addr
	for offset, names := range map[int][]string{1: p.unit.atGateway, 14: p.unit.atDirectory} {
		if slices.Contains(names, host) {
			n := w.networks[place{chaton: p.unit.chaton, service: p.unit.service}]
			return []netip.Addr{after(n.subnet.Addr(), offset)}
		}
	}
	for _, v := range p.unit.engine.sortedUnits() {
		if v.state != services.StateRunning || v.hostNetwork {
			continue
		}
		if v.service == p.unit.service && (host == string(v.spec.Name) || host == string(v.service)) {
			found = append(found, v.address)
		}
		if alias, in := v.connected[p.unit.service]; in && alias == host {
			n := w.networks[place{chaton: v.chaton, service: p.unit.service}]
			found = append(found, after(n.subnet.Addr(), 14))
		}
	}
	return found
}

// Read returns a file as the container sees it.
func (p *Process) Read(path string) (services.File, error) {
	p.unit.engine.world.mu.Lock()
	defer p.unit.engine.world.mu.Unlock()
	return p.unit.read(path)
}

// Write makes or replaces a file, where the container may write.
func (p *Process) Write(path string, content []byte) error {
	p.unit.engine.world.mu.Lock()
	defer p.unit.engine.world.mu.Unlock()
	return p.unit.write(services.File{Path: path, Content: content, Mode: 0o644}, p.unit.spec.ReadOnly)
}

// files are the contents of a file system by path; folders are implied.
type files map[string]services.File

// mounted is a volume at a path.
type mounted struct {
	services.Mount
	volume *volume
}

func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

func (u *unit) mountAll() error {
	for _, m := range u.spec.Mounts {
		owner := m.Owner
		if owner == "" {
			owner = u.service
		}
		v := u.engine.world.volumes[place{u.chaton, owner, m.Volume}]
		if v == nil {
			return errs.New(errs.NotFound, "The service %s has no volume %s.", owner, m.Volume)
		}
		if owner != u.service && !v.Shared {
			return errs.New(errs.Invalid, "The unit %s/%s mounts the volume %s of %s, which is not shared.", u.service, u.spec.Name, m.Volume, owner)
		}
		u.mounts = append(u.mounts, mounted{m, v})
	}
	return nil
}

// find returns the file system that holds path, the path in it, and whether
// it is mounted read-only; root says that it is the container's own.
func (u *unit) find(path string) (in files, at string, readOnly, root bool) {
	deepest := -1
	in, at, root = u.root, path, true
	for _, m := range u.mounts {
		if within(path, m.Path) && len(m.Path) > deepest {
			deepest = len(m.Path)
			in, at, readOnly, root = m.volume.files, strings.TrimPrefix(path, m.Path), m.ReadOnly, false
		}
	}
	for _, t := range u.spec.Tmpfs {
		if within(path, t) && len(t) > deepest {
			deepest = len(t)
			in, at, readOnly, root = u.memory, path, false, false
		}
	}
	return in, strings.TrimPrefix(at, "/"), readOnly, root
}

func (u *unit) read(path string) (services.File, error) {
	in, at, _, _ := u.find(path)
	f, there := in[at]
	if !there {
		return f, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return f, nil
}

func (u *unit) write(f services.File, rootReadOnly bool) error {
	in, at, readOnly, root := u.find(f.Path)
	if readOnly || root && rootReadOnly {
		return &fs.PathError{Op: "open", Path: f.Path, Err: errors.New("read-only file system")}
	}
	in[at] = f
	return nil
}

// deliver puts one of the unit's files where the unit will see it.
func (u *unit) deliver(f services.File) error {
	for _, t := range u.spec.Tmpfs {
		if within(f.Path, t) {
			return errs.New(errs.Invalid, "The file %s of unit %s lies in %s, which is kept in memory and empty at each start.", f.Path, u.spec.Name, t)
		}
	}
	if err := u.write(f, false); err != nil {
		return errs.New(errs.Invalid, "The file %s of unit %s lies in a volume that is mounted read-only.", f.Path, u.spec.Name)
	}
	return nil
}

// Printf writes to the output.
func (p *Process) Printf(format string, args ...any) { fmt.Fprintf(p.Output, format, args...) }
