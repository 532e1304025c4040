package portal

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ronron/account"
	"ronron/internal/errs"
)

func TestSignIn_OpensASession(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "fr")
	v.get("/account").leadsTo(t, "/sign-in")
	got := v.post("/sign-in", "login", "  Ana ", "password", anaPassword).leadsTo(t, "/account")
	cookie := got.Cookies()[0]
	if cookie.Name != "__Host-session" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
		cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 12*3600 {
		t.Errorf("cookie %v", cookie)
	}
	v.get("/account").want(t, 200, "Bonjour Ana Lopes", "ana@exemple.fr", "administration", "Wiki", "Pages personnelles")
	v.get("/").want(t, 200, "Mon compte", "Se déconnecter").without(t, `href="/sign-in"`)
	v.get("/sign-in").leadsTo(t, "/account")
}

func TestSignIn_SaysTheSameOfUnknownLoginAndWrongPassword(t *testing.T) {
	p := newTestPortal(t, demoSite())
	said := map[string]bool{}
	for _, try := range [][2]string{{"ana", "wrong"}, {"nobody-here", "wrong"}, {"Not A Login!", "wrong"}, {"ana", ""}, {"", "x"}} {
		page := newVisitor(t, p, "en").post("/sign-in", "login", try[0], "password", try[1]).want(t, 403, "do not go together").body
		_, after, _ := strings.Cut(page, `role="alert"`)
		sentence, _, _ := strings.Cut(after, "</p>")
		said[sentence] = true
		if strings.Contains(page, `value="wrong"`) {
			t.Error("the password is shown back")
		}
	}
	if len(said) != 1 {
		t.Errorf("different sentences: %v", said)
	}
}

func TestSignIn_TellsSuspensionAndLockoutPlainly(t *testing.T) {
	p := newTestPortal(t, demoSite())
	newVisitor(t, p, "fr").post("/sign-in", "login", "basil", "password", anaPassword).want(t, 403, "Ce compte est suspendu")
	newVisitor(t, p, "en").post("/sign-in", "login", "basil", "password", anaPassword).want(t, 403, "This account is suspended")
	p.people.locked["ana"] = demoTime.Add(14*time.Minute + time.Second)
	newVisitor(t, p, "fr").post("/sign-in", "login", "ana", "password", anaPassword).want(t, 403, "Réessayez dans 15 minutes")
	newVisitor(t, p, "en").post("/sign-in", "login", "ana", "password", anaPassword).want(t, 403, "Try again in 15 minutes")
}

func TestSignIn_DirectoryAwayIsSaidAndTheRestWorks(t *testing.T) {
	p := newTestPortal(t, demoSite())
	signed := signedIn(t, p, "fr")
	p.people.away = errs.Wrap(errors.New("bind uid=ana,ou=people: connection refused"), errs.Unavailable, "The directory does not answer.")
	v := newVisitor(t, p, "fr")
	got := v.post("/sign-in", "login", "ana", "password", anaPassword).want(t, 503, "L’annuaire des membres ne répond pas", `value="ana"`)
	if got.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	checkDocument(t, got.body, "fr")
	v.get("/").want(t, 200)
	v.get("/charter").want(t, 200)
	signed.get("/account").want(t, 200)
	signed.post("/account/password", "current", anaPassword, "new", "encore quatre autres mots", "again", "encore quatre autres mots").
		want(t, 503, "L’annuaire des membres ne répond pas")
}

func TestSignIn_AnUnknownErrorIsNotShown(t *testing.T) {
	p := newTestPortal(t, demoSite())
	p.people.away = errors.New("nil pointer in uid=ana")
	newVisitor(t, p, "en").post("/sign-in", "login", "ana", "password", anaPassword).want(t, 503, "does not answer").without(t, "nil pointer")
}

func TestSignIn_GivesANewSessionEachTime(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "fr")
	v.cookies[sessionCookie] = "chosen-by-somebody-else"
	v.post("/sign-in", "login", "ana", "password", anaPassword)
	first := v.cookies[sessionCookie]
	if first == "chosen-by-somebody-else" {
		t.Fatal("the session's token was not changed")
	}
	v.post("/sign-in", "login", "ana", "password", anaPassword)
	old := newVisitor(t, p, "fr")
	old.cookies[sessionCookie] = first
	old.get("/account").leadsTo(t, "/sign-in")
}

func TestSignOut_EndsTheSession(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := signedIn(t, p, "fr")
	token := v.cookies[sessionCookie]
	v.post("/sign-out").leadsTo(t, "/")
	if v.cookies[sessionCookie] != "" {
		t.Error("the cookie stays")
	}
	v.cookies[sessionCookie] = token
	v.get("/account").leadsTo(t, "/sign-in")
	v.get("/sign-out").want(t, 404)
}

