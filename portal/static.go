package portal

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
)

//go:embed static/style.css
var style []byte

//go:embed static/icon.svg
var icon []byte

// The addresses carry a hash of the content, so that browsers may keep the
// files for good and never show a page in an old dress.
var (
	stylePath = "/static/" + fingerprint(style) + "/style.css"
	iconPath  = "/static/" + fingerprint(icon) + "/icon.svg"
)

func fingerprint(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6])
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	serveStatic(w, "text/css; charset=utf-8", style)
}

func serveIcon(w http.ResponseWriter, _ *http.Request) {
	serveStatic(w, "image/svg+xml", icon)
}

func serveStatic(w http.ResponseWriter, kind string, content []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content)
}
