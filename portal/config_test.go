package portal

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/secret"
)

func demoConfig() Config {
	return Config{Directory: DirectoryConfig{
		Address: "10.213.0.14:636", ServerName: "directory.chaton.localhost", CA: "-----BEGIN CERTIFICATE-----\n", BaseDN: "dc=chaton,dc=localhost",
		BindDN: "cn=portal,ou=services,dc=chaton,dc=localhost", Password: secret.New("s3cret"),
	}}
}

func writeConfig(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig_ComesBackAsItWasWritten(t *testing.T) {
	content, err := demoConfig().Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadConfig(writeConfig(t, string(content)))
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b secret.String) bool { return a.Reveal() == b.Reveal() })
	if diff := cmp.Diff(demoConfig(), got, same); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if printed := fmt.Sprintf("%v %+v", got, got); strings.Contains(printed, "s3cret") {
		t.Errorf("the configuration prints its password: %s", printed)
	}
}

func TestConfig_KeysOfTheProviderComeBack(t *testing.T) {
	made, err := oidcKey()
	if err != nil {
		t.Fatal(err)
	}
	c := demoConfig()
	c.OIDCKeys = []secret.String{made}
	content, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadConfig(writeConfig(t, string(content)))
	if err != nil || len(got.OIDCKeys) != 1 || got.OIDCKeys[0].Reveal() != made.Reveal() {
		t.Fatalf("%v, %d keys", err, len(got.OIDCKeys))
	}
	if keys, err := got.ProviderKeys(); err != nil || len(keys) != 1 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	got.OIDCKeys[0] = secret.New("no key of ours")
	if _, err := got.ProviderKeys(); err == nil || strings.Contains(err.Error(), "ours") {
		t.Errorf("a damaged key: %v", err)
	}
}

func TestReadConfig_RefusesWhatItCannotUseWithoutRepeatingIt(t *testing.T) {
	content, err := demoConfig().Encode()
	if err != nil {
		t.Fatal(err)
	}
	good := string(content)
	for name, bad := range map[string]string{
		"cut":         good[:len(good)-5],
		"newer":       strings.Replace(good, `"version": 1`, `"version": 2`, 1),
		"unknown key": strings.Replace(good, `"address"`, `"adress"`, 1),
		"no password": strings.Replace(good, `"s3cret"`, `""`, 1),
		"empty":       "",
	} {
		_, err := ReadConfig(writeConfig(t, bad))
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error repeats the password: %v", name, err)
		}
	}
	if _, err := ReadConfig(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("no error for a missing file")
	}
}

func TestRun_ServesUntilItIsToldToStop(t *testing.T) {
	p := newTestPortal(t, demoSite())
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	logs := &lockedBuffer{}
	go func() {
		done <- Run(ctx, Options{SiteFile: p.site, Accounts: p.people, Listen: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(logs, nil))})
	}()
	address := ""
	for deadline := time.Now().Add(5 * time.Second); address == "" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if _, after, ok := strings.Cut(logs.String(), "address="); ok {
			address, _, _ = strings.Cut(after, "\n")
		}
	}
	response, err := http.Get("http://" + address + "/health")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode != 200 || string(body) != "ok\n" {
		t.Errorf("health: %d %q", response.StatusCode, body)
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("Run ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Run did not end")
	}
}

func TestRun_SaysWhenItCannotListen(t *testing.T) {
	p := newTestPortal(t, demoSite())
	if err := Run(t.Context(), Options{SiteFile: p.site, Accounts: p.people, Listen: "256.0.0.1:1", Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("no error")
	}
	if _, err := New(Options{SiteFile: p.site}); err == nil {
		t.Error("a portal without accounts was made")
	}
}
