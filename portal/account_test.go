package portal

import (
	"strings"
	"testing"

	"ronron/account"
)

const newPassword = "encore quatre autres mots"

func change(v *visitor, current, new, again string) reply {
	return v.post("/account/password", "current", current, "new", new, "again", again)
}

func TestAccount_ShowsOnlyTheServicesOpenToMe(t *testing.T) {
	site := demoSite()
	pads := site.Services[0]
	site.Services[0].Enter = []string{"editors"}
	site.Services[1].Enter = nil
	pads.URL, pads.Accounts, pads.Enter = "https://pads.chaton.localhost:8443", false, []string{"editors"}
	site.Services = append(site.Services, pads)
	p := newTestPortal(t, site)
	signedIn(t, p, "fr").get("/account").want(t, 200, "Pages personnelles", "pads.chaton.localhost").without(t, "wiki.chaton.localhost")
}

func TestChangePassword_TellsTheRulesBefore(t *testing.T) {
	p := newTestPortal(t, demoSite())
	signedIn(t, p, "fr").get("/account").want(t, 200, "Au moins 12 caractères, 200 au plus", "seront déconnectés",
		`autocomplete="current-password"`, `autocomplete="new-password"`)
}

func TestChangePassword_CountsFromThenOnAndEndsOtherSessions(t *testing.T) {
	p := newTestPortal(t, demoSite())
	here, elsewhere := signedIn(t, p, "fr"), signedIn(t, p, "fr")
	token := here.cookies[sessionCookie]
	change(here, anaPassword, newPassword, newPassword).leadsTo(t, "/account")
	if here.cookies[sessionCookie] == token {
		t.Error("the session's token was not changed")
	}
	got := here.get("/account").want(t, 200, "Votre mot de passe est changé")
	checkDocument(t, got.body, "fr")
	here.get("/account").want(t, 200).without(t, "Votre mot de passe est changé")
	elsewhere.get("/account").leadsTo(t, "/sign-in")
	elsewhere.post("/sign-in", "login", "ana", "password", anaPassword).want(t, 403)
	elsewhere.post("/sign-in", "login", "ana", "password", newPassword).leadsTo(t, "/account")
}

func TestChangePassword_SaysAtItsFieldWhatIsWrong(t *testing.T) {
	for name, try := range map[string]struct {
		current, new, again string
		status              int
		field, sentence     string
	}{
		"no current":    {"", newPassword, newPassword, 422, "current", "Type your current password."},
		"wrong current": {"not my password", newPassword, newPassword, 403, "current", "This is not your current password."},
		"short":         {anaPassword, "onze carac.", "onze carac.", 422, "new", "It is too short"},
		"long":          {anaPassword, strings.Repeat("a", 201), strings.Repeat("a", 201), 422, "new", "It is too long"},
		"the same":      {anaPassword, anaPassword, anaPassword, 422, "new", "This is your password already"},
		"differing":     {anaPassword, newPassword, newPassword + "!", 422, "again", "The two entries"},
		"refused":       {anaPassword, "forbidden by policy", "forbidden by policy", 422, "new", "The directory refuses"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTestPortal(t, demoSite())
			v := signedIn(t, p, "en")
			got := change(v, try.current, try.new, try.again).want(t, try.status, try.sentence)
			d := checkDocument(t, got.body, "en")
			if !strings.HasPrefix(d.title, "Error: ") {
				t.Errorf("title %q", d.title)
			}
			for _, field := range d.fields {
				wrong := field["aria-invalid"] == "true"
				if wrong != (field["id"] == try.field) {
					t.Errorf("field %s is marked wrong: %v", field["id"], wrong)
				}
				if wrong && !strings.Contains(field["aria-describedby"], try.field+"-problem") {
					t.Errorf("field %s is described by %q", field["id"], field["aria-describedby"])
				}
				if field["type"] == "password" && field["value"] != "" {
					t.Errorf("the password in %s is shown back", field["id"])
				}
			}
			if p.people.passwords["ana"] != anaPassword {
				t.Error("the password was changed all the same")
			}
			v.get("/account").want(t, 200)
		})
	}
}

func TestChangePassword_AsksForAPaceToo(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := signedIn(t, p, "fr")
	for range loginBurst {
		change(v, "not my password", newPassword, newPassword).want(t, 403)
	}
	change(v, anaPassword, newPassword, newPassword).want(t, 429, "Trop d’essais")
}

func TestChangePassword_OfASuspendedMemberSaysSo(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := signedIn(t, p, "fr")
	m := p.people.members["ana"]
	m.Suspended = true
	p.people.members["ana"] = m
	change(v, anaPassword, newPassword, newPassword).want(t, 403, "Ce compte est suspendu")
}

func TestPasswordRules_AreThoseOfTheDirectory(t *testing.T) {
	// The page tells the bounds; this fails when package account moves them.
	least, most := strings.Repeat("a", account.MinPassword), strings.Repeat("é", 200)
	for new, ok := range map[string]bool{least: true, least[1:]: false, most: true, most + "é": false} {
		got := passwordChange{"current", new, new}.check("fr")
		if (got == fieldErrors{}) != ok {
			t.Errorf("%d characters: %+v", len([]rune(new)), got)
		}
	}
}
