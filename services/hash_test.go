package services_test

import (
	"strings"
	"testing"
	"time"

	"ronron/services"
)

func wiki() services.Service {
	return services.Service{
		Name: "wiki", Recipe: "dokuwiki", RecipeVersion: "1",
		Volumes: []services.Volume{{Name: "data"}},
		Units: []services.Unit{{
			Name:        "web",
			Image:       services.Image{Build: &services.Build{Name: "ronron/dokuwiki", Files: map[string][]byte{"Dockerfile": []byte("FROM scratch\n"), "a": []byte("1")}, Args: map[string]string{"X": "1"}}},
			Command:     []string{"apache2"},
			Environment: map[string]string{"A": "1", "B": "2"},
			Mounts:      []services.Mount{{Volume: "data", Path: "/data"}},
			Files:       []services.File{{Path: "/etc/secret", Content: []byte("s3cret"), Secret: true}},
			Limits:      services.Limits{Memory: 64 << 20, PIDs: 10},
			Ports:       []services.Port{{Name: "http", Number: 8080}},
			Health:      services.Health{Kind: services.HealthHTTP, Port: "http", Path: "/"},
		}},
	}
}

func hash(s services.Service) string { return s.Hash(s.Units[0], []byte("key")) }

func TestHash_ChangesWithWhatTheContainerIsMadeOf(t *testing.T) {
	want := hash(wiki())
	for range 20 { // maps must not come in
		if got := hash(wiki()); got != want {
			t.Fatalf("the same service has the hashes %s and %s", want, got)
		}
	}
	for name, change := range map[string]func(s *services.Service, u *services.Unit){
		"service":          func(s *services.Service, u *services.Unit) { s.Name = "wiki2" },
		"unit":             func(s *services.Service, u *services.Unit) { u.Name = "web2" },
		"names at gateway": func(s *services.Service, u *services.Unit) { s.AtGateway = []string{"chaton.example.org"} },
		"host network":     func(s *services.Service, u *services.Unit) { s.HostNetwork = true },
		"Dockerfile": func(s *services.Service, u *services.Unit) {
			u.Image.Build.Files["Dockerfile"] = []byte("FROM debian\n")
		},
		"build file":      func(s *services.Service, u *services.Unit) { u.Image.Build.Files["a"] = []byte("2") },
		"build file name": func(s *services.Service, u *services.Unit) { u.Image.Build.Files["b"] = nil },
		"build argument":  func(s *services.Service, u *services.Unit) { u.Image.Build.Args["X"] = "2" },
		"reference":       func(s *services.Service, u *services.Unit) { u.Image = services.Image{Reference: "debian:trixie"} },
		"self":            func(s *services.Service, u *services.Unit) { u.Image = services.Image{Self: true, SelfID: "sha256:1"} },
		"command":         func(s *services.Service, u *services.Unit) { u.Command = []string{"apache2", "-X"} },
		"user":            func(s *services.Service, u *services.Unit) { u.User = "33:33" },
		"environment":     func(s *services.Service, u *services.Unit) { u.Environment["A"] = "2" },
		"mount":           func(s *services.Service, u *services.Unit) { u.Mounts[0].ReadOnly = true },
		"tmpfs":           func(s *services.Service, u *services.Unit) { u.Tmpfs = []string{"/tmp"} },
		"file content":    func(s *services.Service, u *services.Unit) { u.Files[0].Content = []byte("s3creT") },
		"file mode":       func(s *services.Service, u *services.Unit) { u.Files[0].Mode = 0o440 },
		"file path":       func(s *services.Service, u *services.Unit) { u.Files[0].Path = "/etc/other" },
		"limits":          func(s *services.Service, u *services.Unit) { u.Limits.Memory++ },
		"capabilities":    func(s *services.Service, u *services.Unit) { u.Capabilities = []string{"CHOWN"} },
		"read-only":       func(s *services.Service, u *services.Unit) { u.ReadOnly = true },
	} {
		s := wiki()
		change(&s, &s.Units[0])
		if hash(s) == want {
			t.Errorf("a change of %s does not change the hash", name)
		}
	}
}

func TestHash_StaysWhereTheContainerMayStay(t *testing.T) {
	want := hash(wiki())
	for name, change := range map[string]func(s *services.Service, u *services.Unit){
		"health":         func(s *services.Service, u *services.Unit) { u.Health = services.Health{Kind: services.HealthRunning} },
		"stop timeout":   func(s *services.Service, u *services.Unit) { u.StopTimeout = time.Minute },
		"needs":          func(s *services.Service, u *services.Unit) { u.Needs = []services.Name{"db"} },
		"service needs":  func(s *services.Service, u *services.Unit) { s.Needs = []services.Name{"directory"} },
		"at directory":   func(s *services.Service, u *services.Unit) { s.AtDirectory = []string{"directory.chaton.test"} },
		"another unit":   func(s *services.Service, u *services.Unit) { s.Units = append(s.Units, services.Unit{Name: "db"}) },
		"recipe version": func(s *services.Service, u *services.Unit) { s.RecipeVersion = "2" },
	} {
		s := wiki()
		change(&s, &s.Units[0])
		if hash(s) != want {
			t.Errorf("a change of %s changes the hash", name)
		}
	}
}

// TestHash_IsKeyed: without the key nobody can test a guess of a file's content.
func TestHash_IsKeyed(t *testing.T) {
	s := wiki()
	if s.Hash(s.Units[0], []byte("key")) == s.Hash(s.Units[0], []byte("another")) {
		t.Error("two keys give the same hash")
	}
	if got := hash(s); len(got) != 16 || strings.Trim(got, "0123456789abcdef") != "" {
		t.Errorf("the hash %q is not 16 hexadecimal digits", got)
	}
}

func TestImageKey(t *testing.T) {
	build := wiki().Units[0].Image.Build
	if tag := build.Tag(); !strings.HasPrefix(tag, "ronron/dokuwiki:") || tag != wiki().Units[0].Image.Build.Tag() {
		t.Errorf("tag: %s", tag)
	}
	for want, image := range map[string]services.Image{
		"debian:trixie@sha256:1": {Reference: "debian:trixie@sha256:1"},
		"self:sha256:2":          {Self: true, SelfID: "sha256:2"},
		"build:" + build.Tag():   {Build: build},
	} {
		if got := image.Key(); got != want {
			t.Errorf("key %s, want %s", got, want)
		}
	}
}
