package portal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ronron/internal/text"
)

// TestScreenshots takes pictures of every page into the folder that
// RONRON_SCREENSHOTS names. Three of them are those of the documents; with
// RONRON_SCREENSHOTS_ALL the others are taken too, to look at.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("RONRON_SCREENSHOTS")
	if folder == "" {
		t.Skip("needs RONRON_SCREENSHOTS=folder")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	p := newTestPortal(t, demoSite())
	base := overTLS(t, p)
	browser := newBrowser(t)
	take := func(name, path string, width int64, dark, whole bool, before ...action) {
		t.Helper()
		scheme := "light"
		if dark {
			scheme = "dark"
		}
		height := int64(900)
		if width < 500 {
			height = 844
		} else if !whole {
			height = 1360
		}
		actions := []action{
			chromedp.EmulateViewport(width, height, chromedp.EmulateScale(1)),
			command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			}}),
			chromedp.Navigate(base + path),
		}
		actions = append(actions, before...)
		if err := chromedp.Do(browser, actions...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		camera := chromedp.CaptureScreenshot()
		if whole {
			camera = chromedp.FullScreenshot(100)
		}
		picture, err := chromedp.Run(browser, camera)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	signIn := []action{
		typing("#login", "ana"),
		typing("#password", anaPassword),
		pressing("form.form button", "#current"),
	}

	take("portal-home", "/?lang=fr", 1280, false, true)
	take("portal-phone", "/?lang=fr", 390, false, false)
	take("charter", "/charter?lang=fr", 1280, false, false)
	if os.Getenv("RONRON_SCREENSHOTS_ALL") == "" {
		return
	}
	for _, lang := range text.Langs {
		for _, width := range []int64{1280, 390} {
			for _, dark := range []bool{false, true} {
				name := func(page string) string {
					return fmt.Sprintf("all-%s-%s-%d-%s", page, lang, width, map[bool]string{false: "light", true: "dark"}[dark])
				}
				take(name("home"), "/?lang="+string(lang), width, dark, true)
				take(name("charter"), "/charter?lang="+string(lang), width, dark, true)
				take(name("charter-criteria"), "/charter#section-O", width, dark, false)
				take(name("charter-services"), "/charter#services", width, dark, false)
				take(name("sign-in"), "/sign-in?lang="+string(lang), width, dark, true)
				take(name("wrong"), "/sign-in", width, dark, true,
					typing("#login", "anna"), typing("#password", "x"),
					pressing("form.form button", "[role=alert]"))
				take(name("missing-page"), "/nothing", width, dark, true)
				take(name("account"), "/sign-in", width, dark, true, signIn...)
				take(name("refused"), "/account", width, dark, true,
					typing("#current", anaPassword), typing("#new", anaPassword),
					typing("#again", anaPassword),
					pressing("form.form button", ".problem"))
				take(name("signed-out"), "/account", width, dark, false, pressing(".menu button", ".hero"))
			}
		}
	}
}
