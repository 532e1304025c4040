package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestGate_AsksAgainWhoIsStillAMember(t *testing.T) {
	t.Parallel()
	k := newGateKit(t, told("Remote-User", "Remote-Groups"))
	cookie := k.inside()
	k.clock.Store(int64(gateFresh.Seconds()) - 2)
	if k.visit("/", "Cookie", cookie); k.asked.Load() != 0 {
		t.Fatal("the portal was asked too early")
	}
	k.clock.Store(int64(gateFresh.Seconds()) + 1)
	k.says(200, ana)
	// Whatever the request is: nobody loses what they typed.
	req, err := http.NewRequest(http.MethodPost, k.url("poll.chaton.test", "/"), strings.NewReader("a long text"))
	must(t, err)
	got := k.do(req, "Cookie", cookie)
	fresh := cookieOf(got, gateCookie)
	if got.status != 200 || got.body != "Remote-User=ana;Remote-Groups=choir,members;" || fresh == nil || k.asked.Load() != 1 {
		t.Fatalf("answer is %d %q with %v after %d questions", got.status, got.body, fresh, k.asked.Load())
	}
	if k.last.Kind != AskRenew || k.last.Session != "session-1" || k.last.Host != "poll.chaton.test" || k.last.Password != "" {
		t.Errorf("the portal was asked %+v", k.last)
	}
	var all sync.WaitGroup
	for range 30 { // a page with its pictures, with the old cookie
		all.Go(func() { k.get(k.url("poll.chaton.test", "/"), "Cookie", cookie) })
	}
	all.Wait()
	if k.asked.Load() != 1 {
		t.Errorf("the portal was asked %d times for one answer", k.asked.Load())
	}
	// Suspended, or signed out: out within gateFresh.
	k.says(403, ana)
	k.clock.Store(2*int64(gateFresh.Seconds()) + 5)
	for _, c := range []string{cookie, fresh.Name + "=" + fresh.Value} {
		if got := k.visit("/", "Cookie", c); got.status != 303 || !strings.Contains(got.header.Get("Location"), "/enter?") {
			t.Errorf("somebody suspended is answered %d", got.status)
		}
		if got := k.get(k.url("poll.chaton.test", "/"), "Cookie", c); got.status != 401 {
			t.Errorf("a program of somebody suspended is answered %d", got.status)
		}
	}
}

func TestGate_TheNewGroupsCount(t *testing.T) {
	t.Parallel()
	k := newGateKit(t, text200("inside"))
	cookie := k.inside()
	k.clock.Store(int64(gateFresh.Seconds()) + 1)
	left := ana
	left.Groups = []string{"choir"}
	k.says(200, left)
	if got := k.visit("/", "Cookie", cookie); got.status != 403 {
		t.Errorf("somebody who left the group is answered %d", got.status)
	}
}

func TestGate_WithoutThePortalNobodyIsBelievedForLong(t *testing.T) {
	t.Parallel()
	k := newGateKit(t, text200("inside"))
	cookie := k.inside()
	for _, gone := range []string{"", "127.0.0.1" + freeAddr(t)} {
		k.clock.Store(0)
		k.config.Gate.Portal = gone
		k.put()
		if got := k.visit("/", "Cookie", cookie); got.status != 200 {
			t.Errorf("within %v: %d", gateFresh, got.status)
		}
		k.clock.Store(int64(gateFresh.Seconds()) + 1)
		if got := k.visit("/", "Cookie", cookie, "Accept-Language", "en"); got.status != 503 || got.header.Get("Retry-After") == "" || !strings.Contains(got.body, "The portal") {
			t.Errorf("later: %d %q", got.status, got.body)
		}
	}
	for _, status := range []int{500, 503, 404} {
		k = newGateKit(t, text200("inside"))
		k.says(status, ana)
		k.clock.Store(int64(gateFresh.Seconds()) + 100)
		old := k.newPass("poll.chaton.test", "/", "")
		old.Made -= 2 * int64(gateFresh.Seconds())
		c := newCookieKey(gateSecret).make(old)
		if got := k.visit("/", "Cookie", gateCookie+"="+c); got.status != 503 {
			t.Errorf("the portal says %d: %d", status, got.status)
		}
	}
}

func TestGate_BasicIsCheckedByThePortalAndRemembered(t *testing.T) {
	t.Parallel()
	k := newGateKit(t, told("Remote-User", "Authorization"))
	k.config.Hosts[1].Routes[0].Gate.Basic = true
	k.put()
	ask := func(login, password string) answer {
		req, err := http.NewRequest("PROPFIND", k.url("poll.chaton.test", "/"), nil)
		must(t, err)
		if login != "" {
			req.SetBasicAuth(login, password)
		}
		return k.do(req)
	}
	if got := ask("", ""); got.status != 401 || got.header.Get("Www-Authenticate") != `Basic realm="chaton.test", charset="UTF-8"` || k.asked.Load() != 0 {
		t.Errorf("without a password: %d %v", got.status, got.header)
	}
	for range 3 {
		if got := ask("ana", "quatre mots : é"); got.status != 200 || got.body != "Remote-User=ana;Authorization=;" || cookieOf(got, gateCookie) != nil {
			t.Errorf("with a password: %d %q", got.status, got.body)
		}
	}
	if k.asked.Load() != 1 || k.last.Kind != AskBasic || k.last.Login != "ana" || k.last.Password != "quatre mots : é" {
		t.Errorf("the portal was asked %d times, last %s %s", k.asked.Load(), k.last.Login, k.last.Password)
	}
	k.says(403, ana)
	for range 3 { // a program with an old password does not lock its member out
		if got := ask("ana", "old"); got.status != 401 || got.header.Get("Www-Authenticate") == "" {
			t.Errorf("with a wrong password: %d", got.status)
		}
	}
	if k.asked.Load() != 2 {
		t.Errorf("the portal was asked %d times", k.asked.Load())
	}
	k.says(429, ana)
	if got := ask("ana", "another"); got.status != 429 || got.header.Get("Retry-After") == "" {
		t.Errorf("after too many attempts: %d", got.status)
	}
	k.says(403, ana)
	k.clock.Store(int64(basicFresh.Seconds()) + 2)
	if got := ask("ana", "quatre mots : é"); got.status != 401 {
		t.Errorf("a minute after the password was changed: %d", got.status)
	}
	if got := k.visit("/"); got.status != 303 {
		t.Errorf("a browser is answered %d", got.status)
	}
	k.config.Hosts[1].Routes[0].Gate.Basic = false
	k.put()
	k.says(200, ana)
	if got := ask("ana", "x"); got.status != 401 || got.header.Get("Www-Authenticate") != "" {
		t.Errorf("where it is not taken, a password is answered %d", got.status)
	}
}

