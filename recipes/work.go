package recipes

import (
	"slices"
	"strings"
	"time"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

// Bounds of work that the daemon starts.
const (
	leastEvery  = time.Minute
	mostEvery   = 366 * 24 * time.Hour
	longestWork = 24 * time.Hour
)

// Tool is a command that a host may run by name, with what it is for.
type Tool struct {
	Name services.Name
	Help text.Text
}

var moments = []string{"first", "upgrade"}

// work reads jobs, schedules and tools, once all units are known.
func (e *evaluation) work(root *hclread.Block) {
	s := &e.out.Service
	for _, b := range root.Blocks("job") {
		j := services.Job{
			Name: services.Name(b.Name()), Unit: e.workUnit(b), Inside: e.Bool(b, "inside").V,
			Entrypoint: e.command(b, "entrypoint"), Command: e.command(b, "command"), Timeout: e.workTimeout(b),
		}
		j.First, j.Upgrade = e.moments(b)
		if j.Inside && len(j.Entrypoint) > 0 {
			e.Errorf(b.RangeOf("entrypoint"), "Nothing to enter", "With inside = true the command runs in the unit as it is; put everything into command.")
		}
		s.Jobs = append(s.Jobs, j)
	}
	for _, b := range root.Blocks("schedule") {
		every := e.Duration(b, "every")
		if every.Known && (every.V < leastEvery || every.V > mostEvery) {
			e.Errorf(every.Range, "Out of range", "Scheduled work is done every minute at most, and once a year at least.")
		}
		s.Schedules = append(s.Schedules, services.Schedule{
			Name: services.Name(b.Name()), Unit: e.workUnit(b), Every: every.Or(time.Hour), Inside: e.Bool(b, "inside").V,
			Command: e.command(b, "command"), Timeout: e.workTimeout(b),
		})
	}
	for _, b := range root.Blocks("tool") {
		s.Tools = append(s.Tools, services.Tool{Name: services.Name(b.Name()), Unit: e.workUnit(b), Command: e.command(b, "command")})
		e.out.Tools = append(e.out.Tools, Tool{Name: services.Name(b.Name()), Help: e.Bilingual(b, "help").V})
	}
}

func (e *evaluation) moments(b *hclread.Block) (first, upgrade bool) {
	when := e.TextOrList(b, "when")
	for _, m := range when.V {
		if !slices.Contains(moments, m) {
			e.Errorf(when.Range, "Unknown moment", "A job runs at %q, once for new data, or at %q, each time the recipe's version or the image is another; %q is neither.%s", moments[0], moments[1], m, diag.DidYouMean(m, moments))
		}
	}
	if when.Known && len(when.V) == 0 {
		e.Errorf(when.Range, "Unknown moment", "A job that never runs is none: write %q, %q or both.", moments[0], moments[1])
	}
	return slices.Contains(when.V, moments[0]), slices.Contains(when.V, moments[1])
}

// workUnit reads whose surroundings a piece of work has.
func (e *evaluation) workUnit(b *hclread.Block) services.Name {
	unit := e.String(b, "unit")
	if !unit.Known {
		return ""
	}
	u, _ := e.knownUnit(unit.V, unit.Range)
	return u.Name
}

func (e *evaluation) workTimeout(b *hclread.Block) time.Duration {
	t := e.Duration(b, "timeout")
	if t.Known && (t.V < time.Second || t.V > longestWork) {
		e.Errorf(t.Range, "Out of range", "Work may take from one second to %d hours.", int(longestWork.Hours()))
	}
	return t.V
}

var protocols = []string{"tcp", "udp"}

// listens reads the ports of the machine that are not HTTP.
func (e *evaluation) listens(root *hclread.Block) {
	for _, b := range root.Blocks("listen") {
		l := services.Listen{Name: services.Name(b.Name()), Protocol: e.protocol(b)}
		unit := e.String(b, "unit")
		u, ok := services.Unit{}, false
		if unit.Known {
			u, ok = e.knownUnit(unit.V, unit.Range)
		}
		l.Unit = u.Name
		switch {
		case b.Has("port") == b.Has("ports"):
			e.Errorf(b.Range, "Which port", "Write port = \"…\", the name of a port of the unit, or ports = \"10000-10010\", which are the same numbers outside and inside.")
			continue
		case b.Has("ports"):
			if b.Has("public") {
				e.Errorf(b.RangeOf("public"), "Which port", "The ports of a range have the same numbers outside and inside, so public says nothing here.")
			}
			l.Port, l.Count = e.portRange(b)
			l.Public = l.Port
		default:
			port := e.String(b, "port")
			if ok && port.Known {
				l.Port = e.knownPort(u, services.Name(port.V), port.Range)
			}
			l.Public = e.Int(b, "public").Or(l.Port)
		}
		if open := e.Bool(b, "open"); open.Known && !open.V {
			continue
		}
		e.freePorts(b, l)
		e.out.Service.Listens = append(e.out.Service.Listens, l)
	}
}

func (e *evaluation) protocol(b *hclread.Block) string {
	p := e.String(b, "protocol")
	if p.Known && !slices.Contains(protocols, p.V) {
		e.Errorf(p.Range, "Unknown protocol", "A port is opened for %s; %q is neither.", diag.OneOf(protocols), p.V)
	}
	return p.V
}

// portRange reads "10000-10010".
func (e *evaluation) portRange(b *hclread.Block) (first, count int) {
	ports := e.String(b, "ports")
	if !ports.Known {
		return 0, 0
	}
	from, to, ok := strings.Cut(ports.V, "-")
	first, okFirst := wholeNumber(from)
	last, okLast := wholeNumber(to)
	switch {
	case !ok || !okFirst || !okLast || last < first:
		e.Errorf(ports.Range, "Bad range", "%q is not a range of ports, such as \"10000-10010\".", ports.V)
		return 0, 0
	case last-first+1 > services.MaxListenPorts:
		e.Errorf(ports.Range, "Range too large", "At most %d ports are opened at once; this is %d.", services.MaxListenPorts, last-first+1)
		return 0, 0
	}
	return first, last - first + 1
}

func wholeNumber(s string) (n int, ok bool) {
	if s == "" || len(s) > 5 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// freePorts refuses ports that cannot be and those of another listen block.
func (e *evaluation) freePorts(b *hclread.Block, l services.Listen) {
	if l.Public == 0 || l.Port == 0 {
		return // not known, or said already
	}
	last := max(l.Public, l.Port) + l.Ports() - 1
	if min(l.Public, l.Port) < 1 || last > 65535 {
		e.Errorf(b.Range, "Port out of range", "A port is a number from 1 to 65535.")
	}
	for _, other := range e.out.Service.Listens {
		if other.Protocol == l.Protocol && l.Public < other.Public+other.Ports() && other.Public < l.Public+l.Ports() {
			e.Errorf(b.Range, "Port opened twice", "%q opens a port of the machine that %q opens already.", string(l.Name), string(other.Name))
		}
	}
}
