package state

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/internal/secret"
)

func open(t *testing.T, dir, keyDir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, keyDir, func() time.Time { return time.Unix(1_800_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSecrets_SurviveReopeningAndLieEncrypted(t *testing.T) {
	dir, keyDir := t.TempDir(), t.TempDir()
	s := open(t, dir, keyDir)
	made, err := s.EnsureSecret(t.Context(), "wiki", "salt", func() secret.String { return secret.New("correct horse") })
	if err != nil {
		t.Fatal(err)
	}
	s.Close()

	s = open(t, dir, keyDir)
	again, err := s.EnsureSecret(t.Context(), "wiki", "salt", func() secret.String { t.Error("made anew"); return secret.String{} })
	if err != nil || again != made {
		t.Fatalf("after reopening the secret differs (error %v)", err)
	}
	s.Close()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of the state: %v", err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("correct horse")) {
			t.Errorf("%s holds the secret in clear", filepath.Base(f))
		}
	}
}

func TestOpen_RefusesAStateWithoutItsKey(t *testing.T) {
	dir, keyDir := t.TempDir(), t.TempDir()
	open(t, dir, keyDir).Close()
	if err := os.Remove(filepath.Join(keyDir, "identity")); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, keyDir, time.Now)
	if errs.CodeOf(err) != errs.Failed || errs.HintOf(err) == "" {
		t.Errorf("got %v, want a failure that says what to do", err)
	}
}

func TestOpen_RefusesANewerForm(t *testing.T) {
	dir, keyDir := t.TempDir(), t.TempDir()
	s := open(t, dir, keyDir)
	if _, err := s.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(t.Context(), dir, keyDir, time.Now); errs.CodeOf(err) != errs.Conflict {
		t.Errorf("got %v, want %s", err, errs.Conflict)
	}
}

func TestJournal_KeepsOrderAndACutOffRunHasNoEnd(t *testing.T) {
	s := open(t, t.TempDir(), t.TempDir())
	run, err := s.BeginRun(t.Context(), "ana@laptop", "up")
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"started", "done"} {
		if err := s.Record(t.Context(), run, "wiki/create/web", state, ""); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := s.Journal(t.Context(), run)
	if err != nil || len(entries) != 2 || entries[0].State != "started" || entries[1].State != "done" {
		t.Errorf("journal: %+v, error %v", entries, err)
	}
	last, err := s.LastRun(t.Context(), "up")
	if err != nil || !last.Ended.IsZero() || last.Outcome != "" || last.Who != "ana@laptop" {
		t.Errorf("a run without an end reads as %+v, error %v", last, err)
	}
	if err := s.EndRun(t.Context(), run, "done"); err != nil {
		t.Fatal(err)
	}
	if last, _ = s.LastRun(t.Context(), "up"); last.Outcome != "done" || last.Ended.IsZero() {
		t.Errorf("an ended run reads as %+v", last)
	}
}

func TestAccounts_AreForgottenWithAnEmptyFingerprint(t *testing.T) {
	s := open(t, t.TempDir(), t.TempDir())
	for _, fingerprint := range []string{"a", "b"} {
		if err := s.PutAccount(t.Context(), "wiki", fingerprint); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Accounts(t.Context()); err != nil || got["wiki"] != "b" {
		t.Errorf("accounts %v, error %v", got, err)
	}
	if err := s.PutAccount(t.Context(), "wiki", ""); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Accounts(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("accounts %v, error %v", got, err)
	}
}

// A state that lies nowhere is whole all the same, and leaves nothing behind.
func TestOpenNowhere_IsAWholeStateAndWritesNoFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("TMPDIR", dir)
	s, err := OpenNowhere(t.Context(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	made, err := s.EnsureSecret(t.Context(), "wiki", "salt", func() secret.String { return secret.New("correct horse") })
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Secret(t.Context(), "wiki", "salt"); err != nil || again != made {
		t.Errorf("read back: the same is %v, error %v", again == made, err)
	}
	if err := s.PutAccount(t.Context(), "wiki", "f1"); err != nil {
		t.Fatal(err)
	}
	other, err := OpenNowhere(t.Context(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if accounts, err := other.Accounts(t.Context()); err != nil || len(accounts) > 0 {
		t.Errorf("a second one begins with %v, error %v", accounts, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("files were written: %v, error %v", left, err)
	}
}
