package portal

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// visitor is a browser without a screen: it keeps cookies, sends the headers
// that browsers send, and follows nothing by itself.
type visitor struct {
	t       *testing.T
	portal  http.Handler
	cookies map[string]string
	header  http.Header // sent with every request
}

func newVisitor(t *testing.T, portal http.Handler, language string) *visitor {
	v := &visitor{t: t, portal: portal, cookies: map[string]string{}, header: http.Header{}}
	if language != "" {
		v.header.Set("Accept-Language", language)
	}
	return v
}

type reply struct {
	*http.Response
	body string
}

func (v *visitor) get(path string) reply { return v.send(http.MethodGet, path, nil) }

func (v *visitor) post(path string, form ...string) reply {
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	return v.send(http.MethodPost, path, values)
}

func (v *visitor) send(method, path string, form url.Values) reply {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, "https://chaton.localhost:8443"+path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://chaton.localhost:8443")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, values := range v.header {
		r.Header[name] = values
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	v.portal.ServeHTTP(w, r)
	answer := w.Result()
	for _, c := range answer.Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c.Value
		}
	}
	return reply{answer, w.Body.String()}
}

func (r reply) want(t *testing.T, status int, parts ...string) reply {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("status %d, want %d", r.StatusCode, status)
	}
	for _, part := range parts {
		if !strings.Contains(r.body, part) {
			t.Errorf("page does not contain %q", part)
		}
	}
	return r
}

func (r reply) without(t *testing.T, parts ...string) reply {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(r.body, part) {
			t.Errorf("page contains %q", part)
		}
	}
	return r
}

func (r reply) leadsTo(t *testing.T, path string) reply {
	t.Helper()
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != path {
		t.Fatalf("status %d to %q, want 303 to %q", r.StatusCode, r.Header.Get("Location"), path)
	}
	return r
}

// signedIn returns a visitor who is signed in as ana.
func signedIn(t *testing.T, p *testPortal, language string) *visitor {
	t.Helper()
	v := newVisitor(t, p, language)
	v.post("/sign-in", "login", "ana", "password", anaPassword).leadsTo(t, "/account")
	return v
}
