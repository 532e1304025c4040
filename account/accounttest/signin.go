package accounttest

import (
	"context"
	"slices"
	"time"

	"ronron/account"
	"ronron/internal/secret"
)

func (f *Fake) SignIn(ctx context.Context, login account.Login, password secret.String) (account.Member, error) {
	if err := f.enter(ctx); err != nil {
		return account.Member{}, err
	}
	defer f.mu.Unlock()
	p, err := f.check(login, password)
	if err != nil {
		return account.Member{}, err
	}
	return f.member(p), nil
}

func (f *Fake) ChangePassword(ctx context.Context, login account.Login, old, new secret.String) error {
	if err := account.CheckPassword(new); err != nil {
		return account.InvalidInput(err)
	}
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	p, err := f.check(login, old)
	if err == nil {
		p.password = new
	}
	return err
}

// check looks at locks before the password, as the server does: who is locked
// out does not find out by a lucky guess.
func (f *Fake) check(login account.Login, password secret.String) (*person, error) {
	p := f.members[login]
	switch {
	case p == nil || password.IsZero():
		return nil, account.WrongPassword()
	case p.suspended:
		return nil, account.Suspended(login)
	case f.now().Before(p.lockedUntil):
		return nil, account.LockedOut(login, p.lockedUntil)
	case p.password != password:
		f.countWrong(p)
		return nil, account.WrongPassword()
	}
	p.wrong = nil
	return p, nil
}

func (f *Fake) countWrong(p *person) {
	old := f.now().Add(-account.LockoutFor)
	p.wrong = slices.DeleteFunc(p.wrong, func(t time.Time) bool { return t.Before(old) })
	p.wrong = append(p.wrong, f.now())
	if len(p.wrong) >= account.MaxWrongPasswords {
		p.wrong, p.lockedUntil = nil, f.now().Add(account.LockoutFor)
	}
}
