package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"ronron/internal/api"
	"ronron/services"
	"ronron/services/plan"
)

// progress shows what is being done while it is being done.
type progress interface {
	Event(api.Event)
	Note(text string)
	Close()
	// Failures are those that were told, one a service, for the end.
	Failures() []*api.Error
}

func (a *App) progress(asJSON bool, p plan.Plan) progress {
	f, rows, steps := &failures{}, a.rowsOf(p), a.doingOf(p)
	switch {
	case asJSON:
		return &jsonProgress{failures: f, w: a.env.Stdout}
	case a.env.Terminal.Err && a.env.Getenv("TERM") != "dumb":
		return newLive(a.env.Stderr, a.paint(true), a.env.Terminal.Width, a.env.Now, rows, steps, f)
	default:
		return newPlain(a.env.Stderr, a.env.Now, rows, steps, f)
	}
}

// rowOf is the row of a service. What belongs to no single one, routes and
// certificates, has a row of its own.
func (t tongue) rowOf(s services.Name) string {
	if s == "" {
		return t.say("addresses")
	}
	return string(s)
}

// rowsOf names the services of a plan in the order in which it begins with them.
func (t tongue) rowsOf(p plan.Plan) (rows []string) {
	for _, s := range p.Steps {
		if row := t.rowOf(s.Service); !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
	}
	return rows
}

func widest(rows []string) (width int) {
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r))
	}
	return width
}

// doing says in words what the steps of a plan do.
type doing struct {
	tongue
	steps map[string]string // by id
}

func (t tongue) doingOf(p plan.Plan) doing {
	d := doing{t, map[string]string{}}
	for _, s := range p.Steps {
		if said, known := t.doing(s.Action, s.Target); known {
			d.steps[s.ID] = said
		}
	}
	return d
}

// finished is what a service is in the end. Only `down` has no plan to show.
func (d doing) finished() string {
	if len(d.steps) == 0 {
		return d.say("gone")
	}
	return d.say("ready")
}

// step is what is being done. Without a plan that names the step its id says
// it as well as it can: "wiki/create/web".
func (d doing) step(id string) string {
	if said, known := d.steps[id]; known {
		return said
	}
	parts := strings.SplitN(id, "/", 3)
	action, target := parts[0], ""
	if len(parts) > 1 {
		action = parts[1]
	}
	if len(parts) > 2 && len(parts[2]) < 40 { // longer is a container's number, which tells nobody anything
		target = parts[2]
	}
	if said, known := d.doing(plan.Action(action), target); known {
		return said
	}
	return strings.TrimSpace(action + " " + target)
}

// failures collects what failed, the first of each service: it has the log,
// what follows from it has not.
type failures struct {
	mu   sync.Mutex
	list []*api.Error
}

// add says whether the event tells something new.
func (f *failures) add(e api.Event) bool {
	if e.Kind != api.StepFailed && e.Kind != api.ServiceFailed || e.Error == nil {
		return true
	}
	failed := *e.Error
	if failed.Service == "" {
		failed.Service = e.Service
	}
	if failed.Step == "" {
		failed.Step = e.Step
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.ContainsFunc(f.list, func(known *api.Error) bool { return known.Service == failed.Service }) {
		return false
	}
	f.list = append(f.list, &failed)
	return true
}

func (f *failures) Failures() []*api.Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list)
}

// jsonProgress passes the events on, one a line.
type jsonProgress struct {
	*failures
	w io.Writer
}

func (p *jsonProgress) Event(e api.Event) {
	p.add(e)
	json.NewEncoder(p.w).Encode(e)
}
func (p *jsonProgress) Note(string) {}
func (p *jsonProgress) Close()      {}

// plainWidth keeps a build's command of many lines from filling a log.
const plainWidth = 140

// plainProgress appends a line for everything that happens; for logs and pipes.
type plainProgress struct {
	*failures
	steps doing
	mu    sync.Mutex
	w     io.Writer
	now   func() time.Time
	began time.Time
	width int
	last  map[string]string // what each row said last, to not say it twice

	building map[string]bool // steps of the plan in which an image is built
}

func newPlain(w io.Writer, now func() time.Time, rows []string, steps doing, f *failures) *plainProgress {
	return &plainProgress{failures: f, steps: steps, w: w, now: now, began: now(), width: max(widest(rows), utf8.RuneCountInString(steps.rowOf(""))), last: map[string]string{}, building: map[string]bool{}}
}

func (p *plainProgress) Event(e api.Event) {
	text, row := p.steps.event(e), p.steps.rowOf(e.Service)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.add(e) || p.ofBuild(e) || text == "" || text == p.last[row] {
		return
	}
	p.last[row] = text
	fmt.Fprintf(p.w, "%7s  %s  %s\n", p.steps.seconds(p.now().Sub(p.began)), pad(row, p.width), clip(text, plainWidth))
}

// ofBuild says whether the event is what a build prints between its own steps.
// There are hundreds of such lines; the last of them are in its failure.
func (p *plainProgress) ofBuild(e api.Event) bool {
	if e.Kind != api.StepProgress {
		return false
	}
	if buildStep(e.Message) {
		p.building[e.Step] = true
		return false
	}
	return p.building[e.Step] && e.Text().FR == "" // what Ronron says of it has French
}

// buildStep says whether a line of a build tells which of its steps begins.
func buildStep(line string) bool { return strings.HasPrefix(line, "Step ") }

func (p *plainProgress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.w, text)
}

func (p *plainProgress) Close() {}

// event is what a person reads of an event; "" where it adds nothing.
func (d doing) event(e api.Event) string {
	message := printable(d.in(e.Text()))
	switch e.Kind {
	case api.StepStarted:
		return d.step(e.Step)
	case api.StepProgress:
		if message == "" || chatter(message) {
			return ""
		}
		step := d.step(e.Step)
		if strings.HasPrefix(step, message) {
			return step // "starting web: starting"
		}
		return d.colon(step, message)
	case api.StepFailed, api.ServiceFailed:
		if message == "" && e.Error != nil {
			message = printable(e.Error.In(d.lang))
		}
		return d.say("failed: %s", message)
	case api.ServiceDone:
		if e.Elapsed > 0 {
			return d.say("%s after %s", d.finished(), d.seconds(e.Elapsed))
		}
		return d.finished()
	case api.Warning:
		return d.say("warning: %s", message)
	}
	return ""
}

// chatter are the lines of a build that tell nothing about what it does.
func chatter(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, "--->") || strings.HasPrefix(line, "Removing intermediate container") || strings.HasPrefix(line, "Successfully ")
}

// seconds shows a duration as people read a stopwatch.
func (t tongue) seconds(d time.Duration) string {
	if d >= time.Minute {
		d = d.Round(time.Second)
		return t.say("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return t.in(tenths(d.Seconds())) + "s"
}
