package gateway

import (
	"bufio"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestServe_ReachesTheServiceOfTheHost(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.add("wiki.chaton.test", text200("wiki"))
	k.serve("pages.chaton.test", text200("pages"))
	for _, name := range []string{"wiki", "pages"} {
		if got := k.get(k.url(name+".chaton.test", "/a")); got.status != 200 || got.body != name {
			t.Errorf("%s answers %d %q", name, got.status, got.body)
		}
	}
}

func TestServe_ListensOnBothAddressFamilies(t *testing.T) {
	t.Parallel()
	if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Skip("needs IPv6: ", err)
	} else {
		l.Close()
	}
	k := newKit(t)
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Header.Get("X-Forwarded-For"))
	}))
	for _, ip := range []string{"127.0.0.1", "::1"} {
		c, err := tls.Dial("tcp", net.JoinHostPort(ip, port(k.config.HTTPSAddr)), k.tlsConfig("wiki.chaton.test"))
		must(t, err)
		fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: wiki.chaton.test\r\nConnection: close\r\n\r\n")
		b, _ := io.ReadAll(c)
		if !strings.HasSuffix(string(b), "\r\n"+ip) {
			t.Errorf("over %s the service sees another client: %q", ip, b)
		}
		c.Close()
	}
}

func TestServe_LongestPathWinsInWholeSegments(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.add("chaton.test", text200("home"))
	k.add("other.chaton.test", text200("docs"))
	h := &k.config.Hosts[0]
	h.Routes = append(h.Routes, k.config.Hosts[1].Routes[0])
	h.Routes[1].Path = "/docs"
	k.put()
	for path, want := range map[string]string{
		"/": "home", "/docs": "docs", "/docs/": "docs", "/docs/a/b": "docs", "/docsearch": "home",
		"/doc": "home", "/x/docs": "home", "/docs%2fa": "docs", "/Docs": "home",
	} {
		if got := k.get(k.url("chaton.test", path)); got.body != want {
			t.Errorf("%s leads to %d %q, want %q", path, got.status, got.body, want)
		}
	}
	// A path that means one service to us and another to it reaches neither.
	for _, path := range []string{"/docs/../admin", "/docs/%2e%2e/admin", "//docs/a", "/./docs"} {
		if got := k.raw("chaton.test", "GET "+path+" HTTP/1.1\r\nHost: chaton.test\r\nConnection: close\r\n\r\n"); !strings.Contains(got, " 404 ") {
			t.Errorf("%s is answered with %q", path, firstLine(got))
		}
	}
}

func TestServe_DeniedPathsAre404HoweverSpelled(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	r := k.add("wiki.chaton.test", text200("reached"))
	r.Deny = []string{"/install.php", "/data/private"}
	k.put()
	for _, path := range []string{
		"/install.php", "/install.php?a=b", "/install.php/", "/install.php/x", "/./install.php", "//install.php", "///install.php",
		"/%69nstall.php", "/install%2ephp", "/x/../install.php", "/x/%2e%2e/install.php", "/x/..%2finstall.php", "/install.php/../x",
		"/%2e/install.php", "/%2finstall.php", "/install.php;a=b", "/install.php%3ba", `/x\..\install.php`, "/x%5c..%5cinstall.php",
		"/Install.php", "/INSTALL.PHP", "/%49nstall.php", "/Data/PRIVATE/keys", // several frameworks do not tell letters apart
		"/data/private/keys", "/data//private", "/data/./private", "/data/private%2fkeys",
	} {
		got := k.raw("wiki.chaton.test", "GET "+path+" HTTP/1.1\r\nHost: wiki.chaton.test\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 404 ") || strings.Contains(got, "reached") {
			t.Errorf("%s is answered with %q", path, firstLine(got))
		}
	}
	for _, path := range []string{"/install.php5", "/install", "/x/install.php", "/data/privateer", "/data", "/%2569nstall.php"} {
		if got := k.raw("wiki.chaton.test", "GET "+path+" HTTP/1.1\r\nHost: wiki.chaton.test\r\nConnection: close\r\n\r\n"); !strings.Contains(got, "reached") {
			t.Errorf("%s is denied too: %q", path, firstLine(got))
		}
	}
}

