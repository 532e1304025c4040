package recipes

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag"
	"ronron/internal/diag/diagtest"
	"ronron/internal/hclread"
	"ronron/internal/secret"
	"ronron/internal/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

// input is a chaton that gives everything a recipe may ask for.
func input(r *Recipe) Input {
	in := Input{
		Chaton:  ChatonInput{Name: `Chez "nous"`, Domain: "chaton.test", Language: "fr", Contact: "a@chaton.test", URL: "https://chaton.test:8443"},
		Service: ServiceInput{Name: "pad", Host: "pad.chaton.test", URL: "https://pad.chaton.test:8443", Enter: []string{"members"}, Range: diag.Range{File: "chaton.hcl", Start: diag.Pos{Line: 9, Column: 1}}},
		Secrets: map[string]secret.String{},
		Directory: DirectoryInput{
			Host: "directory.chaton.test", Port: 636, URL: "ldaps://directory.chaton.test:636", BaseDN: "dc=chaton,dc=test",
			PeopleDN: "ou=people,dc=chaton,dc=test", GroupsDN: "ou=groups,dc=chaton,dc=test", ServicesDN: "ou=services,dc=chaton,dc=test",
			BindDN: "cn=pad,ou=services,dc=chaton,dc=test", BindPassword: secret.New("HIDDEN-bind"),
			AdminsDN: "cn=admins,ou=groups,dc=chaton,dc=test", EnterDNs: []string{"cn=members,ou=groups,dc=chaton,dc=test"},
			CA: "-----BEGIN CERTIFICATE-----\n", AdminPassword: secret.New("HIDDEN-admin"),
			ServerChain: "chain", ServerKey: secret.New("HIDDEN-key"),
		},
	}
	for _, s := range r.Secrets {
		in.Secrets[s.Name] = secret.New("HIDDEN-" + s.Name)
		if s.Kind.Pair() {
			in.Secrets[s.Name] = secret.New(`{"private":"HIDDEN-` + s.Name + `","public":"PUBLIC-` + s.Name + `"}`)
		}
	}
	return in
}

func pad(t *testing.T) *Recipe {
	t.Helper()
	r, diags := Parse("pad", folder(t, "testdata/good/pad"))
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	return r
}

func padInput(r *Recipe) Input {
	in := input(r)
	in.Settings = Values{"key": hclread.String("k'1")}
	return in
}

