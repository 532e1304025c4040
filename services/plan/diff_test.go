package plan

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/services"
)

var key = []byte("a key")

func service(name services.Name, change ...func(*services.Service)) services.Service {
	s := services.Service{
		Name: name,
		Units: []services.Unit{{
			Name:   "web",
			Image:  services.Image{Reference: "example/" + string(name) + ":1"},
			Limits: services.Limits{Memory: 64 << 20},
		}},
		Volumes: []services.Volume{{Name: "data"}},
	}
	for _, c := range change {
		c(&s)
	}
	return s.WithDefaults()
}

func directoryAccount(s *services.Service) {
	s.Directory = true
	s.Needs = []services.Name{"directory"}
}

// running returns what an engine shows when everything wanted runs.
func running(wanted ...services.Service) services.Actual {
	var a services.Actual
	for _, s := range wanted {
		if !s.HostNetwork {
			a.Networks = append(a.Networks, services.ActualNetwork{Service: s.Name, Egress: s.Egress})
		}
		for _, v := range s.Volumes {
			a.Volumes = append(a.Volumes, services.ActualVolume{Service: s.Name, Volume: v.Name})
		}
		for _, u := range s.Units {
			a.Units = append(a.Units, services.ActualUnit{
				ID: "id-" + string(s.Name) + "-" + string(u.Name), Service: s.Name, Unit: u.Name,
				Hash: s.Hash(u, key), State: services.StateRunning,
			})
		}
	}
	for i := range a.Units {
		if a.Units[i].Service == "directory" {
			for _, s := range wanted {
				if s.Directory {
					a.Units[i].Connected = append(a.Units[i].Connected, s.Name)
				}
			}
		}
	}
	return a
}

// besides adds a unit under an id of its own.
func besides(a services.Actual, u services.ActualUnit, id string) services.Actual {
	u.ID = id
	a.Units = append(a.Units, u)
	return a
}

func lines(p Plan) (out []string) {
	for _, s := range p.Steps {
		line := s.ID + " (" + string(s.Reason) + ")"
		if len(s.Needs) > 0 {
			line += " after " + strings.Join(s.Needs, ", ")
		}
		out = append(out, line)
	}
	return out
}

