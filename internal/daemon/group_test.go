package daemon

import (
	"strings"
	"testing"

	"ronron/internal/errs"
)

func TestGroups_ThatTheFileNamesAreNotRemoved(t *testing.T) {
	w := newWorld(t)
	w.up(strings.Replace(file, `recipe = "dokuwiki"`, "recipe = \"dokuwiki\"\n  enter  = [\"board\"]", 1))
	c := w.client()
	if err := c.RemoveGroup(t.Context(), "board"); errs.CodeOf(err) != errs.Conflict || !strings.Contains(errs.HintOf(err), "enter") {
		t.Errorf("removing it while the wiki lets it in: %v, hint %q", err, errs.HintOf(err))
	}
	w.up(file)
	if err := c.RemoveGroup(t.Context(), "board"); err != nil {
		t.Errorf("removing it when nothing names it: %v", err)
	}
}
