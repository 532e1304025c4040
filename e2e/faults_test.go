package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFaults breaks one chaton in every way that needs nothing but itself, and
// mends it again each time. Its parts build on each other.
func TestFaults(t *testing.T) {
	w := newWorkshop(t, engine{}, "f1.localhost", 29443)
	part := func(name string, f func(t *testing.T, w *workshop)) {
		ok := t.Run(name, func(t *testing.T) { w.house.t = t; f(t, w) })
		w.house.t = t
		if !ok {
			t.FailNow() // what follows would only say so again
		}
	}
	part("a file with problems", fileWithProblems)
	part("a port taken", portTaken)
	part("the daemon killed in a build", killedInBuild)
	part("the daemon killed as the directory starts", killedAtDirectory)
	part("services that fail beside one that works", failingServices)
	part("an upgrade that fails", failingUpgrade)
	part("a new port taken", newPortTaken)
	part("the daemon killed in a replacement", killedInReplacement)
	part("the command killed", commandKilled)
	part("interrupted once", interruptedOnce)
	part("interrupted twice", interruptedTwice)
	part("changed since the plan", changedSincePlan)
}

const shelf = `behaviour = "serve"`

// Every problem is told at once, with the line it is in, and nothing is made.
func fileWithProblems(t *testing.T, w *workshop) {
	torn := filepath.Join(w.dir, "recipes/torn")
	if err := os.CopyFS(torn, os.DirFS("testdata/faults/torn")); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(torn)
	w.offer(
		a("books", "shelf", shelf),
		a("tools", "shelve", ""),
		"service \"toys\" {\n  recipe = \"shelf\"\n  host   = \"books\"\n  enterr = [\"members\"]\n}\n",
		a("jars", "shelf", `delay = "soon"`),
		a("torn", "torn", `page = "one"`))
	r := w.fails(2, up,
		`recipe   = "shelve"`, `Did you mean "shelf"?`,
		`host   = "books"`, `the address of the service "books"`,
		`enterr = ["members"]`, `Did you mean "enter"?`,
		`delay = "soon"`, "takes a number",
		"torn/label.tmpl:2", "${parseint(setting.page, 10) + 1}",
		"5 errors.")
	for line := range strings.Lines(w.text()) {
		wrong := strings.Contains(line, "shelve") || strings.Contains(line, "host   =") || strings.Contains(line, "enterr") || strings.Contains(line, "soon")
		if wrong && !strings.Contains(r.err, " | "+strings.TrimRight(line, "\n")) {
			t.Errorf("this line is not shown: %s", line)
		}
	}
	for _, kind := range []string{"container", "volume", "network"} {
		if left := w.list(kind); left != "" {
			t.Errorf("the file has problems, and yet a %s was made: %s", kind, left)
		}
	}
}

// list names the containers, volumes or networks that carry the chaton's label.
func (h *house) list(kind string) string {
	h.t.Helper()
	args := []string{kind, "ls", "-q", "--filter", "label=ronron.chaton=" + h.domain}
	if kind == "container" {
		args = append(args, "-a")
	}
	return h.engine.docker(h.t, args...)
}

// A port of the gateway that somebody else listens on is told before anything
// of a service is made.
func portTaken(t *testing.T, w *workshop) {
	taken, err := net.Listen("tcp", fmt.Sprintf(":%d", w.port))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	w.offer(a("books", "shelf", shelf))
	w.fails(1, up, fmt.Sprintf("Port %d of this machine is taken", w.port), "What to do:", "Find it with `ss ", "gateway block of chaton.hcl")
	if units := w.units(); len(units) > 0 {
		t.Errorf("containers were made: %v", units)
	}
	if networks := w.list("network"); networks != "" {
		t.Errorf("networks were made: %s", networks)
	}
}

