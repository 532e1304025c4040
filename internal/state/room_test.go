package state

import (
	"strings"
	"testing"

	"ronron/internal/errs"
)

// A limit of pages is to SQLite what a full disk is.
func TestStore_SaysThatThereIsNoRoom(t *testing.T) {
	s := open(t, t.TempDir(), t.TempDir())
	if err := s.PutValue(t.Context(), "wanted", "the file before"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec("PRAGMA max_page_count = 1"); err != nil { // as many as there are, no more
		t.Fatal(err)
	}
	err := s.PutValue(t.Context(), "wanted", strings.Repeat("a larger file ", 10_000))
	if errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), "full") || errs.HintOf(err) == "" {
		t.Errorf("got %v, want a failure that names the disk and says what to do", err)
	}
	var kept string
	if err := s.Value(t.Context(), "wanted", &kept); err != nil || kept != "the file before" {
		t.Errorf("stored is %q, error %v", kept, err)
	}
}
