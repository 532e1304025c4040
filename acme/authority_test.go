package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/internal/secret"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is a time that tests move.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newAuthority(t *testing.T, c *clock) *Authority {
	t.Helper()
	a, err := NewAuthority("Le chaton de démo", "Chaton.localhost.", c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRoot_IsWhatPeopleAreAskedToTrust(t *testing.T) {
	a := newAuthority(t, &clock{start})
	root := parse(t, a.RootPEM())
	if got := root.Subject.CommonName; got != "Le chaton de démo – Ronron local authority" {
		t.Errorf("name is %q", got)
	}
	if !root.IsCA || !root.MaxPathLenZero || !root.PermittedDNSDomainsCritical || fmt.Sprint(root.PermittedDNSDomains) != "[chaton.localhost]" {
		t.Errorf("CA %v, path length zero %v, constraints %v", root.IsCA, root.MaxPathLenZero, root.PermittedDNSDomains)
	}
	if years := root.NotAfter.Sub(root.NotBefore).Hours() / 24 / 365; years != 10 || a.NotAfter() != root.NotAfter {
		t.Errorf("lives %v years", years)
	}
	if len(a.Fingerprint()) != 32*3-1 || strings.ToUpper(a.Fingerprint()) != a.Fingerprint() {
		t.Errorf("fingerprint is %s", a.Fingerprint())
	}
	long, err := NewAuthority(strings.Repeat("é", 100), "chaton.localhost", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, long.RootPEM()).Subject.CommonName; len([]rune(got)) != maxCommonName || !strings.HasSuffix(got, "… – Ronron local authority") {
		t.Errorf("a long name becomes %q (%d)", got, len([]rune(got)))
	}
	for _, domain := range []string{"", "a b", "*.test", "10.0.0.1", "-a.test", "chaton..test", strings.Repeat("a", 64) + ".test"} {
		if _, err := NewAuthority("n", domain, time.Now); errs.CodeOf(err) != errs.Invalid {
			t.Errorf("domain %q: %v", domain, err)
		}
	}
}

func TestAuthority_ComesBackFromItsPEM(t *testing.T) {
	c := &clock{start}
	a := newAuthority(t, c)
	key, err := a.KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	back, err := LoadAuthority(a.RootPEM(), key, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	if back.Fingerprint() != a.Fingerprint() || back.Domain() != "chaton.localhost" {
		t.Errorf("another authority came back")
	}
	leaf, err := back.Issue(IssueRequest{Hosts: []string{"wiki.chaton.localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, a, leaf, "wiki.chaton.localhost", start)

	other := newAuthority(t, c)
	otherKey, _ := other.KeyPEM()
	for name, load := range map[string]func() (*Authority, error){
		"other key":  func() (*Authority, error) { return LoadAuthority(a.RootPEM(), otherKey, c.Now) },
		"no key":     func() (*Authority, error) { return LoadAuthority(a.RootPEM(), secret.New(""), c.Now) },
		"no root":    func() (*Authority, error) { return LoadAuthority("", key, c.Now) },
		"leaf":       func() (*Authority, error) { return LoadAuthority(leaf.Chain, leaf.Key, c.Now) },
		"cut":        func() (*Authority, error) { return LoadAuthority(a.RootPEM()[:200], key, c.Now) },
		"key as der": func() (*Authority, error) { return LoadAuthority(a.RootPEM(), secret.New("\x30\x00"), c.Now) },
	} {
		if _, err := load(); errs.CodeOf(err) != errs.Invalid || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIssue_OnlyForTheDomain(t *testing.T) {
	a := newAuthority(t, &clock{start})
	for _, hosts := range [][]string{{"chaton.localhost"}, {"WIKI.chaton.localhost."}, {"a.chaton.localhost", "b.c.chaton.localhost"}, {strings.Repeat("a", 60) + ".chaton.localhost"}} {
		leaf, err := a.Issue(IssueRequest{Hosts: hosts})
		if err != nil {
			t.Errorf("%v: %v", hosts, err)
			continue
		}
		for _, h := range hosts {
			verify(t, a, leaf, strings.TrimSuffix(strings.ToLower(h), "."), start)
		}
	}
	for _, hosts := range [][]string{nil, {"bank.test"}, {"wiki.chaton.localhost", "evilchaton.localhost"}, {"localhost"}, {"*.chaton.localhost"}, {"127.0.0.1"}, {"a_b.chaton.localhost"}, {""}} {
		if _, err := a.Issue(IssueRequest{Hosts: hosts}); errs.CodeOf(err) != errs.Invalid {
			t.Errorf("%v: %v", hosts, err)
		}
	}
	_, err := a.Issue(IssueRequest{Hosts: []string{"bank.test", "a b", "ok.chaton.localhost"}})
	if !strings.Contains(err.Error(), "bank.test is not below") || !strings.Contains(err.Error(), `"a b" is not a host name`) || errs.HintOf(err) == "" {
		t.Errorf("both problems are not told: %v", err)
	}
}

func TestIssue_LifetimesAndKeys(t *testing.T) {
	c := &clock{start}
	a := newAuthority(t, c)
	for asked, want := range map[time.Duration]time.Duration{
		0: LeafLifetime, -1: LeafLifetime, time.Hour: time.Hour, 365 * 24 * time.Hour: 365 * 24 * time.Hour,
		5000 * 24 * time.Hour: MaxLeafLifetime - backdate,
	} {
		leaf, err := a.Issue(IssueRequest{Hosts: []string{"chaton.localhost"}, Lifetime: asked})
		if err != nil {
			t.Fatal(err)
		}
		if got := leaf.NotAfter.Sub(start); got != want {
			t.Errorf("asked for %v, got %v", asked, got)
		}
	}
	one, _ := a.Certificate(context.Background(), []string{"chaton.localhost"})
	two, _ := a.Certificate(context.Background(), []string{"chaton.localhost"})
	if one.Key.Reveal() == two.Key.Reveal() || one.Chain == two.Chain {
		t.Error("two certificates share a key")
	}
	if s := fmt.Sprintf("%v %+v %#v", one, one, one); strings.Contains(s, "PRIVATE") {
		t.Error("a key is printed")
	}
	if b, _ := json.Marshal(one); strings.Contains(string(b), "PRIVATE") {
		t.Error("a key is encoded")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.Certificate(ctx, []string{"chaton.localhost"}); err == nil {
		t.Error("issues after the end of its context")
	}
}

func TestClock_Jumps(t *testing.T) {
	c := &clock{start}
	a := newAuthority(t, c)
	leaf, err := a.Issue(IssueRequest{Hosts: []string{"chaton.localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	for after, due := range map[time.Duration]bool{
		0: false, 19 * day: false, 20 * day: true, 30 * day: true, 400 * day: true,
		-30 * time.Minute: false, -2 * time.Hour: true, -400 * day: true, // the clock was wrong when it was made
	} {
		if Due(leaf, start.Add(after)) != due {
			t.Errorf("after %v it is due: %v", after, !due)
		}
	}
	if got := RenewAt(leaf); Due(leaf, got.Add(-time.Second)) || !Due(leaf, got) {
		t.Errorf("it is not due at %v", got)
	}
	// Near the root's end leaves end with it; past it, or before its beginning,
	// there are none.
	c.now = a.NotAfter().Add(-3 * day)
	leaf, err = a.Issue(IssueRequest{Hosts: []string{"chaton.localhost"}})
	if err != nil || leaf.NotAfter != a.NotAfter() {
		t.Errorf("near the end: until %v, %v", leaf.NotAfter, err)
	}
	for _, now := range []time.Time{a.NotAfter(), a.NotAfter().Add(day), start.Add(-2 * day), time.Unix(0, 0)} {
		c.now = now
		if _, err := a.Issue(IssueRequest{Hosts: []string{"chaton.localhost"}}); errs.CodeOf(err) != errs.Failed || !strings.Contains(errs.HintOf(err), "clock") {
			t.Errorf("at %v: %v", now, err)
		}
	}
	c.now = start.Add(-30 * time.Minute) // within the root's own backdating
	if leaf, err = a.Issue(IssueRequest{Hosts: []string{"chaton.localhost"}}); err != nil || leaf.NotBefore.Before(parse(t, a.RootPEM()).NotBefore) {
		t.Errorf("shortly before: from %v, %v", leaf.NotBefore, err)
	}
}

func TestParseCertificate_ComesBack(t *testing.T) {
	a := newAuthority(t, &clock{start})
	leaf, err := a.Issue(IssueRequest{Hosts: []string{"chaton.localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseCertificate(leaf.Chain, leaf.Key)
	if err != nil || !back.NotAfter.Equal(leaf.NotAfter) || !back.NotBefore.Equal(leaf.NotBefore) {
		t.Errorf("%v, %v", back, err)
	}
	if _, err := ParseCertificate(leaf.Chain, secret.New("x")); errs.CodeOf(err) != errs.Invalid {
		t.Errorf("a wrong key: %v", err)
	}
}

// A stolen key can sign what it likes; clients must not believe it outside
// the domain. Each client that is installed here is asked.
func TestConstraints_ClientsKeepToThem(t *testing.T) {
	a, err := NewAuthority("n", "chaton.test", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	good, err := a.Issue(IssueRequest{Hosts: []string{"wiki.chaton.test"}})
	if err != nil {
		t.Fatal(err)
	}
	stolen := *a
	root := *a.root
	root.PermittedDNSDomains = []string{"test"} // what the thief's program believes
	stolen.root = &root
	bad, err := stolen.Issue(IssueRequest{Hosts: []string{"bank.test"}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rootFile, goodFile, badFile := write("root.pem", a.RootPEM()), write("good.pem", good.Chain), write("bad.pem", bad.Chain)

	t.Run("go", func(t *testing.T) {
		verify(t, a, good, "wiki.chaton.test", time.Now())
		if _, err := parse(t, bad.Chain).Verify(x509.VerifyOptions{Roots: pool(t, a), DNSName: "bank.test"}); err == nil {
			t.Error("believes it")
		}
	})
	t.Run("openssl", func(t *testing.T) {
		need(t, "openssl")
		args := []string{"verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", rootFile, "-verify_hostname"}
		if out, err := exec.Command("openssl", append(args, "wiki.chaton.test", goodFile)...).CombinedOutput(); err != nil {
			t.Errorf("refuses the good one: %s", out)
		}
		out, err := exec.Command("openssl", append(args, "bank.test", badFile)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "permitted subtree violation") {
			t.Errorf("on the bad one: %s", out)
		}
	})
	t.Run("gnutls", func(t *testing.T) {
		need(t, "certtool")
		args := []string{"--verify", "--verify-profile", "medium", "--verify-purpose", "1.3.6.1.5.5.7.3.1", "--load-ca-certificate", rootFile}
		if out, err := exec.Command("certtool", append(args, "--verify-hostname", "wiki.chaton.test", "--infile", goodFile)...).CombinedOutput(); err != nil {
			t.Errorf("refuses the good one: %s", out)
		}
		out, err := exec.Command("certtool", append(args, "--verify-hostname", "bank.test", "--infile", badFile)...).CombinedOutput()
		if err == nil {
			t.Errorf("on the bad one: %s", out)
		}
	})
	t.Run("curl", func(t *testing.T) {
		need(t, "curl")
		for name, leaf := range map[string]Certificate{"wiki.chaton.test": good, "bank.test": bad} {
			port := serveTLS(t, leaf)
			out, err := exec.Command("curl", "-sS", "--noproxy", "*", "--cacert", rootFile, "--resolve", name+":"+port+":127.0.0.1",
				"https://"+name+":"+port+"/").CombinedOutput()
			if believed := err == nil && string(out) == "purr"; believed != (name == "wiki.chaton.test") {
				t.Errorf("on %s: %s", name, out)
			}
		}
	})
	t.Run("nss", func(t *testing.T) { // Firefox, and Chromium's store of roots
		need(t, "certutil")
		run := func(args ...string) ([]byte, error) {
			return exec.Command("certutil", append(args, "-d", "sql:"+dir)...).CombinedOutput()
		}
		for _, args := range [][]string{
			{"-N", "--empty-password"}, {"-A", "-n", "root", "-t", "C,,", "-i", rootFile},
			{"-A", "-n", "good", "-t", ",,", "-i", goodFile}, {"-A", "-n", "bad", "-t", ",,", "-i", badFile},
		} {
			if out, err := run(args...); err != nil {
				t.Fatalf("certutil %v: %s", args, out)
			}
		}
		if out, err := run("-V", "-u", "V", "-e", "-n", "good"); err != nil {
			t.Errorf("refuses the good one: %s", out)
		}
		if out, err := run("-V", "-u", "V", "-e", "-n", "bad"); err == nil {
			t.Errorf("believes the bad one: %s", out)
		}
	})
}

func serveTLS(t *testing.T, leaf Certificate) (port string) {
	t.Helper()
	pair, err := tls.X509KeyPair([]byte(leaf.Chain), []byte(leaf.Key.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "purr") })}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}

func verify(t *testing.T, a *Authority, leaf Certificate, host string, at time.Time) {
	t.Helper()
	opts := x509.VerifyOptions{Roots: pool(t, a), DNSName: host, CurrentTime: at}
	if _, err := parse(t, leaf.Chain).Verify(opts); err != nil {
		t.Errorf("%s: %v", host, err)
	}
}

func pool(t *testing.T, a *Authority) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM([]byte(a.RootPEM())) {
		t.Fatal("the root is no PEM")
	}
	return p
}

func parse(t *testing.T, text string) *x509.Certificate {
	t.Helper()
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(rest) > 0 {
		t.Fatalf("not one block of PEM: %q", text)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("needs %s", program)
	}
}
