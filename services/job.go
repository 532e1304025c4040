package services

import (
	"fmt"
	"slices"
	"time"
)

// Job is work that runs to its end: an installer, a migration.
type Job struct {
	Name Name `json:"name"`
	// First runs it once for new data; Upgrade each time the recipe's version
	// or the unit's image is another than the last time.
	First   bool `json:"first,omitempty"`
	Upgrade bool `json:"upgrade,omitempty"`
	// Unit is whose image, mounts, files, user and environment it has.
	Unit Name `json:"unit"`
	// Inside runs it in the unit itself once that is healthy; otherwise it has
	// a container of its own, before the unit starts and while nothing else of
	// the unit runs.
	Inside     bool          `json:"inside,omitempty"`
	Entrypoint []string      `json:"entrypoint,omitempty"`
	Command    []string      `json:"command"`
	Timeout    time.Duration `json:"timeout"` // 0 is 10 minutes
}

// Schedule is work that is done again and again.
type Schedule struct {
	Name    Name          `json:"name"`
	Unit    Name          `json:"unit"`
	Every   time.Duration `json:"every"` // between two starts; at least a minute
	Inside  bool          `json:"inside,omitempty"`
	Command []string      `json:"command"`
	Timeout time.Duration `json:"timeout"` // 0 is 10 minutes
}

// Tool is a command of the software that a host may run by name.
type Tool struct {
	Name    Name     `json:"name"`
	Unit    Name     `json:"unit"`
	Command []string `json:"command"` // what the host types after -- is added
}

// Listen opens a port of the machine that is not HTTP, and hands what comes
// in to a unit.
type Listen struct {
	Name     Name   `json:"name"`
	Unit     Name   `json:"unit"`
	Protocol string `json:"protocol"` // "tcp" or "udp"
	Public   int    `json:"public"`   // first port of the machine
	Port     int    `json:"port"`     // first port of the unit
	Count    int    `json:"count"`    // ports from there on; 0 is 1
}

// MaxListenPorts bounds a range: each port costs the gateway a socket.
const MaxListenPorts = 200

// JobUnit returns the unit that a job runs as: the unit's own surroundings with
// the job's command, in a container apart from it.
func (s Service) JobUnit(unit Name, entrypoint, command []string) (Unit, bool) {
	i := slices.IndexFunc(s.Units, func(u Unit) bool { return u.Name == unit })
	if i < 0 {
		return Unit{}, false
	}
	u := s.Units[i]
	// With a command of its own and no entrypoint, the image's would run and
	// take the command for arguments.
	u.Entrypoint, u.Command = command[:1], command[1:]
	if len(entrypoint) > 0 {
		u.Entrypoint, u.Command = entrypoint, command
	}
	return u, true
}

// JobKey names what a job was done for; it changes with each upgrade.
func (s Service) JobKey(u Unit) string { return s.RecipeVersion + " " + u.Image.Key() }

// Due says whether the job has to run, when it was last done for the key done
// ("" is never) and the unit's key is now. A job for upgrades alone is not due on
// new data: there is nothing to upgrade yet.
func (j Job) Due(done, now string) bool {
	if done == "" {
		return j.First
	}
	return j.Upgrade && done != now
}

func (s Service) validateJobs(units map[Name]bool) (problems []error) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	for _, j := range s.Jobs {
		if !units[j.Unit] {
			wrong("job %s names the unit %q, which the service does not declare", j.Name, j.Unit)
		}
		if len(j.Command) == 0 {
			wrong("job %s has no command", j.Name)
		}
		if !j.First && !j.Upgrade {
			wrong("job %s never runs", j.Name)
		}
	}
	for _, c := range s.Schedules {
		if !units[c.Unit] {
			wrong("schedule %s names the unit %q, which the service does not declare", c.Name, c.Unit)
		}
		if len(c.Command) == 0 {
			wrong("schedule %s has no command", c.Name)
		}
		if c.Every < time.Minute {
			wrong("schedule %s runs every %s; at least a minute", c.Name, c.Every)
		}
	}
	for _, t := range s.Tools {
		if !units[t.Unit] {
			wrong("tool %s names the unit %q, which the service does not declare", t.Name, t.Unit)
		}
		if len(t.Command) == 0 {
			wrong("tool %s has no command", t.Name)
		}
	}
	for _, l := range s.Listens {
		if !units[l.Unit] {
			wrong("listen %s names the unit %q, which the service does not declare", l.Name, l.Unit)
		}
		if l.Protocol != "tcp" && l.Protocol != "udp" {
			wrong("listen %s has the protocol %q; it is tcp or udp", l.Name, l.Protocol)
		}
		last := max(l.Public, l.Port) + l.Ports() - 1
		if min(l.Public, l.Port) < 1 || last > 65535 || l.Ports() > MaxListenPorts {
			wrong("listen %s: ports are between 1 and 65535, and at most %d at once", l.Name, MaxListenPorts)
		}
	}
	return problems
}

// Ports returns how many ports l opens.
func (l Listen) Ports() int { return max(1, l.Count) }
