package gateway

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/text"
)

// errorPages makes the gateway show each of its pages.
func errorPages(t *testing.T) (k *kit, urls map[int]string) {
	k = newKit(t)
	k.add("chaton.test", text200("home"))
	files := k.add("files.chaton.test", text200("ok"))
	files.Title, files.MaxBody = "Fichiers <&> partagés", 1536<<10
	k.add("broken.chaton.test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })).Title = "Le wiki"
	down := k.add("down.chaton.test", nil)
	down.Backend, down.Title = "", "Le wiki"
	slow := k.add("slow.chaton.test", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	slow.Timeout, slow.Title = 1, "Le wiki"
	k.put()
	return k, map[int]string{
		404: "http://unknown.test:" + port(k.config.HTTPAddr) + "/", 413: k.url("files.chaton.test", "/"),
		502: k.url("broken.chaton.test", "/"), 503: k.url("down.chaton.test", "/"), 504: k.url("slow.chaton.test", "/"),
	}
}

func TestPages_InBothLanguagesWithWhatToDoNext(t *testing.T) {
	t.Parallel()
	k, urls := errorPages(t)
	words := map[int]map[string][]string{
		404: {"fr": {"Rien à cette adresse", "Vérifiez l’adresse"}, "en": {"Nothing at this address", "Check the address"}},
		413: {"fr": {"trop volumineux", "1,5\u00a0Mo", "«\u00a0Fichiers &lt;&amp;&gt; partagés\u00a0»"}, "en": {"too large", "1.5\u00a0MB", "“Fichiers"}},
		502: {"fr": {"a eu un problème", "«\u00a0Le wiki\u00a0»"}, "en": {"had a problem", "“Le wiki”"}},
		503: {"fr": {"De retour dans un instant", "réessaie toute seule"}, "en": {"Back in a moment", "tries again by itself"}},
		504: {"fr": {"trop de temps", "Attendez une minute"}, "en": {"takes too long", "Wait a minute"}},
	}
	for status, url := range urls {
		for accept, lang := range map[string]string{"": "fr", "en-GB,en;q=0.9,fr;q=0.8": "en", "de, fr;q=0.5, en;q=0.4": "fr", "de": "fr"} {
			got := k.ask(status, url, "Accept-Language", accept, "Accept", "text/html,*/*;q=0.8")
			if got.status != status || got.header.Get("Content-Type") != "text/html; charset=utf-8" || got.header.Get("Content-Language") != lang {
				t.Errorf("%d for %q: %d %v", status, accept, got.status, got.header)
			}
			want := append(words[status][lang], `<html lang="`+lang+`">`, "Le chaton d’essai", `href="mailto:contact@chaton.test"`, k.url("chaton.test", "/"), `name="viewport"`)
			for _, word := range want {
				if !strings.Contains(got.body, word) {
					t.Errorf("%d in %s lacks %q", status, lang, word)
				}
			}
			for _, word := range []string{"src=", "url(", "<script", "<link", "{service}", "{limit}", "ZgotmplZ"} {
				if strings.Contains(got.body, word) {
					t.Errorf("%d in %s holds %q", status, lang, word)
				}
			}
			if len(got.body) > 4096 {
				t.Errorf("%d in %s has %d bytes", status, lang, len(got.body))
			}
		}
	}
}

func TestPages_AreJSONForPrograms(t *testing.T) {
	t.Parallel()
	k, urls := errorPages(t)
	for status, url := range urls {
		got := k.ask(status, url, "Accept", "application/json", "Accept-Language", "en")
		var body struct {
			Error struct {
				Status        int
				Code, Message string
			}
		}
		if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.status != status || body.Error.Status != status ||
			body.Error.Code == "" || body.Error.Message == "" || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%d: %d %v %q", status, got.status, got.header, got.body)
		}
	}
}

func TestPages_ReloadOnlyWhatIsSafeToAskAgain(t *testing.T) {
	t.Parallel()
	k, urls := errorPages(t)
	if got := k.ask(503, urls[503]); !strings.Contains(got.body, `http-equiv="refresh"`) {
		t.Error("the page of a GET does not try again")
	}
	req, err := http.NewRequest(http.MethodPost, urls[503], strings.NewReader("x"))
	must(t, err)
	if got := k.do(req); strings.Contains(got.body, "refresh") || !strings.Contains(got.body, "pas été enregistré") {
		t.Errorf("the page of a POST is %s", got.body)
	}
	req, err = http.NewRequest(http.MethodHead, urls[503], nil)
	must(t, err)
	if got := k.do(req); got.status != 503 || got.body != "" || got.header.Get("Retry-After") != "10" {
		t.Errorf("HEAD is answered with %d %v %q", got.status, got.header, got.body)
	}
}

// TestPages_Screens writes the pages to a folder, for eyes.
func TestPages_Screens(t *testing.T) {
	dir := os.Getenv("RONRON_SCREENS")
	if dir == "" {
		t.Skip("needs RONRON_SCREENS=folder to write the pages to")
	}
	k, urls := errorPages(t)
	for status, url := range urls {
		for _, lang := range []string{"fr", "en"} {
			got := k.ask(status, url, "Accept-Language", lang)
			must(t, os.WriteFile(filepath.Join(dir, http.StatusText(status)+"."+lang+".html"), []byte(got.body), 0o600))
		}
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "application/json": true, "application/json, text/plain, */*": true, "text/html": false,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": false, "text/html;q=0.5, application/json": true,
		"application/ld+json": true, "application/json;q=0.2, text/html;q=0.1": true, "application/json;q=x, text/html": false,
	} {
		if got := wantsJSON([]string{accept}); got != want {
			t.Errorf("wantsJSON(%q) is %v", accept, got)
		}
	}
	for accept, want := range map[string]text.Lang{
		"": "fr", "en": "en", "EN-us": "en", "fr-CH, en;q=0.9": "fr", "de;q=1, en;q=0.1": "en", "en;q=0": "fr", "*": "fr",
	} {
		if got := wantedLanguage([]string{accept}, text.FR); got != want {
			t.Errorf("wantedLanguage(%q) is %s", accept, got)
		}
	}
}

// ask makes the request that leads to the page of that status.
func (k *kit) ask(status int, url string, header ...string) answer {
	k.t.Helper()
	if status != http.StatusRequestEntityTooLarge {
		return k.get(url, header...)
	}
	req, err := http.NewRequest(http.MethodPost, url, io.LimitReader(zeros{}, 2<<20))
	must(k.t, err)
	req.ContentLength = 2 << 20
	return k.do(req, header...)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
