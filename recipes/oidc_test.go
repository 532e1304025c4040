package recipes

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/diag"
	"ronron/internal/diag/diagtest"
	"ronron/internal/secret"
)

func oidcInput(r *Recipe) Input {
	in := input(r)
	in.OIDC = OIDCInput{
		Issuer: "https://chaton.test:8443", Discovery: "https://chaton.test:8443/.well-known/openid-configuration", Authorize: "https://chaton.test:8443/oidc/authorize",
		Token: "https://chaton.test:8443/oidc/token", Userinfo: "https://chaton.test:8443/oidc/userinfo", Keys: "https://chaton.test:8443/oidc/keys",
		EndSession: "https://chaton.test:8443/oidc/end-session", ClientID: "pad", ClientSecret: secret.New("HIDDEN-client"), CA: "-----BEGIN CERTIFICATE-----\n",
	}
	return in
}

// client is a recipe with these lines in accounts and in its route, resolved.
func client(t *testing.T, accounts, route string) (Resolved, diag.List) {
	t.Helper()
	r, diags := Parse("x", gatedRecipe("accounts \"oidc\" {\n"+accounts+"\n  }", route+"\n"))
	if r == nil {
		return Resolved{}, diags
	}
	return r.Resolve(oidcInput(r))
}

func TestResolve_AClientOfThePortal(t *testing.T) {
	for name, tc := range map[string]struct {
		accounts, route string
		want            Client
	}{
		"paths": {`redirect = ["/auth/callback", "/apps/oidc/"]`, ``, Client{
			Redirects: []string{"https://pad.chaton.test:8443/auth/callback", "https://pad.chaton.test:8443/apps/oidc/"}, SignedOut: []string{"https://pad.chaton.test:8443/"},
		}},
		"whole addresses": {"redirect = [\"${route.web.url}/auth\"]\nsigned_out = [\"${route.web.url}/bye\"]", `host = "pad-app"`, Client{
			Redirects: []string{"https://pad-app.chaton.test:8443/auth"}, SignedOut: []string{"https://pad-app.chaton.test:8443/bye"},
		}},
		"nowhere after signing out": {"redirect = [\"/a\"]\nsigned_out = []", ``, Client{Redirects: []string{"https://pad.chaton.test:8443/a"}}},
		"no host of its own":        {`redirect = ["${route.web.url}/auth"]`, `host = "pad-app"`, Client{Redirects: []string{"https://pad-app.chaton.test:8443/auth"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, diags := client(t, tc.accounts, tc.route)
			if len(diags) > 0 {
				t.Fatal(diags.Err())
			}
			if diff := cmp.Diff(&tc.want, got.Client); diff != "" {
				t.Errorf("client (-want +got):\n%s", diff)
			}
			// It needs the portal, which it reaches at the gateway, and no directory.
			if !slices.Equal(got.Service.AtGateway, []string{"chaton.test"}) || got.Service.Directory || got.Service.Egress {
				t.Errorf("the service is %+v", got.Service)
			}
		})
	}
	r, diags := Parse("x", gatedRecipe(`accounts "ldap" {}`, "\n"))
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	if got, _ := r.Resolve(oidcInput(r)); got.Client != nil || len(got.Service.AtGateway) > 0 {
		t.Errorf("with the directory's accounts there is %+v", got.Client)
	}
}

func TestResolve_TellsTheSoftwareOfThePortal(t *testing.T) {
	files := gatedRecipe("accounts \"oidc\" {\n redirect = [\"/cb\"]\n }", "\n")
	files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), "environment = {", "environment = {\n OIDC = join(\" \", [oidc.issuer, oidc.discovery_url, oidc.authorize_url, oidc.token_url, oidc.userinfo_url, oidc.jwks_url, oidc.end_session_url, oidc.client_id, oidc.ca, oidc.admins])\n", 1))
	r, diags := Parse("x", files)
	if r == nil {
		t.Fatal(diags.Err())
	}
	got, diags := r.Resolve(oidcInput(r))
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	if a := got.Service.Units[0].Environment["OIDC"]; !strings.HasPrefix(a, "https://chaton.test:8443 https://chaton.test:8443/.well-known/openid-configuration ") || !strings.HasSuffix(a, " pad -----BEGIN CERTIFICATE-----\n admins") {
		t.Errorf("it hears %q", a)
	}
}

func TestParse_RefusesClientsThatCannotWork(t *testing.T) {
	for name, tc := range map[string]struct{ accounts, summary string }{
		"no redirect":      {``, "Missing redirect"},
		"none of them":     {`redirect = []`, "Missing redirect"},
		"elsewhere":        {`redirect = ["https://evil.example/cb"]`, "Not this service's address"},
		"the portal":       {`redirect = ["https://chaton.test:8443/cb"]`, "Not this service's address"},
		"another port":     {`redirect = ["https://pad.chaton.test/cb"]`, "Not this service's address"},
		"not encrypted":    {`redirect = ["http://pad.chaton.test:8443/cb"]`, "Bad address"},
		"a wildcard":       {`redirect = ["/cb/*"]`, "Bad address"},
		"a query":          {`redirect = ["/cb?x=1"]`, "Bad address"},
		"a fragment":       {`redirect = ["/cb#x"]`, "Bad address"},
		"upwards":          {`redirect = ["/a/../cb"]`, "Bad address"},
		"a scheme":         {`redirect = ["myapp:cb"]`, "Bad address"},
		"no address":       {`redirect = ["cb"]`, "Bad address"},
		"two slashes":      {`redirect = ["//evil.example/cb"]`, "Bad address"},
		"a user":           {`redirect = ["https://pad.chaton.test:8443@evil.example/cb"]`, "Bad address"},
		"an escape":        {`redirect = ["/%63b"]`, "Bad address"},
		"twice":            {`redirect = ["/cb", "/cb"]`, "Address named twice"},
		"too many":         {`redirect = [for n in range(0, 30) : "/cb${n}"]`, "Too many addresses"},
		"signed out there": {"redirect = [\"/cb\"]\nsigned_out = [\"https://evil.example/\"]", "Not this service's address"},
		"open sign-up":     {"redirect = [\"/cb\"]\nsign_up = \"software\"", "Two kinds of accounts"},
		"headers":          {"redirect = [\"/cb\"]\nheader = { user = \"X-User\" }", "Nobody sends it"},
		"the directory":    {`redirect = [oidc.client_secret]`, "Secret in the open"},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := client(t, tc.accounts, "")
			if len(diags) == 0 || diags[0].Summary != tc.summary {
				t.Errorf("want %q, got %v", tc.summary, diags)
			}
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
	for name, tc := range map[string]struct{ accounts, summary string }{
		"redirect without a portal":   {"accounts \"ldap\" {\n redirect = [\"/cb\"]\n }", "Nobody goes there"},
		"signed out without a portal": {"accounts \"none\" {\n signed_out = [\"/cb\"]\n }", "Nobody goes there"},
	} {
		r, diags := Parse("x", gatedRecipe(tc.accounts, "\n"))
		if r != nil || len(diags) != 1 || diags[0].Summary != tc.summary {
			t.Errorf("%s: %v", name, diags)
		}
	}
	if r, diags := Parse("x", wrap("oidc.client_id")); r != nil || len(diags) == 0 || diags[0].Summary != "Unknown variable" {
		t.Errorf("oidc without accounts \"oidc\": %v", diags)
	}
	if _, diags := client(t, `redirect = ["/cb"]`, `host = "pad-app"`); len(diags) != 1 || diags[0].Summary != "Not this service's address" {
		t.Errorf("a path of a host that no route has: %v", diags)
	}
}
