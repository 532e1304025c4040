package accounttest_test

import (
	"errors"
	"testing"
	"time"

	"ronron/account"
	"ronron/account/accounttest"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

func TestFake_PassesTheSuite(t *testing.T) {
	accounttest.Run(t, func(t *testing.T) accounttest.Subject {
		f := accounttest.NewFake(nil)
		if err := f.EnsureBase(t.Context()); err != nil {
			t.Fatal(err)
		}
		return accounttest.Subject{Directory: f, SignIns: f}
	})
}

func TestFake_LockoutEndsWithItsClock(t *testing.T) {
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	f := accounttest.NewFake(func() time.Time { return now })
	right := secret.New("correct horse battery")
	if err := errors.Join(
		f.EnsureBase(t.Context()),
		f.Add(t.Context(), account.Member{Login: "ana", Mail: "ana@example.org"}, right),
	); err != nil {
		t.Fatal(err)
	}
	for range account.MaxWrongPasswords {
		f.SignIn(t.Context(), "ana", secret.New("wrong"))
	}
	now = now.Add(account.LockoutFor - time.Second)
	if _, err := f.SignIn(t.Context(), "ana", right); errs.CodeOf(err) != errs.Denied {
		t.Errorf("a second before the end: %v; want Denied", err)
	}
	now = now.Add(time.Second)
	if _, err := f.SignIn(t.Context(), "ana", right); err != nil {
		t.Errorf("at the end: %v", err)
	}
}

func TestFake_StopAndStart(t *testing.T) {
	f := accounttest.NewFake(nil)
	f.Stop()
	if _, err := f.Members(t.Context()); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("stopped: %v; want Unavailable", err)
	}
	f.Start()
	if _, err := f.Members(t.Context()); err != nil {
		t.Errorf("started again: %v", err)
	}
}
