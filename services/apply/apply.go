// Package apply carries out a plan: steps whose needs are met run at the same
// time, a failure stops what depends on it and nothing else, and every step is
// noted before and after. Whatever moment it is cut off at, the next plan goes on
// from there.
package apply

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

// Prober tells whether a unit does its work; services/probe is the real one.
type Prober interface {
	Probe(ctx context.Context, u services.Unit, actual services.ActualUnit) error
}

// Accounts makes and removes the services' accounts in the directory.
type Accounts interface {
	EnsureAccount(ctx context.Context, service services.Name) error
	RemoveAccount(ctx context.Context, service services.Name) error
}

// Jobs remembers which installers and migrations were done, and for what
// (services.Service.JobKey).
type Jobs interface {
	Done(ctx context.Context, service, job services.Name) (key string, err error)
	SetDone(ctx context.Context, service, job services.Name, key string) error
	// Forget is told that the service's data is new.
	Forget(ctx context.Context, service services.Name) error
}

// Journal notes what happens to each step.
type Journal interface {
	Record(ctx context.Context, step, state, detail string)
}

// Runner carries out plans for one chaton. All fields are required.
type Runner struct {
	Engine   services.Engine
	Prober   Prober
	Accounts Accounts
	Jobs     Jobs
	Journal  Journal
	// Publish makes the gateway and the portal serve what runs now. It is
	// called after units changed their address and in the publish step.
	Publish func(ctx context.Context) error
	// Hold makes the gateway keep requests waiting for a service that is about
	// to be stopped; the Publish after it has its new address.
	Hold func(ctx context.Context, service services.Name) error
	// Wanted are the services of the plan's input, with defaults.
	Wanted        []services.Service
	HashKey       []byte
	DirectoryHost string // alias of the directory in the services' networks
	// Events is told of progress, from several goroutines at once.
	Events func(Event)
	// Parallel is how many steps run at once; 0 is 4. Starting containers is
	// bound by the machine's cores, and more at once gains nothing.
	Parallel int
}

// Event is one piece of progress.
type Event struct {
	Kind    EventKind
	Step    plan.Step
	Message text.Text
	Elapsed time.Duration
	Err     error
}

// EventKind is what an event tells.
type EventKind int

// The kinds of events.
const (
	Started EventKind = iota
	Progress
	Succeeded
	FailedStep
)

// Outcome is how a run ended.
type Outcome struct {
	Failed      map[services.Name]error // first failure of each service
	Skipped     []string                // ids of steps that were not tried
	Interrupted bool
}

// StepError is the failure of a step, with what a person needs to go on.
type StepError struct {
	Step plan.Step
	Err  error
	Log  []string // last lines of the unit's output, where there is a unit
}

func (e *StepError) Error() string { return fmt.Sprintf("step %s: %v", e.Step.ID, e.Err) }
func (e *StepError) Unwrap() error { return e.Err }

// Run carries out p. Closing stop lets running steps finish and begins no
// more; cancelling ctx stops at once.
func (r *Runner) Run(ctx context.Context, p plan.Plan, stop <-chan struct{}) Outcome {
	run := &run{Runner: r, ctx: ctx, stop: stop, state: map[string]stepState{}, wake: make(chan struct{}, 1)}
	return run.all(p.Steps)
}

type stepState int

const (
	waiting stepState = iota
	running
	succeeded
	failed
	skipped
)

type run struct {
	*Runner
	ctx  context.Context
	stop <-chan struct{}
	wake chan struct{} // a step ended

	mu      sync.Mutex
	state   map[string]stepState
	outcome Outcome
	routes  sync.Mutex // one Publish at a time
}

// all starts what can be started, waits until something ends, and so on. The
// publish step waits for everything else, whatever became of it.
func (r *run) all(steps []plan.Step) Outcome {
	r.outcome.Failed = map[services.Name]error{}
	limit := r.Parallel
	if limit == 0 {
		limit = 4
	}
	var group sync.WaitGroup
	for {
		ready, active, left := r.next(steps)
		if r.stopped() {
			r.skip(left)
			ready, left = nil, nil
		}
		for _, s := range ready[:min(len(ready), max(0, limit-active))] {
			r.set(s.ID, running)
			active++
			group.Go(func() { r.step(s); r.woken() })
		}
		if active == 0 && len(left) == 0 {
			break
		}
		select {
		case <-r.wake:
		case <-r.stop:
			<-r.wake // let running steps finish
		}
	}
	group.Wait()
	slices.Sort(r.outcome.Skipped)
	return r.outcome
}

// next sorts the steps that wait into ready ones and others, and skips those
// whose needs failed.
func (r *run) next(steps []plan.Step) (ready []plan.Step, active int, left []plan.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range steps {
		switch r.state[s.ID] {
		case running:
			active++
		case waiting:
			if slices.ContainsFunc(s.Needs, func(n string) bool { return r.state[n] == failed || r.state[n] == skipped }) {
				r.state[s.ID] = skipped
				r.outcome.Skipped = append(r.outcome.Skipped, s.ID)
				continue
			}
			left = append(left, s)
		}
	}
	for _, s := range left {
		unmet := slices.ContainsFunc(s.Needs, func(n string) bool { return r.state[n] != succeeded })
		last := s.Action == plan.Publish && (active > 0 || len(left) > 1)
		if !unmet && !last {
			ready = append(ready, s)
		}
	}
	return ready, active, left
}

// skip leaves steps undone because the run was asked to stop.
func (r *run) skip(left []plan.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range left {
		r.state[s.ID] = skipped
		r.outcome.Skipped = append(r.outcome.Skipped, s.ID)
		r.outcome.Interrupted = true
	}
}

func (r *run) stopped() bool {
	select {
	case <-r.stop:
		return true
	case <-r.ctx.Done():
		return true
	default:
		return false
	}
}

func (r *run) woken() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *run) set(id string, s stepState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state[id] = s
}

// step runs one step between its two journal entries.
func (r *run) step(s plan.Step) {
	began := time.Now()
	r.Journal.Record(r.ctx, s.ID, "started", "")
	r.Events(Event{Kind: Started, Step: s})
	err := r.do(s)
	elapsed := time.Since(began)
	// The end is noted even when ctx is done: that is when it matters most.
	ctx := context.WithoutCancel(r.ctx)
	if err == nil {
		r.Journal.Record(ctx, s.ID, "done", "")
		r.Events(Event{Kind: Succeeded, Step: s, Elapsed: elapsed})
		r.set(s.ID, succeeded)
		return
	}
	if r.ctx.Err() != nil {
		err = errs.Wrap(err, errs.Interrupted, "Stopped while it ran.").WithHint("Run `ronron up` again: it goes on from here.")
	}
	r.Journal.Record(ctx, s.ID, "failed", err.Error())
	r.Events(Event{Kind: FailedStep, Step: s, Elapsed: elapsed, Err: err})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state[s.ID] = failed
	if r.ctx.Err() != nil {
		r.outcome.Interrupted = true
	}
	if r.outcome.Failed[s.Service] == nil {
		r.outcome.Failed[s.Service] = err
	}
}
