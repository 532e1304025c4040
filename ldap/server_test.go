package ldap

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/internal/secret"
)

const (
	testDomain = "ldap-test.example"
	testHost   = "directory." + testDomain
)

// server is slapd from the recipe's own image, in a container of the test's own.
type server struct {
	t         testing.TB
	container string
	volume    string
	address   string
	ca        []byte
	files     map[string]string // path to content, below /etc/ronron
	admin     secret.String
	base      string
	started   time.Time
}

func needEngine(t testing.TB) {
	t.Helper()
	if os.Getenv("RONRON_INTEGRATION") == "" {
		t.Skip("needs RONRON_INTEGRATION=1 and a Docker engine")
	}
}

const testImage = "ronron-test/openldap:ldap"

var buildImage = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("docker", "build", "--quiet", "--tag", testImage, "../recipes/catalog/openldap").CombinedOutput()
	return string(out), err
})

// startServer runs a new, empty server until the test ends.
func startServer(t testing.TB) *server {
	t.Helper()
	needEngine(t)
	if out, err := buildImage(); err != nil {
		t.Fatalf("build the image: %v\n%s", err, out)
	}
	s := &server{
		t: t, base: BaseDN(testDomain), admin: secret.Generate(32, ""),
		volume: fmt.Sprintf("ronron-test-ldap-%d-%s", os.Getpid(), strings.ToLower(secret.Generate(6, "").Reveal())),
	}
	chain, key := s.certificate()
	s.files = map[string]string{
		"config.ldif": renderConfig(t, s.base, s.admin),
		"ca.pem":      string(s.ca), "server.pem": chain, "server.key": key,
	}
	t.Cleanup(func() {
		if t.Failed() && s.container != "" {
			t.Logf("log of the server:\n%s", s.try("logs", "--tail", "30", s.container))
		}
		s.remove()
		s.try("volume", "rm", "--force", s.volume)
	})
	s.create()
	s.start()
	return s
}

// in returns the same server for a test within the one that started it.
func (s *server) in(t testing.TB) *server {
	c := *s
	c.t = t
	return &c
}

// create makes a container on the server's volume, the way the engine does: all
// files are copied in before the start.
func (s *server) create() {
	s.t.Helper()
	s.container = strings.TrimSpace(s.docker("create", "--label", "ronron-test=ldap", "--cap-drop", "ALL",
		"--security-opt", "no-new-privileges", "--memory", "256m", "--pids-limit", "64", "--read-only", "--tmpfs", "/run/slapd", "--volume", "/etc/ronron",
		"--env", "MALLOC_ARENA_MAX=2", "--env", "MALLOC_MMAP_THRESHOLD_=262144", "--env", "MALLOC_TRIM_THRESHOLD_=262144",
		"--volume", s.volume+":/var/lib/ldap", testImage))
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for name, content := range s.files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o440, Gid: 389, Size: int64(len(content))}); err != nil {
			s.t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command("docker", "cp", "-", s.container+":/etc/ronron")
	cmd.Stdin = &archive
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("docker cp: %v\n%s", err, out)
	}
}

// start starts the container and waits until the administrator can sign in.
func (s *server) start() {
	s.t.Helper()
	s.started = time.Now()
	s.docker("start", s.container)
	s.address = strings.TrimSpace(s.docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", s.container)) + ":636"
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := s.config().dialBound(context.Background())
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the server does not start: %v", err)
		}
	}
}

func (s *server) remove() {
	if s.container != "" {
		s.try("rm", "--force", "--volumes", s.container)
		s.container = ""
	}
}

func (s *server) config() Config {
	return Config{Address: s.address, ServerName: testHost, CA: s.ca, BaseDN: s.base, BindDN: AdminDN(s.base), Password: s.admin}
}

// directory returns the administrator's view, with the base in place.
func (s *server) directory() *Directory {
	s.t.Helper()
	d := New(s.config())
	s.t.Cleanup(d.Close)
	if err := d.EnsureBase(s.t.Context()); err != nil {
		s.t.Fatalf("EnsureBase: %v", err)
	}
	return d
}

// service makes a service's account and returns how it binds.
func (s *server) service(d *Directory, name string, groups ...string) Config {
	s.t.Helper()
	c := s.config()
	c.BindDN, c.Password = ServiceDN(s.base, name), secret.Generate(32, "")
	if err := d.EnsureService(s.t.Context(), name, c.Password, groups); err != nil {
		s.t.Fatalf("EnsureService(%s): %v", name, err)
	}
	return c
}

// bound opens a connection on which dn is signed in.
func (s *server) bound(dn, password string) *ldap.Conn {
	s.t.Helper()
	conn := s.unbound()
	if err := conn.Bind(dn, password); err != nil {
		s.t.Fatalf("bind as %s: %v", dn, err)
	}
	return conn
}

func (s *server) unbound() *ldap.Conn {
	s.t.Helper()
	conn, err := s.config().dial(s.t.Context())
	if err != nil {
		s.t.Fatalf("dial: %v", err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}

// empty removes every entry.
func (s *server) empty() {
	s.t.Helper()
	conn := s.bound(AdminDN(s.base), s.admin.Reveal())
	found, err := conn.Search(ldap.NewSearchRequest(s.base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"1.1"}, nil))
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return
	}
	if err != nil {
		s.t.Fatalf("look for what to remove: %v", err)
	}
	for i := len(found.Entries) - 1; i >= 0; i-- { // leaves come after their branch
		if err := conn.Del(ldap.NewDelRequest(found.Entries[i].DN, nil)); err != nil {
			s.t.Fatalf("remove %s: %v", found.Entries[i].DN, err)
		}
	}
}

func (s *server) docker(args ...string) string {
	s.t.Helper()
	out, err := exec.Command("docker", args...).Output()
	if err != nil {
		detail := ""
		if exit, ok := err.(*exec.ExitError); ok {
			detail = string(exit.Stderr)
		}
		s.t.Fatalf("docker %s: %v\n%s", args[0], err, detail)
	}
	return string(out)
}

// try runs docker where failing is fine.
func (s *server) try(args ...string) string {
	out, _ := exec.Command("docker", args...).CombinedOutput()
	return string(out)
}

// certificate makes an authority, kept in s.ca, and returns the server's chain and key.
func (s *server) certificate() (chain, key string) {
	s.t.Helper()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		s.t.Fatal(err)
	}
	s.ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})

	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: testHost}, DNSNames: []string{testHost},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &leafKey.PublicKey, caKey)
	if err != nil {
		s.t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leafDER})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

// renderConfig fills the recipe's template with what the daemon would.
func renderConfig(t testing.TB, base string, admin secret.String) string {
	t.Helper()
	text, err := os.ReadFile("../recipes/catalog/openldap/config.ldif.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	rendered := strings.NewReplacer(
		"$${", "${",
		"${directory.base_dn}", base,
		"${directory.people_dn}", PeopleDN(base),
		"${directory.groups_dn}", GroupsDN(base),
		"${directory.services_dn}", ServicesDN(base),
		"${directory.admins_dn}", GroupDN(base, "admins"),
		"${directory.admin_password}", admin.Reveal(),
	).Replace(string(text))
	if strings.Contains(rendered, "${directory.") {
		t.Fatal("the template uses a variable that this test does not know")
	}
	return rendered
}
