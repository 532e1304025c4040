// Package state is the daemon's memory: one SQLite database in its volume.
//
// It keeps what cannot be read back from the engine: the last accepted
// chaton.hcl, generated secrets (encrypted with age; the key lies in another
// volume), fingerprints of what was made in the directory, and the journal of
// every step of every run. Only the daemon opens it. The form has a version and
// is upgraded on opening; a database of a newer Ronron is refused untouched.
package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	_ "modernc.org/sqlite" // the driver: pure Go, so the binary stays static

	"ronron/internal/atomicfile"
	"ronron/internal/errs"
)

// Store is an open state.
type Store struct {
	db       *sql.DB
	identity *age.X25519Identity
	now      func() time.Time
}

// Open opens the state in dir with the key in keyDir, making both where they
// are missing. A missing key beside an existing state is refused: a new key could
// open none of the old secrets.
func Open(ctx context.Context, dir, keyDir string, now func() time.Time) (*Store, error) {
	path := filepath.Join(dir, "state.db")
	_, statErr := os.Stat(path)
	identity, err := openKey(filepath.Join(keyDir, "identity"), errors.Is(statErr, os.ErrNotExist))
	if err != nil {
		return nil, err
	}
	return openAt(ctx, "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)", identity, now)
}

// OpenNowhere opens an empty state that is written to no disk and ends with
// Close: for looking at what would be made, without making anything.
func OpenNowhere(ctx context.Context, now func() time.Time) (*Store, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return openAt(ctx, "file::memory:?_pragma=foreign_keys(1)", identity, now)
}

func openAt(ctx context.Context, address string, identity *age.X25519Identity, now func() time.Time) (*Store, error) {
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, fmt.Errorf("open state %s: %w", address, err)
	}
	// One writer, and no surprise "database is locked". One in memory is also
	// gone with its connection, so that is never given back for being idle.
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	s := &Store{db: db, identity: identity, now: now}
	if err := s.migrate(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

func openKey(path string, fresh bool) (*age.X25519Identity, error) {
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		identity, err := age.ParseX25519Identity(string(data))
		if err != nil {
			return nil, errs.New(errs.Failed, "The key of the state, %s, is damaged.", path).
				WithHint("Restore it from a copy; without it the generated passwords cannot be read.")
		}
		return identity, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("read key: %w", err)
	case !fresh:
		return nil, errs.New(errs.Failed, "The key of the state, %s, is missing.", path).
			WithHint("Restore it from a copy; without it the generated passwords cannot be read.")
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	if err := atomicfile.Write(path, []byte(identity.String()), 0o600); err != nil {
		return nil, err
	}
	return identity, nil
}

// migrations[i] leads from version i to i+1. A released one is never changed.
var migrations = []string{
	`CREATE TABLE value  (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
	 CREATE TABLE secret (scope TEXT NOT NULL, name TEXT NOT NULL, sealed BLOB NOT NULL, made INTEGER NOT NULL, PRIMARY KEY (scope, name)) STRICT;
	 CREATE TABLE account(service TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) STRICT;
	 CREATE TABLE run    (id INTEGER PRIMARY KEY, who TEXT NOT NULL, what TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER, outcome TEXT) STRICT;
	 CREATE TABLE journal(id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), at INTEGER NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
	 CREATE INDEX journal_run ON journal(run);`,
}

func (s *Store) migrate(ctx context.Context) error {
	var version int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return errs.Wrap(err, errs.Failed, "The daemon's state cannot be read.").
			WithHint("Look whether the disk is full or failing; the file is state.db in the daemon's state volume.")
	}
	if version > len(migrations) {
		return errs.New(errs.Conflict, "The daemon's state was written by a newer Ronron (form %d; this one knows up to %d).", version, len(migrations)).
			WithHint("Use that newer version, or restore the state from before it.")
	}
	for ; version < len(migrations); version++ {
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("begin migration %d: %w", version+1, err)
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
			return fmt.Errorf("migrate state to form %d: %w", version+1, err)
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1)); err != nil {
			return fmt.Errorf("note form %d: %w", version+1, err)
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("commit migration %d: %w", version+1, err)
		}
	}
	return nil
}