func TestDiff(t *testing.T) {
	directory := service("directory")
	wiki := service("wiki", directoryAccount)
	wikiChanged := service("wiki", directoryAccount, func(s *services.Service) { s.Units[0].Command = []string{"new"} })
	accounts := map[services.Name]string{"wiki": "a1"}

	stateOf := func(a services.Actual, unitID string, state services.UnitState) services.Actual {
		for i := range a.Units {
			if a.Units[i].ID == unitID {
				a.Units[i].State = state
			}
		}
		return a
	}

	for name, c := range map[string]struct {
		in   Input
		want []string
	}{
		"everything runs": {
			in: Input{Wanted: []services.Service{directory, wiki}, Actual: running(directory, wiki)},
		},
		"first time": {
			in: Input{
				Wanted: []services.Service{wiki, directory}, Accounts: map[services.Name]string{},
				ImagesPresent: map[string]bool{"example/directory:1": true},
			},
			want: []string{
				"directory/create-network (missing)",
				"directory/create-volume/data (missing)",
				"directory/create/web (missing) after directory/create-network, directory/create-volume/data",
				"wiki/create-network (missing)",
				"wiki/create-volume/data (missing)",
				"wiki/connect/directory (missing) after directory/create/web, wiki/create-network",
				"wiki/account (missing) after directory/create/web",
				"wiki/image/web (missing)",
				"wiki/create/web (missing) after directory/create/web, wiki/account, wiki/connect/directory, wiki/create-network, wiki/create-volume/data, wiki/image/web",
				"publish (moved)",
			},
		},
		"a unit differs": {
			in: Input{Wanted: []services.Service{directory, wikiChanged}, Actual: running(directory, wiki), ImagesPresent: map[string]bool{"example/wiki:1": true}},
			want: []string{
				"wiki/replace/web (different)",
				"publish (moved)",
			},
		},
		"a stopped unit is started": {
			in:   Input{Wanted: []services.Service{directory, wiki}, Actual: stateOf(running(directory, wiki), "id-wiki-web", services.StateExited)},
			want: []string{"wiki/start/web (stopped)", "publish (moved)"},
		},
		"a running unit that does not answer is restarted": {
			in:   Input{Wanted: []services.Service{directory, wiki}, Actual: running(directory, wiki), Unhealthy: map[string]bool{"id-wiki-web": true}},
			want: []string{"wiki/restart/web (unhealthy)", "publish (moved)"},
		},
		"a replacement cut off before its unit answered goes on": {
			in: Input{
				Wanted: []services.Service{directory, wikiChanged}, Actual: besides(running(directory, wiki), running(wikiChanged).Units[0], "id-new"),
				ImagesPresent: map[string]bool{"example/wiki:1": true}, Unhealthy: map[string]bool{"id-new": true},
			},
			want: []string{"wiki/replace/web (left over)", "publish (moved)"},
		},
		"a crash loop is restarted, not waited for": {
			in:   Input{Wanted: []services.Service{directory, wiki}, Actual: stateOf(running(directory, wiki), "id-wiki-web", services.StateRestarting)},
			want: []string{"wiki/restart/web (unhealthy)", "publish (moved)"},
		},
		"a service left the file: containers go, volumes stay": {
			in: Input{Wanted: []services.Service{directory}, Actual: running(directory, wiki), Accounts: accounts},
			want: []string{
				"wiki/remove/web-id-wiki- (not wanted)",
				"wiki/remove-network (not wanted) after wiki/remove/web-id-wiki-",
				"wiki/remove-account (not wanted)",
				"publish (moved)",
			},
		},
		"egress changed: the network and what is in it is made anew": {
			in: Input{
				Wanted: []services.Service{directory, service("wiki", directoryAccount, func(s *services.Service) { s.Egress = true })},
				Actual: running(directory, wiki), ImagesPresent: map[string]bool{"example/wiki:1": true},
			},
			want: []string{
				"wiki/remove/web-id-wiki- (moved)",
				"wiki/remove-network (different) after wiki/remove/web-id-wiki-",
				"wiki/create-network (different) after wiki/remove-network",
				"wiki/connect/directory (missing) after wiki/create-network",
				"wiki/create/web (missing) after wiki/connect/directory, wiki/create-network",
				"publish (moved)",
			},
		},
		"only what is published differs": {
			in:   Input{Wanted: []services.Service{directory, wiki}, Actual: running(directory, wiki), PublishDue: true},
			want: []string{"publish (different)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.HashKey, c.in.Directory = key, "directory"
			c.in.WantedAccounts = map[services.Name]string{}
			for _, s := range c.in.Wanted {
				if s.Directory {
					c.in.WantedAccounts[s.Name] = "a1"
				}
			}
			if c.in.Accounts == nil {
				c.in.Accounts = accounts
			}
			p, err := Diff(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, lines(p)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			again, err := Diff(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := encode(t, p), encode(t, again); a != b {
				t.Errorf("the same input gave two plans:\n%s\n%s", a, b)
			}
		})
	}
}

// A daemon killed between stopping the old container and starting the new one
// leaves both; the next plan must finish the replacement, and a plan for the old
// file must go back.
func TestDiff_InterruptedReplacement(t *testing.T) {
	old := service("wiki")
	changed := service("wiki", func(s *services.Service) { s.Units[0].Command = []string{"new"} })
	actual := running(old)
	actual.Units[0].State = services.StateExited
	actual.Units = append(actual.Units, services.ActualUnit{
		ID: "id-new", Service: "wiki", Unit: "web", Hash: changed.Hash(changed.Units[0], key), State: services.StateCreated,
	})
	for name, wanted := range map[string]services.Service{"forward": changed, "back": old} {
		t.Run(name, func(t *testing.T) {
			p, err := Diff(Input{Wanted: []services.Service{wanted}, Actual: actual, HashKey: key, ImagesPresent: map[string]bool{"example/wiki:1": true}})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"wiki/replace/web (left over)", "publish (moved)"}
			if diff := cmp.Diff(want, lines(p)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}

	// The new one runs already: only the old one is left to remove.
	actual.Units[1].State = services.StateRunning
	p, err := Diff(Input{Wanted: []services.Service{changed}, Actual: actual, HashKey: key})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"wiki/remove/web-id-wiki- (left over)", "publish (moved)"}
	if diff := cmp.Diff(want, lines(p)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// A migration that is due does not keep a container that was left over.
func TestDiff_LeftOversGoAlsoWhereAJobIsDue(t *testing.T) {
	wiki := service("wiki")
	actual := running(wiki)
	actual.Units = append(actual.Units, services.ActualUnit{ID: "id-old", Service: "wiki", Unit: "web", Hash: "old", State: services.StateExited})
	p, err := Diff(Input{Wanted: []services.Service{wiki}, Actual: actual, HashKey: key, JobsDue: map[services.Name]map[services.Name]bool{"wiki": {"web": true}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"wiki/jobs/web (job due)", "wiki/remove/web-id-old (left over)", "publish (moved)"}
	if diff := cmp.Diff(want, lines(p)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestDiff_BaseMovesWithTheWorld(t *testing.T) {
	wiki := service("wiki")
	in := Input{Wanted: []services.Service{wiki}, Actual: running(wiki), HashKey: key}
	first, err := Diff(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Actual.Units[0].State = services.StateExited
	second, err := Diff(in)
	if err != nil {
		t.Fatal(err)
	}
	if first.Base == second.Base {
		t.Errorf("the base stayed %s although a unit stopped", first.Base)
	}
}

func TestDiff_RefusesARing(t *testing.T) {
	a := service("a", func(s *services.Service) { s.Needs = []services.Name{"b"} })
	b := service("b", func(s *services.Service) { s.Needs = []services.Name{"a"} })
	if _, err := Diff(Input{Wanted: []services.Service{a, b}, HashKey: key}); err == nil {
		t.Error("two services that need each other gave a plan")
	}
}

// Every need of a step names an earlier step, so a runner can go in order.
func TestDiff_NeedsComeFirst(t *testing.T) {
	p, err := Diff(Input{
		Wanted: []services.Service{service("wiki", directoryAccount), service("directory")}, HashKey: key, Directory: "directory",
		WantedAccounts: map[services.Name]string{"wiki": "a"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, s := range p.Steps {
		for _, n := range s.Needs {
			if !slices.Contains(seen, n) {
				t.Errorf("%s needs %s, which does not come before it", s.ID, n)
			}
		}
		seen = append(seen, s.ID)
	}
}

func encode(t *testing.T, p Plan) string {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
