package account

import (
	"context"
	"errors"
	"time"

	"ronron/internal/secret"
)

// SignIns checks and changes passwords as the members themselves, with no right
// of its own to write. Errors are those of Directory; a Denied one has as its
// cause ErrWrongPassword, ErrSuspended or a *LockedOutError.
type SignIns interface {
	// SignIn returns the member whose password this is.
	SignIn(ctx context.Context, login Login, password secret.String) (Member, error)
	// ChangePassword replaces the password of a member who knows the old one.
	ChangePassword(ctx context.Context, login Login, old, new secret.String) error
}

// What a sign-in may be denied for.
var (
	// ErrWrongPassword stands for an unknown login too: nobody may find out
	// which of the two it was.
	ErrWrongPassword = errors.New("wrong login or password")
	ErrSuspended     = errors.New("account suspended")
)

// LockedOutError says until when nobody can sign in with a login, because of too
// many wrong passwords.
type LockedOutError struct{ Until time.Time }

func (e *LockedOutError) Error() string { return "locked out until " + e.Until.Format(time.RFC3339) }

// How many wrong passwords lock an account, and for how long. A directory holds
// these numbers in its own policy, written from here.
const (
	MaxWrongPasswords = 5
	LockoutFor        = 15 * time.Minute
)
