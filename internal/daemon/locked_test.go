package daemon

import (
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/services"
)

// pulled is a recipe whose image is named by a tag alone.
func pulled() api.Wanted {
	in := wantedFile(strings.Replace(file, `recipe = "dokuwiki"`, `recipe = "shelf"`, 1))
	in.Content = []byte(strings.Replace(string(in.Content), "chaton {", "chaton {\n  recipes = \"recipes\"", 1))
	in.Recipes = map[string][]byte{"shelf/recipe.hcl": []byte(strings.Replace(toolRecipe, "build {}", `image = "example.org/shelf:1"`, 1))}
	return in
}

func TestPlan_ATagWithoutADigestIsRefused(t *testing.T) {
	w := newWorld(t)
	r, err := w.Plan(t.Context(), pulled())
	if err != nil || r.Plan != nil || !strings.Contains(r.Diagnostics.Err().Error(), "ronron recipe lock") {
		t.Errorf("plan %v, problems %v, error %v", r.Plan, r.Diagnostics, err)
	}
}

func TestUp_RunsWhatWasNoted(t *testing.T) {
	w := newWorld(t)
	in := pulled()
	whole := "example.org/shelf:1@sha256:" + strings.Repeat("ab", 32)
	in.Lock = map[string]string{"example.org/shelf:1": whole}
	up := func() {
		t.Helper()
		r, err := w.Plan(t.Context(), in)
		if err != nil || r.Plan == nil {
			t.Fatalf("%v %v", err, r.Diagnostics.Err())
		}
		if err := w.Apply(api.ApplyRequest{Wanted: in, Base: r.Plan.Base}, func(api.Event) {}); err != nil {
			t.Fatal(err)
		}
	}
	up()
	if there, err := w.engine.ImagePresent(t.Context(), services.Image{Reference: whole}); err != nil || !there {
		t.Errorf("the noted content is not there: %v", err)
	}
	// What the daemon does later, on its own, is from the same lock.
	if _, err := w.current(t.Context()); err != nil {
		t.Errorf("the daemon forgot the lock: %v", err)
	}
	// A lock that moved makes the unit anew.
	in.Lock["example.org/shelf:1"] = "example.org/shelf:1@sha256:" + strings.Repeat("cd", 32)
	r, err := w.Plan(t.Context(), in)
	if err != nil || r.Plan == nil || r.Plan.Empty() {
		t.Errorf("nothing would be done for another digest: %v %v", r.Plan, err)
	}
}