// golden shows a result as JSON, with the content of files that hold no secret.
func golden(t *testing.T, r Resolved) []byte {
	t.Helper()
	files := map[string]string{}
	for _, u := range r.Service.Units {
		for _, f := range u.Files {
			files[string(u.Name)+":"+f.Path] = string(f.Content)
			if f.Secret {
				files[string(u.Name)+":"+f.Path] = fmt.Sprintf("[%d secret bytes]", len(f.Content))
			}
		}
	}
	out, err := json.MarshalIndent(map[string]any{"resolved": r, "files": files}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func TestResolve_GivesTheWholeService(t *testing.T) {
	r := pad(t)
	resolved, diags := r.Resolve(padInput(r))
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	for i := range resolved.Service.Units {
		u := &resolved.Service.Units[i]
		if secret := u.Environment["POSTGRES_PASSWORD"]; secret != "" {
			if secret != "HIDDEN-session" {
				t.Errorf("the database's password is %q", secret)
			}
			u.Environment["POSTGRES_PASSWORD"] = "[secret]"
		}
	}
	got := golden(t, resolved)
	const file = "testdata/pad.golden.json"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the service differs from %s (-want +got); after a wanted change run go test ./recipes -update:\n%s", file, diff)
	}
	if strings.Contains(string(got), "HIDDEN") {
		t.Error("a secret is shown in JSON")
	}
}

func TestResolve_GivesTheSameBytesForTheSameInput(t *testing.T) {
	r := pad(t)
	first, _ := r.Resolve(padInput(r))
	for range 20 {
		again, _ := r.Resolve(padInput(r))
		if diff := cmp.Diff(golden(t, first), golden(t, again)); diff != "" {
			t.Fatal(diff)
		}
		for i, u := range again.Service.Units {
			for j, f := range u.Files {
				if string(f.Content) != string(first.Service.Units[i].Files[j].Content) {
					t.Fatalf("%s differs", f.Path)
				}
			}
		}
	}
}

func TestResolve_MarksFilesThatHoldSecrets(t *testing.T) {
	r := pad(t)
	resolved, diags := r.Resolve(padInput(r))
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	for _, f := range resolved.Service.Units[2].Files {
		hidden := strings.Contains(string(f.Content), "HIDDEN")
		if f.Secret != hidden {
			t.Errorf("%s: secret %v, but it holds one: %v", f.Path, f.Secret, hidden)
		}
		if f.Path == "/etc/pad/config.php" && (f.UID != 33 || f.GID != 33 || f.Mode != 0o440) {
			t.Errorf("%s belongs to %d:%d with mode %o; want the unit's user, 0440", f.Path, f.UID, f.GID, f.Mode)
		}
	}
}

func TestResolve_ReportsWhatTheHostWroteWrongly(t *testing.T) {
	r := pad(t)
	at := func(line int) diag.Range {
		return diag.Range{File: "chaton.hcl", Start: diag.Pos{Line: line, Column: 3, Byte: line}}
	}
	value := func(v cty.Value, line int) hclread.Value {
		return hclread.Value{Value: v, Range: at(line), Key: at(line)}
	}
	in := input(r)
	in.Settings = Values{
		"titel":   value(cty.StringVal("x"), 1),
		"title":   value(cty.StringVal(strings.Repeat("x", 41)), 2),
		"days":    value(cty.StringVal("30"), 3),
		"open":    value(cty.NumberIntVal(1), 4),
		"plugins": value(cty.TupleVal([]cty.Value{cty.NumberIntVal(1)}), 5),
	}
	_, diags := r.Resolve(in)
	want := []string{
		"1 Unknown setting", "2 Setting not accepted", "3 Wrong kind of value", "4 Wrong kind of value", "5 Wrong kind of value", "9 Missing setting",
	}
	var got []string
	for _, d := range diags {
		diagtest.Plain(t, d)
		got = append(got, fmt.Sprint(d.Range.Start.Line, " ", d.Summary))
	}
	if diff := cmp.Diff(want, sorted(got)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for _, d := range diags {
		_, detail := d.Text()
		want := text.Text{EN: `The setting "title": Forty letters at most.`, FR: "Le réglage \"title\"\u00a0: Quarante lettres au plus."}
		if d.Summary == "Setting not accepted" && detail != want {
			t.Errorf("the message is %q, want %q", detail, want)
		}
	}
}

func sorted(s []string) []string {
	for i := range s {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
	return s
}

func TestResolve_KeepsRoutesToTheServicesOwnNames(t *testing.T) {
	files := folder(t, "testdata/good/pad")
	source := string(files["recipe.hcl"])
	for host, ok := range map[string]bool{
		`service.host`:                true,
		`"a.${service.host}"`:         true,
		`"pad-api"`:                   true,
		`"pad-api.chaton.test"`:       true,
		`chaton.domain`:               false,
		`"wiki.chaton.test"`:          false,
		`"wiki"`:                      false,
		`"padx"`:                      false,
		`"pad-api.other.chaton.test"`: false,
		`"evil.example.org"`:          false,
		`"A B"`:                       false,
	} {
		files["recipe.hcl"] = []byte(strings.Replace(source, `"${element(split(".", service.host), 0)}-api"`, host, 1))
		r, diags := Parse("pad", files)
		if r == nil {
			t.Fatal(diags.Err())
		}
		_, diags = r.Resolve(padInput(r))
		if got := !diags.HasErrors(); got != ok {
			t.Errorf("host = %s: accepted %v, want %v (%v)", host, got, ok, diags.Err())
		}
	}
}

func TestResolve_RefusesTwoRoutesToOneAddress(t *testing.T) {
	files := folder(t, "testdata/good/pad")
	files["recipe.hcl"] = []byte(strings.NewReplacer(`"${element(split(".", service.host), 0)}-api"`, `service.host`, `"/v1"`, `"/"`).Replace(string(files["recipe.hcl"])))
	r, diags := Parse("pad", files)
	if r == nil {
		t.Fatal(diags.Err())
	}
	if _, diags = r.Resolve(padInput(r)); len(diags) != 1 || diags[0].Summary != "Two routes to one address" {
		t.Errorf("got %v", diags.Err())
	}
}

func TestResolve_UsesTheHostsPortInAddresses(t *testing.T) {
	r := pad(t)
	resolved, diags := r.Resolve(padInput(r))
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	if got := resolved.Service.Units[2].Environment["URL"]; got != "https://pad.chaton.test:8443" {
		t.Errorf("the address of the route is %q", got)
	}
}
