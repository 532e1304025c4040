package docker

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ronron/services"
)

// slowStarter is a Docker that, like the real one, answers no question about a
// container while that is being started.
type slowStarter struct {
	began, end chan struct{} // of the start
}

func (s slowStarter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const labels = `{"ronron.chaton":"a.test","ronron.service":"wiki","ronron.unit":"web","ronron.hash":"h","ronron.address":"10.213.0.2"}`
	const networks = `{"Networks":{"a.test-wiki":{"NetworkID":"n1"},"a.test-pads":{"NetworkID":"n2"}}}`
	w.Header().Set("Content-Type", "application/json")
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/_ping"):
		w.Header().Set("API-Version", "1.41")
	case strings.HasSuffix(path, "/networks"):
		w.Write([]byte(`[{"Id":"n1","Name":"a.test-wiki","Labels":{"ronron.service":"wiki"}},{"Id":"n2","Name":"a.test-pads","Labels":{"ronron.service":"pads"}}]`))
	case strings.HasSuffix(path, "/volumes"):
		w.Write([]byte(`{}`))
	case strings.HasSuffix(path, "/containers/json"):
		w.Write([]byte(`[{"Id":"c1","Names":["/web"],"ImageID":"sha256:1","State":"created","Labels":` + labels + `,"NetworkSettings":` + networks + `}]`))
	case strings.HasSuffix(path, "/containers/c1/json"):
		select {
		case <-s.began:
			<-s.end
		default:
		}
		w.Write([]byte(`{"Id":"c1","Name":"/web","Image":"sha256:1","State":{"Status":"running"},"Config":{"Labels":` + labels + `},"NetworkSettings":` + networks + `}`))
	case strings.HasSuffix(path, "/containers/c1/start"):
		close(s.began)
		<-s.end
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Write([]byte(`{}`))
	}
}

func TestLook_DoesNotWaitForUnitsThatAreBeingStarted(t *testing.T) {
	slow := slowStarter{make(chan struct{}), make(chan struct{})}
	server := httptest.NewServer(slow)
	defer server.Close()
	t.Setenv("DOCKER_HOST", "tcp://"+server.Listener.Addr().String())
	e, err := New("a.test")
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()

	started := make(chan error, 1)
	go func() { started <- e.StartUnit(t.Context(), "c1") }()
	<-slow.began
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	during, err := e.Look(ctx)
	close(slow.end)
	if err != nil {
		t.Fatalf("while a unit is being started: %v", err)
	}
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	after, err := e.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(during.Units) != 1 || len(after.Units) != 1 {
		t.Fatalf("units: %d while it is started, %d after", len(during.Units), len(after.Units))
	}
	a, b := during.Units[0], after.Units[0]
	if a.State != services.StateCreated || b.State != services.StateRunning {
		t.Errorf("it is %s while it is started, and %s after", a.State, b.State)
	}
	// Everything that does not change is the same, wherever it was read.
	if a.ID != b.ID || a.Service != b.Service || a.Unit != b.Unit || a.Hash != b.Hash || a.Image != b.Image || a.Address != b.Address ||
		len(a.Connected) != 1 || len(b.Connected) != 1 || a.Connected[0] != b.Connected[0] {
		t.Errorf("two looks differ:\n%+v\n%+v", a, b)
	}
}
