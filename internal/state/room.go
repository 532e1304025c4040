package state

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ronron/internal/errs"
)

// exec writes. A disk without room is no fault of ours, and somebody who knows
// of it can mend it.
func (s *Store) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r, err := s.db.ExecContext(ctx, query, args...)
	return r, noRoom(err)
}

func noRoom(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	const hint = "See what takes the room with: docker system df. Free some, then try again; what is stored is whole."
	switch e.Code() & 0xff { // without the details
	case sqlite3.SQLITE_FULL:
		return errs.Wrap(err, errs.Failed, "The disk that holds Docker's data is full; the daemon cannot note what it does there.").WithHint(hint)
	case sqlite3.SQLITE_IOERR:
		return errs.Wrap(err, errs.Failed, "The disk that holds Docker's data is full or failing; the daemon cannot note what it does there.").WithHint(hint)
	}
	return err
}
