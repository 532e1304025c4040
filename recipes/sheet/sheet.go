// Package sheet describes a recipe to the people who choose and run it: what it
// is and what members see, for hosts; what it is made of and how it is kept, for
// sysadmins. Everything is taken from the recipe, so the sheet cannot be wrong
// where the recipe is right.
package sheet

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
)

// Sheet is a recipe in words.
type Sheet struct {
	Recipe   string    `json:"recipe"`
	Version  string    `json:"version"`
	Builtin  bool      `json:"builtin,omitempty"`
	Software Software  `json:"software"`
	Title    text.Text `json:"title"`
	Summary  text.Text `json:"summary"`
	Public   text.Text `json:"public"`
	Members  text.Text `json:"members,omitzero"`
	Limits   text.Text `json:"limits,omitzero"` // what the software cannot do here
	Accounts string    `json:"accounts"`
	Admins   text.Text `json:"administrators,omitzero"`
	Memory   int64     `json:"memory"` // bytes that its units may take together
	Settings []Setting `json:"settings"`
	Data     []Data    `json:"data"`
	Ports    []Port    `json:"ports"` // of the machine, besides the gateway's own

	Units     []Unit   `json:"units"`
	Volumes   []string `json:"volumes"`
	Parts     []string `json:"parts,omitempty"` // shared with other recipes
	Jobs      []Work   `json:"jobs"`
	Schedules []Work   `json:"schedules"`
	Tools     []Tool   `json:"tools"`
	Egress    bool     `json:"egress"` // may its units call out
	Kept      Kept     `json:"kept"`
	// Calls are the conditions, as they are written in the recipe, under which
	// its units may call out where that is not always so.
	Calls  []string `json:"calls,omitempty"`
	Sample Sample   `json:"sample,omitzero"`
}

// Kept is how the data is kept, handed over and given up.
type Kept struct {
	Backup   []string    `json:"backup"` // volumes that are copied
	Exclude  []string    `json:"exclude"`
	Dumped   []string    `json:"dumped"`   // companions that are dumped
	Checked  bool        `json:"checked"`  // a restored copy is looked at
	Export   []string    `json:"export"`   // media types; empty is no export
	Exported text.Text   `json:"exported"` // what of a member is handed over
	Leaves   text.Text   `json:"leaves"`   // what stays when a member is erased
	Usage    []text.Text `json:"usage"`
	Logs     string      `json:"logs"` // how long; "" is not said
	Requests text.Text   `json:"requests"`
	Asked    []string    `json:"asked"` // third parties that are asked all the same
	From     []string    `json:"from"`  // versions that can be followed
	Stops    []string    `json:"stops"`
	Fixed    []string    `json:"fixed"`
}

// Software is what the recipe runs.
type Software struct {
	Name          string   `json:"name"`
	Version       string   `json:"version"`
	Licence       string   `json:"licence"`
	Source        string   `json:"source"`
	Documentation string   `json:"documentation,omitempty"`
	Category      string   `json:"category"`
	Replaces      []string `json:"replaces"`
}

// Setting is something a host may choose.
type Setting struct {
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	Default  string    `json:"default"` // as it is written in the recipe
	Required bool      `json:"required,omitempty"`
	Label    text.Text `json:"label"`
	Help     text.Text `json:"help"`
}

// Data is one kind of data that is kept. Texts are zero where settings decide
// what they say.
type Data struct {
	Name     string    `json:"name"`
	What     text.Text `json:"what"`
	Personal bool      `json:"personal"`
	Kept     text.Text `json:"kept"`
	Volume   string    `json:"volume,omitempty"`
}

// Port is a range of ports of the machine.
type Port struct {
	Name     string `json:"name"`
	Protocol string `json:"protocol"`
	First    int    `json:"first"`
	Count    int    `json:"count"`
	If       string `json:"if,omitempty"` // the condition under which it is open, as it is written in the recipe
}

// Unit is one container.
type Unit struct {
	Name         string   `json:"name"`
	Image        string   `json:"image"` // what it is pulled as, or "" where it is built from the recipe's Dockerfile
	User         string   `json:"user,omitempty"`
	ReadOnly     bool     `json:"read_only"`
	Capabilities []string `json:"capabilities"`
	Memory       int64    `json:"memory"`
	PIDs         int64    `json:"pids"`
	Health       string   `json:"health"`
	Needs        []string `json:"needs"`
}

// Work is a job or a schedule.
type Work struct {
	Name    string   `json:"name"`
	Unit    string   `json:"unit"`
	When    string   `json:"when"` // "first", "upgrade", "first, upgrade", or "5m0s"
	Command []string `json:"command"`
}

// Tool is a command that a host may run by name.
type Tool struct {
	Name string    `json:"name"`
	Unit string    `json:"unit"`
	Help text.Text `json:"help"`
}

