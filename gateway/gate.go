package gateway

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ronron/internal/pass"
)

// The gate stands before routes that only members may use.
//
// A browser without a valid cookie is sent to the portal, which lets the member
// sign in and sends the browser back with a pass (package pass). The gateway
// checks the pass and gives the browser a cookie of its own, for this host alone.
// The cookie says who is there; every few minutes the gateway asks the portal,
// behind the scenes and whatever the request, whether that still holds. So nobody
// loses what they typed, and who was suspended or signed out is out soon.
const (
	// ownPath is the gateway's on every host.
	ownPath   = "/.ronron/"
	enterPath = "/.ronron/enter"
	leavePath = "/.ronron/leave"

	// __Host-: browsers let no other host set them, not even one below the same
	// domain, where members may publish scripts.
	cookiePrefix = "__Host-ronron-"
	gateCookie   = "__Host-ronron-gate"
	wayCookie    = "__Host-ronron-way"

	// gateFresh is how long the portal's word is taken without asking again. A
	// suspended member is out when it has passed; a request that lasts longer is
	// ended (askAgain).
	gateFresh = 5 * time.Minute
)

// gate is what the table keeps for the gate; nil without one.
type gate struct {
	key    ed25519.PublicKey
	secret string
	cookie cookieKey
	portal string // address:port; "" while it does not run
	home   string // its public address: https://chaton.example.org
}

func newGate(c Config, public string) *gate {
	if c.Gate == nil {
		return nil
	}
	key, _ := base64.StdEncoding.DecodeString(c.Gate.Key) // Validate told
	return &gate{key: key, secret: c.Gate.Secret, cookie: newCookieKey(c.Gate.Secret), portal: c.Gate.Portal, home: "https://" + public}
}

// enterURL is where the portal makes passes.
func (g *gate) enterURL(to, way string) string {
	return g.home + "/enter?" + url.Values{"to": {to}, "way": {way}}.Encode()
}

// entered is who came through the gate with a request.
type entered struct {
	member pass.Member
	// question is what the portal is asked to know whether that still holds.
	question Question
	// renewed is what the portal says now; it becomes a new cookie with the answer.
	renewed *pass.Pass
	cookie  string
}

// verdict is what the gate says of a request.
type verdict struct {
	who    *entered // nil: not let through
	page   kind     // then: the page
	toSign bool     // or the way to the portal
	basic  bool     // and the question for login and password
}

// admit decides whether a request may pass the gate of its route.
func (s *Server) admit(t *table, x *exchange, r *http.Request) verdict {
	g := x.route.Gate
	if login, password, ok := r.BasicAuth(); ok && g.Basic {
		return s.admitBasic(t, x, r, login, password)
	}
	seal, ok := t.gate.cookie.read(r, x.host.name, s.now())
	if !ok {
		return refused(r, g)
	}
	out := &entered{member: seal.Member, question: Question{Kind: AskRenew, Host: x.host.name, Session: seal.Session}}
	if s.now().Sub(time.Unix(seal.Made, 0)) >= gateFresh {
		a := s.ask(r.Context(), t.gate, out.question)
		switch a.result {
		case saidYes:
			out.member, out.renewed, out.cookie = a.pass.Member, &a.pass, t.gate.cookie.make(a.pass)
		case saidNo:
			return refused(r, g)
		default:
			return verdict{page: pageNoPortal}
		}
	}
	if !out.member.In(g.Groups) {
		return verdict{page: pageNotInGroup}
	}
	return verdict{who: out}
}

func (s *Server) admitBasic(t *table, x *exchange, r *http.Request, login, password string) verdict {
	q := Question{Kind: AskBasic, Host: x.host.name, Login: login, Password: password}
	a := s.ask(r.Context(), t.gate, q)
	switch {
	case a.result == saidYes && a.pass.Member.In(x.route.Gate.Groups):
		return verdict{who: &entered{member: a.pass.Member, question: q}}
	case a.result == saidYes:
		return verdict{page: pageNotInGroup}
	case a.result == saidNo:
		return verdict{page: pageSignIn, basic: true}
	case a.result == saidSlower:
		return verdict{page: pageTooMany}
	}
	return verdict{page: pageNoPortal}
}

// refused sends people to the portal, and tells programs.
func refused(r *http.Request, g *Gate) verdict {
	if navigates(r) {
		return verdict{toSign: true}
	}
	return verdict{page: pageSignIn, basic: g.Basic}
}

// navigates says whether a person looks at what is answered, so that the portal
// can be shown instead. A script that is sent there would only see a failure.
func navigates(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.Header.Get("Upgrade") != "" {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	}
	return wantsHTML(r)
}

func wantsHTML(r *http.Request) bool {
	for item, q := range weighted(r.Header.Values("Accept")) {
		if q > 0 && strings.EqualFold(item, "text/html") {
			return true
		}
	}
	return false
}

// guarded answers what the gate does not let through; it says whether the
// request may go on to its service.
func (s *Server) guarded(w *recorder, r *http.Request, t *table, x *exchange) bool {
	if x.route.Gate == nil {
		return true
	}
	v := s.admit(t, x, r)
	if v.who != nil {
		x.entered = v.who
		return true
	}
	if v.toSign {
		s.sendToPortal(w, r, t, x)
		return false
	}
	p := x.about(v.page)
	p.brief = !wantsHTML(r)
	p.basic = v.basic
	s.page(w, r, p)
	return false
}

// sendToPortal asks the browser to come back with a pass.
func (s *Server) sendToPortal(w http.ResponseWriter, r *http.Request, t *table, x *exchange) {
	way, known := onlyCookie(r, wayCookie)
	if !known || len(way) < 26 || len(way) > 64 {
		way = pass.NewID()
		setCookie(w.Header(), wayCookie, way, 0)
	}
	seeOther(w.Header(), t.gate.enterURL("https://"+x.host.public+r.URL.RequestURI(), pass.Mark(way)))
	w.WriteHeader(http.StatusSeeOther)
}

// announce sets what the service is told about the member. The client's own
// headers of these names are gone (dropGateHeaders).
func (x *exchange) announce(h http.Header) {
	names, m := x.route.Gate.Headers, x.entered.member
	for name, value := range map[string]string{
		names.User: m.Login, names.Name: m.Name, names.Mail: m.Mail, names.Groups: strings.Join(slices.Sorted(slices.Values(m.Groups)), ","),
	} {
		if name != "" && value != "" {
			h[http.CanonicalHeaderKey(name)] = []string{oneLine(value)}
		}
	}
	if x.route.Gate.Basic {
		h.Del("Authorization") // was for us; the service need not know passwords
	}
}

// oneLine makes of a value one that cannot end its header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// dropGateHeaders removes from a client's headers those that the service takes
// for the gate's word, and the gateway's cookies, which are nobody else's.
func (x *exchange) dropGateHeaders(h http.Header) {
	for name := range h {
		if x.route.gateHeaders[strings.ToLower(name)] {
			delete(h, name)
		}
	}
	if _, ok := h["Cookie"]; ok {
		dropOwnCookies(h)
	}
}
