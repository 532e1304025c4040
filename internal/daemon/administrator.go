package daemon

import (
	"context"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/text"
)

// firstAdministrator makes the administrator of the file when the directory
// has none. Its password is shown once and kept nowhere.
func (d *Daemon) firstAdministrator(ctx context.Context, w *wanted, tell func(api.Event)) *api.NewAdministrator {
	made, err := d.makeAdministrator(ctx, w)
	if err != nil {
		d.Log.Error("the first administrator could not be made", logkey.Error, err)
		tell(api.Event{Time: d.Now(), Kind: api.Warning, Service: directoryName, Error: wireError(err)}.Saying(text.Say("the first administrator could not be made: %v", err)))
	}
	return made
}

func (d *Daemon) makeAdministrator(ctx context.Context, w *wanted) (*api.NewAdministrator, error) {
	dir, err := d.directory(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := dir.Groups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if g.Name == account.Admins && len(g.Members) > 0 {
			return nil, nil
		}
	}
	a := w.chaton.Administrator
	m := account.Member{Login: account.Login(a.Login), Name: a.Name, Mail: a.Mail, Groups: []string{account.Admins}}
	_, err = dir.Member(ctx, m.Login)
	if err == nil {
		// The account exists but is no administrator: make it one, leave its password.
		return nil, dir.AddToGroup(ctx, account.Admins, m.Login)
	}
	if errs.CodeOf(err) != errs.NotFound {
		return nil, err
	}
	// Noted before, so that no moment is left at which only a password is lost.
	if err := d.state.PutValue(ctx, unseenValue, m.Login); err != nil {
		return nil, err
	}
	password := newPassword()
	if err := dir.Add(ctx, m, password); err != nil {
		if code := errs.CodeOf(err); code == errs.Conflict || code == errs.Invalid {
			d.passwordSeen(ctx, m.Login) // refused, so there is none
		}
		return nil, err
	}
	return &api.NewAdministrator{Login: m.Login, Password: password.Reveal()}, nil
}

// unseenValue holds the login of the first administrator from before the
// account is made until somebody is known to have seen its password. The
// password itself is kept nowhere, so all that can be said later is to set a new one.
const unseenValue = "administrator unseen"

// unseenPassword is the first administrator whose password nobody is known to
// have seen, or "".
func (d *Daemon) unseenPassword(ctx context.Context) (login account.Login) {
	if err := d.state.Value(ctx, unseenValue, &login); err != nil && errs.CodeOf(err) != errs.NotFound {
		d.Log.Error("whether the first administrator's password was seen cannot be read", logkey.Error, err)
	}
	return login
}

// passwordSeen ends that: the password was shown, or is no more.
func (d *Daemon) passwordSeen(ctx context.Context, login account.Login) {
	if d.unseenPassword(ctx) != login {
		return
	}
	if err := d.state.DropValues(context.WithoutCancel(ctx), unseenValue); err != nil {
		d.Log.Error("that the first administrator's password was seen cannot be noted", logkey.Error, err)
	}
}

func (d *Daemon) checkAdministrator(ctx context.Context, add adder) {
	if login := d.unseenPassword(ctx); login != "" {
		add("administrator", warning, text.Say("Nobody is known to have seen the password of the first administrator, %s.", login),
			text.Say("Set a new one: `ronron member passwd %s`.", login))
	}
}
