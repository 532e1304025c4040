package portal

import "net/http"

// policy lets a page load this portal's own style and pictures and send its
// forms back here, and nothing else: no script at all, no other host.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets the headers of every answer, bounds what is read, and refuses
// forms sent from other sites. Pages of members live on sibling host names, so
// "same site" is not enough: only this very origin may send a form.
//
// The paths of open may be sent forms by every site: what they do is to ask for
// the same again by GET.
func guard(next, refused http.Handler, open ...string) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(refused)
	for _, path := range open {
		origin.AddInsecureBypassPattern("POST " + path)
	}
	inner := origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		inner.ServeHTTP(w, r)
	})
}

// maxForm is the largest form, in bytes.
const maxForm = 16 << 10
