package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestDemo is the demo from end to end. Its parts build on each other, as a
// host's first hour does.
func TestDemo(t *testing.T) {
	h := newHouse(t, "e2e.localhost", 28443)

	first := h.up()
	for _, want := range []string{h.url("", ""), h.url("wiki", ""), h.url("pages", ""), "ronron ca"} {
		if !strings.Contains(first.out+first.err, want) {
			t.Errorf("the end of `up` does not say %s:\n%s%s", want, first.out, first.err)
		}
	}
	ana := h.member("ana")
	bob := h.member("bob")

	t.Run("wiki", func(t *testing.T) {
		h.t = t
		member := h.client()
		if !h.wikiSignIn(member, "ana", ana) {
			t.Fatal("ana cannot sign in to the wiki")
		}
		if !h.wikiWrite(member, "first", "Words of Ana.") {
			t.Fatal("ana cannot write in the wiki")
		}
		if page := h.wikiRead("first"); !strings.Contains(page, "Words of Ana.") {
			t.Errorf("anonymous readers do not see what ana wrote:\n%.2000s", page)
		}
		if h.wikiWrite(h.client(), "second", "Words of nobody.") {
			t.Error("anonymous visitors may write in the wiki")
		}
		if h.wikiSignIn(h.client(), "ana", "not her password") {
			t.Error("a wrong password opens the wiki")
		}
		if status, _ := h.get(h.client(), h.url("wiki", "/install.php")); status != http.StatusNotFound && status != http.StatusForbidden {
			t.Errorf("the installer answers %d", status)
		}
	})

	t.Run("pages", func(t *testing.T) {
		h.t = t
		page := h.url("pages", "/~ana/index.html")
		if status, body := h.do(h.client(), http.MethodPut, page, "<h1>Ana was here</h1>", "ana", ana); status != http.StatusCreated && status != http.StatusNoContent {
			t.Fatalf("ana's PUT answers %d: %s", status, body)
		}
		if status, body := h.get(h.client(), h.url("pages", "/~ana/")); status != http.StatusOK || !strings.Contains(body, "Ana was here") {
			t.Errorf("everyone should read ana's page; got %d: %s", status, body)
		}
		for who, c := range map[string]struct{ login, password string }{
			"nobody": {}, "another member": {"bob", bob}, "a wrong password": {"ana", "not her password"},
		} {
			if status, _ := h.do(h.client(), http.MethodPut, page, "defaced", c.login, c.password); status != http.StatusUnauthorized && status != http.StatusForbidden {
				t.Errorf("%s writing ana's page gets %d", who, status)
			}
		}
	})

	t.Run("suspended member", func(t *testing.T) {
		h.t = t
		h.run("member", "suspend", "bob")
		if h.wikiSignIn(h.client(), "bob", bob) {
			t.Error("a suspended member signs in to the wiki")
		}
		// Apache remembers an accepted password for ten seconds.
		if !eventually(t, func() bool {
			status, _ := h.do(h.client(), http.MethodPut, h.url("pages", "/~bob/index.html"), "x", "bob", bob)
			return status == http.StatusUnauthorized || status == http.StatusForbidden
		}) {
			t.Error("a suspended member still publishes pages after 20 seconds")
		}
		h.run("member", "resume", "bob")
		if !h.wikiSignIn(h.client(), "bob", bob) {
			t.Error("a member whose suspension ended cannot sign in")
		}
	})

	changed := "four unrelated words now"
	t.Run("change of password in a browser", func(t *testing.T) {
		h.t = t
		h.changePassword("ana", ana, changed)
		if h.wikiSignIn(h.client(), "ana", ana) {
			t.Error("the old password still opens the wiki")
		}
		if !h.wikiSignIn(h.client(), "ana", changed) {
			t.Error("the new password does not open the wiki")
		}
		status, _ := h.do(h.client(), http.MethodPut, h.url("pages", "/~ana/news.html"), "new", "ana", changed)
		if status != http.StatusCreated && status != http.StatusNoContent {
			t.Errorf("the new password publishes no page: %d", status)
		}
	})

	t.Run("secret made anew", func(t *testing.T) {
		h.t = t
		if r := h.run("secret", "list", "wiki"); !strings.Contains(r.out, "ronron secret rotate wiki directory") {
			t.Errorf("secret list says:\n%s", r.out)
		}
		before := h.containers()
		h.run("secret", "rotate", "wiki", "directory", "--yes")
		if slices.Equal(before, h.containers()) {
			t.Error("no container was replaced")
		}
		if !h.wikiSignIn(h.client(), "ana", changed) {
			t.Error("ana cannot sign in to the wiki with its new account in the directory")
		}
	})

	t.Run("charter", func(t *testing.T) {
		h.t = t
		for lang, want := range map[string]string{"fr": "sauvegarde", "en": "backup"} {
			if status, body := h.get(h.client(), h.url("", "/charter?lang="+lang)); status != http.StatusOK ||
				!strings.Contains(strings.ToLower(body), want) || !strings.Contains(body, "DokuWiki") {
				t.Errorf("charter in %s: %d\n%.1000s", lang, status, body)
			}
		}
		_, body := h.get(h.client(), h.url("", "/charter.json"))
		var charter map[string]any
		if err := json.Unmarshal([]byte(body), &charter); err != nil {
			t.Errorf("charter.json: %v\n%.500s", err, body)
		}
		for _, want := range []string{"GPL-2.0-only", "https://github.com/dokuwiki/dokuwiki", "sha256:"} {
			if !strings.Contains(body, want) {
				t.Errorf("charter.json does not say %s", want)
			}
		}
	})

	t.Run("second up changes nothing", func(t *testing.T) {
		h.t = t
		before := h.containers()
		if r := h.run("up", "--yes"); !strings.Contains(r.out+r.err, "Nothing to change") {
			t.Errorf("a second `up` says:\n%s%s", r.out, r.err)
		}
		if r := h.run("plan", "--detailed-exitcode"); r.code != 0 {
			t.Errorf("plan exits with %d", r.code)
		}
		if after := h.containers(); !slices.Equal(before, after) {
			t.Errorf("containers before %v, after %v", before, after)
		}
	})

	t.Run("every container made anew", func(t *testing.T) {
		h.t = t
		for _, id := range h.containers() {
			docker(t, "rm", "-f", "-v", id)
		}
		if r := h.try("plan", "--detailed-exitcode"); r.code != 3 {
			t.Errorf("plan with everything missing exits with %d:\n%s%s", r.code, r.out, r.err)
		}
		h.run("up", "--yes")
		h.dataIsBack(changed)
	})

	t.Run("down and up", func(t *testing.T) {
		h.t = t
		h.run("down", "--yes")
		if left := docker(t, "ps", "-aq", "--filter", "label=ronron.chaton="+h.domain); left != "" {
			t.Errorf("containers left after down: %s", left)
		}
		h.run("up", "--yes")
		h.dataIsBack(changed)
	})

	t.Run("gateway serves while the daemon is away", func(t *testing.T) {
		h.t = t
		docker(t, "kill", h.domain+"-ronron-daemon")
		for _, id := range h.containers() {
			if strings.Contains(docker(t, "inspect", "--format", "{{.Name}}", id), "-gateway-") {
				docker(t, "restart", id)
			}
		}
		if !eventually(t, func() bool {
			resp, err := h.client().Get(h.url("wiki", "/first"))
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			page, err := io.ReadAll(resp.Body)
			return err == nil && strings.Contains(string(page), "Words of Ana.")
		}) {
			t.Error("the wiki cannot be read while the daemon is away")
		}
		h.run("up", "--yes")
	})
}

// dataIsBack checks that accounts, passwords, wiki and pages are as before.
func (h *house) dataIsBack(password string) {
	h.t.Helper()
	if page := h.wikiRead("first"); !strings.Contains(page, "Words of Ana.") {
		h.t.Errorf("the wiki page is gone:\n%.1000s", page)
	}
	if _, body := h.get(h.client(), h.url("pages", "/~ana/")); !strings.Contains(body, "Ana was here") {
		h.t.Errorf("the member's page is gone: %s", body)
	}
	if !h.wikiSignIn(h.client(), "ana", password) {
		h.t.Error("the member cannot sign in any more")
	}
}

// eventually asks until the answer is yes, for at most 20 seconds.
func eventually(t *testing.T, ask func() bool) bool {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if ask() {
			return true
		}
	}
	return false
}
