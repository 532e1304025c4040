package account

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
)

// What directories say, here so that each says it in the same words.

// NoMember says that nobody has the login.
func NoMember(login Login) error {
	return errs.New(errs.NotFound, "No member has the login %q.", string(login)).WithHint("ronron member list shows everybody.")
}

// NoGroup says that there is no such group.
func NoGroup(name string) error {
	return errs.New(errs.NotFound, "No group is named %q.", name).WithHint("ronron group list shows them all.")
}

// LoginTaken says that somebody has the login already.
func LoginTaken(login Login) error {
	return errs.New(errs.Conflict, "The login %s is taken.", login).WithHint("Choose another login.")
}

// MailTaken says that somebody has the mail address already.
func MailTaken(mail string) error {
	return errs.New(errs.Conflict, "The mail address %s belongs to another account.", mail).WithHint("Use another address, or that account.")
}

// GroupTaken says that the group exists already.
func GroupTaken(name string) error {
	return errs.New(errs.Conflict, "A group named %s exists already.", name)
}

// GroupIsBuiltin says that the group cannot be removed.
func GroupIsBuiltin(name string) error {
	return errs.New(errs.Invalid, "The group %s is part of every chaton and cannot be removed.", name)
}

// StaysMember says that nobody leaves the group of everybody.
func StaysMember(login Login) error {
	return errs.New(errs.Invalid, "Everybody with an account is in the group %s, %s too.", Members, login).
		WithHint("Suspend or remove the account instead.")
}

// NeedOtherAdmin refuses what would leave nobody but login's account who can
// sign in as an administrator.
func NeedOtherAdmin(members []Member, login Login) error {
	is, others := false, false
	for _, m := range members {
		active := slices.Contains(m.Groups, Admins) && !m.Suspended
		is = is || active && m.Login == login
		others = others || active && m.Login != login
	}
	if is && !others {
		return errs.New(errs.Conflict, "%s is the last administrator of this chaton.", login).
			WithHint("Make somebody else an administrator first: ronron group join %s LOGIN", Admins)
	}
	return nil
}

// WrongPassword is the answer to a wrong password and to an unknown login alike.
func WrongPassword() error {
	return errs.Wrap(ErrWrongPassword, errs.Denied, "This login and password do not go together.")
}

// Suspended is the answer to any password of a suspended member.
func Suspended(login Login) error {
	return errs.Wrap(ErrSuspended, errs.Denied, "The account %s is suspended.", login).WithHint("Ask the people who run this chaton.")
}

// LockedOut is the answer to any password of a member with too many wrong ones.
func LockedOut(login Login, until time.Time) error {
	return errs.Wrap(&LockedOutError{Until: until}, errs.Denied, "The account %s is locked until %s, after %d wrong passwords.",
		login, until.UTC().Format("15:04 UTC"), MaxWrongPasswords).
		WithHint("Wait, or ask the people who run this chaton for a new password.")
}

// InvalidInput says that a rule of this package was broken, in a whole sentence.
func InvalidInput(rule error) error {
	return errs.Said(errs.Invalid, text.Text{EN: whole(rule.Error()), FR: whole(errs.In(rule, text.FR))}, text.Text{}, nil)
}

// whole makes a whole sentence of a part of one.
func whole(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:] + "."
}

// CheckNew says what is wrong with a new member or their password, or nil.
func CheckNew(m Member, password secret.String) error {
	if err := m.Validate(); err != nil {
		return InvalidInput(err)
	}
	if err := CheckPassword(password); err != nil {
		return InvalidInput(err)
	}
	return nil
}

// MinServicePassword is the least length of a service's generated password.
const MinServicePassword = 24

// CheckService says what is wrong with a service's account, or nil. The password
// is never typed, so it can be as long as guessing must be hopeless.
func CheckService(name string, password secret.String) error {
	if name == "" {
		return errs.New(errs.Invalid, "A service has a name.")
	}
	if n := len(password.Reveal()); n < MinServicePassword {
		return errs.New(errs.Invalid, "The password of the service %s has %s; at least %d are needed.", name, characters(n), MinServicePassword)
	}
	return nil
}
