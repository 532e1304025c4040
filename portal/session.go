package portal

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"ronron/account"
)

// SessionLife is how long a sign-in lasts.
const SessionLife = 12 * time.Hour

// The bounds of memory: the oldest sessions give way.
const (
	maxSessions          = 10_000
	maxSessionsPerMember = 20
)

const sessionCookie = "__Host-session"

// sessions are kept in memory and nowhere else: ending one is final, no key has
// to be kept, and a new portal asks everybody to sign in again.
type sessions struct {
	now func() time.Time

	mu  sync.Mutex
	all map[sessionKey]session
}

// sessionKey is the hash of a session's token, so that what is in memory opens nothing.
type sessionKey [sha256.Size]byte

type session struct {
	Member  account.Member
	begun   time.Time
	changed bool // the password was changed; said on the next page
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, all: map[sessionKey]session{}}
}

// begin opens a session for the member and returns its token.
func (s *sessions) begin(m account.Member, changed bool) string {
	token := rand.Text() + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(m.Login)
	s.all[keyOf(token)] = session{Member: m, begun: s.now(), changed: changed}
	return token
}

// find returns the session of a token, if it still lasts.
func (s *sessions) find(token string) (session, bool) { return s.byKey(keyOf(token)) }

func (s *sessions) byKey(key sessionKey) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.all[key]
	if ok && s.now().Sub(found.begun) >= SessionLife {
		delete(s.all, key)
		return session{}, false
	}
	return found, ok
}

// told forgets that the password was changed, once the page has said so.
func (s *sessions) told(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.all[keyOf(token)]; ok {
		found.changed = false
		s.all[keyOf(token)] = found
	}
}

func (s *sessions) end(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, keyOf(token))
}

// endAll ends every session of a member.
func (s *sessions) endAll(login account.Login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, one := range s.all {
		if one.Member.Login == login {
			delete(s.all, key)
		}
	}
}

// makeRoom drops what has expired, and the oldest where a bound is reached.
func (s *sessions) makeRoom(login account.Login) {
	mine := 0
	var oldest, oldestOfMine sessionKey
	var since, sinceOfMine time.Time
	for key, one := range s.all {
		if s.now().Sub(one.begun) >= SessionLife {
			delete(s.all, key)
			continue
		}
		if since.IsZero() || one.begun.Before(since) {
			oldest, since = key, one.begun
		}
		if one.Member.Login != login {
			continue
		}
		if mine++; sinceOfMine.IsZero() || one.begun.Before(sinceOfMine) {
			oldestOfMine, sinceOfMine = key, one.begun
		}
	}
	if mine >= maxSessionsPerMember {
		delete(s.all, oldestOfMine)
	} else if len(s.all) >= maxSessions {
		delete(s.all, oldest)
	}
}

func keyOf(token string) sessionKey { return sha256.Sum256([]byte(token)) }

func tokenOf(r *http.Request) string {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

func giveSession(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", MaxAge: int(SessionLife.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func takeSession(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Path: "/", MaxAge: -1,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
