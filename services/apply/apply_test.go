package apply_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"ronron/internal/errs"
	"ronron/services"
	"ronron/services/apply"
	"ronron/services/memory"
	"ronron/services/plan"
)

var key = []byte("a key")

// bench is a small world: an engine in memory, and runs on it.
type bench struct {
	t         *testing.T
	engine    *memory.Engine
	published int
	held      []services.Name

	mu      sync.Mutex
	jobs    map[string]string
	journal []string
	events  []apply.Event
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, engine: memory.New("chaton.test"), jobs: map[string]string{}}
}

func (b *bench) Done(_ context.Context, service, job services.Name) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.jobs[string(service+"/"+job)], nil
}

func (b *bench) SetDone(_ context.Context, service, job services.Name, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.jobs[string(service+"/"+job)] = key
	return nil
}

func (b *bench) Forget(_ context.Context, service services.Name) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.jobs, func(k, _ string) bool { return strings.HasPrefix(k, string(service)+"/") })
	return nil
}

func (b *bench) Probe(_ context.Context, u services.Unit, a services.ActualUnit) error {
	if a.State == services.StateRunning && b.engine.Healthy(a.ID) {
		return nil
	}
	return fmt.Errorf("the container is %s", a.State)
}

func (b *bench) EnsureAccount(context.Context, services.Name) error { return nil }
func (b *bench) RemoveAccount(context.Context, services.Name) error { return nil }

func (b *bench) Record(_ context.Context, step, state, _ string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.journal = append(b.journal, step+" "+state)
}

func (b *bench) plan(wanted ...services.Service) plan.Plan {
	b.t.Helper()
	actual, err := b.engine.Look(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	unhealthy := map[string]bool{}
	for _, u := range actual.Units {
		if u.State == services.StateRunning && !b.engine.Healthy(u.ID) {
			unhealthy[u.ID] = true
		}
	}
	p, err := plan.Diff(plan.Input{Wanted: wanted, Actual: actual, HashKey: key, Directory: "directory", Unhealthy: unhealthy})
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *bench) runner(wanted ...services.Service) *apply.Runner {
	return &apply.Runner{
		Engine: b.engine, Prober: b, Accounts: b, Jobs: b, Journal: b, Wanted: wanted, HashKey: key, DirectoryHost: "directory.chaton.test",
		Publish: func(context.Context) error { b.mu.Lock(); defer b.mu.Unlock(); b.published++; return nil },
		Hold: func(_ context.Context, s services.Name) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.held = append(b.held, s)
			return nil
		},
		Events: func(e apply.Event) { b.mu.Lock(); defer b.mu.Unlock(); b.events = append(b.events, e) },
	}
}

// up plans and applies, as `ronron up` does.
func (b *bench) up(wanted ...services.Service) apply.Outcome {
	b.t.Helper()
	return b.runner(wanted...).Run(context.Background(), b.plan(wanted...), make(chan struct{}))
}