// A gateway that is to move to a taken port stays where it is, and what is said
// of it is true.
func newPortTaken(t *testing.T, w *workshop) {
	taken, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	before := w.text()
	port := taken.Addr().(*net.TCPAddr).Port
	w.write(strings.Replace(before, fmt.Sprintf("https_port = %d", w.port), fmt.Sprintf("https_port = %d", port), 1))
	w.fails(1, up, fmt.Sprintf("Port %d of this machine is taken", port), "What to do:", "another https_port")
	w.reads("books", "Words of Ana.")
	w.write(before)
	if r := w.run(up...); !strings.Contains(r.out, w.url("", "")) {
		t.Errorf("with the old port in the file again, `up` does not name it:\n%s", r.out)
	}
}

// brokenOff is what the command says when its daemon is gone.
var brokenOff = []string{"The daemon does not answer.", "What to do:", "run the same command again"}

func killedInBuild(t *testing.T, w *workshop) {
	p := w.start(up...)
	p.says("making the image ronron/shelf: Step")
	docker(t, "kill", w.daemon())
	w.failed(p.end(), 5, up, brokenOff...)
}

func killedAtDirectory(t *testing.T, w *workshop) {
	p := w.start(up...)
	p.says("directory +(starting|replacing) slapd")
	docker(t, "kill", w.daemon())
	w.failed(p.end(), 5, up, brokenOff...)

	r := w.up()
	if !strings.Contains(r.out, "First administrator") {
		t.Errorf("the first administrator is not told by the `up` that succeeds:\n%s", r.out)
	}
	w.settled("books/web")
	w.put("books", "Words of Ana.")
}

// Services that fail, each in its own way, stop no other, and of each it is
// told what failed, where, its last lines and what to do.
func failingServices(t *testing.T, w *workshop) {
	w.offer(
		a("books", "shelf", shelf),
		a("deaf", "shelf", `behaviour = "deaf", within = 3`),
		a("crash", "shelf", `behaviour = "crash"`),
		a("saw", "unbuildable", ""),
		a("far", "unpullable", ""),
		a("tools", "shelf", shelf))
	w.fails(1, up,
		"The unit web did not become healthy within 3s: connect to port 8080: connection refused.",
		"service deaf, step deaf/create/web", "│ waiting for a key that nobody brings",

		"The unit web does not stay up", "exit code 3",
		"service crash, step crash/create/web", "│ there are no screws in the box; giving up",

		"The image ronron/unbuildable cannot be built", "returned a non-zero code: 1",
		"looking for a saw\nthe saw is blunt\n", "service saw, step saw/image/web",

		"The image registry.invalid/shelf:1@sha256:0000", "cannot be fetched",
		"service far, step far/image/web", "registry or another server on the way does not answer",

		"What to do:", "4 services failed; the others are up.")
	w.reads("books", "Words of Ana.")
	w.put("tools", "A hammer.")
	for _, u := range w.units() {
		if strings.HasPrefix(u, "deaf/") || strings.HasPrefix(u, "crash/") {
			t.Errorf("what failed was left running: %s", u)
		}
	}

	w.offer(
		a("books", "shelf", shelf),
		a("deaf", "shelf", shelf),
		a("crash", "shelf", shelf),
		a("tools", "shelf", shelf))
	w.run(up...)
	w.settled("books/web", "crash/web", "deaf/web", "tools/web")
	w.offer(a("books", "shelf", shelf))
	w.run(up...)
	w.settled("books/web")
}

// A new version that does not work leaves the old one as it was: the same
// container, with its data.
func failingUpgrade(t *testing.T, w *workshop) {
	before := w.container("books")
	for settings, said := range map[string]string{
		`behaviour = "deaf", within = 3`: "did not become healthy within 3s",
		`behaviour = "crash"`:            "does not stay up",
	} {
		w.offer(a("books", "shelf", settings))
		w.fails(1, up, said, "service books, step books/replace/web", "the one before runs again", "What to do:")
		if after := w.container("books"); after != before {
			t.Errorf("%s: the container was %.12s and is %.12s", settings, before, after)
		}
		w.reads("books", "Words of Ana.")
	}
	w.offer(a("books", "shelf", shelf))
	w.settled("books/web")
}

