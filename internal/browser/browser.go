// Package browser sends a real browser through a site and tells whom else it
// asked. It drives Chromium, which is a program and has no library; it is
// for tests of recipes alone, and no daemon, gateway or portal uses it.
//
// All that the browser sends goes through a proxy of ours, which lets it reach
// the site and nobody else. So nothing can be missed: not a font of a style
// sheet, not a frame in a frame. Connections that a page asks to be made ahead
// (rel=preconnect) are read from the page, for this way of running the browser
// makes none. What the site's own rules (Content-Security-Policy) stop inside the
// browser was never sent.
package browser

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
)

// Options say where to crawl.
type Options struct {
	Start   []string               // addresses to begin with
	Own     func(host string) bool // is it the chaton's
	Address string                 // where the chaton's hosts are reached: "127.0.0.1:8443"
	Pages   int                    // at most so many; 0 is 12
	Skip    *regexp.Regexp         // links that are not followed; nil follows all of Start's hosts

	Cookies []Cookie          // of somebody who is signed in
	Headers map[string]string // sent with every request, such as Authorization
	// Expect is what the first page must show, so that a crawl of error pages
	// or of a sign-in form is not taken for a clean one.
	Expect string
	// SignIn fills fields of the first page and presses a button, where the
	// software signs in by a script of its own; Inside is what is shown after that.
	SignIn []Field
	Press  string // selector of the button
	Inside string
}

// Field is a field of a page, by CSS selector, and what is typed into it.
type Field struct{ Selector, Value string }

// Cookie is one cookie of one host.
type Cookie struct{ Name, Value, URL string }

// Report is what a crawl found.
type Report struct {
	Pages   []string  // that were shown, in order
	Strange []Request // to hosts that are not the chaton's
}

// Request is one attempt to reach somebody else.
type Request struct{ Host, Page string }

const (
	defaultPages = 12
	pagePatience = 45 * time.Second       // 20 were too few once on a machine with seven times the load it has cores for
	quiet        = 700 * time.Millisecond // after a page was loaded, for what its scripts ask
)

// programs are the names under which Chromium is installed.
var programs = []string{"chromium", "chromium-browser", "google-chrome"}

// ErrNone is when the machine has no browser.
var ErrNone = errs.New(errs.NotFound, "There is no Chromium on this machine.").
	WithHint("Install it: apt-get install chromium. The crawl is left out otherwise, and no recipe is shown as clean.")

// ErrPassword is when a browser asks for a password before it shows anything.
var ErrPassword = errs.New(errs.Denied, "The browser asks for a password and shows nothing.")

// Crawl opens the pages of Start, follows their links on the same hosts, and
// tells every host that was asked and is not the chaton's.
func Crawl(ctx context.Context, o Options) (Report, error) {
	program, err := find()
	if err != nil {
		return Report{}, err
	}
	proxy, err := listen(o)
	if err != nil {
		return Report{}, err
	}
	defer proxy.close()
	home, err := os.MkdirTemp("", "ronron-browser")
	if err != nil {
		return Report{}, fmt.Errorf("make a folder for the browser: %w", err)
	}
	defer os.RemoveAll(home)
	b, err := start(ctx, program, home)
	if err != nil {
		return Report{}, err
	}
	defer b.close()
	c := crawl{Options: o, browser: b, proxy: proxy, seen: map[string]bool{}}
	if c.Pages == 0 {
		c.Pages = defaultPages
	}
	err = c.run(ctx)
	c.report.Strange = proxy.found()
	return c.report, err
}

func find() (string, error) {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}

// flags keep the browser from asking its makers for anything, as far as there
// are flags for it. The rest of that goes to a proxy that does not exist: only the
// tab that is looked at has ours.
func flags(home string) []string {
	all := []string{
		"--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
		"--disable-extensions", "--disable-client-side-phishing-detection", "--disable-domain-reliability", "--disable-breakpad",
		"--disable-quic", "--metrics-recording-only", "--no-pings", "--no-service-autorun", "--password-store=basic", "--disable-dev-shm-usage",
		"--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,InterestFeedContentSuggestions,CertificateTransparencyComponentUpdater,DialMediaRouteProvider",
		"--user-data-dir=" + filepath.Join(home, "profile"), "--window-size=1280,900", "--lang=fr",
		"--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
		// Who answers is settled: the proxy reaches nothing but the chaton under
		// test. That its certificate is right is checked by the test's other client.
		"--ignore-certificate-errors",
	}
	if os.Getuid() == 0 {
		all = append(all, "--no-sandbox") // Chromium's sandbox does not start as root
	}
	return append(all, "about:blank")
}

// crawl is one walk through a site.
type crawl struct {
	Options
	browser *client
	proxy   *proxy
	seen    map[string]bool
	report  Report
}

func (c *crawl) run(ctx context.Context) error {
	page, err := c.browser.page(ctx, c.proxy.address())
	if err != nil {
		return err
	}
	if err := page.dress(ctx, c.Cookies, c.Headers); err != nil {
		return err
	}
	todo := slices.Clone(c.Start)
	for i := 0; i < len(todo) && len(c.report.Pages) < c.Pages; i++ {
		at := todo[i]
		if c.seen[at] {
			continue
		}
		c.seen[at] = true
		c.proxy.on(at)
		shown, err := page.visit(ctx, at)
		if errors.Is(err, errSlow) { // an interface of the machine went, and a request with it
			shown, err = page.visit(ctx, at)
		}
		if err != nil {
			return fmt.Errorf("open %s: %w", at, err)
		}
		if len(c.report.Pages) == 0 && !strings.Contains(shown.HTML, c.Expect) {
			return fmt.Errorf("the browser shows %s without %q", at, c.Expect)
		}
		if i < len(c.Start) && shown.Status >= 400 {
			return fmt.Errorf("the browser gets %d from %s", shown.Status, at)
		}
		if len(c.report.Pages) == 0 && len(c.SignIn) > 0 {
			if shown, err = page.signIn(ctx, c.SignIn, c.Press, c.Inside); err != nil {
				return fmt.Errorf("sign in at %s: %w", at, err)
			}
		}
		c.report.Pages = append(c.report.Pages, at)
		for _, host := range shown.Ahead {
			if !c.Own(host) {
				c.proxy.note(host)
			}
		}
		todo = append(todo, c.links(at, shown.Links)...)
	}
	if len(c.report.Pages) == 0 {
		return errors.New("no page was shown")
	}
	return nil
}

// links are those of a page that the crawl may follow: the same site's, once each.
func (c *crawl) links(page string, all []string) (follow []string) {
	from, err := url.Parse(page)
	if err != nil {
		return nil
	}
	for _, link := range all {
		to, err := url.Parse(link)
		if err != nil || to.Scheme != from.Scheme || to.Host != from.Host {
			continue
		}
		to.Fragment = ""
		if at := to.String(); !c.seen[at] && (c.Skip == nil || !c.Skip.MatchString(at)) {
			follow = append(follow, at)
		}
	}
	return follow
}
