package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Run is one change of the chaton, as it was asked for.
type Run struct {
	ID      int64
	Who     string
	What    string
	Started time.Time
	Ended   time.Time // zero while it runs, or when it was cut off
	Outcome string    // "done", "failed", "interrupted"; "" likewise
}

// BeginRun notes that a change begins.
func (s *Store) BeginRun(ctx context.Context, who, what string) (int64, error) {
	r, err := s.exec(ctx, "INSERT INTO run(who, what, started) VALUES(?, ?, ?)", who, what, s.now().Unix())
	if err != nil {
		return 0, fmt.Errorf("note a run: %w", err)
	}
	return r.LastInsertId()
}

// EndRun notes how it ended.
func (s *Store) EndRun(ctx context.Context, id int64, outcome string) error {
	_, err := s.exec(ctx, "UPDATE run SET ended = ?, outcome = ? WHERE id = ?", s.now().Unix(), outcome, id)
	if err != nil {
		return fmt.Errorf("note the end of run %d: %w", id, err)
	}
	return nil
}

// LastRun returns the newest run of the given kind; not found is the zero Run.
func (s *Store) LastRun(ctx context.Context, what string) (Run, error) {
	var r Run
	var started int64
	var ended sql.NullInt64
	var outcome sql.NullString
	err := s.db.QueryRowContext(ctx, "SELECT id, who, what, started, ended, outcome FROM run WHERE what = ? ORDER BY id DESC LIMIT 1", what).
		Scan(&r.ID, &r.Who, &r.What, &started, &ended, &outcome)
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, nil
	}
	if err != nil {
		return Run{}, fmt.Errorf("read the last run: %w", err)
	}
	r.Started = time.Unix(started, 0).UTC()
	if ended.Valid {
		r.Ended = time.Unix(ended.Int64, 0).UTC()
	}
	r.Outcome = outcome.String
	return r, nil
}

// Record notes the state of a step: "started", "done" or "failed".
func (s *Store) Record(ctx context.Context, run int64, step, state, detail string) error {
	_, err := s.exec(ctx, "INSERT INTO journal(run, at, step, state, detail) VALUES(?, ?, ?, ?, ?)",
		run, s.now().UnixMilli(), step, state, detail)
	if err != nil {
		return fmt.Errorf("note step %s: %w", step, err)
	}
	return nil
}

// Entry is one line of the journal.
type Entry struct {
	At     time.Time
	Step   string
	State  string
	Detail string
}

// Journal returns what was noted of a run, oldest first.
func (s *Store) Journal(ctx context.Context, run int64) ([]Entry, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT at, step, state, detail FROM journal WHERE run = ? ORDER BY id", run)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	defer rows.Close()
	var entries []Entry
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&at, &e.Step, &e.State, &e.Detail); err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		e.At = time.UnixMilli(at).UTC()
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
