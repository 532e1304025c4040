package e2e

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestOIDC signs members in to software that knows nothing of Ronron: Apache with
// mod_auth_openidc finds the portal by its address, from a network that leads
// nowhere else, trusts the chaton's authority and checks every signature.
//
// The domain is none below localhost: libcurl takes every such name for its own machine.
func TestOIDC(t *testing.T) {
	h := newHouse(t, "oidc-e2e.test", 29473, func(text string) string {
		text = regexp.MustCompile(`(?s)\nservice ".*`).ReplaceAllString(text, "\n")
		text = strings.Replace(text, "chaton {\n", "chaton {\n  recipes = \"recipes\"\n", 1)
		return text + "service \"door\" { recipe = \"door\" }\nservice \"club\" {\n  recipe = \"door\"\n  enter  = [\"club\"]\n}\n"
	})
	if err := os.CopyFS(filepath.Join(h.dir, "recipes"), os.DirFS("testdata/oidc")); err != nil {
		t.Fatal(err)
	}
	h.up()
	h.up() // nothing moves: who is signed in stays so
	ana, bob := h.member("ana"), h.member("bob")

	member := h.client()
	if page := h.enterDoor(member, "door", "ana", "wrong "+ana); strings.Contains(page, "user=") {
		t.Fatalf("a wrong password opens the door:\n%s", page)
	}
	page := h.enterDoor(member, "door", "ana", ana)
	for _, want := range []string{"user=ana ", "sub=ana ", "mail=ana@" + h.domain, "groups=members ", "verified=(none)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the door does not show %q:\n%s", want, page)
		}
	}
	// One sign-in for all: no form comes for the second service, which is not hers.
	if status, page := h.open(member, h.url("club", "/")); status != http.StatusForbidden || !strings.Contains(page, "bon groupe") {
		t.Errorf("a door for others answers %d:\n%s", status, page)
	}
	h.run("group", "join", "club", "ana")
	if status, page := h.open(member, h.url("club", "/")); status != http.StatusOK || !strings.Contains(page, "user=ana ") || !strings.Contains(page, "groups=club ") {
		t.Errorf("with the group the door answers %d:\n%s", status, page)
	}

	// A real browser also applies the form's policy to wherever its answer leads.
	t.Run("in a browser", func(t *testing.T) { h.doorInABrowser("ana", ana) })

	gone := h.client()
	if page := h.enterDoor(gone, "door", "bob", bob); !strings.Contains(page, "user=bob ") {
		t.Fatalf("bob is not let in:\n%s", page)
	}
	h.run("member", "suspend", "bob")
	h.within(30*time.Second, "a suspended member's session at the door to end", func() bool {
		_, page := h.open(gone, h.url("door", "/"))
		return !strings.Contains(page, "user=bob ")
	})
	if page := h.enterDoor(gone, "door", "bob", bob); strings.Contains(page, "user=bob ") {
		t.Error("a suspended member signs in")
	}
	if _, page := h.open(member, h.url("door", "/")); !strings.Contains(page, "user=ana ") {
		t.Error("somebody else's suspension ended ana's session")
	}

	portal := h.engine.docker(t, "ps", "-q", "--filter", "label=ronron.chaton="+h.domain, "--filter", "label=ronron.service=portal")
	log := h.engine.docker(t, "logs", portal)
	for _, private := range []string{"ana", "bob", "code=", "Bearer", "state="} {
		if strings.Contains(log, private) {
			t.Errorf("the portal's log holds %q:\n%s", private, log)
		}
	}
}

// doorInABrowser goes from the service to the portal and back, in both ways that it
// can: with a password, and once signed in without.
func (h *house) doorInABrowser(login, password string) {
	h.t.Helper()
	var first, second string
	h.browse(func(ctx context.Context) error {
		field := func(name string) chromedp.CSS { return chromedp.CSS(`input[name="` + name + `"]`) }
		err := chromedp.Do(ctx,
			chromedp.Navigate(h.url("door", "/")),
			chromedp.WaitVisible(field("login")),
			chromedp.SendKeys(field("login"), login),
			chromedp.SendKeys(field("password"), password),
			chromedp.Submit(field("password")),
			chromedp.WaitVisible(chromedp.CSS(`body > p`)),
		)
		if err != nil {
			return err
		}
		if first, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body"))); err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(h.url("club", "/")), chromedp.WaitVisible(chromedp.CSS(`body > p`))); err != nil {
			return err
		}
		second, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
		return err
	})
	for _, page := range []string{first, second} {
		if !strings.Contains(page, "user="+login) {
			h.t.Errorf("the browser shows %q", page)
		}
	}
}

var askField = regexp.MustCompile(`name="ask" value="([^"]*)"`)

// enterDoor opens a service as a browser does, signs in on the portal where that asks,
// and returns the page at the end.
func (h *house) enterDoor(c *http.Client, service, login, password string) string {
	h.t.Helper()
	_, page := h.open(c, h.url(service, "/"))
	ask := askField.FindStringSubmatch(page)
	if ask == nil {
		return page
	}
	form := url.Values{"login": {login}, "password": {password}, "ask": {html.UnescapeString(ask[1])}}
	r, err := http.NewRequest(http.MethodPost, h.url("", "/sign-in"), strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", h.url("", ""))
	_, page = h.follow(c, r)
	return page
}

// open asks for a page as somebody who looks at it.
func (h *house) open(c *http.Client, address string) (int, string) {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.follow(c, r)
}

func (h *house) follow(c *http.Client, r *http.Request) (int, string) {
	h.t.Helper()
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "fr")
	resp, err := c.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(page)
}

func (h *house) within(patience time.Duration, what string, done func() bool) {
	h.t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(500 * time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatalf("waited %s in vain for %s", patience, what)
		}
	}
}
