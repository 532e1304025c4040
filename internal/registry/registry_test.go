package registry

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ronron/internal/errs"
)

const manifest = `{"schemaVersion":2}`

var manifestDigest = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))

// registry is a registry over TLS in this process.
func registry(t *testing.T, h http.HandlerFunc) (c *Client, reference string) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	return New(s.Client().Transport), strings.TrimPrefix(s.URL, "https://") + "/team/pad:1.2"
}

func TestDigest_OfAPublicImage(t *testing.T) {
	c, ref := registry(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/team/pad/manifests/1.2" || !strings.Contains(r.Header.Get("Accept"), "image.index") {
			t.Errorf("asked for %s as %s", r.URL, r.Header.Get("Accept"))
		}
		w.Header().Set("Docker-Content-Digest", manifestDigest)
		fmt.Fprint(w, manifest)
	})
	got, err := c.Digest(t.Context(), ref)
	if err != nil || got != manifestDigest {
		t.Errorf("%s, %v", got, err)
	}
}

func TestDigest_WithATokenForEverybody(t *testing.T) {
	var host string
	c, ref := registry(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			if q := r.URL.Query(); q.Get("scope") != "repository:team/pad:pull" || q.Get("service") != "reg" || r.Header.Get("Authorization") != "" {
				t.Errorf("a token was asked for with %s", r.URL)
			}
			fmt.Fprint(w, `{"token":"for-everybody"}`)
		case r.Header.Get("Authorization") != "Bearer for-everybody":
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://`+host+`/token",service="reg",scope="repository:team/pad:pull,push"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			fmt.Fprint(w, manifest)
		}
	})
	host, _, _ = strings.Cut(ref, "/")
	got, err := c.Digest(t.Context(), ref)
	if err != nil || got != manifestDigest {
		t.Errorf("%s, %v", got, err)
	}
}

// A token is not carried on to where a redirect leads.
func TestDigest_FollowsARedirectWithoutTheToken(t *testing.T) {
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the other machine got the token")
		}
		fmt.Fprint(w, manifest)
	}))
	defer other.Close()
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	var host string
	c, ref := registry(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			fmt.Fprint(w, `{"access_token":"x"}`)
		case r.Header.Get("Authorization") == "":
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://`+host+`/token"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			http.Redirect(w, r, elsewhere+"/manifest", http.StatusTemporaryRedirect)
		}
	})
	host, _, _ = strings.Cut(ref, "/")
	transport := c.http.Transport.(*http.Transport)
	transport.TLSClientConfig.InsecureSkipVerify = true // the other machine is "localhost", which its certificate does not name
	if got, err := c.Digest(t.Context(), ref); err != nil || got != manifestDigest {
		t.Errorf("%s, %v", got, err)
	}
}

func TestDigest_Refusals(t *testing.T) {
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if len(header) > 0 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(code)
		}
	}
	cases := map[string]struct {
		h    http.HandlerFunc
		code errs.Code
		says string
	}{
		"no such image":          {status(404), errs.NotFound, "has no image"},
		"private":                {status(403), errs.Denied, "public images only"},
		"asked too often":        {status(429, "Retry-After", "60"), errs.Unavailable, "in 60 seconds"},
		"ill":                    {status(502), errs.Unavailable, "502"},
		"asks for a password":    {status(401, "WWW-Authenticate", `Basic realm="x"`), errs.Denied, "public images only"},
		"token without HTTPS":    {status(401, "WWW-Authenticate", `Bearer realm="http://auth.example.org/token"`), errs.Denied, "public images only"},
		"away from HTTPS":        {status(302, "Location", "http://example.org/x"), errs.Unavailable, "away from HTTPS"},
		"a page, not a manifest": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, errs.Failed, "manifest"},
		"more than a manifest":   {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "%q", strings.Repeat("x", maxManifest)) }, errs.Failed, "manifest"},
		"another digest": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64))
			fmt.Fprint(w, manifest)
		}, errs.Failed, "changes what it sends"},
		"leads on and on": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) }, errs.Unavailable, "on and on"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			client, ref := registry(t, c.h)
			_, err := client.Digest(t.Context(), ref)
			if errs.CodeOf(err) != c.code || !strings.Contains(err.Error()+errs.HintOf(err), c.says) {
				t.Errorf("error %v, hint %q", err, errs.HintOf(err))
			}
		})
	}
}

func TestDigest_StopsWithItsContext(t *testing.T) {
	c, ref := registry(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errs.New(errs.Interrupted, "Stopped.")
	cancel(stopped)
	if _, err := c.Digest(ctx, ref); errs.CodeOf(err) != errs.Interrupted {
		t.Errorf("error %v", err)
	}
}

func TestParse_WhereAnImageLives(t *testing.T) {
	for reference, want := range map[string]string{
		"postgres:17.2":                   "registry-1.docker.io library/postgres 17.2",
		"docker.io/library/postgres:17.2": "registry-1.docker.io library/postgres 17.2",
		"etherpad/etherpad:2.3":           "registry-1.docker.io etherpad/etherpad 2.3",
		"ghcr.io/a/b/c:v1":                "ghcr.io a/b/c v1",
		"quay.io:443/a/b:v1":              "quay.io:443 a/b v1",
		"localhost/a:v1":                  "localhost a v1",
	} {
		m, err := parse(reference)
		if got := m.host + " " + m.name + " " + m.tag; err != nil || got != want {
			t.Errorf("%s: %s, %v", reference, got, err)
		}
	}
	if _, err := parse("registry.example.org:5000/a"); errs.CodeOf(err) != errs.Invalid {
		t.Errorf("no tag: %v", err)
	}
}

func TestManifest_IsWhatItsDigestSays(t *testing.T) {
	sent := manifest
	c, ref := registry(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/team/pad/manifests/"+manifestDigest {
			t.Errorf("asked for %s", r.URL)
		}
		fmt.Fprint(w, sent)
	})
	got, err := c.Manifest(t.Context(), ref, manifestDigest)
	if err != nil || string(got) != manifest {
		t.Errorf("%s, %v", got, err)
	}
	sent = `{"schemaVersion":2,"evil":true}`
	if _, err := c.Manifest(t.Context(), ref, manifestDigest); errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), "something else") {
		t.Errorf("another manifest is believed: %v", err)
	}
	if _, err := c.Manifest(t.Context(), ref, "latest"); errs.CodeOf(err) != errs.Invalid {
		t.Errorf("a tag is taken for a digest: %v", err)
	}
}
