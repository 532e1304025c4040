package services

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// WithDefaults returns a copy of the service with every default filled in.
func (s Service) WithDefaults() Service {
	s.Units = slices.Clone(s.Units)
	for i := range s.Units {
		u := &s.Units[i]
		u.Files = slices.Clone(u.Files)
		for j := range u.Files {
			u.Files[j] = u.Files[j].withDefaults()
		}
		u.Health = u.Health.withDefaults()
		if u.StopTimeout == 0 {
			u.StopTimeout = DefaultStopTimeout
		}
		if u.Limits.PIDs == 0 {
			u.Limits.PIDs = DefaultPIDs
		}
	}
	s.Jobs, s.Schedules = slices.Clone(s.Jobs), slices.Clone(s.Schedules)
	for i := range s.Jobs {
		s.Jobs[i].Timeout = cmp.Or(s.Jobs[i].Timeout, DefaultJobTimeout)
	}
	for i := range s.Schedules {
		s.Schedules[i].Timeout = cmp.Or(s.Schedules[i].Timeout, DefaultJobTimeout)
	}
	return s
}

func (f File) withDefaults() File {
	if f.Mode == 0 {
		f.Mode = 0o644
		if f.Secret {
			f.Mode = 0o400
		}
	}
	return f
}

func (h Health) withDefaults() Health {
	if h.Kind == "" {
		h.Kind = HealthRunning
	}
	if h.Timeout == 0 {
		h.Timeout = DefaultProbeTimeout
	}
	if h.Within == 0 {
		h.Within = DefaultHealthyWithin
	}
	return h
}

// Validate says everything that is wrong with the service, joined, or nil. The
// CLI and the daemon run the same check; recipes are checked earlier, with
// places, so what is found here in a recipe's service is a fault of ours.
func (s Service) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if err := s.Name.Validate(); err != nil {
		wrong("service name: %w", err)
	}
	if len(s.Units) == 0 {
		wrong("service %s has no unit", s.Name)
	}
	volumes := map[Name]bool{}
	for _, v := range s.Volumes {
		if err := v.Name.Validate(); err != nil {
			wrong("volume name: %w", err)
		}
		if volumes[v.Name] {
			wrong("volume %s is declared twice", v.Name)
		}
		volumes[v.Name] = true
	}
	units := map[Name]bool{}
	for _, u := range s.Units {
		if units[u.Name] {
			wrong("unit %s is declared twice", u.Name)
		}
		units[u.Name] = true
	}
	for _, u := range s.Units {
		if err := u.validate(volumes, units); err != nil {
			wrong("unit %s: %w", u.Name, err)
		}
	}
	errs = append(errs, s.validateJobs(units)...)
	if _, err := s.StartOrder(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

var capabilityRule = regexp.MustCompile(`^[A-Z][A-Z_]*$`)

func (u Unit) validate(volumes, units map[Name]bool) error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if err := u.Name.Validate(); err != nil {
		wrong("name: %w", err)
	}
	if n := u.Image.sources(); n != 1 {
		wrong("has %d image sources; exactly one of reference, build and self", n)
	}
	if u.Image.Build != nil && u.Image.Build.Files["Dockerfile"] == nil {
		wrong("its build has no Dockerfile")
	}
	if u.Limits.Memory < 6<<20 {
		wrong("memory limit of %d bytes; at least 6 MiB, which is the least that Docker accepts", u.Limits.Memory)
	}
	ports := map[Name]bool{}
	for _, p := range u.Ports {
		if p.Number < 1 || p.Number > 65535 {
			wrong("port %s is %d; a port is between 1 and 65535", p.Name, p.Number)
		}
		ports[p.Name] = true
	}
	if k := u.Health.Kind; (k == HealthHTTP || k == HealthTCP) && !ports[u.Health.Port] {
		wrong("its health check names the port %q, which the unit does not declare", u.Health.Port)
	}
	if u.Health.Kind == HealthExec && len(u.Health.Command) == 0 {
		wrong("its health check has no command")
	}
	for _, m := range u.Mounts {
		if m.Owner == "" && !volumes[m.Volume] {
			wrong("mounts the volume %q, which the service does not declare", m.Volume)
		}
		if !cleanAbsolute(m.Path) {
			wrong("mount path %q is not an absolute path without '..'", m.Path)
		}
	}
	for _, f := range u.Files {
		if !cleanAbsolute(f.Path) {
			wrong("file path %q is not an absolute path without '..'", f.Path)
		}
	}
	for _, p := range u.Tmpfs {
		if !cleanAbsolute(p) {
			wrong("tmpfs path %q is not an absolute path without '..'", p)
		}
	}
	for _, c := range u.Capabilities {
		if !capabilityRule.MatchString(c) || strings.HasPrefix(c, "CAP_") || c == "ALL" {
			wrong("capability %q: write single names without CAP_, such as NET_BIND_SERVICE", c)
		}
	}
	for _, n := range u.Needs {
		if !units[n] {
			wrong("needs the unit %q, which the service does not declare", n)
		}
	}
	return errors.Join(errs...)
}

func (i Image) sources() (n int) {
	if i.Reference != "" {
		n++
	}
	if i.Build != nil {
		n++
	}
	if i.Self {
		n++
	}
	return n
}

func cleanAbsolute(p string) bool { return path.IsAbs(p) && path.Clean(p) == p && p != "/" }

// StartOrder returns the units so that each comes after those it needs, and
// otherwise in order of declaration; it fails when they need each other in a ring.
func (s Service) StartOrder() ([]Unit, error) {
	var order []Unit
	done := map[Name]bool{}
	for len(order) < len(s.Units) {
		before := len(order)
		for _, u := range s.Units {
			if !done[u.Name] && !slices.ContainsFunc(u.Needs, func(n Name) bool { return !done[n] }) {
				done[u.Name] = true
				order = append(order, u)
			}
		}
		if len(order) == before {
			return nil, fmt.Errorf("service %s: its units need each other in a ring", s.Name)
		}
	}
	return order, nil
}