func TestSession_EndsAfterTwelveHours(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := signedIn(t, p, "fr")
	p.wait(SessionLife - time.Second)
	v.get("/account").want(t, 200)
	p.wait(time.Second)
	v.get("/account").leadsTo(t, "/sign-in")
	v.post("/account/password", "current", anaPassword).leadsTo(t, "/sign-in")
}

func TestSession_MemoryIsBounded(t *testing.T) {
	now := demoTime
	s := newSessions(func() time.Time { now = now.Add(time.Millisecond); return now })
	first := s.begin(account.Member{Login: "ana"}, false)
	var last string
	for range maxSessionsPerMember {
		last = s.begin(account.Member{Login: "ana"}, false)
	}
	if _, ok := s.find(first); ok {
		t.Error("the oldest session of a member is kept beyond the bound")
	}
	if _, ok := s.find(last); !ok {
		t.Error("the newest session was dropped")
	}
	for i := range maxSessions + 5 {
		s.all[keyOf(fmt.Sprint(i))] = session{Member: account.Member{Login: account.Login(fmt.Sprint(i))}, begun: now}
		if len(s.all) > maxSessions {
			break
		}
	}
	before := len(s.all)
	s.begin(account.Member{Login: "basil"}, false)
	if len(s.all) > before {
		t.Errorf("%d sessions are kept, the bound is %d", len(s.all), maxSessions)
	}
	now = now.Add(SessionLife)
	s.begin(account.Member{Login: "basil"}, false)
	if len(s.all) != 1 {
		t.Errorf("%d sessions are kept after all but one expired", len(s.all))
	}
}

func TestAttempts_SlowDownOneLogin(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "en")
	for range loginBurst {
		v.post("/sign-in", "login", "ana", "password", "wrong").want(t, 403)
	}
	asked := p.people.asked
	got := v.post("/sign-in", "login", "ana", "password", anaPassword).want(t, 429, "Too many attempts", "Wait 20 seconds")
	if got.Header.Get("Retry-After") != "20" {
		t.Errorf("Retry-After %q", got.Header.Get("Retry-After"))
	}
	if p.people.asked != asked {
		t.Error("the directory was asked all the same")
	}
	v.post("/sign-in", "login", "basil", "password", "wrong").want(t, 403) // others go on
	p.wait(loginEvery)
	v.post("/sign-in", "login", "ana", "password", anaPassword).leadsTo(t, "/account")
}

func TestAttempts_SlowDownEverybodyTogetherInBoundedMemory(t *testing.T) {
	now := demoTime
	a := newAttempts(func() time.Time { return now })
	passed := 0
	for i := range 10 * totalBurst {
		if _, ok := a.take(account.Login(fmt.Sprintf("login%d", i))); ok {
			passed++
		}
	}
	if passed != totalBurst {
		t.Errorf("%d attempts passed at once, want %d", passed, totalBurst)
	}
	for i := range maxLogins + 200 {
		now = now.Add(time.Millisecond) // far faster than logins are forgotten
		a.total = bucket{}              // as if the total were no bound
		a.take(account.Login(fmt.Sprintf("other%d", i)))
		if len(a.byLogin) > maxLogins {
			t.Fatalf("%d logins are remembered, the bound is %d", len(a.byLogin), maxLogins)
		}
	}
	now = now.Add(time.Hour)
	if _, ok := a.take("ana"); !ok {
		t.Error("nobody can sign in an hour after the attack")
	}
	if len(a.byLogin) > 1 {
		t.Errorf("%d logins are still remembered", len(a.byLogin))
	}
}

func TestAttempts_SuccessForgetsTheFailures(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "en")
	for range 3 {
		for range loginBurst - 1 {
			v.post("/sign-in", "login", "ana", "password", "wrong").want(t, 403)
		}
		v.post("/sign-in", "login", "ana", "password", anaPassword).leadsTo(t, "/account")
		p.wait(time.Minute) // for the total
	}
}

func TestLogs_NameNoMember(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := signedIn(t, p, "fr")
	v.post("/sign-in", "login", "ana", "password", "wrong-secret")
	v.post("/account/password", "current", "wrong-secret", "new", "encore quatre autres mots", "again", "encore quatre autres mots")
	p.people.away = errs.Wrap(errors.New("uid=ana,ou=people"), errs.Unavailable, "ana cannot be asked.")
	v.post("/sign-in", "login", "ana", "password", anaPassword)
	logs := p.logs.String()
	if !strings.Contains(logs, "Directory did not answer") {
		t.Errorf("the directory's absence is not logged: %s", logs)
	}
	for _, private := range []string{"ana", "Lopes", "exemple.fr", "wrong-secret", "quatre"} {
		if strings.Contains(logs, private) {
			t.Errorf("the log contains %q:\n%s", private, logs)
		}
	}
}
