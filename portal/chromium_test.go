package portal

import (
	"context"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const chromium = "/usr/bin/chromium"

// newBrowser starts a Chromium that talks to nobody but the test's own server.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Skip("needs Debian's chromium: " + err.Error())
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("font-render-hinting", "none"),
	)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	if err := chromedp.Do(browser); err != nil { // the first call starts it and must not be the one with a deadline
		t.Fatalf("start chromium: %v", err)
	}
	limited, cancel := context.WithTimeout(browser, 5*time.Minute)
	t.Cleanup(cancel)
	return limited
}

func overTLS(t *testing.T, p *testPortal) string {
	t.Helper()
	server := httptest.NewTLSServer(p)
	t.Cleanup(server.Close)
	return server.URL
}

type action = chromedp.Action[chromedp.Void]

// scripts switches JavaScript in pages on or off.
func scripts(on bool) action {
	return command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// command makes an action of a protocol command that chromedp has no name for.
func command[P any](c cdp.Command[P, cdp.Empty], params P) action {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}

// typing fills a field as a person does, key by key.
func typing(field, value string) action {
	return chromedp.SendKeys(chromedp.CSS(field), value)
}

// pressing clicks and waits for what the next page shows.
func pressing(button, then string) action {
	return chromedp.Steps(chromedp.Click(chromedp.CSS(button)), chromedp.WaitVisible(chromedp.CSS(then)))
}