// Of describes a recipe.
func Of(r *recipes.Recipe) Sheet {
	o := r.Outline()
	said, limits := sample(r, o)
	s := Sheet{
		Recipe: r.Name, Version: r.Version, Builtin: r.Builtin,
		Software: Software{
			Name: r.Software.Name, Version: r.Software.Version, Licence: r.Software.Licence, Source: r.Software.Source,
			Documentation: r.Software.Documentation, Category: r.Software.Category, Replaces: full(r.Software.Replaces),
		},
		Title: r.Software.Title, Summary: r.Software.Summary, Public: o.Public, Accounts: r.Accounts.Kind,
		Members: o.Declared.Members, Limits: o.Declared.Limits, Admins: r.Accounts.Administrators, Kept: kept(o.Declared),
		Egress: o.Service.Egress, Settings: settings(r, o), Data: []Data{}, Ports: []Port{}, Units: []Unit{},
		Volumes: []string{}, Parts: r.Parts, Tools: []Tool{}, Calls: calls(o), Sample: said,
	}
	for _, d := range o.Resolved.Data {
		s.Data = append(s.Data, Data{Name: d.Name, What: d.What, Personal: d.Personal, Kept: d.Kept, Volume: d.Volume})
	}
	for _, l := range o.Service.Listens {
		s.Ports = append(s.Ports, Port{Name: string(l.Name), Protocol: l.Protocol, First: l.Public, Count: l.Ports(), If: openIf(o, string(l.Name))})
	}
	for _, u := range o.Service.Units {
		if l, ok := limits[u.Name]; ok {
			u.Limits = l // which settings may decide
		}
		s.Memory += u.Limits.Memory
		s.Units = append(s.Units, unit(u))
	}
	for _, v := range o.Service.Volumes {
		s.Volumes = append(s.Volumes, string(v.Name))
	}
	s.Jobs, s.Schedules = work(o.Service)
	for _, t := range o.Service.Tools {
		s.Tools = append(s.Tools, Tool{Name: string(t.Name), Unit: string(t.Unit), Help: helpOf(o, t.Name)})
	}
	return s
}

func openIf(o recipes.Outline, listen string) string {
	for _, b := range o.Root.Blocks("listen") {
		if written := o.Written(b.RangeOf("open")); b.Name() == listen && b.Has("open") && written != "true" {
			return written
		}
	}
	return ""
}

func calls(o recipes.Outline) (conditions []string) {
	for _, u := range o.Root.Blocks("unit") {
		if !u.Has("egress") {
			continue
		}
		written := o.Written(u.RangeOf("egress"))
		if written != "" && written != "true" && written != "false" && !slices.Contains(conditions, written) {
			conditions = append(conditions, written)
		}
	}
	return conditions
}

func kept(d recipes.Declared) Kept {
	k := Kept{Backup: []string{}, Exclude: []string{}, Dumped: []string{}, Export: []string{}, Usage: []text.Text{}, Asked: []string{}, From: []string{}, Stops: []string{}, Fixed: []string{}}
	if b := d.Backup; b != nil {
		for _, v := range b.Volumes {
			k.Backup = append(k.Backup, string(v))
		}
		k.Exclude, k.Checked = full(b.Exclude), b.Check != nil
	}
	for _, c := range d.Companions {
		k.Dumped = append(k.Dumped, c.Name)
	}
	if d.Export != nil {
		k.Export, k.Exported = full(d.Export.Formats), d.Export.What
	}
	if d.Erase != nil {
		k.Leaves = d.Erase.Leaves
	}
	for _, u := range d.Usage {
		k.Usage = append(k.Usage, u.Label)
	}
	if d.Retention != nil {
		k.Logs = Days(d.Retention.Logs)
	}
	if d.Requests != nil {
		k.Requests = d.Requests.Off
		k.Asked = full(slices.Sorted(maps.Keys(d.Requests.Exceptions)))
	}
	if d.Upgrade != nil {
		k.From, k.Stops, k.Fixed = full(d.Upgrade.From), full(d.Upgrade.Stops), full(d.Upgrade.Fixed)
	}
	return k
}

// Days is a duration as people plan it: "14d", "36h0m0s", "0s".
func Days(d time.Duration) string {
	if day := 24 * time.Hour; d >= day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return d.String()
}

func helpOf(o recipes.Outline, tool services.Name) text.Text {
	for _, t := range o.Tools {
		if t.Name == tool {
			return t.Help
		}
	}
	return text.Text{}
}

func settings(r *recipes.Recipe, o recipes.Outline) []Setting {
	list := []Setting{}
	for _, s := range r.Settings {
		one := Setting{Name: s.Name, Type: s.Type, Required: s.Required, Label: s.Label, Help: s.Help}
		if i := slices.IndexFunc(o.Root.Blocks("setting"), func(b *hclread.Block) bool { return b.Name() == s.Name }); i >= 0 && !s.Required {
			one.Default = o.Written(o.Root.Blocks("setting")[i].RangeOf("default"))
		}
		list = append(list, one)
	}
	return list
}

func unit(u services.Unit) Unit {
	one := Unit{
		Name: string(u.Name), Image: u.Image.Reference, User: u.User, ReadOnly: u.ReadOnly, Capabilities: full(u.Capabilities),
		Memory: u.Limits.Memory, PIDs: u.Limits.PIDs, Health: string(u.Health.Kind), Needs: []string{},
	}
	for _, n := range u.Needs {
		one.Needs = append(one.Needs, string(n))
	}
	return one
}

func work(s services.Service) (jobs, schedules []Work) {
	jobs, schedules = []Work{}, []Work{}
	for _, j := range s.Jobs {
		when := ""
		switch {
		case j.First && j.Upgrade:
			when = "first, upgrade"
		case j.First:
			when = "first"
		case j.Upgrade:
			when = "upgrade"
		}
		jobs = append(jobs, Work{Name: string(j.Name), Unit: string(j.Unit), When: when, Command: j.Command})
	}
	for _, c := range s.Schedules {
		schedules = append(schedules, Work{Name: string(c.Name), Unit: string(c.Unit), When: c.Every.String(), Command: c.Command})
	}
	return jobs, schedules
}

// full keeps an empty list from being null in JSON.
func full(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
