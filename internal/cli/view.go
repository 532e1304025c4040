package cli

import (
	"encoding/json"
	"io"
	"time"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/services"
	"ronron/services/plan"
)

// view shows results. There is one for people and one for programs.
type view interface {
	Plan(id services.ChatonID, p plan.Plan) error
	Nothing(addresses []api.Address) error
	Report(id services.ChatonID, r api.Report, complete bool) error
	Status(s api.Status) error
	Chatons(d []Daemon) error
	Catalog(entries []catalogEntry) error
	Members(m []account.Member) error
	Member(m account.Member) error
	Password(login account.Login, password string) error
	Groups(g []account.Group) error
	Secrets(service services.Name, list []api.Secret) error
	Checks(c []api.Check) error
	Valid(v validity) error
	Version(v versions) error
}

// catalogEntry is a recipe, and the services that are made of it.
type catalogEntry struct {
	Recipe   string          `json:"recipe"`
	Software string          `json:"software"`
	Version  string          `json:"version"`
	Licence  string          `json:"licence"`
	Summary  string          `json:"summary"`
	Replaces []string        `json:"replaces,omitempty"`
	Services []services.Name `json:"services,omitempty"`
}

// validity is what `ronron validate` found.
type validity struct {
	File        string    `json:"file"`
	Valid       bool      `json:"valid"`
	Services    int       `json:"services"`
	Diagnostics diag.List `json:"diagnostics"`
}

// versions is what `ronron version` knows.
type versions struct {
	Version string `json:"version"`
	API     int    `json:"api"`
	Go      string `json:"go"`
}

// jsonView answers with one JSON document.
type jsonView struct{ w io.Writer }

var _ view = jsonView{}

func (v jsonView) put(value any) error {
	enc := json.NewEncoder(v.w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

// list keeps an empty list from being null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

func (v jsonView) Plan(id services.ChatonID, p plan.Plan) error {
	p.Steps = list(p.Steps)
	return v.put(struct {
		Chaton services.ChatonID `json:"chaton"`
		plan.Plan
	}{id, p})
}

// up speaks in events, one a line, and ends as a run that did something would.
func (v jsonView) Nothing(addresses []api.Address) error {
	return json.NewEncoder(v.w).Encode(api.Event{Kind: api.Done, Message: "Nothing to change.", Report: &api.Report{Addresses: addresses}})
}

// Report is silent: the last event carried it.
func (v jsonView) Report(services.ChatonID, api.Report, bool) error { return nil }
func (v jsonView) Status(s api.Status) error                        { return v.put(s) }
func (v jsonView) Catalog(e []catalogEntry) error                   { return v.put(list(e)) }
func (v jsonView) Members(m []account.Member) error                 { return v.put(list(m)) }
func (v jsonView) Member(m account.Member) error                    { return v.put(m) }
func (v jsonView) Groups(g []account.Group) error                   { return v.put(list(g)) }
func (v jsonView) Checks(c []api.Check) error                       { return v.put(list(c)) }
func (v jsonView) Version(n versions) error                         { return v.put(n) }

func (v jsonView) Password(login account.Login, password string) error {
	return v.put(map[string]string{"login": string(login), "password": password})
}

func (v jsonView) Valid(n validity) error {
	n.Diagnostics = list(n.Diagnostics)
	return v.put(n)
}

func (v jsonView) Chatons(daemons []Daemon) error {
	type chaton struct {
		Chaton  services.ChatonID `json:"chaton"`
		Running bool              `json:"running"`
		State   string            `json:"state"`
		Version string            `json:"version"`
	}
	all := []chaton{}
	for _, d := range daemons {
		all = append(all, chaton{d.Chaton, d.Running, d.State, d.Version})
	}
	return v.put(all)
}

// humanView answers in words and tables.
type humanView struct {
	tongue
	w     io.Writer
	paint paint
	now   func() time.Time
	typed typed
}

var _ view = humanView{}