// A daemon that crashes is started again by the engine.
func killedInReplacement(t *testing.T, w *workshop) {
	w.offer(a("books", "shelf", "delay = 3"))
	p := w.start(up...)
	p.says("replacing web: waiting until it answers")
	pid, err := strconv.Atoi(docker(t, "inspect", "--format", "{{.State.Pid}}", w.daemon()))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	w.failed(p.end(), 5, up, brokenOff...)
	w.run(up...)
	w.settled("books/web")
	w.reads("books", "Words of Ana.")
}

// The daemon goes on without the command, and others are told who is at work.
func commandKilled(t *testing.T, w *workshop) {
	w.offer(a("books", "shelf", "delay = 6")) // long enough to ask a second time meanwhile
	p := w.start(up...)
	p.says("replacing web: waiting until it answers")
	p.signal(syscall.SIGKILL)
	p.end()
	w.fails(1, up, "is changing this chaton (up, since", "What to do:", "ronron status")
	if !eventually(t, func() bool { return w.try(up...).code == 0 }) {
		t.Fatal("the lock is not given back")
	}
	w.settled("books/web")
	w.reads("books", "Words of Ana.")
}

// The first Ctrl-C lets the running steps end, and begins no more.
func interruptedOnce(t *testing.T, w *workshop) {
	before := w.container("books")
	w.offer(a("books", "shelf", "delay = 3"), a("tools", "shelf", shelf))
	p := w.start(up...)
	p.says("replacing web: waiting until it answers")
	p.signal(syscall.SIGINT)
	w.failed(p.end(), 130, up, "Finishing the running steps", "Interrupted.", "run the same command again")
	after := w.container("books")
	if after == before {
		t.Error("the running replacement was not finished")
	}
	w.reads("books", "Words of Ana.")
	w.run(up...)
	w.settled("books/web", "tools/web")
	if w.container("books") != after {
		t.Error("what was done before the interruption was done again")
	}
}

// The second Ctrl-C stops at once; what ran before runs again.
func interruptedTwice(t *testing.T, w *workshop) {
	before := w.container("books")
	w.offer(a("books", "shelf", `behaviour = "deaf", within = 100`), a("tools", "shelf", shelf))
	p := w.start(up...)
	p.says("replacing web: waiting until it answers")
	p.signal(syscall.SIGINT)
	p.says("Finishing the running steps")
	pressed := time.Now()
	p.signal(syscall.SIGINT)
	w.failed(p.end(), 130, up, "Stopping now", "Interrupted.")
	if took := time.Since(pressed); took > 20*time.Second {
		t.Errorf("stopping at once took %v", took)
	}
	if w.container("books") != before {
		t.Error("the container before the interrupted replacement is gone")
	}
	w.offer(a("books", "shelf", "delay = 3"))
	w.run(up...)
	w.settled("books/web")
	w.reads("books", "Words of Ana.")
}

// What was agreed to is what is done: when things move between the plan and
// the yes, nothing is.
func changedSincePlan(t *testing.T, w *workshop) {
	w.offer(a("books", "shelf", "delay = 1"))
	before := w.container("books")
	p := w.launch(exec.Command("script", "--quiet", "--return", "--flush", "--command", w.bin+" up", "/dev/null"))
	p.says("Type y to go on")
	docker(t, "stop", "-t", "2", before)
	p.types("y\n")
	r := p.end()
	if r.code != 4 || !strings.Contains(r.out, "Something changed since the plan was made; nothing was done.") || !strings.Contains(r.out, "What to do:") {
		t.Errorf("`up` ended with %d, want 4:\n%s", r.code, r.out)
	}
	if w.container("books") != before {
		t.Error("and yet the container was replaced")
	}
	w.run(up...)
	w.settled("books/web")
	w.reads("books", "Words of Ana.")
}
