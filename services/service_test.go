package services_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"ronron/services"
)

func TestValidate(t *testing.T) {
	if err := wiki().Validate(); err != nil {
		t.Fatalf("a good service: %v", err)
	}
	for want, change := range map[string]func(s *services.Service, u *services.Unit){
		"service name": func(s *services.Service, u *services.Unit) { s.Name = "Wiki" },
		"has no unit":  func(s *services.Service, u *services.Unit) { s.Units = nil },
		"volume name": func(s *services.Service, u *services.Unit) {
			s.Volumes = append(s.Volumes, services.Volume{Name: "a b"})
		},
		"volume data is declared":      func(s *services.Service, u *services.Unit) { s.Volumes = append(s.Volumes, s.Volumes[0]) },
		"unit web is declared twice":   func(s *services.Service, u *services.Unit) { s.Units = append(s.Units, *u) },
		"name: \"\"":                   func(s *services.Service, u *services.Unit) { u.Name = "" },
		"has 0 image sources":          func(s *services.Service, u *services.Unit) { u.Image = services.Image{} },
		"has 2 image sources":          func(s *services.Service, u *services.Unit) { u.Image.Self = true },
		"no Dockerfile":                func(s *services.Service, u *services.Unit) { delete(u.Image.Build.Files, "Dockerfile") },
		"memory limit of 0":            func(s *services.Service, u *services.Unit) { u.Limits.Memory = 0 },
		"port http is 70000":           func(s *services.Service, u *services.Unit) { u.Ports[0].Number = 70000 },
		"names the port \"metrics\"":   func(s *services.Service, u *services.Unit) { u.Health.Port = "metrics" },
		"health check has no command":  func(s *services.Service, u *services.Unit) { u.Health = services.Health{Kind: services.HealthExec} },
		"mounts the volume \"cache\"":  func(s *services.Service, u *services.Unit) { u.Mounts[0].Volume = "cache" },
		"mount path \"data\"":          func(s *services.Service, u *services.Unit) { u.Mounts[0].Path = "data" },
		"mount path \"/\"":             func(s *services.Service, u *services.Unit) { u.Mounts[0].Path = "/" },
		"file path \"/etc/../shadow\"": func(s *services.Service, u *services.Unit) { u.Files[0].Path = "/etc/../shadow" },
		"tmpfs path \"/tmp/\"":         func(s *services.Service, u *services.Unit) { u.Tmpfs = []string{"/tmp/"} },
		"capability \"CAP_CHOWN\"":     func(s *services.Service, u *services.Unit) { u.Capabilities = []string{"CAP_CHOWN"} },
		"capability \"ALL\"":           func(s *services.Service, u *services.Unit) { u.Capabilities = []string{"ALL"} },
		"needs the unit \"db\"":        func(s *services.Service, u *services.Unit) { u.Needs = []services.Name{"db"} },
		"in a ring":                    func(s *services.Service, u *services.Unit) { u.Needs = []services.Name{"web"} },
	} {
		s := wiki()
		change(&s, &s.Units[0])
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got: %v", want, err)
		}
	}
}

func TestValidate_SaysEverythingAtOnce(t *testing.T) {
	s := wiki()
	s.Name, s.Units[0].Limits.Memory, s.Units[0].Mounts[0].Path = "", 0, ""
	text := s.Validate().Error()
	for _, want := range []string{"service name", "memory limit", "mount path"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in: %s", want, text)
		}
	}
}

func TestName(t *testing.T) {
	for name, good := range map[services.Name]bool{
		"wiki": true, "w": true, "wiki-2": true, "a1-b2-c3": true, services.Name(strings.Repeat("a", 32)): true,
		"": false, "Wiki": false, "2wiki": false, "-wiki": false, "wiki-": false, "wi--ki": false, "wi_ki": false,
		"wi.ki": false, "wïki": false, "wiki\n": false, services.Name(strings.Repeat("a", 33)): false,
	} {
		if err := name.Validate(); (err == nil) != good {
			t.Errorf("%q: %v", string(name), err)
		}
	}
}

func TestStartOrder(t *testing.T) {
	s := services.Service{Name: "pads", Units: []services.Unit{
		{Name: "web", Needs: []services.Name{"app"}},
		{Name: "app", Needs: []services.Name{"db", "cache"}},
		{Name: "cache"},
		{Name: "db"},
	}}
	order, err := s.StartOrder()
	if err != nil {
		t.Fatal(err)
	}
	var names []services.Name
	for _, u := range order {
		names = append(names, u.Name)
	}
	at := func(n services.Name) int { return slices.Index(names, n) }
	if len(names) != 4 || at("web") < at("app") || at("app") < at("db") || at("app") < at("cache") || at("cache") > at("db") {
		t.Errorf("order: %v", names)
	}
	s.Units[3].Needs = []services.Name{"web"}
	if _, err := s.StartOrder(); err == nil || !strings.Contains(err.Error(), "ring") {
		t.Errorf("units that need each other in a ring: %v", err)
	}
}

func TestWithDefaults(t *testing.T) {
	s := wiki()
	s.Units[0].Limits.PIDs = 0
	s.Units[0].Files = append(s.Units[0].Files, services.File{Path: "/etc/plain"}, services.File{Path: "/etc/own", Mode: 0o600, Secret: true})
	full := s.WithDefaults()
	u := full.Units[0]
	if u.StopTimeout != 10*time.Second || u.Limits.PIDs != 200 || u.Health.Within != time.Minute || u.Health.Timeout != 5*time.Second {
		t.Errorf("defaults: %+v", u)
	}
	for i, want := range []uint32{0o400, 0o644, 0o600} {
		if got := u.Files[i].Mode; got != want {
			t.Errorf("mode of %s is %o, want %o", u.Files[i].Path, got, want)
		}
	}
	if s.Units[0].StopTimeout != 0 || s.Units[0].Files[0].Mode != 0 {
		t.Error("the service that was given changed")
	}
}

func TestJSON_HoldsNoFileContent(t *testing.T) {
	text, err := json.Marshal(wiki())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "s3cret") || strings.Contains(string(text), "czNjcmV0") || strings.Contains(string(text), "FROM") {
		t.Errorf("content in JSON: %s", text)
	}
}
