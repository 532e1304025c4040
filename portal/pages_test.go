package portal

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"ronron/charter"
	"ronron/internal/text"
)

func TestPages_AreWholeInBothLanguages(t *testing.T) {
	broken := demoSite()
	broken.Services[1].Healthy = false
	empty := Site{Version: SiteVersion, Facts: charter.Facts{At: demoTime, Name: "Vide"}}
	ask := map[string]func(t *testing.T, lang string) (reply, int){
		"home": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, demoSite()), lang).get("/"), 200
		},
		"home with a service down": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, broken), lang).get("/"), 200
		},
		"home with nothing": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, empty), lang).get("/"), 200
		},
		"charter with nothing": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, empty), lang).get("/charter"), 200
		},
		"charter": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, demoSite()), lang).get("/charter"), 200
		},
		"sign-in": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, demoSite()), lang).get("/sign-in"), 200
		},
		"sign-in refused": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, demoSite()), lang).post("/sign-in", "login", "ana", "password", "no"), 403
		},
		"account": func(t *testing.T, lang string) (reply, int) {
			return signedIn(t, newTestPortal(t, demoSite()), lang).get("/account"), 200
		},
		"password refused": func(t *testing.T, lang string) (reply, int) {
			return signedIn(t, newTestPortal(t, demoSite()), lang).post("/account/password", "current", "", "new", "short", "again", "x"), 422
		},
		"being prepared": func(t *testing.T, lang string) (reply, int) {
			p := newTestPortal(t, demoSite())
			if err := os.Remove(p.site); err != nil {
				t.Fatal(err)
			}
			return newVisitor(t, p, lang).get("/"), 503
		},
		"not found": func(t *testing.T, lang string) (reply, int) {
			return newVisitor(t, newTestPortal(t, demoSite()), lang).get("/nothing"), 404
		},
	}
	for name, page := range ask {
		for _, lang := range text.Langs {
			t.Run(name+" "+string(lang), func(t *testing.T) {
				got, status := page(t, string(lang))
				got.want(t, status)
				checkDocument(t, got.body, string(lang))
				if got.Header.Get("Content-Language") != string(lang) {
					t.Errorf("Content-Language %q", got.Header.Get("Content-Language"))
				}
				if !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html; charset=utf-8") {
					t.Errorf("Content-Type %q", got.Header.Get("Content-Type"))
				}
			})
		}
	}
}

func TestHome_TellsWhatTheHostOffersInPlainWords(t *testing.T) {
	site := demoSite()
	site.Services[1].Accounts = false
	p := newTestPortal(t, site)
	newVisitor(t, p, "fr").get("/").want(t, 200,
		"Le chaton de démo", "Des outils libres pour les associations", "à la place de", "Confluence ou Notion",
		"Tout le monde peut lire.", "Les membres s’y connectent", "Aucun compte n’est nécessaire.",
		`href="https://wiki.chaton.localhost:8443"`, "mailto:contact@chaton.localhost", `href="/charter"`, `href="/sign-in"`)
	newVisitor(t, p, "en").get("/").want(t, 200, "instead of", "Confluence or Notion", "Members sign in", "No account is needed.", "Become a member")
}

func TestHome_SaysWhenAServiceIsDown(t *testing.T) {
	site := demoSite()
	site.Services[0].Healthy = false
	p := newTestPortal(t, site)
	newVisitor(t, p, "en").get("/").want(t, 200, "down right now", "One service is down").without(t, `href="https://wiki.chaton.localhost:8443"`)
}

func TestHome_EscapesWhatTheSiteSays(t *testing.T) {
	site := demoSite()
	site.Facts.Name = "<script>alert(1)</script>"
	site.Services[0].URL = "javascript:alert(1)"
	p := newTestPortal(t, site)
	newVisitor(t, p, "fr").get("/").want(t, 200).without(t, "<script", `href="javascript:`)
}

func TestCharter_IsAPageAndTheSameFactsAsJSON(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "fr")
	v.get("/charter").want(t, 200, "Charte de transparence", "aucune pour l’instant", "autorité interne", "DokuWiki", "manquant")
	newVisitor(t, p, "en").get("/charter").want(t, 200, "Transparency charter", "none yet", "missing")
	got := v.get("/charter.json").want(t, 200)
	if got.Header.Get("Content-Type") != "application/json" || got.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("headers %v", got.Header)
	}
	var c charter.Charter
	if err := json.Unmarshal([]byte(got.body), &c); err != nil {
		t.Fatal(err)
	}
	if c.Name != "Le chaton de démo" || len(c.Findings) == 0 {
		t.Errorf("charter of %q with %d findings", c.Name, len(c.Findings))
	}
}

