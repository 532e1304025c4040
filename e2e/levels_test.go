package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ronron/recipes/level"
)

// TestLevels earns again what the quick recipes are shown with: the quick part of
// `make test-catalog`.
func TestLevels(t *testing.T) {
	needEngine(t)
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	for _, recipe := range []string{"pages", "dokuwiki", "radicale", "shaarli", "prosody", "ejabberd", "wordpress"} {
		t.Run(recipe, func(t *testing.T) {
			cmd := exec.Command(binary.path, "recipe", "test", recipe, "--json")
			var progress strings.Builder
			cmd.Dir, cmd.Stderr = t.TempDir(), &progress
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("recipe test %s: %v\n%s", recipe, err, progress.String())
			}
			var r level.Record
			if err := json.Unmarshal(out, &r); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			want := "3, lint clean"
			if os.Getenv("RONRON_BROWSER") == "" {
				want = "3" // there may be no browser to crawl with
			}
			if !strings.HasPrefix(r.Text(), want) {
				t.Errorf("level %s, want %s\n%s", r.Text(), want, progress.String())
			}
			if r.MemoryMB < 1 || r.StartSeconds <= 0 || r.ImageMB < 100 || r.Machine.Cores < 1 {
				t.Errorf("not measured: %+v", r)
			}
			if left := docker(t, "ps", "-aq", "--filter", "label=ronron.chaton=test-"+recipe+".localhost"); left != "" {
				t.Errorf("the test left containers behind: %s", left)
			}
		})
	}
}
