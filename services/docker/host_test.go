package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/services"
)

// newTestHost returns a host with the self image of the test program loaded,
// and the chaton whose daemon the test may start.
func newTestHost(t *testing.T) (h *Host, e *Engine, imageID string) {
	t.Helper()
	e = newTestEngine(t)
	h, err := Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	imageID, err = h.EnsureSelf(t.Context(), testunitPath(t))
	if err != nil {
		t.Fatal(err)
	}
	return h, e, imageID
}

func (h *Host) daemonOf(t *testing.T, chaton services.ChatonID) (Daemon, bool) {
	t.Helper()
	all, err := h.Daemons(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Chaton == chaton {
			return d, true
		}
	}
	return Daemon{}, false
}

// httpClient speaks to a daemon through Dial.
func (h *Host) httpClient(t *testing.T, daemonID string) *http.Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return h.Dial(ctx, daemonID) }}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

func (h *Host) readiness(t *testing.T) func(context.Context, string) error {
	return func(ctx context.Context, id string) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://daemon/", nil)
		if err != nil {
			return err
		}
		answer, err := h.httpClient(t, id).Do(request)
		if err != nil {
			return err
		}
		return answer.Body.Close()
	}
}

func TestHost_StartsReplacesAndRemovesADaemon(t *testing.T) {
	h, e, imageID := newTestHost(t)
	ctx := t.Context()
	spec := DaemonSpec{Chaton: e.chaton, ImageID: imageID, Version: "1", Ready: h.readiness(t)}
	began := time.Now()
	if err := h.StartDaemon(ctx, spec); err != nil {
		t.Fatal(err)
	}
	t.Logf("first start until ready: %v", time.Since(began))
	first, there := h.daemonOf(t, e.chaton)
	if !there || first.State != services.StateRunning || first.Version != "1" || first.ImageID != imageID {
		t.Fatalf("after the start: %+v", first)
	}

	spec.Version = "2"
	began = time.Now()
	if err := h.StartDaemon(ctx, spec); err != nil {
		t.Fatal(err)
	}
	t.Logf("replacement until ready: %v", time.Since(began))
	second, _ := h.daemonOf(t, e.chaton)
	if second.ID == first.ID || second.Version != "2" {
		t.Fatalf("after the replacement: %+v", second)
	}

	// What cannot be seen cannot be planned away.
	actual, err := e.Look(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(actual.Units) != 0 || len(actual.Volumes) != 2 {
		t.Fatalf("the engine shows the daemon: %+v", actual)
	}
	if err := e.StopUnit(ctx, second.ID, 0); errs.CodeOf(err) != errs.NotFound {
		t.Fatalf("the engine stops the daemon: %v", err)
	}
	if err := h.RemoveDaemonVolumes(ctx, e.chaton); errs.CodeOf(err) != errs.Conflict {
		t.Fatalf("volumes in use are removed: %v", err)
	}
	for range 2 {
		if err := errors.Join(h.RemoveDaemon(ctx, e.chaton), h.RemoveDaemonVolumes(ctx, e.chaton)); err != nil {
			t.Fatal(err)
		}
	}
	if _, there := h.daemonOf(t, e.chaton); there {
		t.Fatal("the daemon is still there")
	}
	if left, err := e.Look(ctx); err != nil || len(left.Volumes) != 0 {
		t.Fatalf("volumes that the daemon handed over are left: %+v, %v", left.Volumes, err)
	}
}

func TestHost_BringsTheOldDaemonBack(t *testing.T) {
	h, e, imageID := newTestHost(t)
	ctx := t.Context()
	if err := h.StartDaemon(ctx, DaemonSpec{Chaton: e.chaton, ImageID: imageID, Version: "1"}); err != nil {
		t.Fatal(err)
	}
	old, _ := h.daemonOf(t, e.chaton)
	for name, spec := range map[string]DaemonSpec{
		"no such image":  {Chaton: e.chaton, ImageID: "sha256:" + strings.Repeat("0", 64)},
		"no such socket": {Chaton: e.chaton, ImageID: imageID, DockerSocket: "/run/no-such.sock"},
		"the daemon ends": {Chaton: e.chaton, ImageID: imageID, Ready: func(ctx context.Context, id string) error {
			return errors.Join(h.api.ContainerKill(ctx, id, "KILL"), errors.New("killed"))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := h.StartDaemon(ctx, spec); err == nil {
				t.Fatal("the replacement succeeded")
			} else {
				t.Log(err)
			}
			now, there := h.daemonOf(t, e.chaton)
			if !there || now.ID != old.ID || now.State != services.StateRunning {
				t.Fatalf("the old daemon is not back: %+v", now)
			}
		})
	}
}

func TestHost_ClearsAwayAnInterruptedReplacement(t *testing.T) {
	h, e, imageID := newTestHost(t)
	ctx := t.Context()
	spec := DaemonSpec{Chaton: e.chaton, ImageID: imageID, Version: "1"}
	if err := h.StartDaemon(ctx, spec); err != nil {
		t.Fatal(err)
	}
	old, _ := h.daemonOf(t, e.chaton)
	config, host := daemonContainer(e, spec)
	left, err := h.api.ContainerCreate(ctx, config, host, nil, nil, daemonName(e.chaton)+successorSuffix)
	if err != nil {
		t.Fatal(err)
	}
	if now, _ := h.daemonOf(t, e.chaton); now.ID != old.ID {
		t.Fatalf("the left-over is taken for the daemon: %+v", now)
	}
	if err := h.StartDaemon(ctx, spec); err != nil {
		t.Fatal(err)
	}
	list, err := h.daemonContainers(ctx, labelChaton, string(e.chaton))
	if err != nil || len(list) != 1 || list[0].ID == left.ID || list[0].ID == old.ID {
		t.Fatalf("containers left: %v %v", list, err)
	}
}

func TestHost_DialCarriesHTTP(t *testing.T) {
	h, e, imageID := newTestHost(t)
	if err := h.StartDaemon(t.Context(), DaemonSpec{Chaton: e.chaton, ImageID: imageID, Ready: h.readiness(t)}); err != nil {
		t.Fatal(err)
	}
	d, _ := h.daemonOf(t, e.chaton)
	client := h.httpClient(t, d.ID)
	get := func() string {
		answer, err := client.Get("http://daemon/")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	began := time.Now()
	if got, want := get(), "--chaton "+string(e.chaton)+"\n"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	t.Logf("dial and first request: %v", time.Since(began))
	began = time.Now()
	get()
	t.Logf("request on the same connection: %v", time.Since(began))

	large := strings.Repeat("0123456789abcdef", 1<<18) // 4 MiB, there and back
	began = time.Now()
	answer, err := client.Post("http://daemon/echo", "text/plain", strings.NewReader(large))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != large {
		t.Fatalf("4 MiB come back as %d bytes: %v", len(body), err)
	}
	t.Logf("4 MiB there and back: %v", time.Since(began))
}

func TestHost_DialSaysWhyNobodyAnswers(t *testing.T) {
	h, e, imageID := newTestHost(t)
	ctx := t.Context()
	s := services.Service{Name: "sleeper", HostNetwork: true, Units: []services.Unit{{
		Name: "sleeper", Image: services.Image{Self: true}, Command: []string{"sleep"}, Limits: services.Limits{Memory: 32 << 20},
	}}}
	id, err := e.CreateUnit(ctx, s, s.Units[0], "a", imageID)
	if err == nil {
		err = e.StartUnit(ctx, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.httpClient(t, id).Get("http://daemon/")
	if errs.CodeOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "daemon.sock") {
		t.Fatalf("error: %v", err)
	}
	_, err = h.Dial(ctx, strings.Repeat("0", 64))
	if errs.CodeOf(err) != errs.NotFound {
		t.Fatalf("error for a daemon that is gone: %v", err)
	}
}

func TestSelfImage_IsLoadedOnceAndKeepsItsID(t *testing.T) {
	h, e, imageID := newTestHost(t)
	ctx := t.Context()
	want, err := SelfImageID(testunitPath(t))
	if err != nil {
		t.Fatal(err)
	}
	if imageID != want {
		t.Errorf("the engine says %s, we say %s", imageID, want) // true of the classic store only
	}
	e.removeImage(t, imageID)
	began := time.Now()
	if _, err := h.EnsureSelf(ctx, testunitPath(t)); err != nil {
		t.Fatal(err)
	}
	loaded := time.Since(began)
	began = time.Now()
	again, err := h.EnsureSelf(ctx, testunitPath(t))
	if err != nil || again != imageID {
		t.Fatalf("loaded again as %s: %v", again, err)
	}
	size, _ := os.Stat(testunitPath(t))
	t.Logf("load of %d MB: %v; when present: %v", size.Size()>>20, loaded, time.Since(began))
	present, err := e.ImagePresent(ctx, services.Image{Self: true, SelfID: want})
	if err != nil || !present {
		t.Fatalf("present: %v %v", present, err)
	}
	_, err = e.EnsureImage(ctx, services.Image{Self: true, SelfID: "sha256:" + strings.Repeat("0", 64)}, nil)
	if errs.CodeOf(err) != errs.NotFound || errs.HintOf(err) == "" {
		t.Fatalf("error for another version's image: %v", err)
	}
}
