package ldap

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/internal/secret"
	"ronron/services"
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
	unit      services.Unit
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

var (
	imageOnce sync.Once
	imageID   string
	imageErr  error
)

// image builds the unit's image, once for all tests.
func image(t testing.TB, u services.Unit) string {
	t.Helper()
	imageOnce.Do(func() {
		cmd := exec.Command("docker", "build", "--quiet", "--tag", "ronron-test/openldap", "-") // left behind: the next run has it from the cache
		cmd.Stdin = tarOf(t, u.Image.Build.Files, tar.Header{Mode: 0o644})
		out, err := cmd.Output()
		imageID, imageErr = strings.TrimSpace(string(out)), err
	})
	if imageErr != nil {
		t.Fatalf("build the image: %v", imageErr)
	}
	return imageID
}

// startServer runs a new, empty server until the test ends.
func startServer(t testing.TB) *server {
	t.Helper()
	needEngine(t)
	s := &server{
		t: t, base: BaseDN(testDomain), admin: secret.Generate(32, ""),
		volume: fmt.Sprintf("ronron-test-ldap-%d-%s", os.Getpid(), strings.ToLower(secret.Generate(6, "").Reveal())),
	}
	ca, chain, key := newCertificate(t, testHost)
	s.ca = ca
	s.unit = resolveRecipe(t, s.base, s.admin, ca, chain, key)
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

// create makes a container of the unit on the server's volume, the way the
// engine does: all files are copied in before the start.
func (s *server) create() {
	s.t.Helper()
	u := s.unit
	args := []string{"create", "--label", "ronron-test=ldap", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
		"--user", u.User, "--memory", fmt.Sprint(u.Limits.Memory), "--pids-limit", fmt.Sprint(u.Limits.PIDs),
		"--volume", s.volume + ":" + u.Mounts[0].Path, "--volume", "/etc/ronron", fmt.Sprintf("--read-only=%v", u.ReadOnly)}
	for _, path := range u.Tmpfs {
		args = append(args, "--tmpfs", path)
	}
	for name, value := range u.Environment {
		args = append(args, "--env", name+"="+value)
	}
	s.container = strings.TrimSpace(s.docker(append(args, image(s.t, u))...))

	files := map[string][]byte{}
	for _, f := range u.Files {
		files[strings.TrimPrefix(f.Path, "/etc/ronron/")] = f.Content
	}
	cmd := exec.Command("docker", "cp", "-", s.container+":/etc/ronron")
	cmd.Stdin = tarOf(s.t, files, tar.Header{Mode: int64(u.Files[0].Mode), Uid: u.Files[0].UID, Gid: u.Files[0].GID})
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("docker cp: %v\n%s", err, out)
	}
}

// tarOf returns an archive of files that all look like like.
func tarOf(t testing.TB, files map[string][]byte, like tar.Header) io.Reader {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := like
		header.Name, header.Size = name, int64(len(files[name]))
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &archive
}

func contains(content []byte, text string) bool { return bytes.Contains(content, []byte(text)) }

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
