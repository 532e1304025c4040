package portal

import (
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"ronron/account"
	"ronron/gateway"
)

// basicLife is how long a pass counts that was given for a login and password;
// the gateway asks again long before.
const basicLife = 10 * time.Minute

// answerGateway answers what the gateway asks over the portal's own network.
// Nobody else knows the secret, and what clients send under that header does
// not pass the gateway.
func (s *Server) answerGateway(w http.ResponseWriter, r *http.Request, v *visit) {
	secret := r.Header.Get(gateway.AskHeader)
	if s.gateKey == nil || subtle.ConstantTimeCompare([]byte(secret), []byte(s.gateSecret.Reveal())) != 1 {
		s.notFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	var q gateway.Question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || !isMark(q.Way) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	gates := v.site.gatesOf(q.Host)
	if len(gates) == 0 {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	to := goal{gate: SiteGate{Path: "/"}, host: q.Host, path: "/"}
	for _, g := range gates {
		to.gate.Groups = append(to.gate.Groups, g.Groups...)
	}
	switch q.Kind {
	case gateway.AskRenew:
		s.answerRenew(w, r, to, q)
	case gateway.AskBasic:
		s.answerBasic(w, r, to, q)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

// answerRenew says whether a sign-in still holds.
func (s *Server) answerRenew(w http.ResponseWriter, r *http.Request, to goal, q gateway.Question) {
	raw, err := hex.DecodeString(q.Session)
	if err != nil || len(raw) != len(sessionKey{}) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	key := sessionKey(raw)
	session, ok := s.sessions.byKey(key)
	if !ok {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	member, problem := s.stillMember(r, session.Member.Login)
	if problem != nil {
		if problem.status == http.StatusForbidden {
			s.sessions.endAll(session.Member.Login)
		}
		w.WriteHeader(problem.status)
		return
	}
	s.answerPass(w, to, q, key, session, member)
}

// answerBasic checks a login and password that a program sent, at the pace of
// the sign-in form.
func (s *Server) answerBasic(w http.ResponseWriter, r *http.Request, to goal, q gateway.Question) {
	login := strings.ToLower(strings.TrimSpace(q.Login))
	member, problem := s.checkMember(r.Context(), account.Login(login), q.Password)
	if problem != nil {
		w.WriteHeader(problem.status)
		return
	}
	begun := s.now().Add(basicLife - SessionLife)
	s.answerPass(w, to, q, sessionKey{}, session{Member: member, begun: begun}, member)
}

func (s *Server) answerPass(w http.ResponseWriter, to goal, q gateway.Question, key sessionKey, session session, m account.Member) {
	token, err := s.pass(to, q.Way, key, session, m)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(gateway.Answer{Pass: token})
}
