package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"ronron/internal/pass"
)

// seal is what a gate cookie says. Everything needed is in it, so that a
// gateway's successor knows everybody who is inside.
type seal struct {
	Host    string      `json:"host"`
	Session string      `json:"session"`
	Member  pass.Member `json:"member"`
	Made    int64       `json:"made"` // Unix seconds: when the portal said so
	Ends    int64       `json:"ends"` // Unix seconds
}

// cookieKey seals cookies.
type cookieKey [sha256.Size]byte

func newCookieKey(secret string) cookieKey {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ronron gate cookie 1"))
	return cookieKey(mac.Sum(nil))
}

func (k cookieKey) sum(body string) []byte {
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte(body))
	return mac.Sum(nil)
}

// make returns the value of the cookie for a pass.
func (k cookieKey) make(p pass.Pass) string {
	b, err := json.Marshal(seal{Host: p.Host, Session: p.Session, Member: p.Member, Made: p.Made, Ends: p.Ends})
	if err != nil {
		panic("gateway: a seal is plain data: " + err.Error())
	}
	body := base64.RawURLEncoding.EncodeToString(b)
	return body + "." + base64.RawURLEncoding.EncodeToString(k.sum(body))
}

// read returns what the request's cookie says, if it was sealed here, for this
// host, and still holds.
func (k cookieKey) read(r *http.Request, host string, now time.Time) (seal, bool) {
	value, ok := onlyCookie(r, gateCookie)
	if !ok {
		return seal{}, false
	}
	body, mac, _ := strings.Cut(value, ".")
	sum, err := base64.RawURLEncoding.DecodeString(mac)
	if err != nil || !hmac.Equal(sum, k.sum(body)) {
		return seal{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return seal{}, false
	}
	var s seal
	if json.Unmarshal(b, &s) != nil || s.Host != host || now.Unix() >= s.Ends {
		return seal{}, false
	}
	return s, true
}

// onlyCookie returns the cookie of that name if there is exactly one. Browsers
// send no second one under a __Host- name; where two arrive somebody slipped
// one in, and it is not for us to guess which.
func onlyCookie(r *http.Request, name string) (string, bool) {
	all := r.CookiesNamed(name)
	if len(all) != 1 {
		return "", false
	}
	return all[0].Value, true
}

// setCookie adds a cookie for this host alone; one without an end lasts until
// the browser closes, one that ended already is removed.
func setCookie(h http.Header, name, value string, seconds int) {
	c := http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	h.Add("Set-Cookie", c.String())
}

// giveCookie hands out the gate's cookie, which lasts as long as the sign-in.
func giveCookie(h http.Header, p pass.Pass, value string, now time.Time) {
	setCookie(h, gateCookie, value, max(1, int(p.Ends-now.Unix())))
}

// dropOwnCookies takes the gateway's cookies out of what a service gets.
func dropOwnCookies(h http.Header) {
	lines := h["Cookie"]
	kept := lines[:0:0]
	for _, line := range lines {
		if !strings.Contains(line, cookiePrefix) {
			kept = append(kept, line)
			continue
		}
		var parts []string
		for part := range strings.SplitSeq(line, ";") {
			if part = textproto.TrimString(part); part != "" && !strings.HasPrefix(part, cookiePrefix) {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 {
			kept = append(kept, strings.Join(parts, "; "))
		}
	}
	if len(kept) == 0 {
		delete(h, "Cookie")
		return
	}
	h["Cookie"] = kept
}

// dropForeignSeals keeps a service from setting the gateway's cookies: with one
// of its own it could make a member act as somebody else.
func dropForeignSeals(h http.Header) {
	all := h["Set-Cookie"]
	kept := all[:0:0]
	for _, c := range all {
		if !strings.HasPrefix(textproto.TrimString(c), cookiePrefix) {
			kept = append(kept, c)
		}
	}
	if len(kept) < len(all) {
		h["Set-Cookie"] = kept
	}
}
