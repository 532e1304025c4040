package daemon

import (
	"bytes"
	"context"
	"maps"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/recipes"
)

const mailPassword = "mail password"

// keep remembers the file that was accepted. Its password is sealed apart from
// it: what is stored as a value can be read by whoever reads the volume.
func (d *Daemon) keep(ctx context.Context, in api.Wanted) error {
	if err := d.state.PutSecret(ctx, own, mailPassword, in.MailPassword.String); err != nil {
		return err
	}
	in.MailPassword = api.Passage{}
	return d.state.PutValue(ctx, "wanted", in)
}

// kept is the file that was accepted last, whole; errs.NotFound where there
// was none.
func (d *Daemon) kept(ctx context.Context) (in api.Wanted, err error) {
	if err := d.state.Value(ctx, "wanted", &in); err != nil {
		return in, err
	}
	in.MailPassword.String, err = d.state.Secret(ctx, own, mailPassword)
	if errs.CodeOf(err) == errs.NotFound { // brought up by a Ronron that sent no mail
		return in, nil
	}
	return in, err
}

// sameFile says whether two wanted files ask for the same.
func sameFile(a, b api.Wanted) bool {
	return bytes.Equal(a.Content, b.Content) && maps.EqualFunc(a.Recipes, b.Recipes, bytes.Equal) && a.MailPassword == b.MailPassword
}

// MailInput is what recipes may know of the mail server.
func MailInput(m chaton.Mail, password secret.String) recipes.MailInput {
	if m.Host == "" {
		return recipes.MailInput{}
	}
	in := recipes.MailInput{Host: m.Host, Port: m.Port, Encryption: string(m.Encryption), From: m.From, User: m.User}
	if m.User != "" {
		in.Password = password
	}
	return in
}

// checkMailPassword finds the password missing that the command line brings.
func checkMailPassword(m chaton.Mail, password secret.String) (diags diag.List) {
	if m.PasswordFile != "" && password.IsZero() {
		diags = diags.Append(diag.Error("Password missing", text.Of("The password of the mail server did not come with this file. Send it again with a Ronron of the daemon's version: ronron up."), m.PasswordFileRange))
	}
	return diags
}
