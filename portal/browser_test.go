package portal

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowser_ChangesAPassword is what a member does, in a real browser over
// TLS, with JavaScript and without.
func TestBrowser_ChangesAPassword(t *testing.T) {
	if os.Getenv("RONRON_BROWSER") == "" {
		t.Skip("needs RONRON_BROWSER=1 and Debian's chromium")
	}
	for name, on := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			p := newTestPortal(t, demoSite())
			base := overTLS(t, p)
			browser := newBrowser(t)
			do := func(step string, actions ...action) {
				t.Helper()
				if err := chromedp.Do(browser, actions...); err != nil {
					t.Fatalf("%s: %v", step, err)
				}
			}
			read := func(selector string) string {
				t.Helper()
				got, err := chromedp.Run(browser, chromedp.Text(chromedp.CSS(selector)))
				if err != nil {
					t.Fatalf("read %s: %v", selector, err)
				}
				return got
			}
			signIn := func(password, then string) {
				t.Helper()
				do("sign in", chromedp.Navigate(base+"/sign-in"), typing("#login", "ana"), typing("#password", password), pressing("form.form button", then))
			}

			do("home page in English", scripts(on), chromedp.Navigate(base+"/?lang=en"), chromedp.WaitVisible(chromedp.CSS(".hero")))
			signIn("a wrong password", "#problem")
			if got := read("#problem"); got != wrongPassword.EN {
				t.Errorf("the page says %q", got)
			}
			signIn(anaPassword, "#current")
			if got := read("h1"); got != "Hello Ana Lopes" {
				t.Errorf("the account page greets with %q", got)
			}
			do("change password", typing("#current", anaPassword), typing("#new", newPassword), typing("#again", newPassword), pressing("form.form button", ".notice-good"))
			do("sign out", pressing(".menu button", ".hero"))
			signIn(anaPassword, "#problem")
			signIn(newPassword, "#current")
			do("read the charter", chromedp.Navigate(base+"/charter"), chromedp.WaitVisible(chromedp.CSS("#criteria")))
		})
	}
}