func TestServe_PathAndQueryReachTheServiceAsSent(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RequestURI) }))
	for _, uri := range []string{"/a%2Fb?x=1;y=2&z", "/~alice/%C3%A9t%C3%A9", "/a//b/./c", "/?a=%zz", "/a/?"} {
		got := k.raw("wiki.chaton.test", "GET "+uri+" HTTP/1.1\r\nHost: wiki.chaton.test\r\nConnection: close\r\n\r\n")
		if !strings.HasSuffix(got, "\r\n"+uri) {
			t.Errorf("%s arrives as %q", uri, got[strings.LastIndex(got, "\r\n")+2:])
		}
	}
}

func TestServe_HTTP2ToTheClientHTTP1ToTheService(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
	resp, err := k.browser(true).Get(k.url("wiki.chaton.test", "/"))
	must(t, err)
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.ProtoMajor != 2 || string(b) != "HTTP/1.1" {
		t.Errorf("client speaks %s, service %s", resp.Proto, b)
	}
}

func TestTLS_UnknownOrMissingServerNameGetsAnAlert(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	for _, name := range []string{"other.test", "chaton.test", ""} {
		config := &tls.Config{ServerName: name, InsecureSkipVerify: true}
		_, err := tls.Dial("tcp", "127.0.0.1:"+port(k.config.HTTPSAddr), config)
		if err == nil || !strings.Contains(err.Error(), "unrecognized name") {
			t.Errorf("server name %q: %v", name, err)
		}
	}
	wait(t, "failed handshakes are counted", func() bool { s, _ := k.Stats(t.Context()); return s.FailedHandshakes == 3 })
}

func TestTLS_NothingBelow12(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		config := k.tlsConfig("wiki.chaton.test")
		config.MinVersion, config.MaxVersion = version, version
		c, err := tls.Dial("tcp", "127.0.0.1:"+port(k.config.HTTPSAddr), config)
		if (err == nil) != ok {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			c.Close()
		}
	}
}

func TestTLS_ConnectionServesOnlyHostsOfItsCertificate(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.add("wiki.chaton.test", text200("wiki"))
	k.serve("pages.chaton.test", text200("pages"))
	for host, want := range map[string]string{
		"wiki.chaton.test": "200", "WIKI.chaton.test.": "200", "wiki.chaton.test:1": "200",
		"pages.chaton.test": "421", "unknown.test": "404",
	} {
		got := k.raw("wiki.chaton.test", "GET / HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 "+want+" ") {
			t.Errorf("Host %s is answered with %q, want %s", host, firstLine(got), want)
		}
	}
}

func TestHTTP_SendsEverybodyToHTTPS(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("wiki"))
	p := port(k.config.HTTPAddr)
	got := k.get("http://wiki.chaton.test:" + p + "/a%2Fb?x=1")
	if want := k.url("wiki.chaton.test", "/a%2Fb?x=1"); got.status != 308 || got.header.Get("Location") != want {
		t.Errorf("got %d to %s, want 308 to %s", got.status, got.header.Get("Location"), want)
	}
	if got := k.get("http://unknown.test:" + p + "/"); got.status != 404 || got.header.Get("Location") != "" {
		t.Errorf("an unknown host is answered with %d to %q", got.status, got.header.Get("Location"))
	}
	if got := k.get("http://wiki.chaton.test:" + p + "/.well-known/acme-challenge/token"); got.status != 404 || got.header.Get("Location") != "" {
		t.Errorf("a challenge is answered with %d to %q", got.status, got.header.Get("Location"))
	}
	k.config.HTTPSPort = 443
	k.put()
	if got := k.get("http://wiki.chaton.test:" + p + "//evil.test/"); got.header.Get("Location") != "https://wiki.chaton.test//evil.test/" {
		t.Errorf("redirect goes to %q", got.header.Get("Location"))
	}
}