func TestLanguage_IsAskedThenKeptThenTheBrowsersThenTheHosts(t *testing.T) {
	site := demoSite()
	site.Language = text.EN
	p := newTestPortal(t, site)
	for header, want := range map[string]string{
		"":                             "en", // the host's
		"de, es":                       "en",
		"fr-CA,en;q=0.8":               "fr",
		"de;q=0.9, en;q=0.3, fr;q=0.7": "fr",
		"fr;q=0, en":                   "en",
		"fr;q=bad, en;q=0.1":           "en",
	} {
		got := newVisitor(t, p, header).get("/")
		if d := parseHTML(t, got.body); d.lang != want {
			t.Errorf("Accept-Language %q gives %q, want %q", header, d.lang, want)
		}
	}
	v := newVisitor(t, p, "en")
	checkDocument(t, v.get("/charter?lang=fr").body, "fr")
	checkDocument(t, v.get("/").body, "fr") // kept
	checkDocument(t, v.get("/?lang=xx").body, "fr")
	checkDocument(t, v.get("/sign-in?lang=en").body, "en")
}

func TestLanguage_LinksStayOnThePage(t *testing.T) {
	p := newTestPortal(t, demoSite())
	newVisitor(t, p, "fr").get("/charter").want(t, 200, `href="/charter?lang=en"`)
	newVisitor(t, p, "fr").get("//evil.example/charter").without(t, "evil.example/charter?lang")
	signedIn(t, p, "fr").post("/account/password").want(t, 422, `href="/account?lang=en"`)
}

func TestHealth_FollowsTheSiteAndNotTheDirectory(t *testing.T) {
	p := newTestPortal(t, demoSite())
	p.people.away = http.ErrServerClosed
	newVisitor(t, p, "").get("/health").want(t, 200, "ok")

	p = newTestPortal(t, demoSite())
	if err := os.Remove(p.site); err != nil {
		t.Fatal(err)
	}
	newVisitor(t, p, "").get("/health").want(t, 503)
	if logs := p.logs.String(); logs != "" {
		t.Errorf("a site that is not there yet is no fault, but was logged: %s", logs)
	}
	p.write(t, demoSite())
	p.wait(time.Second)
	newVisitor(t, p, "").get("/health").want(t, 200)
}

func TestSite_IsReadAgainWhenItChangesAndAtMostOnceASecond(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "fr")
	v.get("/").want(t, 200, "Le chaton de démo")
	site := demoSite()
	site.Facts.Name = "Le chaton d’à côté"
	p.write(t, site)
	v.get("/").want(t, 200, "Le chaton de démo")
	p.wait(time.Second)
	v.get("/").want(t, 200, "Le chaton d’à côté")
}

func TestSite_DamagedLeavesTheLastGoodOne(t *testing.T) {
	for name, content := range map[string]string{
		"cut":           `{"version":1,"facts":{"na`,
		"newer":         `{"version":99,"facts":{"name":"Futur"}}`,
		"without name":  `{"version":1}`,
		"not an object": `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			p := newTestPortal(t, demoSite())
			v := newVisitor(t, p, "fr")
			v.get("/").want(t, 200)
			p.writeRaw(t, []byte(content))
			for range 5 {
				p.wait(time.Second)
				v.get("/").want(t, 200, "Le chaton de démo")
			}
			if n := strings.Count(p.logs.String(), "Site unreadable"); n != 1 {
				t.Errorf("the damage was logged %d times, want once", n)
			}
			p.write(t, demoSite())
			p.wait(time.Second)
			v.get("/health").want(t, 200)
		})
	}
}

func TestSite_DamagedFromTheStartIsBeingPrepared(t *testing.T) {
	p := newTestPortal(t, demoSite())
	p.writeRaw(t, []byte("{"))
	v := newVisitor(t, p, "fr")
	got := v.get("/").want(t, 503, "Ce chaton se prépare")
	if got.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	v.get("/charter.json").want(t, 503)
	v.post("/sign-in", "login", "ana", "password", anaPassword).want(t, 503)
	if p.people.asked != 0 {
		t.Error("the directory was asked")
	}
}

func TestStatic_IsKeptForGood(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := newVisitor(t, p, "")
	for _, path := range []string{stylePath, iconPath} {
		if got := v.get(path).want(t, 200); !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: Cache-Control %q", path, got.Header.Get("Cache-Control"))
		}
	}
}

func TestPages_AskNobodyElse(t *testing.T) {
	p := newTestPortal(t, demoSite())
	v := signedIn(t, p, "fr")
	for _, path := range []string{"/", "/charter", "/account"} {
		page := v.get(path).body
		for _, loads := range []string{"src=\"http", "rel=\"preconnect", "@import", "srcset"} {
			if strings.Contains(page, loads) {
				t.Errorf("%s contains %q", path, loads)
			}
		}
	}
	if s := string(style); strings.Contains(s, "url(") || strings.Contains(s, "@import") || strings.Contains(s, "http") {
		t.Error("the style sheet loads something")
	}
}
