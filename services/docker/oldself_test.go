package docker

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/docker/docker/api/types/container"
)

func TestSuperfluous_NothingThatIsUsed(t *testing.T) {
	containers := []container.Summary{{ImageID: "runs", State: "running"}, {ImageID: "stopped", State: "exited"}, {ImageID: "another"}}
	if got := superfluous([]string{"runs", "stopped", "old"}, containers); !slices.Equal(got, []string{"old"}) {
		t.Errorf("to be removed: %v", got)
	}
}

// On the real engine: an image from which a container is made stays.
func TestHost_RemovesASelfOnlyWhenNothingIsMadeFromIt(t *testing.T) {
	h, e, _ := newTestHost(t)
	binary, err := os.ReadFile(testunitPath(t))
	if err != nil {
		t.Fatal(err)
	}
	earlier := filepath.Join(t.TempDir(), "earlier")
	if err := os.WriteFile(earlier, append(binary, []byte(t.TempDir())...), 0o755); err != nil {
		t.Fatal(err)
	}
	id, err := h.EnsureSelf(t.Context(), earlier)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := e.testService(t, "wiki", "serve")
	unit, err := e.CreateUnit(t.Context(), s, s.Units[0], "h1", id)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := h.RemoveOldSelves(t.Context(), []string{id}); n != 0 || err != nil {
		t.Errorf("removed under a container: %d, %v", n, err)
	}
	if gone, err := h.removeSelf(t.Context(), id); gone || err != nil {
		t.Errorf("removed under a container: %v, %v", gone, err)
	}
	if err := e.RemoveUnit(t.Context(), unit); err != nil {
		t.Fatal(err)
	}
	if n, err := h.RemoveOldSelves(t.Context(), nil); n != 0 || err != nil {
		t.Errorf("removed without being named: %d, %v", n, err)
	}
	for _, want := range []int{1, 0} {
		if n, err := h.RemoveOldSelves(t.Context(), []string{id}); n != want || err != nil {
			t.Errorf("removed: %d, %v; want %d", n, err, want)
		}
	}
}