// settledOn fails the test unless exactly what is wanted runs and a plan has
// nothing left to do but publish.
func (b *bench) settledOn(wanted ...services.Service) {
	b.t.Helper()
	for _, s := range b.plan(wanted...).Steps {
		b.t.Errorf("a step is left: %s (%s)", s.ID, s.Reason)
	}
	actual, err := b.engine.Look(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	units := 0
	for _, s := range wanted {
		units += len(s.Units)
	}
	if len(actual.Units) != units {
		b.t.Errorf("%d containers exist for %d units", len(actual.Units), units)
	}
}

func service(name services.Name, command string, change ...func(*services.Service)) services.Service {
	s := services.Service{
		Name:    name,
		Volumes: []services.Volume{{Name: "data"}},
		Units: []services.Unit{{
			Name: "web", Image: services.Image{Reference: "example/" + string(name) + ":1"}, Command: []string{command},
			Mounts: []services.Mount{{Volume: "data", Path: "/data"}},
			Ports:  []services.Port{{Name: "http", Number: 8080}},
			Health: services.Health{Kind: services.HealthTCP, Port: "http", Within: 300_000_000},
			Limits: services.Limits{Memory: 64 << 20},
		}},
	}
	for _, c := range change {
		c(&s)
	}
	return s.WithDefaults()
}

func stateless(s *services.Service) { s.Volumes, s.Units[0].Mounts = nil, nil }

func TestRun_BringsUpAndThenHasNothingToDo(t *testing.T) {
	b := newBench(t)
	wanted := []services.Service{service("directory", "1"), service("wiki", "1", func(s *services.Service) { s.Directory = true; s.Needs = []services.Name{"directory"} })}
	if o := b.up(wanted...); len(o.Failed) > 0 || o.Interrupted {
		t.Fatalf("outcome: %+v", o)
	}
	b.settledOn(wanted...)
	if b.published != 1 {
		t.Errorf("published %d times, want once, at the end", b.published)
	}
	if !slices.Contains(b.journal, "wiki/create/web started") || !slices.Contains(b.journal, "wiki/create/web done") {
		t.Errorf("the journal misses a step: %v", b.journal)
	}
}

func TestRun_AFailedServiceStopsNoOther(t *testing.T) {
	b := newBench(t)
	b.engine.Exits("pads", "web", 3, "no database", "giving up")
	wiki, pads := service("wiki", "1"), service("pads", "1")
	o := b.up(wiki, pads)
	err := o.Failed["pads"]
	step, ok := errors.AsType[*apply.StepError](err)
	if !ok || step.Step.ID != "pads/create/web" || !slices.Contains(step.Log, "giving up") {
		t.Errorf("the failure of pads does not name step and log: %+v", err)
	}
	if errs.HintOf(err) == "" && errs.HintOf(step.Err) == "" {
		t.Errorf("the failure does not say what to do: %v", err)
	}
	if len(o.Failed) != 1 {
		t.Errorf("failed: %v", o.Failed)
	}
	b.settledOnOnly("wiki")
	b.engine.Mend("pads", "web")
	if o := b.up(wiki, pads); len(o.Failed) > 0 {
		t.Fatalf("after mending: %+v", o)
	}
	b.settledOn(wiki, pads)
}

func (b *bench) settledOnOnly(names ...services.Name) {
	b.t.Helper()
	actual, err := b.engine.Look(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	var running []services.Name
	for _, u := range actual.Units {
		if u.State == services.StateRunning {
			running = append(running, u.Service)
		}
	}
	if !slices.Equal(running, names) {
		b.t.Errorf("running: %v, want %v", running, names)
	}
}

// A bad new version must leave the old one running: the same container, not a
// new one of the old kind.
func TestRun_AFailedReplacementPutsTheOldOneBack(t *testing.T) {
	for name, change := range map[string][]func(*services.Service){"with data": nil, "without data": {stateless}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			old := service("wiki", "1", change...)
			if o := b.up(old); len(o.Failed) > 0 {
				t.Fatal(o.Failed)
			}
			before, _ := b.engine.Look(t.Context())
			b.engine.Unhealthy("wiki", "web")
			if o := b.up(service("wiki", "2", change...)); o.Failed["wiki"] == nil {
				t.Fatal("an unhealthy new version was accepted")
			}
			after, _ := b.engine.Look(t.Context())
			if len(after.Units) != 1 || after.Units[0].ID != before.Units[0].ID || after.Units[0].State != services.StateRunning {
				t.Errorf("after the failure: %+v", after.Units)
			}
			b.settledOn(old)
		})
	}
}

// What writes data is stopped before its successor starts; what does not
// overlaps it.
func TestRun_OrderOfReplacement(t *testing.T) {
	for name, c := range map[string]struct {
		change []func(*services.Service)
		want   string
	}{
		"with data":    {nil, "StopUnit StartUnit RemoveUnit"},
		"without data": {[]func(*services.Service){stateless}, "StartUnit StopUnit RemoveUnit"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.up(service("wiki", "1", c.change...))
			b.engine.ForgetCalls()
			changed := service("wiki", "2", c.change...)
			if o := b.up(changed); len(o.Failed) > 0 {
				t.Fatal(o.Failed)
			}
			var order []string
			for _, call := range b.engine.Calls() {
				if slices.Contains([]string{"StopUnit", "StartUnit", "RemoveUnit"}, call.Method) {
					order = append(order, call.Method)
				}
			}
			if got := strings.Join(order, " "); got != c.want {
				t.Errorf("order %q, want %q", got, c.want)
			}
			if wantHeld := c.change == nil; wantHeld != slices.Contains(b.held, "wiki") {
				t.Errorf("held: %v", b.held)
			}
			b.settledOn(changed)
		})
	}
}

func TestRun_StopFinishesTheRunningStepAndBeginsNoMore(t *testing.T) {
	b := newBench(t)
	wanted := []services.Service{service("wiki", "1")}
	stop := make(chan struct{})
	var once sync.Once
	b.engine.Before(func(context.Context, memory.Call) error { once.Do(func() { close(stop) }); return nil })
	p := b.plan(wanted...)
	o := b.runner(wanted...).Run(t.Context(), p, stop)
	b.engine.Before(nil)
	if !o.Interrupted || len(o.Failed) > 0 || len(o.Skipped) == 0 {
		t.Errorf("outcome: %+v", o)
	}
	if o := b.up(wanted...); len(o.Failed) > 0 {
		t.Fatal(o.Failed)
	}
	b.settledOn(wanted...)
}