func TestGate_MemoryIsBounded(t *testing.T) {
	t.Parallel()
	var a answers
	var u usedPasses
	now := time.Now()
	closed := make(chan struct{})
	close(closed)
	for i := range maxAnswers + 100 {
		a.put(answerKey{byte(i), byte(i >> 8), byte(i >> 16)}, &asked{done: closed, until: now.Add(time.Hour)}, now)
	}
	if len(a.all) > maxAnswers {
		t.Errorf("%d answers are kept", len(a.all))
	}
	for i := range maxUsed {
		u.use(fmt.Sprint(i), now)
	}
	if u.use("one more", now) || len(u.ids) > maxUsed {
		t.Errorf("%d passes are remembered", len(u.ids))
	}
	if !u.use("later", now.Add(time.Hour)) || len(u.ids) != 1 {
		t.Error("old passes are not forgotten")
	}
}

func TestGate_NothingOfMembersIsLogged(t *testing.T) {
	t.Parallel()
	k := newGateKit(t, text200("inside"))
	k.config.Hosts[1].Routes[0].Gate.Basic = true
	k.put()
	cookie := k.inside()
	k.visit("/private/page?of=ana", "Cookie", cookie)
	k.visit("/.ronron/enter?token=forged-token-text", "Cookie", wayCookie+"=secret-way")
	req, err := http.NewRequest("PROPFIND", k.url("poll.chaton.test", "/"), nil)
	must(t, err)
	req.SetBasicAuth("ana", "the-password")
	k.do(req)
	k.clock.Store(1000)
	k.says(500, ana)
	k.visit("/", "Cookie", cookie)
	c, err := k.Config(t.Context())
	must(t, err)
	if c.Gate.Secret != "[redacted]" || strings.Contains(fmt.Sprintf("%v %+v %#v", c.Gate, *c.Gate, k.config.Gate), gateSecret) {
		t.Error("the gate's secret is shown")
	}
	if strings.Contains(fmt.Sprintf("%v %+v", Question{Password: "pw-shown"}, &Question{Password: "pw-shown"}), "pw-shown") {
		t.Error("a question shows its password")
	}
	k.stop()
	all := k.access.String() + k.logs.String()
	if !strings.Contains(all, `"status":303`) {
		t.Errorf("the log is empty: %s", all)
	}
	for _, private := range []string{"ana", "Lop", "exemple", "private", "token", "secret", "password", "session-1", strings.Split(cookie, "=")[1][:20]} {
		if strings.Contains(all, private) {
			t.Errorf("the log holds %q:\n%s", private, all)
		}
	}
}

func TestValidate_Gates(t *testing.T) {
	t.Parallel()
	k := newGateKit(t, text200("x"))
	good := *k.config.Gate
	for want, change := range map[string]func(*Config, *Gate){
		"gate is missing":  func(c *Config, _ *Gate) { c.Gate = nil },
		"Ed25519":          func(c *Config, _ *Gate) { c.Gate.Key = "AAAA" },
		"32 characters":    func(c *Config, _ *Gate) { c.Gate.Secret = "short" },
		"portal":           func(c *Config, _ *Gate) { c.Gate.Portal = "portal:8080" },
		"domain":           func(c *Config, _ *Gate) { c.Domain = `x"y` },
		"no group":         func(_ *Config, g *Gate) { g.Groups = nil },
		"empty group":      func(_ *Config, g *Gate) { g.Groups = []string{""} },
		"hyphens":          func(_ *Config, g *Gate) { g.Headers.User = "Remote_User" },
		"something else":   func(_ *Config, g *Gate) { g.Headers.User = "x-forwarded-for" },
		"Cookie means":     func(_ *Config, g *Gate) { g.Headers.Name = "cookie" },
		"Connection means": func(_ *Config, g *Gate) { g.Headers.Name = "Connection" },
		"twice":            func(_ *Config, g *Gate) { g.Headers.Mail = "remote-user" },
		"gateway's own":    func(c *Config, _ *Gate) { c.Hosts[0].Routes[0].Path = "/.ronron/x" },
	} {
		c, keys := k.config, good
		c.Gate = &keys
		c.Hosts = []Host{k.config.Hosts[0], k.config.Hosts[1]}
		for i := range c.Hosts {
			c.Hosts[i].Routes = append([]Route(nil), c.Hosts[i].Routes...)
		}
		g := *c.Hosts[1].Routes[0].Gate
		c.Hosts[1].Routes[0].Gate = &g
		change(&c, &g)
		if err := c.Validate(time.Now()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
