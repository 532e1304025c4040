package recipes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/diag/diagtest"
)

// gatedRecipe is a recipe whose members sign in at the gateway.
func gatedRecipe(accounts, route string) map[string][]byte {
	files := wrap(`"x"`)
	s := strings.Replace(string(files["recipe.hcl"]), `accounts "none" {}`, accounts, 1)
	s = strings.Replace(s, "  }\n}\n", "    port \"http\" { number = 80 }\n  }\n  route \"web\" {\n    unit = \"web\"\n    port = \"http\"\n"+route+"  }\n}\n", 1)
	files["recipe.hcl"] = []byte(s)
	return files
}

func TestResolve_PutsTheGateBeforeARoute(t *testing.T) {
	const headers = "{\n    header = { user = \"Remote-User\", mail = \"Remote-Mail\" }\n  }"
	for name, tc := range map[string]struct {
		accounts, route string
		want            *Gate
	}{
		"anyone":         {`accounts "none" {}`, ``, nil},
		"said so":        {`accounts "none" {}`, `enter = "anyone"`, nil},
		"members":        {`accounts "header" ` + headers, `enter = "members"`, &Gate{Headers: GateHeaders{User: "Remote-User", Mail: "Remote-Mail"}}},
		"programs too":   {`accounts "basic" ` + headers, `enter = "members"`, &Gate{Headers: GateHeaders{User: "Remote-User", Mail: "Remote-Mail"}, Basic: true}},
		"administrators": {`accounts "none" {}`, `enter = "administrators"`, &Gate{Groups: []string{"admins"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r, diags := Parse("x", gatedRecipe(tc.accounts, tc.route+"\n"))
			if r == nil {
				t.Fatal(diags)
			}
			resolved, diags := r.Resolve(input(r))
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			if diff := cmp.Diff(tc.want, resolved.Routes[0].Gate); diff != "" {
				t.Errorf("gate (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParse_RefusesAccountsThatCannotWork(t *testing.T) {
	for name, tc := range map[string]struct{ accounts, route, summary string }{
		"no header":       {`accounts "header" {}`, `enter = "members"`, "Missing header"},
		"no user":         {"accounts \"header\" {\n header = { mail = \"X-Mail\" }\n}", `enter = "members"`, "Missing header"},
		"no gate":         {"accounts \"header\" {\n header = { user = \"X-User\" }\n}", ``, "Nobody can sign in"},
		"framing":         {"accounts \"header\" {\n header = { user = \"Host\" }\n}", `enter = "members"`, "Bad header"},
		"cookie":          {"accounts \"header\" {\n header = { user = \"Cookie\" }\n}", `enter = "members"`, "Bad header"},
		"no header's":     {"accounts \"header\" {\n header = { user = \"X User\" }\n}", `enter = "members"`, "Bad header"},
		"number":          {"accounts \"header\" {\n header = { user = 1 }\n}", `enter = "members"`, "Wrong kind of value"},
		"two in one":      {"accounts \"header\" {\n header = { user = \"X-User\", name = \"x-user\" }\n}", `enter = "members"`, "Name used twice"},
		"unknown":         {"accounts \"header\" {\n header = { user = \"X-User\", phone = \"X-Phone\" }\n}", `enter = "members"`, "Unknown name"},
		"unknown sign-up": {"accounts \"none\" {\n sign_up = \"open\"\n}", ``, "Unknown way to sign up"},
		"no such kind":    {`accounts "saml" {}`, ``, "Unknown kind of accounts"},
	} {
		t.Run(name, func(t *testing.T) {
			r, diags := Parse("x", gatedRecipe(tc.accounts, tc.route+"\n"))
			if r != nil || len(diags) != 1 || diags[0].Summary != tc.summary {
				t.Errorf("want %q, got %v", tc.summary, diags)
			}
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
}

// Where members have one account, the software's own sign-up is closed without a word.
func TestParse_ClosesSignUp(t *testing.T) {
	r, diags := Parse("x", gatedRecipe(`accounts "ldap" {}`, "\n"))
	if r == nil || r.Accounts.SignUp != "closed" || !r.Accounts.Central() {
		t.Errorf("%+v %v", r, diags)
	}
}
