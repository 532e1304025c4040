package gateway

import (
	"net/http"
	"strings"
)

// Headers that services take the gateway's word for, in small letters with
// hyphens. What a client sends under such a name is removed.
var trusted = map[string]bool{
	"forwarded": true, "via": true, "proxy": true, // Proxy: https://httpoxy.org
	"client-ip": true, "true-client-ip": true, "x-client-ip": true, "x-real-ip": true,
	"x-cluster-client-ip": true, "x-originating-ip": true, "x-remote-ip": true,
	"x-remote-addr": true, "cf-connecting-ip": true, "fastly-client-ip": true,
	"x-host": true, "x-scheme": true, "x-proto": true, "x-forward": true,
	"x-original-url": true, "x-original-uri": true, "x-original-host": true, "x-rewrite-url": true,
	"front-end-https": true, "x-url-scheme": true, "x-script-name": true,
	"x-sendfile-type": true, "x-accel-mapping": true,
	"ssl-client-cert": true, "ssl-client-verify": true,
}

// Beginnings of such names: what single sign-on puts before the name of a
// member belongs to the gateway alone.
var trustedPrefixes = []string{
	"x-forwarded-", "remote-", "x-remote-", "x-ronron-", "ronron-",
	"x-auth-request-", "x-authentik-", "x-webauth-", "x-ssl-client-", "x-client-cert",
}

// dropUntrusted removes from a client's headers what only the gateway may say.
//
// Names with anything but letters, digits and hyphens go too: a service that
// gets its headers by CGI rules cannot tell X_Forwarded_For or X.Forwarded.For
// from X-Forwarded-For.
func dropUntrusted(h http.Header) {
	for name := range h {
		if untrusted(name) {
			delete(h, name)
		}
	}
}

func untrusted(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
			return true
		}
	}
	switch name { // canonical form of nearly all that browsers send: no need to fold
	case "Accept", "Accept-Encoding", "Accept-Language", "Connection", "Content-Length", "Content-Type", "Cookie",
		"Origin", "Referer", "User-Agent", "Authorization", "Cache-Control", "If-None-Match", "If-Modified-Since", "Range":
		return false
	}
	low := strings.ToLower(name)
	if trusted[low] {
		return true
	}
	for _, p := range trustedPrefixes {
		if strings.HasPrefix(low, p) {
			return true
		}
	}
	return false
}

// dropForeignUpgrade leaves of the Upgrade header only websockets. Any other
// protocol (h2c above all) would let a client talk past every check here.
func dropForeignUpgrade(h http.Header) {
	if up := h["Upgrade"]; up != nil && (len(up) != 1 || !strings.EqualFold(up[0], "websocket")) {
		delete(h, "Upgrade")
	}
}
