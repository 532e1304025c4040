package portal

import (
	"crypto/ed25519"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strings"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/pass"
	"ronron/internal/text"
	"ronron/portal/oidc"
)

// The gate: services that let only members in leave the sign-in to the portal.
// The gateway sends a browser here, and the portal sends it back with a pass.

// wish is where somebody wants to go, and the mark of the browser that asked; or
// what a service asks of the OpenID Connect provider.
type wish struct {
	To  string
	Way string
	Ask string // the query of an authorization request
}

func wishOf(values url.Values) wish {
	return wish{To: values.Get("to"), Way: values.Get("way"), Ask: values.Get("ask")}
}

// address is where the wish is dealt with, on this portal.
func (w wish) address() string {
	if w.Ask != "" {
		return oidc.AuthorizePath + "?" + w.Ask
	}
	return "/enter?" + url.Values{"to": {w.To}, "way": {w.Way}}.Encode()
}

func (w wish) isZero() bool { return w == wish{} }

// goal is a wish that can be fulfilled: the address lies behind a gate of this chaton.
type goal struct {
	gate SiteGate
	host string // without port
	path string // with query
}

// maxWish bounds the address that somebody wants to go to.
const maxWish = 4096

// goalOf finds the gate that a wish is for. Whatever is not exactly an address
// behind one is nowhere: this is no place to be sent elsewhere from.
func (s *snapshot) goalOf(w wish) (goal, bool) {
	u, err := url.Parse(w.To)
	if err != nil || len(w.To) > maxWish || u.Scheme != "https" || u.User != nil || u.Opaque != "" || u.Fragment != "" || !isMark(w.Way) {
		return goal{}, false
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(w.To, "\\\r\n\t") {
		return goal{}, false
	}
	best := -1
	for i, g := range s.Gates {
		if g.Host == u.Host && covers(g.Path, u.Path) && (best < 0 || len(g.Path) > len(s.Gates[best].Path)) {
			best = i
		}
	}
	if best < 0 {
		return goal{}, false
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return goal{gate: s.Gates[best], host: u.Hostname(), path: path}, true
}

// covers says whether a gate's path leads to path, in whole segments.
func covers(gate, path string) bool {
	return gate == "/" || path == gate || strings.HasPrefix(path, gate+"/")
}

func isMark(s string) bool {
	return len(s) == 43 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// enter makes a pass for a member who is signed in, and lets others sign in first.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, v *visit) {
	wanted := wishOf(r.URL.Query())
	wanted.Ask = "" // that has an address of its own
	v.wish = wanted
	to, ok := v.site.goalOf(wanted)
	if !ok || s.gateKey == nil {
		s.say(w, v, http.StatusBadRequest,
			text.Text{FR: "Cette adresse n’est pas à nous", EN: "This address is not ours"},
			text.Text{FR: "Le portail n’ouvre que les services de ce chaton. Passez par la page d’accueil.", EN: "The portal opens only services of this chaton. Go by the home page."})
		return
	}
	if fetched(r) {
		// A page of a member's, on a sibling host, could ask in a visitor's name.
		s.onlyInATab(w, v)
		return
	}
	if !v.member {
		s.renderSignIn(w, r, v, http.StatusOK, signInBody{Wish: wanted})
		return
	}
	member, problem := s.stillMember(r, v.session.Member.Login)
	if problem != nil {
		if problem.status == http.StatusForbidden {
			s.sessions.endAll(v.session.Member.Login)
			takeSession(w)
			v.member = false
		}
		problem.explain(w)
		s.renderSignIn(w, r, v, problem.status, signInBody{Wish: wanted, Error: text.Typeset(v.lang, problem.text.In(v.lang))})
		return
	}
	if !to.gate.admits(member) {
		s.notInGroup(w, v, to.gate.Title)
		return
	}
	token, err := s.pass(to, wanted.Way, keyOf(v.token), v.session, member)
	if err != nil {
		s.log.Error("Pass not made", logkey.Error, err)
		http.Error(w, "Internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "https://"+to.gate.Host+"/.ronron/enter?"+url.Values{"token": {token}}.Encode(), http.StatusSeeOther)
}

// fetched says whether the browser tells that no person looks at the answer.
func fetched(r *http.Request) bool {
	mode, dest := r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
	return mode != "" && mode != "navigate" || dest != "" && dest != "document"
}

func (g SiteGate) admits(m account.Member) bool {
	return SiteService{Enter: g.Groups}.openTo(m) && len(g.Groups) > 0
}

// notInGroup says whom to ask.
func (s *Server) notInGroup(w http.ResponseWriter, v *visit, title text.Text) {
	ask := text.Text{FR: "Demandez à l’équipe du chaton de vous y ajouter.", EN: "Ask the people who run this chaton to add you."}
	if contact := v.site.Facts.Contact; contact != "" {
		ask = text.Text{FR: "Pour le rejoindre, écrivez à l’équipe du chaton : " + contact, EN: "To be added, write to the people who run this chaton: " + contact}
	}
	s.say(w, v, http.StatusForbidden,
		text.Text{FR: "Vous n’êtes pas dans le bon groupe", EN: "You are not in this group"},
		text.Text{
			FR: "« " + title.In(text.FR) + " » est ouvert à un groupe dont vous n’êtes pas membre. " + ask.FR,
			EN: "“" + title.In(text.EN) + "” is open to a group that you are not a member of. " + ask.EN,
		})
}

// stillMember asks the directory again: a session may be older than a suspension.
func (s *Server) stillMember(r *http.Request, login account.Login) (account.Member, *problem) {
	m, err := s.accounts.Member(r.Context(), login)
	switch {
	case err == nil && m.Suspended, errs.CodeOf(err) == errs.NotFound:
		return account.Member{}, s.refusal(account.Suspended(login))
	case err != nil:
		return account.Member{}, s.away(err)
	}
	return m, nil
}

// pass makes the text that the gateway takes for a member's entry.
func (s *Server) pass(to goal, way string, key sessionKey, session session, m account.Member) (string, error) {
	p := pass.Pass{
		ID: pass.NewID(), Host: to.host, Path: to.path, Way: way, Session: hex.EncodeToString(key[:]),
		Made: s.now().Unix(), Ends: session.begun.Add(SessionLife).Unix(),
		Member: pass.Member{Login: string(m.Login), Name: shownName(m), Mail: m.Mail, Groups: firstOf(to.gate.Groups, m.Groups)},
	}
	token, err := pass.Sign(s.gateKey, p)
	if err != nil {
		p.Path = to.gate.Path // the address was too long to be carried along
		token, err = pass.Sign(s.gateKey, p)
	}
	return token, err
}

// firstOf puts the groups that matter at the gate first: a pass has room for
// so many.
func firstOf(first, all []string) []string {
	matter := map[string]bool{}
	for _, g := range first {
		matter[g] = true
	}
	ordered := make([]string, 0, len(all))
	for _, wanted := range []bool{true, false} {
		for _, g := range all {
			if matter[g] == wanted {
				ordered = append(ordered, g)
			}
		}
	}
	return ordered
}

// gatesOf returns the gates of a host, by its name without port.
func (s *snapshot) gatesOf(host string) (gates []SiteGate) {
	for _, g := range s.Gates {
		name, _, err := net.SplitHostPort(g.Host)
		if err != nil {
			name = g.Host
		}
		if name == host {
			gates = append(gates, g)
		}
	}
	return gates
}

// newGateKey makes the key of a seed, or none of none.
func newGateKey(seed []byte) ed25519.PrivateKey {
	if len(seed) != ed25519.SeedSize {
		return nil
	}
	return ed25519.NewKeyFromSeed(seed)
}