func TestHeaders_OnlyTheGatewaySpeaksForTheClient(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"host": r.Host, "header": r.Header})
	}))
	got := k.raw("wiki.chaton.test", strings.Join([]string{
		"GET / HTTP/1.1", "Host: Wiki.chaton.test:1234",
		"X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 6.6.6.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: evil.test",
		"X-Forwarded-Port: 1", "X-Forwarded-User: admin", "X-Forwarded-Anything: 1", "Forwarded: for=6.6.6.6", "X-Real-IP: 6.6.6.6",
		"Remote-User: admin", "REMOTE_USER: admin", "Remote_User: admin", "X_Forwarded_For: 6.6.6.6", "X-Forwarded_For: 6.6.6.6",
		"X.Forwarded.For: 6.6.6.6", "Remote-Groups: admins", "X-Remote-User: admin", "X-Ronron-Member: admin", "Client-IP: 6.6.6.6",
		"X-Original-URL: /install.php", "X-Rewrite-URL: /install.php", "Proxy: http://evil.test", "under_score: x",
		"Connection: X-Forwarded-For, X-Real-IP, X-Forwarded-Proto, close", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__",
		"X-Mine: kept", "Cookie: a=b", "Authorization: Basic eDp5", "Depth: 1", "", "",
	}, "\r\n"))
	var seen struct {
		Host   string
		Header map[string][]string
	}
	must(t, json.Unmarshal([]byte(got[strings.Index(got, "{"):]), &seen))
	public := "wiki.chaton.test:" + port(k.config.HTTPSAddr)
	want := map[string]string{
		"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": public,
		"X-Forwarded-Port": port(k.config.HTTPSAddr), "X-Real-Ip": "127.0.0.1",
		"X-Mine": "kept", "Cookie": "a=b", "Authorization": "Basic eDp5", "Depth": "1",
		"Http2-Settings": "AAMAAABkAAQAAP__",
	}
	if seen.Host != public {
		t.Errorf("Host arrives as %q, want %q", seen.Host, public)
	}
	for name, value := range want {
		if v := seen.Header[name]; len(v) != 1 || v[0] != value {
			t.Errorf("%s arrives as %q, want %q", name, v, value)
		}
		delete(seen.Header, name)
	}
	if len(seen.Header) > 0 {
		t.Errorf("these arrive too: %v", seen.Header)
	}
}

func TestHeaders_AmbiguousLengthsDoNotSmuggle(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{
		"length and chunks": "POST / HTTP/1.1\r\nHost: wiki.chaton.test\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: wiki.chaton.test\r\n\r\n",
		"two lengths":       "POST / HTTP/1.1\r\nHost: wiki.chaton.test\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: wiki.chaton.test\r\n\r\n",
		"strange coding":    "POST / HTTP/1.1\r\nHost: wiki.chaton.test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
		"space in name":     "POST / HTTP/1.1\r\nHost: wiki.chaton.test\r\nContent-Length : 5\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
		"folded header":     "POST / HTTP/1.1\r\nHost: wiki.chaton.test\r\nX-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
		"two hosts":         "GET / HTTP/1.1\r\nHost: wiki.chaton.test\r\nHost: pages.chaton.test\r\n\r\n",
		"control character": "GET /a%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: wiki.chaton.test\r\nConnection: close\r\n\r\n",
		"trace":             "TRACE / HTTP/1.1\r\nHost: wiki.chaton.test\r\nConnection: close\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			var seen lines
			k.serve("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				fmt.Fprintf(&seen, "%s %s %d bytes, CL %d, TE %v, %v\n", r.Method, r.URL, len(b), r.ContentLength, r.TransferEncoding, r.Header)
			}))
			c := k.dial("wiki.chaton.test")
			io.WriteString(c, request)
			must(t, c.SetReadDeadline(time.Now().Add(500*time.Millisecond)))
			b, _ := io.ReadAll(c)
			t.Logf("answer %q, service saw %q", firstLine(string(b)), seen.String())
			// What follows the first request in its own right is a request like
			// any other; it must never arrive as a part of the first one's body
			// in one reading and as a request in another.
			if strings.Contains(seen.String(), "X-Evil") || strings.Contains(seen.String(), "TRACE") {
				t.Errorf("the service saw %q", seen.String())
			}
			switch name {
			case "length and chunks":
				if !strings.HasPrefix(seen.String(), "POST / 0 bytes, CL -1, TE [chunked]") || strings.Count(seen.String(), "\n") > 2 {
					t.Errorf("the service saw %q", seen.String())
				}
			case "folded header": // unfolded into the value of X-A by the server
			default:
				if seen.String() != "" {
					t.Errorf("the service saw %q", seen.String())
				}
			}
		})
	}
}

