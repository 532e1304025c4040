package e2e

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestFaults_EngineOfItsOwn is what only an engine of the test's own may
// suffer: to be restarted, to crash, and to have no room left.
func TestFaults_EngineOfItsOwn(t *testing.T) {
	p := newPrivate(t, 700<<20)
	p.hand("debian:trixie-slim", directoryImage(t))
	w := newWorkshop(t, p.engine, "f3.localhost", 29453)
	w.offer(a("books", "shelf", shelf))
	w.up()
	w.put("books", "Words of Ana.")
	part := func(name string, f func(t *testing.T)) {
		t.Run(name, func(t *testing.T) { w.house.t, p.t = t, t; f(t) })
		w.house.t, p.t = t, t
	}

	part("the daemon talks to the engine of the command", func(t *testing.T) {
		mounts := p.docker(t, "inspect", "--format", "{{range .Mounts}}{{.Source}}>{{.Destination}} {{end}}", w.daemon())
		if want := p.path("sock") + ">/var/run/docker.sock"; !strings.Contains(mounts, want) {
			t.Errorf("mounts of the daemon: %s, want %s", mounts, want)
		}
		if others := docker(t, "ps", "-aq", "--filter", "label=ronron.chaton="+w.domain); others != "" {
			t.Errorf("something was made on the machine's engine: %s", others)
		}
	})

	for name, signal := range map[string]syscall.Signal{"the engine restarted": syscall.SIGTERM, "the engine killed": syscall.SIGKILL} {
		part(name, func(t *testing.T) {
			before := w.addresses()
			p.stop(p.dockerd, signal)
			p.start()
			if !eventually(t, func() bool { return w.answers("books", "Words of Ana.") && w.answers("", "Un chaton en panne") }) {
				t.Fatalf("the services do not come back by themselves\n%s", p.docker(t, "ps", "-a"))
			}
			if after := w.addresses(); !slices.Equal(before, after) {
				t.Errorf("addresses before %v, after %v", before, after)
			}
			if !eventually(t, func() bool { return w.try("plan").code == 0 }) {
				t.Fatal("the daemon does not come back by itself")
			}
			w.settled("books/web")
		})
	}

	part("the disk full", func(t *testing.T) {
		before := w.container("books")
		for left, change := range map[int64]func(){
			64 << 10: w.newBoards,                                          // a build has no room
			0:        func() { w.offer(a("books", "shelf", "delay = 1")) }, // nor has a note in the daemon's own state
		} {
			free := p.fill(left)
			change()
			w.fails(1, up, "The disk that holds Docker's data is full", "docker system df")
			if after := w.container("books"); after != before {
				t.Errorf("the container was %.12s and is %.12s", before, after)
			}
			w.reads("books", "Words of Ana.")
			free()
		}
		w.run(up...)
		w.settled("books/web")
		w.reads("books", "Words of Ana.")
	})
}

// directoryImage is the directory's image as the machine's engine builds it from
// Debian's packages, which the other engine has no way to.
func directoryImage(t *testing.T) string {
	t.Helper()
	w := newWorkshop(t, engine{}, "f2.localhost", 29447)
	defer w.destroy()
	w.up()
	id := docker(t, "inspect", "--format", "{{.Image}}", w.container("directory"))
	for _, name := range strings.Fields(docker(t, "image", "inspect", "--format", "{{join .RepoTags \" \"}}", id)) {
		if strings.HasPrefix(name, "ronron/openldap:") {
			return name
		}
	}
	t.Fatalf("the directory's image %s has no name", id)
	return ""
}

// addresses lists the services' containers with their addresses.
func (h *house) addresses() []string {
	h.t.Helper()
	var list []string
	for _, id := range h.containers() {
		list = append(list, h.engine.docker(h.t, "inspect", "--format", "{{.Name}}{{range $net, $at := .NetworkSettings.Networks}} {{$net}}={{$at.IPAddress}}{{end}}", id))
	}
	slices.Sort(list)
	return list
}

// answers says whether a page has the text, without failing the test.
func (h *house) answers(service, text string) bool {
	resp, err := h.client().Get(h.url(service, "/"))
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK && strings.Contains(string(body), text)
}
