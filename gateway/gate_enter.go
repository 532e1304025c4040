package gateway

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"

	"ronron/internal/pass"
)

// serveOwn answers below ownPath, on any host.
func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request, t *table, x *exchange) {
	switch {
	case t.gate == nil || x.path != enterPath && x.path != leavePath:
		s.page(w, r, page{kind: pageNotFound})
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		s.page(w, r, page{kind: pageMethod})
	case x.path == leavePath:
		leave(w, t.gate)
	default:
		s.enter(w, r, t.gate, x)
	}
}

// enter takes a pass and gives the gate's cookie.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, g *gate, x *exchange) {
	now := s.now()
	p, err := pass.Open(g.key, r.URL.Query().Get("token"), now)
	way, _ := onlyCookie(r, wayCookie)
	fits := subtle.ConstantTimeCompare([]byte(pass.Mark(way)), []byte(p.Way)) == 1
	if err != nil || way == "" || !fits || p.Host != x.host.name || !strings.HasPrefix(p.Path, "/") || now.Unix() >= p.Ends || !s.passes.use(p.ID, now) {
		s.page(w, r, page{kind: pageBadPass})
		return
	}
	h := w.Header()
	giveCookie(h, p, g.cookie.make(p), now)
	seeOther(h, "https://"+x.host.public+p.Path)
	w.WriteHeader(http.StatusSeeOther)
}

// leave forgets who is there, on this host. Signing out on the portal ends it
// on all.
func leave(w http.ResponseWriter, g *gate) {
	setCookie(w.Header(), gateCookie, "", -1)
	seeOther(w.Header(), g.home+"/")
	w.WriteHeader(http.StatusSeeOther)
}

func seeOther(h http.Header, to string) {
	h.Set("Location", to)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address that leads here holds a pass
	h.Set("Content-Length", "0")
}

// usedPasses remembers the passes that were handed in, while they would still
// be taken. A gateway's successor begins anew: for the last minute's passes
// there is then still the mark of the browser that each belongs to.
type usedPasses struct {
	mu  sync.Mutex
	ids map[string]time.Time
}

// maxUsed bounds them; each was signed by the portal for a member.
const maxUsed = 50_000

// use says whether the pass comes for the first time.
func (u *usedPasses) use(id string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, again := u.ids[id]; again || id == "" {
		return false
	}
	if len(u.ids) >= maxUsed {
		for old, at := range u.ids {
			if now.Sub(at) > 2*pass.Life {
				delete(u.ids, old)
			}
		}
		if len(u.ids) >= maxUsed {
			return false
		}
	}
	if u.ids == nil {
		u.ids = map[string]time.Time{}
	}
	u.ids[id] = now
	return true
}
