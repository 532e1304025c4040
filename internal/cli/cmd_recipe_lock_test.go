package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/recipes"
	"ronron/services"
	"ronron/services/plan"
)

// fakeRegistry says what tags mean.
type fakeRegistry struct {
	digests map[string]string
	asked   []string
}

func (r *fakeRegistry) Digest(_ context.Context, reference string) (string, error) {
	r.asked = append(r.asked, reference)
	if d := r.digests[reference]; d != "" {
		return d, nil
	}
	return "", errs.New(errs.NotFound, "There is no image %s.", reference)
}

func (r *fakeRegistry) Manifest(_ context.Context, _, digest string) ([]byte, error) {
	return nil, errs.New(errs.NotFound, "There is no manifest %s.", digest)
}

// lockLanguage reads a chaton with one service of an own recipe.
type lockLanguage struct{ *fakeLanguage }

func (l lockLanguage) Read(w api.Wanted) (chaton.Chaton, diag.List) {
	c, diags := l.fakeLanguage.Read(w)
	c.RecipeFolder = "recipes"
	c.Services = []chaton.Service{{Name: "notes", Recipe: "notes", Host: "notes.chaton.test"}}
	return c, diags
}

// Resolve returns one that runs an image by its tag, locked where it is noted.
func (l lockLanguage) Resolve(w api.Wanted) ([]recipes.Resolved, diag.List) {
	image := services.Image{Reference: cmp.Or(w.Lock[tag], tag)}
	r := recipes.Resolved{Service: services.Service{Name: "notes", Units: []services.Unit{{Name: "web", Image: image}}}}
	if image.Reference == tag {
		r.Unlocked = []string{tag}
	}
	return []recipes.Resolved{r}, nil
}

const tag = "example.org/notes:3.1"

var one, two = "sha256:" + strings.Repeat("1", 64), "sha256:" + strings.Repeat("2", 64)

func withLock(t *testing.T) (*world, *fakeRegistry) {
	t.Helper()
	w := newWorld(t)
	w.deployed()
	w.env.Language = lockLanguage{w.language}
	folder := filepath.Join(filepath.Dir(w.file), "recipes", "notes")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(bareRecipe, "build {}", `image = "`+tag+`"`, 1)
	if err := os.WriteFile(filepath.Join(folder, "recipe.hcl"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return w, &fakeRegistry{digests: map[string]string{tag: one}}
}

// runAt carries out a command line with a registry of the test's.
func (w *world) runAt(r registries, args ...string) int {
	a := New(w.env)
	a.registry = r
	return a.Run(w.t.Context(), append(args, "--file", w.file))
}

func (w *world) lock() string {
	w.t.Helper()
	content, err := os.ReadFile(lockBeside(w.file))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(content)
}

func TestRecipeLock_SaysWhatMoved(t *testing.T) {
	w, r := withLock(t)
	for _, step := range []struct{ digest, state string }{{one, "new"}, {one, "same"}, {two, "moved"}} {
		r.digests[tag] = step.digest
		*w.stdout = safeBuffer{}
		if code := w.runAt(r, "recipe", "lock", "--json"); code != exitDone {
			t.Fatalf("exit code %d: %s", code, w.stderr)
		}
		var changes []lockChange
		if err := json.Unmarshal([]byte(w.stdout.String()), &changes); err != nil || len(changes) != 1 || changes[0].State != step.state {
			t.Errorf("after %s: %+v, %v", step.state, changes, err)
		}
		if want := "{\n  \"version\": 1,\n  \"images\": {\n    \"" + tag + "\": \"" + step.digest + "\"\n  }\n}\n"; w.lock() != want {
			t.Errorf("chaton.lock is\n%s", w.lock())
		}
	}
}

func TestRecipeOutdated_ChangesNothing(t *testing.T) {
	w, r := withLock(t)
	w.runAt(r, "recipe", "lock")
	r.digests[tag] = two
	before := w.lock()
	if code := w.runAt(r, "recipe", "outdated"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, w.stderr)
	}
	wantIn(t, "stdout", "moved", w.stdout)
	wantIn(t, "stdout", "ronron recipe lock", w.stdout)
	if w.lock() != before {
		t.Error("chaton.lock was changed")
	}
}

func TestRecipeLock_AFailureKeepsWhatIsNoted(t *testing.T) {
	w, r := withLock(t)
	w.runAt(r, "recipe", "lock")
	before := w.lock()
	if code := w.runAt(&fakeRegistry{}, "recipe", "lock"); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if w.lock() != before {
		t.Error("chaton.lock was changed")
	}
}

func TestUp_NotesWhatIsMissingAndNothingElse(t *testing.T) {
	w, r := withLock(t)
	w.daemon.plan = plan.Plan{Base: "b", Steps: []plan.Step{{ID: "x", Service: "notes", Action: plan.EnsureImage, Target: "web", Reason: plan.Missing}}}
	w.daemon.events = []api.Event{{Kind: api.Done, Report: &api.Report{}}}
	for range 2 {
		if code := w.runAt(r, "up", "--yes"); code != exitDone {
			t.Fatalf("exit code %d: %s", code, w.stderr)
		}
		r.digests[tag] = two // a tag that moves later is not what was noted
	}
	if len(r.asked) != 1 || !strings.Contains(w.lock(), one) {
		t.Errorf("asked for %v, noted\n%s", r.asked, w.lock())
	}
	for _, applied := range w.daemon.applied {
		if applied.Wanted.Lock[tag] != tag+"@"+one {
			t.Errorf("the daemon was given %v", applied.Wanted.Lock)
		}
	}
}

// A plan knows what up would note, and leaves the noting to it.
func TestPlan_AsksForDigestsAndNotesNothing(t *testing.T) {
	w, r := withLock(t)
	w.host.daemons = nil
	var planned api.Wanted
	w.env.Preview = func(_ context.Context, _ services.ChatonID, in api.Wanted) (api.PlanReply, []services.Name, error) {
		planned = in
		return api.PlanReply{Plan: &plan.Plan{}}, nil, nil
	}
	if code := w.runAt(r, "plan"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, w.stderr)
	}
	if planned.Lock[tag] != tag+"@"+one {
		t.Errorf("planned with %v", planned.Lock)
	}
	if exists(lockBeside(w.file)) {
		t.Errorf("chaton.lock was written:\n%s", w.lock())
	}
}

func TestReadLock_RefusesWhatItDoesNotKnow(t *testing.T) {
	for content, want := range map[string]string{
		`{"version": 2, "images": {}}`:                "version 2",
		`{"version": 1, "images": {"a:1": "latest"}}`: "not a digest",
		`{"version": 1, "pictures": {}}`:              "not one that Ronron wrote",
		``:                                            "not one that Ronron wrote",
	} {
		w, r := withLock(t)
		if err := os.WriteFile(lockBeside(w.file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if code := w.runAt(r, "recipe", "lock"); code != exitUsage {
			t.Errorf("%s: exit code %d", content, code)
		}
		wantIn(t, "stderr", want, w.stderr)
	}
}
