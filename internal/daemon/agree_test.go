package daemon

import (
	"strings"
	"testing"

	"ronron/internal/api"
)

// A file that failed and was taken back must not come back by a renewal.
func TestPlan_KeepsTheFileThatRunsAfterAnotherFailed(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	changed := strings.Replace(file, `recipe = "dokuwiki"`, "recipe = \"dokuwiki\"\n  settings = { title = \"Another\" }", 1)
	w.engine.Exits("wiki", "web", 1, "PHP is missing")
	if end := last(w.up(changed)); end.Kind != api.Failed {
		t.Fatalf("a wiki that ends was accepted: %+v", end)
	}
	kept := func() string {
		var in api.Wanted
		if err := w.state.Value(t.Context(), "wanted", &in); err != nil {
			t.Fatal(err)
		}
		return string(in.Content)
	}
	if kept() != changed {
		t.Fatal("the accepted file was not kept, so this test shows nothing")
	}
	if p := w.plan(file); !p.Empty() {
		t.Fatalf("the old wiki runs again, and yet there is something to do: %v", p.Steps)
	}
	if kept() != file {
		t.Error("the file that failed is still the one that renewals go on from")
	}
}
