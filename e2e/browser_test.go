package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

// browse runs actions in a real browser that knows the chaton's root and
// finds every name on this machine.
func (h *house) browse(use func(ctx context.Context) error) {
	h.t.Helper()
	for _, program := range []string{"chromium", "certutil"} {
		if _, err := exec.LookPath(program); err != nil {
			h.t.Skipf("needs Debian's chromium and libnss3-tools; there is no %s", program)
		}
	}
	home := h.browserHome()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath("chromium"),
		chromedp.Flag("host-resolver-rules", "MAP * 127.0.0.1"),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.UserDataDir(filepath.Join(home, "profile")), chromedp.Env("HOME="+home),
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

// browserHome makes a home folder whose certificate store knows the chaton's
// root, as a member's browser does after importing it.
func (h *house) browserHome() string {
	h.t.Helper()
	home := h.t.TempDir()
	store := filepath.Join(home, ".pki", "nssdb")
	if err := os.MkdirAll(store, 0o700); err != nil {
		h.t.Fatal(err)
	}
	root := filepath.Join(home, "root.pem")
	if err := os.WriteFile(root, []byte(h.run("ca").out), 0o644); err != nil {
		h.t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-N", "--empty-password"},
		{"-A", "-n", "chaton", "-t", "C,,", "-i", root},
	} {
		if out, err := exec.Command("certutil", append([]string{"-d", "sql:" + store}, args...)...).CombinedOutput(); err != nil {
			h.t.Fatalf("certutil: %v\n%s", err, out)
		}
	}
	return home
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
