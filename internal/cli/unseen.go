package cli

import (
	"context"

	"ronron/account"
)

// passwordShown tells the daemon that the first administrator's password is on
// the screen or in its file. Where the daemon cannot be told, the worst is that
// somebody is reminded for nothing.
func (a *App) passwordShown(ctx context.Context, d *daemon) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), daemonPatience)
	defer cancel()
	d.Seen(ctx)
}

// remind says that an administrator has a password that nobody may know.
func (a *App) remind(unseen account.Login) {
	if unseen == "" {
		return
	}
	a.note("Nobody is known to have seen the password of the first administrator, %s. Set a new one: ronron member passwd %s", unseen, unseen)
}
