package e2e

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os/exec"
	"time"

	"github.com/chromedp/chromedp"
)

// browse runs actions in a real browser that knows the chaton's root and
// finds every name on this machine.
func (h *house) browse(use func(ctx context.Context) error) {
	h.t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		h.t.Skip("needs Debian's chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath("chromium"),
		chromedp.Flag("host-resolver-rules", "MAP * 127.0.0.1"),
		chromedp.Flag("ignore-certificate-errors-spki-list", h.rootKey()),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.UserDataDir(h.t.TempDir()),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	// The first call starts the browser, which lives as long as its context.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		h.t.Fatalf("start the browser: %v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := use(ctx); err != nil {
		h.t.Fatalf("in the browser: %v", err)
	}
}

// rootKey names the root's key in the form in which Chromium can be told to
// accept what it signed.
func (h *house) rootKey() string {
	h.t.Helper()
	block, _ := pem.Decode([]byte(h.run("ca").out))
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		h.t.Fatal(err)
	}
	sum := sha256.Sum256(root.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// changePassword does it as a member would, on the portal.
func (h *house) changePassword(login, old, changed string) {
	h.t.Helper()
	var after string
	h.browse(func(ctx context.Context) error {
		field := func(name string) chromedp.CSS { return chromedp.CSS(`input[name="` + name + `"]`) }
		err := chromedp.Do(ctx,
			chromedp.Navigate(h.url("", "/sign-in")),
			chromedp.SendKeys(field("login"), login),
			chromedp.SendKeys(field("password"), old),
			chromedp.Submit(field("password")),
			chromedp.WaitVisible(field("current")),
			chromedp.SendKeys(field("current"), old),
			chromedp.SendKeys(field("new"), changed),
			chromedp.SendKeys(field("again"), changed),
			chromedp.Submit(field("again")),
		)
		if err != nil {
			return err
		}
		after, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS(`[role="status"]`)))
		return err
	})
	if after == "" {
		h.t.Error("the portal does not say that the password was changed")
	}
}
