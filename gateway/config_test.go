package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ronron/internal/errs"
)

func TestValidate_TellsEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	k := &kit{t: t}
	k.root, k.key = newRoot(t)
	good, other := k.issue("wiki.chaton.test"), k.issue("pages.chaton.test")
	now := time.Now()
	expired := k.issueFor(now.Add(-48*time.Hour), now.Add(-24*time.Hour), "old.chaton.test")
	future := k.issueFor(now.Add(24*time.Hour), now.Add(48*time.Hour), "new.chaton.test")
	c := Config{
		Version: 7, HTTPSAddr: "localhost:443", HTTPAddr: ":0", HTTPSPort: 70000,
		Hosts: []Host{
			{Name: "wiki.chaton.test", Certificate: good, HSTS: -1, Routes: []Route{
				{Path: "/", Service: "wiki", Backend: "wiki:80", Deny: []string{"install.php", "/a/../b", "/a/", "/%69"}},
				{Path: "/", Service: "wiki", Backend: "10.0.0.1"},
				{Path: "/docs/", Service: "", Backend: "0.0.0.0:80", MaxBody: -2, Timeout: -1, Hold: 61},
				{Path: "/x", Service: "x", Backend: "10.0.0.1:0", Headers: map[string]string{"A b": "", "X-A": "a\r\nb", "Content-Length": "1", "Transfer-Encoding": ""}},
			}},
			{Name: "wiki.chaton.test", Certificate: good},
			{Name: "Wiki.chaton.test", Certificate: good},
			{Name: "pages.chaton.test", Certificate: Certificate{Chain: other.Chain, Key: good.Key}},
			{Name: "pads.chaton.test", Certificate: other},
			{Name: "no.chaton.test"},
			{Name: "old.chaton.test", Certificate: expired},
			{Name: "new.chaton.test", Certificate: future},
			{Name: "127.0.0.1", Certificate: good},
		},
	}
	err := c.Validate(now)
	if errs.CodeOf(err) != errs.Invalid {
		t.Fatalf("code is %q", errs.CodeOf(err))
	}
	all, ok := errors.AsType[*ConfigError](err)
	if !ok {
		t.Fatalf("no list in %v", err)
	}
	for _, want := range []string{
		"form 7", `https_addr "localhost:443"`, `http_addr ":0"`, "https_port 70000", "hsts of wiki.chaton.test",
		`backend "wiki:80"`, `"install.php" is not a clean path`, `"/a/../b" is not`, `"/a/" is not`, `"/%69" is not`,
		"route wiki.chaton.test/ is there twice", `backend "10.0.0.1" of`, `"/docs/" is not a clean path`, "names no service",
		`backend "0.0.0.0:80"`, "max_body", "timeout", "hold", `backend "10.0.0.1:0"`, `header "A b"`, "line break", "header Content-Length",
		"header Transfer-Encoding", "host wiki.chaton.test is there twice", `"Wiki.chaton.test" is not a host name`,
		"certificate of pages.chaton.test cannot be used: private key does not match", "certificate of pads.chaton.test is for pages.chaton.test",
		"certificate of no.chaton.test cannot be used", "certificate of old.chaton.test expired", "certificate of new.chaton.test is valid from",
		`"127.0.0.1" is not a host name`,
	} {
		if !strings.Contains(strings.Join(all.Problems, "\n"), want) {
			t.Errorf("no problem says %q", want)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(all.Problems, "\n"))
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, c), "PRIVATE KEY") {
		t.Error("a key is printed")
	}
}

func TestConfig_RedactedHoldsNoKeyAndSumTellsKeysApart(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.serve("wiki.chaton.test", text200("ok"))
	back, err := k.Config(t.Context())
	must(t, err)
	b, err := json.Marshal(back)
	must(t, err)
	if strings.Contains(string(b), "PRIVATE KEY") || !strings.Contains(string(b), "[redacted]") || !strings.Contains(string(b), "BEGIN CERTIFICATE") {
		t.Errorf("GET /config gives %s", b)
	}
	h, err := k.Health(t.Context())
	must(t, err)
	if h.Sum != k.config.Sum() || h.Sum == back.Sum() || h.Hosts != 1 {
		t.Errorf("health is %+v", h)
	}
}

// The JSON on disk and on the socket is read by other versions of this binary.
func TestConfig_JSONFormIsStable(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(Config{
		Version: 1, Language: "fr", Name: "n", Domain: "d", Contact: "c", HTTPAddr: ":80", HTTPSAddr: ":443", HTTPSPort: 443,
		Hosts: []Host{{Name: "h", HSTS: 1, Certificate: Certificate{"chain", "key"}, Routes: []Route{{
			Path: "/", Service: "s", Title: "t", Backend: "1.2.3.4:5", MaxBody: 1, Timeout: 2, Hold: 3,
			Headers: map[string]string{"A": "b"}, Deny: []string{"/x"},
		}}}},
	})
	must(t, err)
	const want = `{"version":1,"language":"fr","name":"n","domain":"d","contact":"c","http_addr":":80","https_addr":":443","https_port":443,` +
		`"hosts":[{"name":"h","certificate":{"chain":"chain","key":"key"},"hsts":1,"routes":[{"path":"/","service":"s","title":"t",` +
		`"backend":"1.2.3.4:5","max_body":1,"timeout":2,"hold":3,"headers":{"A":"b"},"deny":["/x"]}]}]}`
	if string(b) != want {
		t.Errorf("form is\n%s\nwant\n%s", b, want)
	}
}
