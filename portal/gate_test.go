package portal

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ronron/gateway"
)

// TestGate_FromTheServiceToThePortalAndBack walks the whole way with the real
// gateway, the real portal and a client that keeps cookies as browsers do.
func TestGate_FromTheServiceToThePortalAndBack(t *testing.T) {
	site := gatedSite()
	p := newGatedPortal(t)
	*p.clock = time.Now() // the gateway has no clock to move
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s as %s, cookies %q", r.Method, r.URL, r.Header.Get("Remote-User"), r.Header.Get("Cookie"))
	}))
	t.Cleanup(service.Close)
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "a page of a member's") }))
	t.Cleanup(pages.Close)
	door := httptest.NewServer(p)
	t.Cleanup(door.Close)

	dir, err := os.MkdirTemp("", "gw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	for i := range site.Gates {
		site.Gates[i].Host = "poll.chaton.localhost:" + port
	}
	p.write(t, site)
	*p.clock = p.clock.Add(2 * lookEvery)

	names := []string{"chaton.localhost", "poll.chaton.localhost", "pages.chaton.localhost"}
	certificate, roots := selfSigned(t, names)
	config := gateway.Config{
		Version: gateway.ConfigVersion, Language: "fr", Name: "Essai", Domain: "chaton.localhost", HTTPSAddr: "127.0.0.1:" + port,
		Gate: &gateway.GateKeys{Key: base64.StdEncoding.EncodeToString(gateKey()), Secret: gateSecret, Portal: door.Listener.Addr().String()},
	}
	for i, backend := range []string{door.Listener.Addr().String(), service.Listener.Addr().String(), pages.Listener.Addr().String()} {
		config.Hosts = append(config.Hosts, gateway.Host{Name: names[i], Certificate: certificate, Routes: []gateway.Route{{Path: "/", Service: names[i], Backend: backend}}})
	}
	config.Hosts[1].Routes[0].Gate = &gateway.Gate{Groups: []string{"members"}, Headers: gateway.GateHeaders{User: "Remote-User"}, Basic: true}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- gateway.Run(ctx, gateway.Options{Dir: dir, Access: io.Discard}) }()
	t.Cleanup(func() { cancel(); <-ended })
	client := gateway.NewClient(filepath.Join(dir, gateway.SocketFile))
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if err = client.PutConfig(ctx, config); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatal(err)
		}
	}

	var visited []string
	browser := func() *http.Client {
		jar, _ := cookiejar.New(nil)
		return &http.Client{
			Jar: jar, Timeout: 20 * time.Second,
			CheckRedirect: func(r *http.Request, _ []*http.Request) error {
				visited = append(visited, r.URL.Host+r.URL.Path)
				return nil
			},
			Transport: &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: roots},
				DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
				},
			},
		}
	}
	ask := func(b *http.Client, method, address string, form url.Values) (int, string) {
		t.Helper()
		r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", r.URL.Scheme+"://"+r.URL.Host)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		resp, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	poll, home := "https://poll.chaton.localhost:"+port, "https://chaton.localhost:"+port

	b := browser()
	status, body := ask(b, "GET", poll+"/p/1?x=a%20b", nil)
	if status != 200 || !strings.Contains(body, `name="password"`) {
		t.Fatalf("a stranger meets %d %q", status, body)
	}
	field := func(name string) string {
		_, after, _ := strings.Cut(body, `name="`+name+`" value="`)
		value, _, _ := strings.Cut(after, `"`)
		return strings.ReplaceAll(value, "&amp;", "&")
	}
	status, body = ask(b, "POST", home+"/sign-in", url.Values{"login": {"ana"}, "password": {anaPassword}, "to": {field("to")}, "way": {field("way")}})
	if status != 200 || body != `GET /p/1?x=a%20b as ana, cookies ""` {
		t.Fatalf("after signing in: %d %q\nby %q", status, body, visited)
	}
	if status, body = ask(b, "POST", poll+"/p/1", url.Values{"a": {"b"}}); status != 200 || body != `POST /p/1 as ana, cookies ""` {
		t.Errorf("a form is answered %d %q", status, body)
	}
	if status, body = ask(b, "GET", "https://pages.chaton.localhost:"+port+"/", nil); status != 200 || body != "a page of a member's" {
		t.Errorf("a host without a gate: %d %q", status, body)
	}

	// A member's own way in, given to somebody else, does not make them that member.
	stranger := browser()
	stranger.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.CheckRedirect = stranger.CheckRedirect
	r, _ := http.NewRequest("GET", home+"/enter?"+url.Values{"to": {poll + "/"}, "way": {way}}.Encode(), nil)
	resp, err := b.Do(r)
	if err != nil || resp.StatusCode != 303 {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	if status, _ := ask(stranger, "GET", resp.Header.Get("Location"), nil); status != 400 {
		t.Errorf("somebody else's pass is answered %d", status)
	}

	r, _ = http.NewRequest("PROPFIND", poll+"/files", nil)
	r.SetBasicAuth("ana", anaPassword)
	resp, err = stranger.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(got) != `PROPFIND /files as ana, cookies ""` {
		t.Errorf("a program is answered %d %q", resp.StatusCode, got)
	}
	// From outside nobody asks what the gateway asks.
	r, _ = http.NewRequest("POST", home+gateway.AskPath, strings.NewReader(`{}`))
	r.Header.Set(gateway.AskHeader, gateSecret)
	resp, err = stranger.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 404 {
		t.Errorf("from outside the portal's inner door answers %d", resp.StatusCode)
	}
}

func selfSigned(t *testing.T, names []string) (gateway.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(chain)
	return gateway.Certificate{Chain: string(chain), Key: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))}, roots
}