func TestHeaders_OfTheRouteAreSetOnEveryAnswer(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	r := k.add("wiki.chaton.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Powered-By", "PHP/8.2")
		w.Header().Set("Referrer-Policy", "unsafe-url")
		w.Header().Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")
	}))
	r.Headers = map[string]string{"X-Powered-By": "", "Referrer-Policy": "same-origin"}
	k.put()
	got := k.get(k.url("wiki.chaton.test", "/"))
	if _, ok := got.header["X-Powered-By"]; ok || got.header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("headers are %v", got.header)
	}
	if v, ok := got.header["Strict-Transport-Security"]; ok {
		t.Errorf("HSTS %q although the host has none", v)
	}
	k.config.Hosts[0].HSTS = 3600
	k.put()
	if got := k.get(k.url("wiki.chaton.test", "/")); got.header.Get("Strict-Transport-Security") != "max-age=3600" {
		t.Errorf("HSTS is %q", got.header.Get("Strict-Transport-Security"))
	}
}

func TestWebsocket_Echoes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("pads.chaton.test", http.HandlerFunc(echoWebsocket))
	c := k.dial("pads.chaton.test")
	fmt.Fprintf(c, "GET /socket HTTP/1.1\r\nHost: pads.chaton.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	must(t, err)
	if resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Fatalf("upgrade is answered with %v", resp)
	}
	for _, word := range []string{"ronron", "miaou"} {
		frame := append([]byte{0x81, 0x80 | byte(len(word)), 0, 0, 0, 0}, word...) // masked with zeros
		c.Write(frame)
		back := make([]byte, 2+len(word))
		_, err := io.ReadFull(in, back)
		must(t, err)
		if string(back[2:]) != word {
			t.Errorf("%q comes back as %q", word, back)
		}
	}
	// A stop ends websockets, which would never end themselves.
	go k.stop()
	if _, err := in.ReadByte(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the websocket goes on after the gateway stopped")
	}
}

func echoWebsocket(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "websocket" {
		http.Error(w, "no websocket", http.StatusBadRequest)
		return
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	c, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	for {
		head := make([]byte, 6)
		if _, err := io.ReadFull(buf, head); err != nil {
			return
		}
		body := make([]byte, head[1]&0x7f)
		if _, err := io.ReadFull(buf, body); err != nil {
			return
		}
		c.Write(append([]byte{0x81, byte(len(body))}, body...))
	}
}

// raw sends a request byte for byte and returns the answer likewise.
func (k *kit) raw(name, request string) string {
	k.t.Helper()
	c := k.dial(name)
	io.WriteString(c, request)
	b, err := io.ReadAll(c)
	if err != nil && len(b) == 0 {
		k.t.Fatalf("read the answer to %q: %v", firstLine(request), err)
	}
	return string(b)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\r\n")
	return line
}
