package accounttest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

var wrong = secret.New("wrong horse battery")

// denied checks that a sign-in is denied for this reason and no other.
func denied(t *testing.T, s Subject, login account.Login, password secret.String, reason error) {
	t.Helper()
	m, err := s.SignIns.SignIn(t.Context(), login, password)
	want(t, err, errs.Denied)
	if !errors.Is(err, reason) {
		t.Fatalf("SignIn(%q) was denied with %v; want %v", login, err, reason)
	}
	if m.Login != "" {
		t.Errorf("SignIn(%q) gives away %+v with its refusal", login, m)
	}
	if v := password.Reveal(); v != "" && strings.Contains(err.Error(), v) {
		t.Errorf("the error shows the password: %v", err)
	}
}

func lockedOut(t *testing.T, s Subject, login account.Login, password secret.String) {
	t.Helper()
	_, err := s.SignIns.SignIn(t.Context(), login, password)
	want(t, err, errs.Denied)
	locked, ok := errors.AsType[*account.LockedOutError](err)
	if !ok {
		t.Fatalf("SignIn(%q): %v; want a lockout", login, err)
	}
	if left := time.Until(locked.Until); left < account.LockoutFor-time.Minute || left > account.LockoutFor+time.Minute {
		t.Errorf("locked out for %v; want %v", left, account.LockoutFor)
	}
}

func welcome(t *testing.T, s Subject, login account.Login, password secret.String) account.Member {
	t.Helper()
	m, err := s.SignIns.SignIn(t.Context(), login, password)
	if err != nil {
		t.Fatalf("SignIn(%q): %v", login, err)
	}
	return m
}

func signIn(t *testing.T, s Subject) {
	ctx := t.Context()
	must(t, s.Directory.AddGroup(ctx, "wiki"))
	odd := secret.New(`pässwörd 🐈 {SSHA} \00 *)( "'`)
	must(t, s.Directory.Add(ctx, account.Member{Login: "ana", Name: "Ana", Mail: "ana@example.org", Groups: []string{"wiki"}}, odd))
	join(t, s, "bob")

	known, err := s.Directory.Member(ctx, "ana")
	must(t, err)
	same(t, "who signed in", welcome(t, s, "ana", odd), known)
	welcome(t, s, "bob", password)

	denied(t, s, "bob", wrong, account.ErrWrongPassword)
	denied(t, s, "bob", odd, account.ErrWrongPassword)
	denied(t, s, "bob", secret.New(""), account.ErrWrongPassword)
	denied(t, s, "stranger", password, account.ErrWrongPassword)
	for _, login := range Hostile {
		denied(t, s, login, password, account.ErrWrongPassword)
		denied(t, s, login, odd, account.ErrWrongPassword)
	}
}

func lockout(t *testing.T, s Subject) {
	ctx := t.Context()
	join(t, s, "ana")
	join(t, s, "bob")
	for range account.MaxWrongPasswords {
		denied(t, s, "ana", wrong, account.ErrWrongPassword)
	}
	lockedOut(t, s, "ana", password) // the right one
	lockedOut(t, s, "ana", wrong)
	welcome(t, s, "bob", password)

	m, err := s.Directory.Member(ctx, "ana")
	must(t, err)
	if !m.LockedOut || m.Suspended {
		t.Errorf("a locked out member is %+v", m)
	}
	must(t, s.Directory.Resume(ctx, "ana")) // ends suspensions only
	lockedOut(t, s, "ana", password)

	must(t, s.Directory.SetPassword(ctx, "ana", secret.New("brand new password")))
	denied(t, s, "ana", password, account.ErrWrongPassword)
	if m := welcome(t, s, "ana", secret.New("brand new password")); m.LockedOut {
		t.Error("ana is locked out and signed in")
	}
}

func forgets(t *testing.T, s Subject) {
	join(t, s, "ana")
	for range 3 {
		for range account.MaxWrongPasswords - 1 {
			denied(t, s, "ana", wrong, account.ErrWrongPassword)
		}
		welcome(t, s, "ana", password)
	}
}

func suspend(t *testing.T, s Subject) {
	ctx := t.Context()
	join(t, s, "ana")
	join(t, s, "bob", account.Admins)
	for range 2 {
		must(t, s.Directory.Suspend(ctx, "ana"))
	}
	denied(t, s, "ana", password, account.ErrSuspended)
	denied(t, s, "ana", wrong, account.ErrSuspended)
	must(t, s.Directory.SetPassword(ctx, "ana", secret.New("brand new password")))
	denied(t, s, "ana", secret.New("brand new password"), account.ErrSuspended)
	err := s.SignIns.ChangePassword(ctx, "ana", secret.New("brand new password"), password)
	if !errors.Is(err, account.ErrSuspended) {
		t.Errorf("ChangePassword of a suspended member: %v", err)
	}

	m, err := s.Directory.Member(ctx, "ana")
	must(t, err)
	if !m.Suspended || m.LockedOut {
		t.Errorf("a suspended member is %+v", m)
	}
	same(t, "members with a suspended one", logins(t, s), []account.Login{"ana", "bob"})
	same(t, "the group of everybody", groupMembers(t, s)[account.Members], []account.Login{"ana", "bob"})

	for range 2 {
		must(t, s.Directory.Resume(ctx, "ana"))
	}
	if m := welcome(t, s, "ana", secret.New("brand new password")); m.Suspended {
		t.Error("ana is suspended and signed in")
	}

	// From locked out to suspended and back, nothing of the lockout is left.
	for range account.MaxWrongPasswords {
		denied(t, s, "ana", wrong, account.ErrWrongPassword)
	}
	must(t, s.Directory.Suspend(ctx, "ana"))
	denied(t, s, "ana", wrong, account.ErrSuspended)
	must(t, s.Directory.Resume(ctx, "ana"))
	denied(t, s, "ana", wrong, account.ErrWrongPassword)
	welcome(t, s, "ana", secret.New("brand new password"))
}

func changePassword(t *testing.T, s Subject) {
	ctx := t.Context()
	join(t, s, "ana")
	next := secret.New("brand new password")
	must(t, s.SignIns.ChangePassword(ctx, "ana", password, next))
	denied(t, s, "ana", password, account.ErrWrongPassword)
	welcome(t, s, "ana", next)

	want(t, s.SignIns.ChangePassword(ctx, "ana", password, secret.New("yet another one")), errs.Denied)
	want(t, s.SignIns.ChangePassword(ctx, "ana", next, secret.New("short")), errs.Invalid)
	want(t, s.SignIns.ChangePassword(ctx, "stranger", next, password), errs.Denied)
	welcome(t, s, "ana", next)

	// Guessing the old password there is guessing.
	for range account.MaxWrongPasswords {
		want(t, s.SignIns.ChangePassword(ctx, "ana", wrong, password), errs.Denied)
	}
	err := s.SignIns.ChangePassword(ctx, "ana", next, password)
	if _, ok := errors.AsType[*account.LockedOutError](err); !ok {
		t.Errorf("ChangePassword after too many guesses: %v; want a lockout", err)
	}
}
