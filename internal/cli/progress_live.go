package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"ronron/internal/api"
)

// redraw is how often the spinner turns.
const redraw = 100 * time.Millisecond

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// live draws one line for each service and keeps them up to date in place.
type live struct {
	*failures
	steps doing
	mu    sync.Mutex
	w     io.Writer
	paint paint
	width func() int
	now   func() time.Time
	rows  []*liveRow
	drawn int // lines on the screen that are ours
	turn  int
	stop  chan struct{}
	ended sync.WaitGroup
}

// liveRow is one service.
type liveRow struct {
	name    string
	state   rowState
	text    string
	running []string // steps at work, the latest last
	began   time.Time
	took    time.Duration
}

type rowState int

const (
	rowWaiting rowState = iota
	rowRunning
	rowDone
	rowFailed
)

func newLive(w io.Writer, p paint, width func() int, now func() time.Time, names []string, steps doing, f *failures) *live {
	l := &live{failures: f, steps: steps, w: w, paint: p, width: width, now: now, stop: make(chan struct{})}
	for _, name := range names {
		l.rows = append(l.rows, &liveRow{name: name, text: steps.say("waiting")})
	}
	l.ended.Go(l.spin)
	return l
}

func (l *live) spin() {
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
			l.mu.Lock()
			l.turn++
			l.draw()
			l.mu.Unlock()
		}
	}
}

// Event takes in what happened; the next redraw shows it.
func (l *live) Event(e api.Event) {
	l.add(e)
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Kind == api.Warning {
		l.above(l.paint.warn(l.steps.say("warning: %s", printable(l.steps.in(e.Text())))))
		return
	}
	if e.Kind == api.Done || e.Kind == api.Failed {
		return
	}
	l.row(l.steps.rowOf(e.Service)).take(e, l.steps, l.now())
	l.draw()
}

// Note writes a line above the rows, where it stays.
func (l *live) Note(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.above(text)
}

// Close draws the last state and leaves it on the screen.
func (l *live) Close() {
	close(l.stop)
	l.ended.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.rows {
		switch r.state {
		case rowWaiting:
			r.text = l.steps.say("not done")
		case rowRunning:
			r.state, r.text, r.took = rowWaiting, l.steps.say("stopped: %s", r.text), l.now().Sub(r.began)
		}
	}
	l.draw()
}

func (l *live) row(name string) *liveRow {
	i := slices.IndexFunc(l.rows, func(r *liveRow) bool { return r.name == name })
	if i >= 0 {
		return l.rows[i]
	}
	r := &liveRow{name: name}
	l.rows = append(l.rows, r)
	return r
}

func (r *liveRow) take(e api.Event, steps doing, now time.Time) {
	switch e.Kind {
	case api.StepStarted:
		if r.state == rowWaiting {
			r.began = now
		}
		if r.state != rowFailed {
			r.state, r.text = rowRunning, steps.event(e)
		}
		r.running = append(r.running, e.Step)
	case api.StepProgress:
		if said := steps.event(e); said != "" && r.state == rowRunning {
			r.text = said
		}
	case api.StepDone:
		r.running = slices.DeleteFunc(r.running, func(s string) bool { return s == e.Step })
		switch {
		case r.state != rowRunning:
		case len(r.running) > 0:
			r.text = steps.step(r.running[len(r.running)-1])
		default:
			r.text = steps.say("waiting for another service")
		}
		if len(r.running) == 0 && r.name == steps.rowOf("") { // no service, so nobody says that it is done
			r.finish(rowDone, steps.say("ready"), e, now)
		}
	case api.StepFailed, api.ServiceFailed:
		if r.state != rowFailed {
			r.finish(rowFailed, steps.event(e), e, now)
		}
	case api.ServiceDone:
		r.finish(rowDone, steps.finished(), e, now)
	}
}

func (r *liveRow) finish(state rowState, text string, e api.Event, now time.Time) {
	r.took = e.Elapsed
	if r.took == 0 && !r.began.IsZero() {
		r.took = now.Sub(r.began)
	}
	r.state, r.text, r.running = state, text, nil
}

// above writes a line that stays, and the rows again below it.
func (l *live) above(text string) {
	l.erase()
	fmt.Fprintln(l.w, text)
	l.draw()
}

func (l *live) erase() {
	if l.drawn > 0 {
		fmt.Fprintf(l.w, "\x1b[%dA\r\x1b[J", l.drawn)
	}
	l.drawn = 0
}

// draw writes all rows over those drawn before, in one write so that the
// terminal never shows a half.
func (l *live) draw() {
	var b strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", l.drawn)
	}
	width := 0
	for _, r := range l.rows {
		width = max(width, len(r.name))
	}
	for _, r := range l.rows {
		b.WriteString(l.line(r, width) + "\x1b[K\n")
	}
	io.WriteString(l.w, b.String())
	l.drawn = len(l.rows)
}

func (l *live) line(r *liveRow, width int) string {
	took := ""
	switch {
	case r.state == rowRunning:
		took = l.steps.seconds(l.now().Sub(r.began))
	case r.took > 0:
		took = l.steps.seconds(r.took)
	}
	const around = 14 // mark, spaces and the time at the end
	room := max(10, min(l.width(), 100)-width-around)
	text := clip(r.text, room)
	padded := pad(text, room)
	mark, name := l.paint.faint("·"), pad(r.name, width)
	switch r.state {
	case rowWaiting:
		padded = l.paint.faint(padded)
	case rowRunning:
		mark, name = l.paint.warn(spinner[l.turn%len(spinner)]), l.paint.strong(name)
	case rowDone:
		mark = l.paint.good("✓")
	case rowFailed:
		mark, padded = l.paint.bad("✗"), l.paint.bad(padded)
	}
	return fmt.Sprintf("  %s %s  %s %7s", mark, name, padded, took)
}
