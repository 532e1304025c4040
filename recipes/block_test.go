package recipes

import (
	"encoding/json"
	"strings"
	"testing"

	"ronron/internal/diag/diagtest"
)

// Every building block that comes with Ronron is free of problems, with each of
// its major versions.
func TestBlocks_AreRight(t *testing.T) {
	all := blocks()
	if len(all.diags) > 0 {
		t.Fatal(all.diags)
	}
	if all.byKind["postgresql"] == nil {
		t.Fatal("there is no building block postgresql")
	}
	for kind, b := range all.byKind {
		for _, major := range b.majors {
			if diags := b.tried(major); len(diags) > 0 {
				t.Errorf("%s %d: %v", kind, major, diags)
			}
		}
		if len(b.commands.Dump) == 0 || len(b.commands.Restore) == 0 || len(b.commands.Check) == 0 {
			t.Errorf("%s does not say how it is kept", kind)
		}
	}
}

func TestBlock_ReportsProblems(t *testing.T) {
	good := string(filesOf(t, "postgresql")["companion.hcl"])
	for name, tc := range map[string]struct{ from, to, summary string }{
		"another name":    {`companion "postgresql"`, `companion "postgres"`, "Name differs from the folder's"},
		"no number":       {`major "17"`, `major "new"`, "Bad major version"},
		"another volume":  {`mount "data"`, `mount "db"`, "Unknown volume"},
		"no default":      {`default = []`, ``, "Missing attribute"},
		"rights":          {`read_only = true`, `privileged = true`, "Not allowed here"},
		"no port":         {`port "sql" { number = 5432 }`, ``, "Missing port"},
		"unknown command": {`check   =`, `chekc   =`, "Missing attribute"},
	} {
		t.Run(name, func(t *testing.T) {
			files := filesOf(t, "postgresql")
			files["companion.hcl"] = []byte(strings.Replace(good, tc.from, tc.to, 1))
			b, diags := parseBlock("postgresql", files)
			if b != nil || len(diags) == 0 || diags[0].Summary != tc.summary {
				t.Errorf("got %v; want %q", diags, tc.summary)
			}
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
}

func filesOf(t *testing.T, kind string) map[string][]byte {
	t.Helper()
	return folder(t, "companions/"+kind)
}

// What a companion gives is as secret as it is: a password in a text makes the text secret.
func TestCompanion_GivesItsPasswordAsASecret(t *testing.T) {
	r := pad(t)
	resolved, diags := r.Resolve(padInput(r))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for _, f := range resolved.Service.Units[2].Files {
		if f.Path != "/etc/pad/database.json" {
			continue
		}
		var got map[string]any
		if err := json.Unmarshal(f.Content, &got); err != nil {
			t.Fatal(err)
		}
		if !f.Secret || got["password"] != "HIDDEN-sql.password" || got["url"] != "postgres://app:HIDDEN-sql.password@sql:5432/app" || got["host"] != "sql" || got["kind"] != "postgresql 17" {
			t.Errorf("secret %v: %v", f.Secret, got)
		}
		return
	}
	t.Error("the file was not made")
}
