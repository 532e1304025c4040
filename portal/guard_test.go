package portal

import (
	"net/http"
	"strings"
	"testing"
)

func TestGuard_SetsTheHeadersOfEveryAnswer(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := signedIn(t, p, "fr")
	foreign := newVisitor(t, p, "fr")
	foreign.header.Set("Sec-Fetch-Site", "cross-site")
	for path, got := range map[string]reply{
		"/": v.get("/"), "/account": v.get("/account"), "/nothing": v.get("/nothing"), "/health": v.get("/health"),
		stylePath: v.get(stylePath), "foreign": foreign.post("/sign-in"),
	} {
		policy := got.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: policy %q lacks %s", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
			t.Errorf("%s: policy %q allows too much", path, policy)
		}
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got.Header.Get(name), want)
			}
		}
		if got.Header.Get("Permissions-Policy") == "" {
			t.Errorf("%s: no Permissions-Policy", path)
		}
	}
	if got := v.get("/account").Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the account page may be kept: %q", got)
	}
}

// Members publish pages on sibling host names, so a form from the same site is
// as foreign as one from the other end of the world.
func TestGuard_TakesFormsOnlyFromThePortalItself(t *testing.T) {
	for name, headers := range map[string]map[string]string{
		"another site":               {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"a page of a member":         {"Sec-Fetch-Site": "same-site", "Origin": "https://pages.chaton.localhost:8443"},
		"an old browser, elsewhere":  {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
		"a page without an origin":   {"Sec-Fetch-Site": "", "Origin": "null"},
		"the portal on another port": {"Sec-Fetch-Site": "", "Origin": "https://chaton.localhost:9999"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTestPortal(t, demoSite())
			v := signedIn(t, p, "fr")
			for header, value := range headers {
				v.header.Set(header, value)
				if value == "" {
					v.header[header] = nil
				}
			}
			asked := p.people.asked
			for _, path := range []string{"/sign-in", "/sign-out", "/account/password"} {
				got := v.post(path, "login", "ana", "password", anaPassword, "current", anaPassword, "new", newPassword, "again", newPassword)
				got.want(t, http.StatusForbidden, "Ce formulaire vient d’ailleurs")
				checkDocument(t, got.body, "fr")
			}
			if p.people.asked != asked {
				t.Error("the directory was asked")
			}
			v.get("/account").want(t, 200)
		})
	}
}

func TestGuard_RefusesHugeForms(t *testing.T) {
	p := newTestPortal(t, demoSite())
	newVisitor(t, p, "en").post("/sign-in", "login", "ana", "password", strings.Repeat("x", maxForm)).want(t, 400, "Unreadable form")
	newVisitor(t, p, "en").post("/sign-in", "login", "ana", "password", strings.Repeat("x", maxPassword+1)).want(t, 403)
	if p.people.asked != 0 {
		t.Error("the directory was asked to hash a huge password")
	}
}

func TestGuard_LeadsNowhereElse(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "fr")
	v.post("/sign-in?next=https://evil.example", "login", "ana", "password", anaPassword, "next", "https://evil.example").leadsTo(t, "/account")
	v.post("/sign-out?next=//evil.example", "next", "//evil.example").leadsTo(t, "/")
	for _, path := range []string{"//evil.example", "/..//evil.example", "/\\evil.example"} {
		if to := v.get(path).Header.Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") || strings.Contains(to, "://") {
			t.Errorf("%s leads to %s", path, to)
		}
	}
}
