package portal

import (
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"ronron/internal/logkey"
	"ronron/internal/text"
	"ronron/portal/oidc"
)

// The pages of the OpenID Connect provider: software sends a browser here, the
// member signs in as for everything else, and goes back with a code.

// withOIDC answers 404 where no service signs members in this way.
func (s *Server) withOIDC(page http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.oidc == nil || (house{s}).site() == nil {
			s.notFound(w, r)
			return
		}
		page(w, r)
	}
}

// askAgain takes a request that came as a form, which clients may choose
// (OpenID Connect Core, 3.1.2.1), and lets the browser make it once more as an
// address. A form of another site comes without the member's session; the
// address does not, and nothing is done before it.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if err := r.ParseForm(); err != nil {
		s.unreadableForm(w, s.visit(w, r))
		return
	}
	http.Redirect(w, r, r.URL.Path+"?"+r.Form.Encode(), http.StatusSeeOther)
}

// authorize sends a member back with a code, and lets others sign in first.
// Nothing is kept of an ask but its address: the sign-in form carries it along.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	v := s.visit(w, r)
	query := r.URL.Query()
	w.Header().Set("Cache-Control", "no-store")
	if fetched(r) {
		s.onlyInATab(w, v)
		return
	}
	ask, err := s.oidc.Ask(r.Context(), query)
	if refusal, ok := errors.AsType[*oidc.Refusal](err); ok {
		http.Redirect(w, r, refusal.Address, http.StatusSeeOther)
		return
	}
	if err != nil {
		s.say(w, v, http.StatusBadRequest,
			text.Text{FR: "Cette demande de connexion n’est pas la bonne", EN: "This request to sign in is not right"},
			text.Text{
				FR: "Le portail ne connaît pas le service qui vous envoie, ou l’adresse où il voudrait vous renvoyer. Passez par la page d’accueil.",
				EN: "The portal does not know the service that sent you, or the address it wants you sent back to. Go by the home page.",
			})
		return
	}
	v.wish = wish{Ask: ask.Query(query)}
	if !v.member || ask.NeedsSignIn(v.session.Member.Login, v.session.begun, s.now()) {
		if ask.Silent {
			http.Redirect(w, r, ask.Refuse(oidc.LoginRequired).Address, http.StatusSeeOther)
			return
		}
		s.renderSignIn(w, r, v, http.StatusOK, signInBody{Wish: v.wish})
		return
	}
	s.grant(w, r, v, ask)
}

// grant looks the member up once more, since a session may be older than a
// suspension, or than a change of groups.
func (s *Server) grant(w http.ResponseWriter, r *http.Request, v *visit, ask *oidc.Ask) {
	member, problem := s.stillMember(r, v.session.Member.Login)
	if problem != nil {
		gone := problem.status == http.StatusForbidden
		if gone {
			s.sessions.endAll(v.session.Member.Login)
			takeSession(w)
			v.member = false
		}
		if ask.Silent {
			reason := oidc.Unavailable
			if gone {
				reason = oidc.LoginRequired
			}
			http.Redirect(w, r, ask.Refuse(reason).Address, http.StatusSeeOther)
			return
		}
		problem.explain(w)
		s.renderSignIn(w, r, v, problem.status, signInBody{Wish: v.wish, Error: text.Typeset(v.lang, problem.text.In(v.lang))})
		return
	}
	if !ask.Client.Admits(member) {
		if ask.Silent {
			http.Redirect(w, r, ask.Refuse(oidc.AccessDenied).Address, http.StatusSeeOther)
			return
		}
		c, _ := house{s}.client(ask.Client.ID)
		s.notInGroup(w, v, c.Title)
		return
	}
	key := keyOf(v.token)
	address, err := s.oidc.Grant(r.Context(), ask, member.Login, oidc.Session{
		ID: hex.EncodeToString(key[:]), Begun: v.session.begun, Ends: v.session.begun.Add(SessionLife),
	})
	if err != nil {
		s.log.Error("Code not made", logkey.Error, err)
		http.Error(w, "Internal error", http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// backOf is the origin that an ask leads back to, if it leads anywhere.
func (s *Server) backOf(r *http.Request, w wish) (string, bool) {
	if s.oidc == nil || w.Ask == "" {
		return "", false
	}
	query, err := url.ParseQuery(w.Ask)
	if err != nil {
		return "", false
	}
	ask, err := s.oidc.Ask(r.Context(), query)
	if err != nil {
		return "", false
	}
	back, err := url.Parse(ask.Redirect)
	if err != nil {
		return "", false
	}
	return back.Scheme + "://" + back.Host, true
}

// endSession signs a member out of the chaton on a service's wish: at once if
// the service shows that it knows who, and after asking them otherwise.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) {
	v := s.visit(w, r)
	w.Header().Set("Cache-Control", "no-store")
	if fetched(r) {
		s.onlyInATab(w, v)
		return
	}
	if err := r.ParseForm(); err != nil {
		s.unreadableForm(w, v)
		return
	}
	leaving := s.oidc.Leaving(r.Context(), r.Form)
	if v.member && leaving.Login != v.session.Member.Login {
		s.render(w, v, http.StatusOK, "leave", nil)
		return
	}
	if v.member {
		s.sessions.end(v.token)
		takeSession(w)
	}
	next := "/"
	if strings.HasPrefix(leaving.Address, "https://") {
		next = leaving.Address
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (s *Server) onlyInATab(w http.ResponseWriter, v *visit) {
	s.say(w, v, http.StatusForbidden,
		text.Text{FR: "Cette page ne s’ouvre que dans un onglet", EN: "This page opens in a tab only"},
		text.Text{FR: "Ouvrez le service depuis la page d’accueil.", EN: "Open the service from the home page."})
}