// Whatever call of the engine a run is cut off at, as by a kill of the daemon,
// the next run reaches what is wanted. Both a first `up` and a replacement are cut.
func TestRun_GoesOnFromAnyCut(t *testing.T) {
	v1 := []services.Service{service("directory", "1"), service("wiki", "1", func(s *services.Service) { s.Directory = true; s.Needs = []services.Name{"directory"} })}
	v2 := []services.Service{service("directory", "2"), service("wiki", "2", func(s *services.Service) { s.Directory = true; s.Needs = []services.Name{"directory"} })}
	for name, start := range map[string][]services.Service{"first up": nil, "replacement": v1} {
		t.Run(name, func(t *testing.T) {
			for cut := 1; ; cut++ {
				b := newBench(t)
				if start != nil {
					b.up(start...)
				}
				if !b.cutAt(cut, v2...) {
					if cut < 10 {
						t.Fatalf("the run made only %d calls", cut)
					}
					t.Logf("cut at each of %d calls", cut-1)
					return
				}
				if o := b.up(v2...); len(o.Failed) > 0 {
					t.Fatalf("cut at call %d, then: %v", cut, o.Failed)
				}
				b.settledOn(v2...)
				if t.Failed() {
					t.Fatalf("cut at call %d", cut)
				}
			}
		})
	}
}

// cutAt runs towards wanted and makes every call of the engine from the n-th
// on fail, as if the process were gone. It says whether there was an n-th call.
func (b *bench) cutAt(n int, wanted ...services.Service) bool {
	b.t.Helper()
	p := b.plan(wanted...)
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	var mu sync.Mutex
	calls := 0
	b.engine.Before(func(context.Context, memory.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls >= n {
			cancel()
			return errs.New(errs.Unavailable, "The daemon was killed.")
		}
		return nil
	})
	defer b.engine.Before(nil)
	b.runner(wanted...).Run(ctx, p, make(chan struct{}))
	return calls >= n
}

func installed(s *services.Service) {
	s.Jobs = []services.Job{
		{Name: "install", First: true, Unit: "web", Command: []string{"install"}},
		{Name: "migrate", Upgrade: true, Unit: "web", Command: []string{"migrate"}},
		{Name: "administrator", First: true, Inside: true, Unit: "web", Command: []string{"administrator"}},
	}
}

// ran returns what ran of installers and migrations, in order.
func (b *bench) ran() (what []string) {
	for _, c := range b.engine.Calls() {
		switch c.Method {
		case "RunJob", "StartUnit", "Exec":
			what = append(what, c.Method)
		}
	}
	b.engine.ForgetCalls()
	return what
}

// An installer runs once for new data, before the unit or inside it; a
// migration runs at each upgrade and not on new data; more data is not new data.
func TestRun_Jobs(t *testing.T) {
	b := newBench(t)
	up := func(s services.Service, want ...string) {
		t.Helper()
		if o := b.up(s); len(o.Failed) > 0 {
			t.Fatal(o.Failed)
		}
		if got := b.ran(); !slices.Equal(got, want) {
			t.Errorf("ran %v, want %v", got, want)
		}
	}
	v1 := service("wiki", "1", installed)
	up(v1, "RunJob", "StartUnit", "Exec")
	up(service("wiki", "2", installed), "StartUnit") // another setting, the same version
	v2 := service("wiki", "3", installed, func(s *services.Service) { s.RecipeVersion = "2" })
	up(v2, "RunJob", "StartUnit")
	wider := service("wiki", "4", installed, func(s *services.Service) {
		s.RecipeVersion = "2"
		s.Volumes = append(s.Volumes, services.Volume{Name: "more"})
	})
	up(wider, "StartUnit")
}

// A migration that fails leaves the old container running, and is tried again.
func TestRun_AFailedMigrationGoesBack(t *testing.T) {
	b := newBench(t)
	if o := b.up(service("wiki", "1", installed)); len(o.Failed) > 0 {
		t.Fatal(o.Failed)
	}
	v2 := service("wiki", "2", installed, func(s *services.Service) { s.RecipeVersion = "2" })
	b.engine.Exits("wiki", "web", 9, "column exists")
	o := b.up(v2)
	if step, ok := errors.AsType[*apply.StepError](o.Failed["wiki"]); !ok || !slices.Contains(step.Log, "column exists") {
		t.Errorf("the failure does not show what the migration printed: %v", o.Failed["wiki"])
	}
	b.settledOnOnly("wiki")
	b.engine.Mend("wiki", "web")
	b.ran()
	if o := b.up(v2); len(o.Failed) > 0 {
		t.Fatal(o.Failed)
	}
	if got := b.ran(); !slices.Equal(got, []string{"RunJob", "StartUnit"}) {
		t.Errorf("ran %v", got)
	}
}
