package gateway

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// kit is a running gateway with a root of its own.
type kit struct {
	*Client
	t      *testing.T
	dir    string
	root   *x509.Certificate
	key    *ecdsa.PrivateKey
	access *lines
	server *Server
	config Config
	stop   func() // waits until the gateway has stopped
}

// newKit starts a gateway without a configuration.
func newKit(t *testing.T, change ...func(*Server)) *kit {
	t.Helper()
	k := &kit{t: t, dir: shortDir(t)}
	k.root, k.key = newRoot(t)
	k.config = Config{
		Version: ConfigVersion, Language: "fr", Name: "Le chaton d’essai", Domain: "chaton.test",
		Contact: "contact@chaton.test", HTTPSAddr: freeAddr(t), HTTPAddr: freeAddr(t),
	}
	k.start(change...)
	return k
}

func (k *kit) start(change ...func(*Server)) {
	k.t.Helper()
	k.access = &lines{}
	k.server = New(Options{Dir: k.dir, Access: k.access})
	k.server.limits.last = 300 * time.Millisecond
	for _, c := range change {
		c(k.server)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.server.Run(ctx) }()
	k.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			k.t.Errorf("the gateway ended with %v", err)
		}
	})
	k.t.Cleanup(k.stop)
	k.Client = NewClient(filepath.Join(k.dir, SocketFile))
	wait(k.t, "the admin socket answers", func() bool { _, err := k.Health(context.Background()); return err == nil })
}

// serve adds a host whose only route leads to the handler, and has the gateway
// take the configuration into use.
func (k *kit) serve(name string, h http.Handler) *Route {
	k.t.Helper()
	r := k.add(name, h)
	k.put()
	return r
}

func (k *kit) add(name string, h http.Handler) *Route {
	k.t.Helper()
	backend := httptest.NewServer(h)
	k.t.Cleanup(backend.Close)
	service, _, _ := strings.Cut(name, ".")
	k.config.Hosts = append(k.config.Hosts, Host{
		Name: name, Certificate: k.issue(name),
		Routes: []Route{{Path: "/", Service: service, Title: "Le " + service, Backend: backend.Listener.Addr().String()}},
	})
	return &k.config.Hosts[len(k.config.Hosts)-1].Routes[0]
}

func (k *kit) put() {
	k.t.Helper()
	if err := k.PutConfig(context.Background(), k.config); err != nil {
		k.t.Fatalf("PutConfig: %v", err)
	}
}

func (k *kit) issue(names ...string) Certificate {
	k.t.Helper()
	return k.issueFor(time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour), names...)
}

func (k *kit) issueFor(from, until time.Time, names ...string) Certificate {
	k.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(k.t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: names, NotBefore: from, NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, k.root, key.Public(), k.key)
	must(k.t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	must(k.t, err)
	return Certificate{
		Chain: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		Key:   string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})),
	}
}

func newRoot(t *testing.T) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-10, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	root, err := x509.ParseCertificate(der)
	must(t, err)
	return root, key
}

func (k *kit) tlsConfig(name string) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(k.root)
	return &tls.Config{RootCAs: pool, ServerName: name}
}

// browser is a client for which every name leads to the gateway.
func (k *kit) browser(http2 bool) *http.Client {
	k.t.Helper()
	var dialer net.Dialer
	tr := &http.Transport{
		TLSClientConfig: k.tlsConfig(""), ForceAttemptHTTP2: http2, MaxIdleConnsPerHost: 200,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(addr)
			return dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		},
	}
	k.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{
		Transport: tr, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (k *kit) url(name, path string) string {
	return "https://" + net.JoinHostPort(name, port(k.config.HTTPSAddr)) + path
}

// dial opens a TLS connection that speaks HTTP/1.1, for requests that no
// client library would send.
func (k *kit) dial(name string) *tls.Conn {
	k.t.Helper()
	config := k.tlsConfig(name)
	config.NextProtos = []string{"http/1.1"}
	c, err := tls.Dial("tcp", "127.0.0.1:"+port(k.config.HTTPSAddr), config)
	must(k.t, err)
	k.t.Cleanup(func() { c.Close() })
	must(k.t, c.SetDeadline(time.Now().Add(15*time.Second)))
	return c
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (k *kit) get(url string, header ...string) answer {
	k.t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	must(k.t, err)
	return k.do(req, header...)
}

func (k *kit) do(req *http.Request, header ...string) answer {
	k.t.Helper()
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := k.browser(false).Do(req)
	must(k.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(k.t, err)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// lines collects a log that is written from another goroutine.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// shortDir is a folder whose path leaves room for a socket's name (108 bytes).
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gw")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// lastPort is below the ports that systems hand out by themselves (from 32768
// on Linux), so that nothing else in the tests is given the same.
var lastPort atomic.Int64

func init() { lastPort.Store(20_000 + int64(os.Getpid()%10_000)) }

// freeAddr returns a dual-stack address on a port that nothing listens on and
// no other test was given.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 1000 {
		addr := fmt.Sprintf(":%d", lastPort.Add(1))
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("waited 10 s in vain: %s", what)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func text200(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
}
