package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// site is a chaton of one host with pages that ask others, each in its own way.
func site(t *testing.T, pages map[string]string) Options {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, known := pages[r.URL.Path]
		switch {
		case !known:
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Path == "/strict":
			w.Header().Set("Content-Security-Policy", "default-src 'self'")
		case r.URL.Path == "/members":
			if c, err := r.Cookie("session"); err != nil || c.Value != "ana" {
				page = "sign in"
			}
		case r.URL.Path == "/basic":
			if _, password, _ := r.BasicAuth(); password != "ana's" {
				w.WriteHeader(http.StatusUnauthorized)
			}
		case r.URL.Path == "/asked":
			w.Header().Set("WWW-Authenticate", `Basic realm="here"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		if strings.HasSuffix(r.URL.Path, ".css") {
			w.Header().Set("Content-Type", "text/css")
		} else {
			w.Header().Set("Content-Type", "text/html")
		}
		io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Address: u.Host, Own: func(host string) bool { return host == "wiki.test.localhost" }}
}

const at = "https://wiki.test.localhost:8443"

func needBrowser(t *testing.T) {
	t.Helper()
	if os.Getenv("RONRON_BROWSER") == "" {
		t.Skip("needs RONRON_BROWSER=1 and Chromium")
	}
	if _, err := find(); err != nil {
		t.Skip(err)
	}
}

func hosts(r Report) (all []string) {
	for _, s := range r.Strange {
		all = append(all, s.Host)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestCrawl_FindsEveryWayToAskOthers(t *testing.T) {
	needBrowser(t)
	o := site(t, map[string]string{
		"/":            `<h1>Welcome</h1><link rel="stylesheet" href="/style.css"><a href="/more#part">more</a> <a href="https://elsewhere.example.org/">a link is no request</a> <a href="/logout">out</a>`,
		"/style.css":   `@font-face { font-family: x; src: url(https://fonts.example.org/x.woff2) } h1 { font-family: x }`,
		"/more":        `<img src="https://images.example.org/a.png"><iframe src="/frame"></iframe><link rel="preconnect" href="https://ahead.example.org"><a href="/script">script</a>`,
		"/frame":       `<iframe src="https://frames.example.org/"></iframe>`,
		"/script":      `<script>setTimeout(() => { fetch("https://scripts.example.org/"); new WebSocket("wss://sockets.example.org/"); navigator.sendBeacon("https://beacons.example.org/", "x") }, 50)</script><img src="http://plain.example.org/x.png"><a href="/strict">strict</a>`,
		"/strict":      `<img src="https://stopped.example.org/a.png"><p>nothing leaves this page</p>`,
		"/logout":      `<img src="https://logout.example.org/">`,
		"/favicon.ico": "",
	})
	o.Start, o.Expect, o.Skip = []string{at + "/"}, "Welcome", regexp.MustCompile("logout")
	r, err := Crawl(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ahead.example.org", "beacons.example.org", "fonts.example.org", "frames.example.org", "images.example.org", "plain.example.org", "scripts.example.org", "sockets.example.org"}
	if got := hosts(r); !slices.Equal(got, want) {
		t.Errorf("asked: %v\nwant:  %v", got, want)
	}
	if want := []string{at + "/", at + "/more", at + "/script", at + "/strict"}; !slices.Equal(r.Pages, want) {
		t.Errorf("pages: %v", r.Pages)
	}
	for _, s := range r.Strange {
		if s.Host == "images.example.org" && s.Page != at+"/more" {
			t.Errorf("the image is said to be of %s", s.Page)
		}
	}
}

// TestCrawl_TheBrowserItselfAsksNobody is what makes the other results mean something.
func TestCrawl_TheBrowserItselfAsksNobody(t *testing.T) {
	needBrowser(t)
	pages := map[string]string{}
	for i := range 9 {
		pages[fmt.Sprintf("/%d", i)] = fmt.Sprintf(`<form><input name="login"><input type="password" name="p"></form>plain<a href="/%d">next</a>`, i+1)
	}
	o := site(t, pages)
	o.Start, o.Expect = []string{at + "/0"}, "plain"
	r, err := Crawl(context.Background(), o)
	if err != nil || len(r.Pages) < 8 || len(r.Strange) > 0 {
		t.Errorf("%v, pages %v, asked %v", err, r.Pages, r.Strange)
	}
}

func TestCrawl_SignedIn(t *testing.T) {
	needBrowser(t)
	o := site(t, map[string]string{"/members": "hello ana", "/basic": "hello ana", "/asked": "hello ana"})
	o.Start, o.Expect = []string{at + "/members"}, "hello ana"
	if _, err := Crawl(context.Background(), o); err == nil || !strings.Contains(err.Error(), "without") {
		t.Errorf("a sign-in form is taken for the page behind it: %v", err)
	}
	o.Cookies = []Cookie{{"session", "ana", at}}
	if _, err := Crawl(context.Background(), o); err != nil {
		t.Errorf("with the cookie: %v", err)
	}
	o.Start = []string{at + "/basic"}
	if _, err := Crawl(context.Background(), o); err == nil {
		t.Error("a page that answers 401 is taken for a good one")
	}
	o.Start = []string{at + "/asked"}
	if _, err := Crawl(context.Background(), o); !errors.Is(err, ErrPassword) {
		t.Errorf("a page that only asks for a password: %v", err)
	}
	o.Start = []string{at + "/basic"}
	o.Headers = map[string]string{"Authorization": "Basic YW5hOmFuYSdz"}
	if _, err := Crawl(context.Background(), o); err != nil {
		t.Errorf("with Basic: %v", err)
	}
}

func TestCrawl_SignsInByAScriptOfThePage(t *testing.T) {
	needBrowser(t)
	o := site(t, map[string]string{"/": `<input id="who"><input type="password" id="pw"><button id="go" disabled>Enter</button><p id="out"></p><script>
		document.getElementById("pw").oninput = () => setTimeout(() => { document.getElementById("go").disabled = false }, 300)
		document.getElementById("go").onclick = () => {
			if (document.getElementById("pw").value !== "ana's \"own\"") return
			document.getElementById("out").textContent = "calendars of " + document.getElementById("who").value
			fetch("https://inside.example.org/")
		}</script>`})
	o.Start, o.Press, o.Inside = []string{at + "/"}, "#go", "calendars of ana"
	o.SignIn = []Field{{"#who", "ana"}, {"#pw", `ana's "own"`}}
	if r, err := Crawl(context.Background(), o); err != nil || !slices.Equal(hosts(r), []string{"inside.example.org"}) {
		t.Errorf("%v, asked %v", err, hosts(r))
	}
	o.SignIn[1].Value = "wrong"
	if _, err := Crawl(context.Background(), o); err == nil || !strings.Contains(err.Error(), "is not shown") {
		t.Errorf("with a wrong password: %v", err)
	}
}

func TestLinks_StaysOnTheSite(t *testing.T) {
	c := crawl{Options: Options{Skip: regexp.MustCompile("out")}, seen: map[string]bool{at + "/seen": true}}
	got := c.links(at+"/a", []string{at + "/b#x", at + "/seen", at + "/logout", "https://other.test.localhost:8443/", "http://wiki.test.localhost:8443/", "mailto:a@b", "::"})
	if !slices.Equal(got, []string{at + "/b"}) {
		t.Errorf("follows %v", got)
	}
}
