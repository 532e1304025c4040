package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ronron/internal/secret"
)

// workshop is a house for breaking things: no wiki and no pages, but services
// of its own recipes that misbehave as they are told.
type workshop struct {
	*house
	base string // the file without its services
}

func newWorkshop(t *testing.T, on engine, domain string, https int) *workshop {
	t.Helper()
	needEngine(t)
	template, err := os.ReadFile("testdata/faults/chaton.hcl")
	if err != nil {
		t.Fatal(err)
	}
	w := &workshop{}
	t.Cleanup(func() { // after the house is gone: its images are of no further use
		for _, name := range []string{"ronron/shelf", "ronron/unbuildable"} {
			if ids := strings.Fields(on.docker(t, "images", "-q", name)); len(ids) > 0 {
				on.docker(t, append([]string{"rmi", "-f"}, ids...)...)
			}
		}
	})
	w.house = newHouseOn(t, on, domain, https, func(demo string) string {
		host := regexp.MustCompile(`https_port\s*=\s*\d+\s+http_port\s*=\s*\d+`)
		w.base = strings.ReplaceAll(string(template), "chaton.localhost", domain)
		w.base = host.ReplaceAllString(w.base, fmt.Sprintf("https_port = %d\n  http_port  = %d", https, https+1))
		return w.base
	})
	recipes := filepath.Join(w.dir, "recipes")
	if err := os.CopyFS(recipes, os.DirFS("testdata/faults/recipes")); err != nil {
		t.Fatal(err)
	}
	w.newBoards()
	return w
}

// newBoards makes the image of every shelf stale: it has to be built again.
func (w *workshop) newBoards() {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, "recipes/shelf/run"), []byte(secret.Generate(20, "").Reveal()), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// offer makes the services in blocks those of the file.
func (w *workshop) offer(blocks ...string) {
	w.t.Helper()
	w.write(w.base + "\n" + strings.Join(blocks, "\n"))
}

// a is a service block; settings as they are written in HCL.
func a(name, recipe, settings string) string {
	return fmt.Sprintf("service %q {\n  recipe   = %q\n  settings = { %s }\n}\n", name, recipe, settings)
}

// fails runs the CLI and fails the test unless it ends with code and says all
// that is wanted on stderr.
func (h *house) fails(code int, args []string, wanted ...string) result {
	h.t.Helper()
	return h.failed(h.try(args...), code, args, wanted...)
}

func (h *house) failed(r result, code int, args []string, wanted ...string) result {
	h.t.Helper()
	if r.code != code {
		h.t.Fatalf("ronron %s ended with %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	for _, w := range wanted {
		if !strings.Contains(r.err, w) {
			h.t.Errorf("ronron %s does not say %q:\n%s", strings.Join(args, " "), w, r.err)
		}
	}
	if strings.Contains(r.err, "Internal error") {
		h.t.Errorf("ronron %s tells of an internal error:\n%s", strings.Join(args, " "), r.err)
	}
	return r
}

var up = []string{"up", "--yes"}

// put writes a shelf's text through the gateway; reads says whether it is there.
func (h *house) put(service, text string) {
	h.t.Helper()
	if status, body := h.do(h.client(), http.MethodPut, h.url(service, "/"), text, "", ""); status != http.StatusOK {
		h.t.Fatalf("PUT to %s: %d %s", service, status, body)
	}
}

func (h *house) reads(service, text string) {
	h.t.Helper()
	if status, body := h.get(h.client(), h.url(service, "/")); status != http.StatusOK || body != text {
		h.t.Errorf("%s answers %d and %q, want %q", service, status, body, text)
	}
}

// settled fails the test unless the chaton is as its file says: `up` has
// nothing to do, and everything exists exactly once.
func (h *house) settled(units ...string) {
	h.t.Helper()
	if r := h.run(up...); !strings.Contains(r.out+r.err, "Nothing to change") {
		h.t.Errorf("`up` still finds something to do:\n%s%s", r.out, r.err)
	}
	wanted := append([]string{"directory/slapd", "gateway/gateway", "portal/portal"}, units...)
	slices.Sort(wanted)
	if got := h.units(); !slices.Equal(got, wanted) {
		h.t.Errorf("containers: %v, want %v", got, wanted)
	}
}

// units names what the chaton's containers are, less the daemon's.
func (h *house) units() []string {
	h.t.Helper()
	var units []string
	for line := range strings.Lines(h.engine.docker(h.t, "ps", "-a", "--filter", "label=ronron.chaton="+h.domain,
		"--format", `{{.Label "ronron.service"}}/{{.Label "ronron.unit"}}`)) {
		if unit := strings.TrimSpace(line); unit != "ronron/daemon" {
			units = append(units, unit)
		}
	}
	slices.Sort(units)
	return units
}

// container returns the id of the one container of a service.
func (h *house) container(service string) string {
	h.t.Helper()
	id := h.engine.docker(h.t, "ps", "-aq", "--no-trunc", "--filter", "label=ronron.chaton="+h.domain, "--filter", "label=ronron.service="+service)
	if strings.ContainsAny(id, "\n") || id == "" {
		h.t.Fatalf("containers of %s: %q, want one", service, id)
	}
	return id
}

func (h *house) daemon() string { return h.domain + "-ronron-daemon" }

// process is a command that is still running.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.WriteCloser
	done chan struct{}

	mu     sync.Mutex
	stderr bytes.Buffer
	stdout bytes.Buffer
}

// start runs the CLI without waiting for its end.
func (h *house) start(args ...string) *process {
	h.t.Helper()
	return h.launch(exec.Command(h.bin, args...))
}

func (h *house) launch(cmd *exec.Cmd) *process {
	h.t.Helper()
	p := &process{t: h.t, cmd: h.engine.on(cmd), done: make(chan struct{})}
	cmd.Dir = h.dir
	cmd.Stdout, cmd.Stderr = p.keep(&p.stdout), p.keep(&p.stderr)
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		cmd.Wait() // the exit code is asked for by end
	}()
	h.t.Cleanup(func() {
		cmd.Process.Kill()
		<-p.done
	})
	return p
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

func (p *process) keep(in *bytes.Buffer) io.Writer {
	return writer(func(b []byte) (int, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return in.Write(b)
	})
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stdout.String() + p.stderr.String()
}

// says waits until the command has said something that matches.
func (p *process) says(pattern string) {
	p.t.Helper()
	wanted := regexp.MustCompile(pattern)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if wanted.MatchString(p.said()) {
			return
		}
		select {
		case <-p.done:
			if !wanted.MatchString(p.said()) {
				p.t.Fatalf("the command ended with %d without saying %q:\n%s", p.cmd.ProcessState.ExitCode(), pattern, p.said())
			}
		default:
		}
	}
	p.t.Fatalf("the command does not say %q:\n%s", pattern, p.said())
}

func (p *process) types(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, text); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// end waits for the end of the command.
func (p *process) end() result {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(2 * time.Minute):
		p.t.Fatalf("the command does not end:\n%s", p.said())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return result{out: p.stdout.String(), err: p.stderr.String(), code: p.cmd.ProcessState.ExitCode()}
}
