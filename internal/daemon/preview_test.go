package daemon

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services"
	"ronron/services/memory"
	"ronron/services/plan"
)

// preview asks for the plan as somebody does who has no daemon: with nothing
// but the engine.
func (w *world) preview(text string) (plan.Plan, []services.Name) {
	w.t.Helper()
	r, kept, err := Preview(w.t.Context(), Options{Chaton: w.Chaton, Version: w.Version, Engine: w.engine, Now: w.Now}, wantedFile(text))
	if err != nil {
		w.t.Fatal(err)
	}
	if r.Plan == nil {
		w.t.Fatalf("no plan: %v", r.Diagnostics.Err())
	}
	return *r.Plan, kept
}

// daemonStarts makes what the command line has the engine make for a daemon.
func (w *world) daemonStarts() {
	w.t.Helper()
	if _, err := w.engine.EnsureImage(w.t.Context(), services.Image{Self: true, SelfID: w.SelfID}, nil); err != nil {
		w.t.Fatal(err)
	}
	for service, volume := range map[services.Name]services.Name{gatewayName: "run", portalName: "site"} {
		if err := w.engine.CreateVolume(w.t.Context(), service, services.Volume{Name: volume, Shared: true}); err != nil {
			w.t.Fatal(err)
		}
	}
}

const pagesFile = file + `
service "pages" {
  recipe = "pages"
}
`

func TestPreview_IsWhatTheFirstUpCarriesOut(t *testing.T) {
	w := newWorld(t)
	before, kept := w.preview(file)
	if len(kept) > 0 {
		t.Errorf("on an empty machine there is data of %v", kept)
	}
	if before.Base != "" {
		t.Errorf("it has a base, %q, although nothing can be applied with it", before.Base)
	}
	for _, s := range before.Steps {
		if s.Reason != plan.Missing && s.Action != plan.Publish {
			t.Errorf("before the first up, %s is %q and not new", s.ID, s.Reason)
		}
	}
	w.daemonStarts()
	first := w.plan(file)
	if diff := cmp.Diff(first.Steps, before.Steps); diff != "" {
		t.Errorf("what up shows (-) and the plan before it (+):\n%s", diff)
	}
	events, err := w.apply(file, first.Base)
	if err != nil || last(events).Kind != api.Done {
		t.Fatalf("up ended with %+v, error %v", last(events), err)
	}
	var done, planned []string
	for _, e := range events {
		if e.Kind == api.StepDone {
			done = append(done, e.Step)
		}
	}
	for _, s := range before.Steps {
		planned = append(planned, s.ID)
	}
	slices.Sort(done)
	slices.Sort(planned)
	if diff := cmp.Diff(planned, done); diff != "" {
		t.Errorf("planned (-) and carried out (+):\n%s", diff)
	}
}

func TestPreview_LeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("TMPDIR", dir)
	w.engine.Before(func(_ context.Context, c memory.Call) error {
		if !slices.Contains([]string{"Look", "Info", "ImagePresent"}, c.Method) {
			t.Errorf("it called %s", c)
		}
		return nil
	})
	first, _ := w.preview(pagesFile)
	w.engine.Before(nil)
	actual, err := w.engine.Look(t.Context())
	if err != nil || len(actual.Units)+len(actual.Networks)+len(actual.Volumes) > 0 {
		t.Errorf("it left %+v, error %v", actual, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it wrote %v, error %v", left, err)
	}
	again, _ := w.preview(pagesFile)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("asked twice, it says two things:\n%s", diff)
	}
}

func TestPreview_WhatDownKeptIsNotNew(t *testing.T) {
	w := newWorld(t)
	w.daemonStarts()
	w.up(file)
	if err := w.Down(api.DownRequest{Who: "ana@laptop"}, func(api.Event) {}); err != nil {
		t.Fatal(err)
	}
	got, kept := w.preview(file)
	if diff := cmp.Diff(w.plan(file).Steps, got.Steps); diff != "" {
		t.Errorf("what the daemon plans (-) and the plan without it (+):\n%s", diff)
	}
	if want := []services.Name{"directory", "wiki"}; !slices.Equal(kept, want) {
		t.Errorf("data was kept of %v, it says of %v", want, kept)
	}
	// A service that the file did not have before is new with all it needs.
	more, _ := w.preview(pagesFile)
	if diff := cmp.Diff(w.plan(pagesFile).Steps, more.Steps); diff != "" {
		t.Errorf("with a new service, what the daemon plans (-) and the plan without it (+):\n%s", diff)
	}
}

func TestPreview_LeavesContainersToTheirDaemon(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	_, _, err := Preview(t.Context(), Options{Chaton: w.Chaton, Version: w.Version, Engine: w.engine}, wantedFile(file))
	if errs.CodeOf(err) != errs.Unavailable || !strings.Contains(errs.HintOf(err), "ronron up") {
		t.Errorf("got %v", err)
	}
}

func TestPreview_SaysWhatIsWrongWithTheFile(t *testing.T) {
	w := newWorld(t)
	r, _, err := Preview(t.Context(), Options{Chaton: w.Chaton, Version: w.Version, Engine: w.engine}, wantedFile(strings.Replace(file, "dokuwiki", "dokuwikki", 1)))
	if err != nil || r.Plan != nil || !r.Diagnostics.HasErrors() {
		t.Errorf("plan %v, diagnostics %v, error %v", r.Plan, r.Diagnostics, err)
	}
}
