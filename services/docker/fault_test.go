package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"

	"ronron/internal/errs"
)

func TestFault(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		code errs.Code
		hint string // part of it
	}{
		{"cancelled", fmt.Errorf("list: %w", context.Canceled), errs.Interrupted, ""},
		{"too slow", context.DeadlineExceeded, errs.Unavailable, ""},
		{"disk full while unpacking", errors.New("Error processing tar file(exit status 1): unexpected EOF"), errs.Failed, "docker system df"},
		{"disk full", errors.New("Error response from daemon: write /var/lib/docker/x: no space left on device"), errs.Failed, "docker system df"},
		{"rate limit", errors.New("toomanyrequests: You have reached your pull rate limit"), errs.Unavailable, "docker login"},
		{"no such image", errors.New("manifest for debian:none not found: manifest unknown: manifest unknown"), errs.NotFound, "tag"},
		{"private image", errors.New("pull access denied for x, repository does not exist or may require 'docker login'"), errs.NotFound, "docker login"},
		{"no registry", errors.New(`Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host`), errs.Unavailable, "registry"},
		{"slow registry", errors.New("net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)"), errs.Unavailable, "network"},
		{"port taken", errors.New("driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated"), errs.Conflict, "ss -ltnp"},
		{"address taken", errors.New("Address already in use"), errs.Conflict, "docker ps"},
		{"no such command", errors.New(`OCI runtime create failed: exec: "/nope": stat /nope: no such file or directory: unknown`), errs.Failed, "entrypoint"},
		{"gone", fmt.Errorf("no such container: x: %w", cerrdefs.ErrNotFound), errs.NotFound, ""},
		{"name taken", fmt.Errorf("name in use: %w", cerrdefs.ErrConflict), errs.Conflict, ""},
		{"not allowed", fmt.Errorf("authorization denied: %w", cerrdefs.ErrPermissionDenied), errs.Denied, ""},
		{"engine busy", fmt.Errorf("not now: %w", cerrdefs.ErrUnavailable), errs.Unavailable, ""},
		{"anything else", errors.New("Error response from daemon: it is raining."), errs.Failed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := fault(c.err, "The thing %s cannot be made", "x")
			if errs.CodeOf(err) != c.code {
				t.Errorf("code %s, want %s", errs.CodeOf(err), c.code)
			}
			if hint := errs.HintOf(err); !strings.Contains(hint, c.hint) {
				t.Errorf("hint %q does not hold %q", hint, c.hint)
			}
			if text := err.Error(); !strings.HasPrefix(text, "The thing x cannot be made: ") || strings.Contains(text, "Error response") || strings.Contains(text, "..") {
				t.Errorf("text: %s", text)
			}
		})
	}
	if fault(nil, "x") != nil {
		t.Error("no error became one")
	}
	ours := errs.New(errs.Locked, "It is locked.")
	if !errors.Is(fault(ours, "x"), ours) {
		t.Error("an error that explains itself was changed")
	}
}

// TestConnect_SaysWhyDockerCannotBeReached needs no Docker: it names sockets
// that do not work.
func TestConnect_SaysWhyDockerCannotBeReached(t *testing.T) {
	dir := t.TempDir()
	deaf, err := net.Listen("unix", filepath.Join(dir, "deaf.sock"))
	if err != nil {
		t.Fatal(err)
	}
	deaf.(*net.UnixListener).SetUnlinkOnClose(false)
	deaf.Close()
	for name, c := range map[string]struct{ host, hint string }{
		"none there":   {"unix://" + filepath.Join(dir, "none.sock"), "apt-get install docker.io"},
		"not running":  {"unix://" + filepath.Join(dir, "deaf.sock"), "systemctl"},
		"not an asker": {"nonsense", "DOCKER_HOST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", c.host)
			_, err := Connect(t.Context())
			if err == nil || !strings.Contains(errs.HintOf(err), c.hint) {
				t.Errorf("error %v with hint %q, want one with %q", err, errs.HintOf(err), c.hint)
			}
			if e, ok := errors.AsType[*errs.Error](err); !ok || strings.Contains(e.Message, "Connect:") {
				t.Errorf("error %v is not for people", err)
			}
		})
	}
}

func TestUnreachable_WithoutRights(t *testing.T) {
	err := unreachable(errors.New("permission denied while trying to connect to the docker API at unix:///var/run/docker.sock"))
	if errs.CodeOf(err) != errs.Denied || !strings.Contains(errs.HintOf(err), "sudo usermod -aG docker") {
		t.Errorf("%v: %s", err, errs.HintOf(err))
	}
}

// answering returns a host whose Docker is a function: what an engine says can
// be made up.
func answering(t *testing.T, f http.HandlerFunc) *Host {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	t.Setenv("DOCKER_HOST", "tcp://"+strings.TrimPrefix(server.URL, "http://"))
	h, err := Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func TestNegotiation_SpeaksTheEnginesVersion(t *testing.T) {
	for _, version := range []string{"1.41", "1.47", "1.52"} {
		t.Run(version, func(t *testing.T) {
			var asked string
			h := answering(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Api-Version", version)
				asked = r.URL.Path
				fmt.Fprint(w, "[]")
			})
			if _, err := h.Daemons(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := version
			if version > "1.51" {
				want = "1.51" // the newest that this client knows; newer engines take it
			}
			if asked != "/v"+want+"/containers/json" {
				t.Errorf("asked for %s", asked)
			}
		})
	}
}

func TestEngine_UnavailableWhenDockerStops(t *testing.T) {
	t.Setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
	e, err := New("example.org")
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"Info":          func() error { _, err := e.Info(t.Context()); return err },
		"Look":          func() error { _, err := e.Look(t.Context()); return err },
		"CreateNetwork": func() error { return e.CreateNetwork(t.Context(), "wiki", false) },
		"RemoveUnit":    func() error { return e.RemoveUnit(t.Context(), "x") },
	} {
		if err := call(); errs.CodeOf(err) != errs.Unavailable || errs.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
