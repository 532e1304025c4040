package portal

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/secret"
	"ronron/internal/text"
)

// directoryPatience is how long a page waits for the directory.
const directoryPatience = 10 * time.Second

// maxPassword bounds what is sent to the directory for hashing, in bytes.
const maxPassword = 1024

type signInBody struct {
	Login string
	Error string
	Wrong bool // login or password is wrong: both fields are marked
	Wish  wish // where to go afterwards; zero is the account's page
}

func (b signInBody) failed() bool { return b.Error != "" }

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request, v *visit) {
	if v.member {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	s.renderSignIn(w, r, v, http.StatusOK, signInBody{})
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		s.unreadableForm(w, v)
		return
	}
	wanted := s.possible(r, v, wishOf(r.PostForm))
	v.wish = wanted
	typed := strings.ToLower(strings.TrimSpace(r.PostForm.Get("login")))
	member, problem := s.checkMember(r.Context(), account.Login(typed), r.PostForm.Get("password"))
	if problem != nil {
		problem.explain(w)
		s.renderSignIn(w, r, v, problem.status, signInBody{
			Login: shorten(typed), Error: text.Typeset(v.lang, problem.text.In(v.lang)), Wrong: problem.wrong, Wish: wanted,
		})
		return
	}
	s.sessions.end(v.token)
	giveSession(w, s.sessions.begin(member, false))
	next := "/account"
	if !wanted.isZero() {
		next = wanted.address()
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// possible keeps a wish that can be fulfilled, and forgets any other.
func (s *Server) possible(r *http.Request, v *visit, wanted wish) wish {
	if _, ok := s.backOf(r, wanted); ok {
		query, _ := url.ParseQuery(wanted.Ask) // backOf did
		return wish{Ask: query.Encode()}
	}
	wanted.Ask = ""
	if _, ok := v.site.goalOf(wanted); ok {
		return wanted
	}
	return wish{}
}

// renderSignIn shows the form. A browser applies the policy on forms to every
// address that an answer leads to, so the goal has to be in it.
func (s *Server) renderSignIn(w http.ResponseWriter, r *http.Request, v *visit, status int, b signInBody) {
	if to, ok := v.site.goalOf(b.Wish); ok {
		leadOn(w, "https://"+to.gate.Host)
	} else if back, ok := s.backOf(r, b.Wish); ok {
		leadOn(w, back)
	}
	s.render(w, v, status, "sign-in", b)
}

func leadOn(w http.ResponseWriter, origin string) {
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self' "+origin, 1))
}

// signOut works without a session and without a site, because somebody who
// wants to leave must always be able to.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	if token := tokenOf(r); token != "" {
		s.sessions.end(token)
	}
	takeSession(w)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// problem is why the directory did not let somebody through, for the page.
type problem struct {
	status int
	text   text.Text
	wrong  bool
	wait   time.Duration
}

func (p problem) explain(w http.ResponseWriter) {
	if p.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.wait.Seconds()))))
	}
}

// One sentence for an unknown login and a wrong password, so that nobody can
// learn who has an account.
var wrongPassword = text.Text{
	FR: "Cet identifiant et ce mot de passe ne vont pas ensemble. Vérifiez les majuscules, puis réessayez.",
	EN: "This login and this password do not go together. Check for capital letters and try again.",
}

// checkMember asks the directory, at the pace that attempts allows.
func (s *Server) checkMember(ctx context.Context, login account.Login, password string) (account.Member, *problem) {
	if login.Validate() != nil || password == "" || len(password) > maxPassword {
		return account.Member{}, &problem{status: http.StatusForbidden, text: wrongPassword, wrong: true}
	}
	if wait, ok := s.attempts.take(login); !ok {
		return account.Member{}, tooMany(wait)
	}
	ctx, cancel := context.WithTimeout(ctx, directoryPatience)
	defer cancel()
	member, err := s.accounts.SignIn(ctx, login, secret.New(password))
	if err != nil {
		return account.Member{}, s.refusal(err)
	}
	s.attempts.succeeded(login)
	return member, nil
}

func tooMany(wait time.Duration) *problem {
	seconds := strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
	return &problem{status: http.StatusTooManyRequests, wait: wait, text: text.Text{
		FR: "Trop d’essais à la suite. Attendez " + seconds + " secondes, puis réessayez.",
		EN: "Too many attempts in a row. Wait " + seconds + " seconds and try again.",
	}}
}

// refusal puts the directory's error into words.
func (s *Server) refusal(err error) *problem {
	if errors.Is(err, account.ErrSuspended) {
		return &problem{status: http.StatusForbidden, text: text.Text{
			FR: "Ce compte est suspendu. Écrivez à l’équipe du chaton pour en savoir plus.",
			EN: "This account is suspended. Write to the people who run this chaton to learn more.",
		}}
	}
	if locked, ok := errors.AsType[*account.LockedOutError](err); ok {
		return s.lockedOut(locked.Until)
	}
	if code := errs.CodeOf(err); code == errs.Denied || code == errs.NotFound {
		return &problem{status: http.StatusForbidden, text: wrongPassword, wrong: true}
	}
	return s.away(err)
}

// lockedOut says for how long rather than until when: the portal does not know
// the reader's time zone.
func (s *Server) lockedOut(until time.Time) *problem {
	minutes := int(math.Ceil(until.Sub(s.now()).Minutes()))
	fr, en := "Réessayez plus tard", "Try again later"
	switch {
	case minutes == 1:
		fr, en = "Réessayez dans une minute", "Try again in a minute"
	case minutes > 1:
		fr, en = fmt.Sprintf("Réessayez dans %d minutes", minutes), fmt.Sprintf("Try again in %d minutes", minutes)
	}
	return &problem{status: http.StatusForbidden, text: text.Text{
		FR: "Ce compte est bloqué pour un moment, après trop de mots de passe erronés. " + fr + " : le blocage se lève de lui-même.",
		EN: "This account is locked for a while, after too many wrong passwords. " + en + ": the lock ends by itself.",
	}}
}

// away is the answer when the directory does not. Errors of a directory can
// name members, so the log gets their code and what the network said, never
// their text.
func (s *Server) away(err error) *problem {
	attributes := []any{logkey.Reason, string(errs.CodeOf(err))}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		attributes = append(attributes, logkey.Error, network)
	}
	s.log.Warn("Directory did not answer", attributes...)
	return &problem{status: http.StatusServiceUnavailable, wait: 10 * time.Second, text: text.Text{
		FR: "L’annuaire des membres ne répond pas en ce moment. Votre mot de passe n’est pas en cause : réessayez dans un instant.",
		EN: "The directory of members does not answer right now. Your password is not the reason: try again in a moment.",
	}}
}

func (s *Server) unreadableForm(w http.ResponseWriter, v *visit) {
	s.say(w, v, http.StatusBadRequest,
		text.Text{FR: "Formulaire illisible", EN: "Unreadable form"},
		text.Text{FR: "Ce formulaire est trop long ou abîmé. Rien n’a été changé.", EN: "This form is too long or damaged. Nothing was changed."})
}

// shorten keeps what is shown back in a field to the length of a login.
func shorten(s string) string {
	if r := []rune(s); len(r) > 64 {
		return string(r[:64])
	}
	return s
}
