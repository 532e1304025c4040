// Package registry asks image registries which content a tag names at this
// moment. It speaks the registry's HTTP API over HTTPS, without credentials: what
// is not public cannot be locked. It fetches manifests, never images.
package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// Bounds of a conversation.
const (
	patience    = 30 * time.Second
	maxManifest = 4 << 20 // what registries themselves accept
	maxToken    = 1 << 20
	maxHops     = 5
)

// Client asks registries.
type Client struct{ http *http.Client }

// New returns a client; nil takes the system's way to the network.
func New(transport http.RoundTripper) *Client {
	return &Client{&http.Client{Transport: transport, Timeout: patience, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" {
			return text.Errorf("it leads away from HTTPS")
		}
		if len(via) >= maxHops {
			return text.Errorf("it leads on and on")
		}
		return nil
	}}}
}

// image is a reference, taken apart.
type image struct{ whole, host, name, tag string }

func parse(reference string) (image, error) {
	i := strings.LastIndex(reference, ":")
	if i < 0 || strings.Contains(reference[i:], "/") {
		return image{}, errs.New(errs.Invalid, "The image %q has no tag.", reference)
	}
	m := image{whole: reference, host: "docker.io", name: reference[:i], tag: reference[i+1:]}
	if first, rest, found := strings.Cut(m.name, "/"); found && (strings.ContainsAny(first, ".:") || first == "localhost") {
		m.host, m.name = first, rest
	}
	if m.host == "docker.io" || m.host == "index.docker.io" {
		m.host = "registry-1.docker.io"
		if !strings.Contains(m.name, "/") {
			m.name = "library/" + m.name
		}
	}
	return m, nil
}

var digestRule = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// Digest returns the digest of what "name:tag" names, for all machine kinds
// where the registry has several.
func (c *Client) Digest(ctx context.Context, reference string) (string, error) {
	m, err := parse(reference)
	if err != nil {
		return "", err
	}
	_, digest, err := c.read(ctx, m, m.tag)
	return digest, err
}

// Manifest returns the manifest with that digest of the image "name:tag".
func (c *Client) Manifest(ctx context.Context, reference, digest string) ([]byte, error) {
	m, err := parse(reference)
	if err != nil {
		return nil, err
	}
	if !digestRule.MatchString(digest) {
		return nil, errs.New(errs.Invalid, "%q is not a digest.", digest)
	}
	body, got, err := c.read(ctx, m, digest)
	if err == nil && got != digest {
		err = errs.New(errs.Failed, "%s sent something else than the manifest %s.", m.host, digest).
			WithHint("Something between you and the registry changes what it sends; do not use this image from here.")
	}
	return body, err
}

// read asks for a manifest, with what lets everybody read where that is wanted.
func (c *Client) read(ctx context.Context, m image, which string) (body []byte, digest string, err error) {
	resp, err := c.manifest(ctx, m, which, "")
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		challenge := resp.Header.Get("WWW-Authenticate")
		resp.Body.Close()
		token, tokenErr := c.token(ctx, m, challenge)
		if tokenErr != nil {
			return nil, "", tokenErr
		}
		resp, err = c.manifest(ctx, m, which, token)
	}
	if err != nil {
		return nil, "", unreachable(ctx, m, err)
	}
	defer resp.Body.Close()
	if err := refused(m, resp); err != nil {
		return nil, "", err
	}
	return content(ctx, m, resp)
}

// kinds are the manifests that name an image: for several machine kinds first.
const kinds = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, " +
	"application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"

func (c *Client) manifest(ctx context.Context, m image, which, token string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+m.host+"/v2/"+m.name+"/manifests/"+which, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", kinds)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return c.http.Do(req)
}

// content is what came, and its digest: what the registry says of it must agree.
func content(ctx context.Context, m image, resp *http.Response) ([]byte, string, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxManifest+1))
	if err != nil {
		return nil, "", unreachable(ctx, m, err)
	}
	if len(body) > maxManifest || !json.Valid(body) {
		return nil, "", errs.New(errs.Failed, "%s did not answer with a manifest for %s.", m.host, m.whole)
	}
	sum := sha256.Sum256(body)
	got := "sha256:" + hex.EncodeToString(sum[:])
	if said := resp.Header.Get("Docker-Content-Digest"); said != "" && said != got {
		return nil, "", errs.New(errs.Failed, "%s says that %s is %.80q, but what it sent is %s.", m.host, m.whole, said, got).
			WithHint("Something between you and the registry changes what it sends; do not use this image from here.")
	}
	return body, got, nil
}

func refused(m image, resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusNotFound:
		return errs.New(errs.NotFound, "%s has no image %s.", m.host, m.whole).WithHint("Look for the tag at the registry: it may have been removed or misspelt.")
	case http.StatusUnauthorized, http.StatusForbidden:
		return errs.New(errs.Denied, "%s does not show %s to everybody, or does not have it.", m.host, m.whole).WithHint("Recipes use public images only.")
	case http.StatusTooManyRequests:
		wait := text.Of("later")
		if after := resp.Header.Get("Retry-After"); after != "" && len(after) < 40 {
			wait = text.Say("after %s", after)
			if strings.Trim(after, "0123456789") == "" {
				wait = text.Say("in %s seconds", after)
			}
		}
		return errs.New(errs.Unavailable, "%s has answered this address too often.", m.host).WithHint("Try again %s; what was found so far is kept.", wait)
	}
	return errs.New(errs.Unavailable, "%s answers %d for %s.", m.host, resp.StatusCode, m.whole).WithHint("Try again later.")
}

var challengeRule = regexp.MustCompile(`([a-z]+)="([^"]*)"`)

// token gets what lets everybody read: registries want it even so.
func (c *Client) token(ctx context.Context, m image, challenge string) (string, error) {
	refusal := errs.New(errs.Denied, "%s does not say how everybody may read %s.", m.host, m.whole).WithHint("Recipes use public images only.")
	rest, bearer := strings.CutPrefix(challenge, "Bearer ")
	values := map[string]string{}
	for _, pair := range challengeRule.FindAllStringSubmatch(rest, 20) {
		values[pair[1]] = pair[2]
	}
	realm, err := url.Parse(values["realm"])
	if !bearer || err != nil || realm.Scheme != "https" || realm.Host == "" {
		return "", refusal
	}
	// The scope is ours: what a registry asks for could be more.
	q := realm.Query()
	q.Set("scope", "repository:"+m.name+":pull")
	if values["service"] != "" {
		q.Set("service", values["service"])
	}
	realm.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, realm.String(), nil)
	if err != nil {
		return "", refusal
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", unreachable(ctx, m, err)
	}
	defer resp.Body.Close()
	if err := refused(m, resp); err != nil {
		return "", err
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxToken)).Decode(&answer); err != nil || answer.Token+answer.AccessToken == "" {
		return "", refusal
	}
	if answer.Token == "" {
		return answer.AccessToken, nil
	}
	return answer.Token, nil
}

func unreachable(ctx context.Context, m image, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	e := errs.Wrap(err, errs.Unavailable, "The registry %s cannot be asked about %s.", m.host, m.whole)
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return e.WithHint("No machine named %s was found: is the image's name right, and has this machine a way out?", m.host)
	}
	return e.WithHint("Look whether this machine reaches it: curl -I https://%s/v2/", m.host)
}

// Pinned is a reference with its digest.
func Pinned(reference, digest string) (string, error) {
	if !digestRule.MatchString(digest) {
		return "", text.Errorf("%q is not a digest", digest)
	}
	return reference + "@" + digest, nil
}
