// Package e2e brings a chaton up as a newcomer would, with the built binary and
// a real engine, and then uses it as members do: over HTTPS through the gateway.
package e2e

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// needEngine skips where there is no engine to test on.
func needEngine(t *testing.T) {
	t.Helper()
	if os.Getenv("RONRON_INTEGRATION") == "" {
		t.Skip("needs RONRON_INTEGRATION=1 and a Docker engine")
	}
}

// house is one chaton under test.
type house struct {
	t      *testing.T
	bin    string
	dir    string
	file   string
	domain string
	port   int
	roots  *x509.CertPool
	engine engine
}

// engine is a Docker Engine that a house stands on. The zero value is the
// machine's own.
type engine struct {
	host    string // DOCKER_HOST
	address string // where its host network is reached
}

// on returns the command, turned to the engine.
func (e engine) on(cmd *exec.Cmd) *exec.Cmd {
	if e.host != "" {
		cmd.Env = append(os.Environ(), "DOCKER_HOST="+e.host)
	}
	return cmd
}

// docker runs a docker command on behalf of a test that breaks things.
func (e engine) docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := e.on(exec.Command("docker", args...)).CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

var binary struct {
	path string
	err  error
}

func TestMain(m *testing.M) {
	if os.Getenv("RONRON_INTEGRATION") == "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "ronron-e2e")
	if err != nil {
		panic(err)
	}
	// What the command says is compared, so it speaks English whatever the
	// machine's language is.
	os.Setenv("LC_ALL", "C.UTF-8")
	binary.path, binary.err = build(dir)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func build(dir string) (string, error) {
	path := filepath.Join(dir, "ronron")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version=0.0.0-e2e", "-o", path, "../cmd/ronron")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return path, nil
}

// newHouse prepares a chaton of its own from the demo's file: other domain,
// other ports, so that a demo on the same machine is left alone. It is destroyed
// when the test ends.
func newHouse(t *testing.T, domain string, https int, edit ...func(string) string) *house {
	t.Helper()
	return newHouseOn(t, engine{}, domain, https, edit...)
}

// newHouseOn is newHouse on an engine of the test's own.
func newHouseOn(t *testing.T, on engine, domain string, https int, edit ...func(string) string) *house {
	t.Helper()
	needEngine(t)
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	example, err := os.ReadFile("../examples/demo/chaton.hcl")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, bin: binary.path, dir: t.TempDir(), domain: domain, port: https, engine: on}
	h.file = filepath.Join(h.dir, "chaton.hcl")
	text := strings.ReplaceAll(string(example), "chaton.localhost", domain)
	text = regexp.MustCompile(`(https_port\s*=\s*)\d+`).ReplaceAllString(text, fmt.Sprintf("${1}%d", https))
	text = regexp.MustCompile(`(http_port\s*=\s*)\d+`).ReplaceAllString(text, fmt.Sprintf("${1}%d", https+1))
	for _, e := range edit {
		text = e(text)
	}
	h.write(text)
	h.destroy() // of a run that was killed
	t.Cleanup(func() {
		if t.Failed() {
			h.explain()
		}
		h.destroy()
	})
	return h
}

func (h *house) write(text string) {
	h.t.Helper()
	if err := os.WriteFile(h.file, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) text() string {
	h.t.Helper()
	b, err := os.ReadFile(h.file)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(b)
}

func (h *house) destroy() {
	h.engine.on(exec.Command(h.bin, "destroy", "--chaton", h.domain, "--confirm", h.domain)).Run()
}

// explain shows what a failing test needs looked at.
func (h *house) explain() {
	for _, args := range [][]string{{"status", "--chaton", h.domain}, {"doctor", "--chaton", h.domain}} {
		r := h.try(args...)
		h.t.Logf("$ ronron %s\n%s%s", strings.Join(args, " "), r.out, r.err)
	}
}

// result is what one command left behind.
type result struct {
	out, err string
	code     int
}

// try runs the CLI without a terminal.
func (h *house) try(args ...string) result {
	h.t.Helper()
	return h.tryFor(10*time.Minute, args...)
}

func (h *house) tryFor(patience time.Duration, args ...string) result {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := h.engine.on(exec.CommandContext(ctx, h.bin, args...))
	cmd.Dir = h.dir
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	r := result{out: out.String(), err: stderr.String()}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		r.code = exit.ExitCode()
	} else if err != nil {
		h.t.Fatalf("ronron %s: %v", strings.Join(args, " "), err)
	}
	return r
}

// run runs the CLI and fails the test unless it ends with 0.
func (h *house) run(args ...string) result {
	h.t.Helper()
	r := h.try(args...)
	if r.code != 0 {
		h.t.Fatalf("ronron %s ended with %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r
}

// up brings the chaton up and trusts its authority from then on.
func (h *house) up() result {
	h.t.Helper()
	r := h.run("up", "--yes")
	root := h.run("ca").out
	h.roots = x509.NewCertPool()
	if !h.roots.AppendCertsFromPEM([]byte(root)) {
		h.t.Fatalf("`ronron ca` printed no certificate:\n%s", root)
	}
	return r
}

// member adds a member and returns the generated password.
func (h *house) member(login string) string {
	h.t.Helper()
	file := filepath.Join(h.dir, login+".password")
	h.run("member", "add", login, "--name", login, "--mail", login+"@"+h.domain, "--save-passwords", file)
	return passwordOf(h.t, file, login)
}

func passwordOf(t *testing.T, file, login string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if name, password, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == login {
			return strings.TrimSpace(password)
		}
	}
	t.Fatalf("no password of %s was saved", login)
	return ""
}

// url returns the address of a path at a service's host; the portal's is "".
func (h *house) url(service, path string) string {
	host := h.domain
	if service != "" {
		host = service + "." + h.domain
	}
	return fmt.Sprintf("https://%s:%d%s", host, h.port, path)
}

// client returns a browser-like client of its own: cookies, the chaton's root
// alone trusted, every name at this machine.
func (h *house) client() *http.Client {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: h.roots},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(addr)
			at := cmp.Or(h.engine.address, "127.0.0.1")
			return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(at, port))
		},
	}}
}

// get fetches a page and fails the test when that fails.
func (h *house) get(c *http.Client, url string) (status int, body string) {
	h.t.Helper()
	return h.do(c, http.MethodGet, url, "", "", "")
}

// do sends a request, with Basic credentials where login is set.
func (h *house) do(c *http.Client, method, url, body, login, password string) (int, string) {
	h.t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if login != "" {
		req.SetBasicAuth(login, password)
	}
	resp, err := c.Do(req)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, url, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, url, err)
	}
	return resp.StatusCode, string(b)
}

func docker(t *testing.T, args ...string) string {
	t.Helper()
	return engine{}.docker(t, args...)
}

// containers returns the ids of the chaton's containers, less the daemon's.
func (h *house) containers() []string {
	h.t.Helper()
	var ids []string
	for line := range strings.Lines(h.engine.docker(h.t, "ps", "-a", "--filter", "label=ronron.chaton="+h.domain,
		"--format", `{{.ID}} {{.Label "ronron.unit"}}`)) {
		if id, unit, _ := strings.Cut(strings.TrimSpace(line), " "); unit != "daemon" && id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}
