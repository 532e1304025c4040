package docker

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/volume"

	"ronron/services"
	"ronron/services/enginetest"
)

func needsDocker(t *testing.T) {
	t.Helper()
	if os.Getenv("RONRON_INTEGRATION") == "" {
		t.Skip("needs RONRON_INTEGRATION=1 and a Docker engine")
	}
}

var testunit = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ronron-testunit-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "testunit")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "./internal/testunit")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getenv("RONRON_INTEGRATION") != "" {
		cleanUp()
	}
	os.Exit(code)
}

// cleanUp removes what all tests of the package share.
func cleanUp() {
	path, err := testunit()
	if err != nil {
		return
	}
	defer os.RemoveAll(filepath.Dir(path))
	id, err := SelfImageID(path)
	if err != nil {
		return
	}
	if h, err := Connect(context.Background()); err == nil {
		defer h.Close()
		_, _ = h.api.ImageRemove(context.Background(), selfTag(id), image.RemoveOptions{}) // was never loaded, or is gone
	}
}

func testunitPath(t *testing.T) string {
	t.Helper()
	path, err := testunit()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// newTestEngine returns the engine of a chaton that nobody else has, and
// removes what it made when the test ends.
func newTestEngine(t *testing.T) *Engine {
	t.Helper()
	needsDocker(t)
	e, err := New(services.ChatonID("test-" + strings.ToLower(rand.Text()[:10]) + ".example.org"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := e.removeAll(ctx); err != nil {
			t.Error(err)
		}
		e.Close()
	})
	return e
}

// removeAll removes everything with the test chaton's label.
func (e *Engine) removeAll(ctx context.Context) error {
	filter := labelFilter(labelChaton, string(e.chaton))
	containers, err := e.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filter})
	if err != nil {
		return err
	}
	for _, c := range containers {
		if err := e.remove(ctx, c.ID); err != nil {
			return err
		}
	}
	networks, err := e.networks(ctx)
	if err != nil {
		return err
	}
	for _, n := range networks {
		if err := e.api.NetworkRemove(ctx, n.ID); err != nil {
			return err
		}
	}
	volumes, err := e.api.VolumeList(ctx, volume.ListOptions{Filters: filter})
	if err != nil {
		return err
	}
	for _, v := range volumes.Volumes {
		if err := e.api.VolumeRemove(ctx, v.Name, false); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) removeImage(t *testing.T, name string) {
	t.Helper()
	_, err := e.api.ImageRemove(context.Background(), name, image.RemoveOptions{PruneChildren: true})
	if err != nil && !strings.Contains(err.Error(), "No such image") {
		t.Error(err)
	}
}

// testImages are built from nothing but the test program.
func testImages(t *testing.T) enginetest.Images {
	t.Helper()
	program, err := os.ReadFile(testunitPath(t))
	if err != nil {
		t.Fatal(err)
	}
	build := func(name, dockerfile string) services.Image {
		return services.Image{Build: &services.Build{Name: name, Files: map[string][]byte{
			"Dockerfile": []byte("FROM scratch\nCOPY ronron.sh /ronron\nRUN [\"/ronron\", \"exit\", \"0\"]\n" + dockerfile), "ronron.sh": program,
		}}}
	}
	return enginetest.Images{
		Unit:   build("ronron/test-unit", "ENTRYPOINT [\"/ronron\"]\n"),
		Broken: build("ronron/test-broken", fmt.Sprintf("RUN [\"/ronron\", \"exit\", \"3\", %q]\n", enginetest.BrokenSays)),
	}
}

func TestEngine_KeepsTheContract(t *testing.T) {
	needsDocker(t)
	images := testImages(t)
	enginetest.Run(t, func(t *testing.T) services.Engine { return newTestEngine(t) }, images)
	e := newTestEngine(t)
	e.removeImage(t, images.Unit.Build.Tag())
}
