package portal

import (
	"context"
	"net/http"
	"unicode/utf8"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
)

type accountBody struct {
	Member   account.Member
	Services []SiteService
	Least    int  // characters of a password
	Changed  bool // the password was changed just now
	Fields   fieldErrors
}

// fieldErrors are the errors of the change of password, each at its field.
type fieldErrors struct {
	Form, Current, New, Again string
}

func (b accountBody) failed() bool { return b.Fields != fieldErrors{} }

func (s *Server) account(w http.ResponseWriter, r *http.Request, v *visit) {
	if !v.member {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	changed := v.session.changed
	if changed {
		s.sessions.told(v.token)
	}
	s.renderAccount(w, v, http.StatusOK, fieldErrors{}, changed)
}

func (s *Server) renderAccount(w http.ResponseWriter, v *visit, status int, fields fieldErrors, changed bool) {
	m := v.session.Member
	s.render(w, v, status, "account", accountBody{
		Member: m, Services: usableBy(m, v.site.Services), Least: account.MinPassword, Changed: changed, Fields: fields,
	})
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, v *visit) {
	if !v.member {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.unreadableForm(w, v)
		return
	}
	asked := passwordChange{r.PostForm.Get("current"), r.PostForm.Get("new"), r.PostForm.Get("again")}
	if fields := asked.check(v.lang); fields != (fieldErrors{}) {
		s.renderAccount(w, v, http.StatusUnprocessableEntity, fields, false)
		return
	}
	login := v.session.Member.Login
	if status, fields := s.tryChange(w, r.Context(), v.lang, login, asked); status != http.StatusOK {
		s.renderAccount(w, v, status, fields, false)
		return
	}
	// Whoever knew the old password may be signed in elsewhere.
	s.sessions.endAll(login)
	giveSession(w, s.sessions.begin(v.session.Member, true))
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

type passwordChange struct{ current, new, again string }

// check finds everything that can be told without the directory.
func (c passwordChange) check(lang text.Lang) fieldErrors {
	var f fieldErrors
	say := func(field *string, fr, en string) {
		*field = text.Typeset(lang, text.Text{FR: fr, EN: en}.In(lang))
	}
	if c.current == "" || len(c.current) > maxPassword {
		say(&f.Current, "Tapez votre mot de passe actuel.", "Type your current password.")
	}
	switch {
	case utf8.RuneCountInString(c.new) < account.MinPassword:
		say(&f.New, "Il est trop court : voyez la règle ci-dessus.", "It is too short: see the rule above.")
	case !utf8.ValidString(c.new) || account.CheckPassword(secret.New(c.new)) != nil:
		say(&f.New, "Il est trop long : 200 caractères au plus.", "It is too long: at most 200 characters.")
	case c.new == c.current:
		say(&f.New, "C’est déjà votre mot de passe : choisissez-en un autre.", "This is your password already: choose another one.")
	case c.new != c.again:
		say(&f.Again, "Les deux saisies du nouveau mot de passe diffèrent.", "The two entries of the new password differ.")
	}
	return f
}

// tryChange asks the directory, and answers with StatusOK or the page's errors.
func (s *Server) tryChange(w http.ResponseWriter, ctx context.Context, lang text.Lang, login account.Login, c passwordChange) (int, fieldErrors) {
	say := func(t text.Text) string { return text.Typeset(lang, t.In(lang)) }
	if wait, ok := s.attempts.take(login); !ok {
		p := tooMany(wait)
		p.explain(w)
		return p.status, fieldErrors{Form: say(p.text)}
	}
	ctx, cancel := context.WithTimeout(ctx, directoryPatience)
	defer cancel()
	err := s.accounts.ChangePassword(ctx, login, secret.New(c.current), secret.New(c.new))
	if err == nil {
		s.attempts.succeeded(login)
		return http.StatusOK, fieldErrors{}
	}
	if errs.CodeOf(err) == errs.Invalid {
		return http.StatusUnprocessableEntity, fieldErrors{New: say(text.Text{
			FR: "L’annuaire refuse ce mot de passe : choisissez-en un autre.", EN: "The directory refuses this password: choose another one."})}
	}
	p := s.refusal(err)
	p.explain(w)
	if p.wrong {
		return p.status, fieldErrors{Current: say(text.Text{
			FR: "Ce n’est pas votre mot de passe actuel.", EN: "This is not your current password."})}
	}
	return p.status, fieldErrors{Form: say(p.text)}
}
