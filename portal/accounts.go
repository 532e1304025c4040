package portal

import (
	"context"

	"ronron/account"
	"ronron/internal/secret"
)

// Accounts is what the portal needs of the directory. Both methods may be
// called from several goroutines, and block until the directory answers or ctx
// is done.
type Accounts interface {
	// SignIn returns the member whose login and password these are.
	//
	// errs.Denied: the password is wrong, or the account is suspended or locked
	// out; in the latter two cases the member returned beside the error says so
	// by Suspended or LockedOut (nothing else of it is used). errs.NotFound: no
	// such login, which members are told in the same words as a wrong password.
	// errs.Unavailable: the directory does not answer.
	SignIn(ctx context.Context, login account.Login, password secret.String) (account.Member, error)
	// ChangePassword replaces old by new. errs.Denied: old is wrong. errs.Invalid:
	// the directory refuses new. errs.Unavailable: it does not answer.
	ChangePassword(ctx context.Context, login account.Login, old, new secret.String) error
}
