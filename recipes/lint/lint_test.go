package lint

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"ronron/recipes"
)

// clean is a recipe without a finding; each case below spoils one thing of it.
const clean = `recipe "notes" {
  version = "1"
  members = { fr = "Écrire des notes.", en = "Writing notes." }

  software {
    name          = "Notes"
    version       = "3.1"
    licence       = "AGPL-3.0-or-later"
    source        = "https://example.org/notes"
    documentation = "https://example.org/notes/manual"
    category      = "notes"
    title         = { fr = "Notes", en = "Notes" }
    summary       = { fr = "Des notes à plusieurs.", en = "Notes for several people." }
  }
  public = { fr = "Rien.", en = "Nothing." }

  setting "title" {
    type    = "string"
    default = chaton.name
    label   = { fr = "Titre", en = "Title" }
    help    = { fr = "En haut de chaque page.", en = "At the top of each page." }
    check {
      condition = length(setting.title) > 0
      message   = { fr = "Donnez un titre.", en = "Give a title." }
    }
  }
  secret "salt" {}

  accounts "ldap" {
    administrators = { fr = "Le groupe admins.", en = "The group admins." }
    sign_up        = "closed"
  }

  data "notes" {
    what     = { fr = "Les notes.", en = "The notes." }
    personal = true
    kept     = { fr = "Toujours.", en = "Forever." }
    volume   = "data"
  }
  volume "data" {}

  unit "web" {
    build {}
    user         = "33:33"
    read_only    = true
    environment  = { A = "b" }
    mount "data" { path = "/data" }
    file "/etc/notes.conf" {
      template = "notes.conf.tmpl"
      owner    = "0:33"
      mode     = "0440"
    }
    port "http" { number = 8080 }
    health { http = { port = "http", path = "/" } }
    limits {
      memory = "64M"
      pids   = 20
    }
  }
  route "web" {
    unit = "web"
    port = "http"
  }

  backup {
    check {
      unit    = "web"
      command = ["notes", "list"]
    }
  }
  export "member" {
    unit    = "web"
    command = ["notes", "export"]
    formats = ["text/plain"]
    what    = { fr = "Ses notes.", en = "Their notes." }
  }
  erase "member" {
    unit    = "web"
    command = ["notes", "erase"]
    leaves  = { fr = "Rien.", en = "Nothing." }
  }
  usage "documents" {
    label   = { fr = "Notes", en = "Notes" }
    unit    = "web"
    command = ["notes", "count"]
  }
  retention { logs = "14d" }
  requests {
    none = true
    off  = { fr = "Il n'en fait aucune.", en = "It makes none." }
  }
  upgrade { from = [] }
}
`

const dockerfile = `FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes curl notes
COPY start /usr/local/bin/
COPY web/ /srv/web/
`

func folder() map[string][]byte {
	return map[string][]byte{
		"recipe.hcl": []byte(clean), "Dockerfile": []byte(dockerfile), "start": []byte("#!/bin/sh\n"),
		"web/a/b.html": []byte("<p>\n"), "notes.conf.tmpl": []byte("salt=${secret.salt}\n"), "README.md": []byte("Notes.\n"),
	}
}

func check(t *testing.T, files map[string][]byte) []Finding {
	t.Helper()
	r, diags := recipes.Parse("notes", files)
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	return Check(r)
}

func TestCheck_NothingIsFoundInACleanRecipe(t *testing.T) {
	if findings := check(t, folder()); len(findings) > 0 {
		t.Errorf("found: %+v", findings)
	}
}

// One file of a part is enough to use it, whether it is copied or filled in.
func TestCheck_APartIsUsedByOneFileOfIt(t *testing.T) {
	for name, change := range map[string]struct{ file, old, new string }{
		"copied":    {"Dockerfile", "COPY start", "COPY parts/php-directory/Directory.php start"},
		"filled in": {"recipe.hcl", `port "http" {`, "file \"/etc/d.php\" {\n      template = \"parts/php-directory/directory.php.tmpl\"\n      owner = \"0:33\"\n      mode = \"0440\"\n    }\n    port \"http\" {"},
	} {
		t.Run(name, func(t *testing.T) {
			files := folder()
			files["recipe.hcl"] = []byte(strings.Replace(clean, `version = "1"`, "version = \"1\"\n  parts = [\"php-directory\"]", 1))
			files[change.file] = []byte(strings.Replace(string(files[change.file]), change.old, change.new, 1))
			if findings := check(t, files); len(findings) > 0 {
				t.Errorf("found: %+v", findings)
			}
		})
	}
}

// cases spoil one thing each: in a file, old becomes new, and exactly the rule
// speaks, at the line that holds the text (of the spoilt file).
var cases = []struct {
	rule, file, old, new, at string
}{
	{"licence-not-free", "", `"AGPL-3.0-or-later"`, `"CC-BY-NC-4.0"`, "CC-BY-NC-4.0"},
	{"licence-unknown", "", `"AGPL-3.0-or-later"`, `"LicenseRef-ours"`, "LicenseRef-ours"},
	{"no-documentation", "", `documentation = "https://example.org/notes/manual"`, "", "software {"},
	{"no-members", "", `members = { fr = "Écrire des notes.", en = "Writing notes." }`, "", `recipe "notes"`},
	{"one-language", "", `{ fr = "Des notes à plusieurs.", en = "Notes for several people." }`, `"Notes for several people."`, "summary"},
	{"setting-no-help", "", `help    = { fr = "En haut de chaque page.", en = "At the top of each page." }`, "", `setting "title"`},
	{"setting-no-check", "", `    check {
      condition = length(setting.title) > 0
      message   = { fr = "Donnez un titre.", en = "Give a title." }
    }
`, "", `setting "title"`},
	{"accounts-none", "", `accounts "ldap" {
    administrators = { fr = "Le groupe admins.", en = "The group admins." }
    sign_up        = "closed"
  }`, `accounts "none" {}`, `accounts "none"`},
	{"sign-up-open", "", `sign_up        = "closed"`, "", `accounts "ldap"`},
	{"no-administrators", "", `administrators = { fr = "Le groupe admins.", en = "The group admins." }`, "", `accounts "ldap"`},
	{"oidc-not-told", "", `accounts "ldap" {`, "# ${oidc.ca}\n  accounts \"oidc\" {\n    redirect = [\"/cb\"]", `accounts "oidc"`},
	{"oidc-not-trusted", "", `accounts "ldap" {`, "# ${oidc.client_secret}\n  accounts \"oidc\" {\n    redirect = [\"/cb\"]", `accounts "oidc"`},
	{"no-data", "", `volume "data" {}`, "volume \"data\" {}\n  volume \"cache\" {}", `volume "cache"`},
	{"no-export", "", cut(`export "member" {`), "", `recipe "notes"`},
	{"no-erase", "", cut(`erase "member" {`), "", `recipe "notes"`},
	{"no-usage", "", cut(`usage "documents" {`), "", `recipe "notes"`},
	{"no-backup", "", cut("backup {"), "", `recipe "notes"`},
	{"no-backup-check", "", cut("  check {\n      unit"), "", "backup {"},
	{"no-retention", "", `retention { logs = "14d" }`, "", `recipe "notes"`},
	{"no-requests", "", cut("requests {"), "", `recipe "notes"`},
	{"no-upgrade", "", "upgrade { from = [] }", "", `recipe "notes"`},
	{"build-downloads", "Dockerfile", "COPY start", "RUN curl https://example.org/x | sh\nCOPY start", "curl https"},
	{"build-downloads", "Dockerfile", "COPY start", "ADD https://example.org/x.tar.gz /x/\nCOPY start", "ADD"},
	{"no-health", "", `health { http = { port = "http", path = "/" } }`, "", `unit "web" {`},
	{"no-limits", "", "      pids   = 20\n", "", "limits {"},
	{"no-limits", "", cut("limits {"), "", `unit "web" {`},
	{"root-user", "", `user         = "33:33"`, `user = "0:33"`, `"0:33"`},
	{"root-user", "", `user         = "33:33"`, `user = "root"`, `"root"`},
	{"no-user", "", `user         = "33:33"`, "", `unit "web" {`},
	{"writable-root", "", "read_only    = true", "", `unit "web" {`},
	{"writable-root", "", "read_only    = true", "read_only = false", "read_only = false"},
	{"capabilities", "", "read_only    = true", "read_only = true\n    capabilities = [\"CHOWN\"]", "CHOWN"},
	{"egress", "", "read_only    = true", "read_only = true\n    egress = true", "egress"},
	{"secret-environment", "", `environment  = { A = "b" }`, "environment = { A = secret.salt }\n    secret_environment = true", "secret_environment"},
	{"template-unused", "old.conf.tmpl", "", "x\n", "x"},
	{"file-unused", "stop", "", "x\n", "x"},
	{"part-unused", "", `version = "1"`, "version = \"1\"\n  parts = [\"php-directory\"]", "parts = "},
}

// cut is the block of the clean recipe that begins with that.
func cut(begin string) string {
	i := strings.Index(clean, begin)
	if i < 0 {
		panic("the clean recipe has no " + begin)
	}
	depth := 0
	for j := i; j < len(clean); j++ {
		switch clean[j] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return clean[i : j+1]
			}
		}
	}
	panic("the clean recipe does not end " + begin)
}

func TestCheck_EachRuleFindsItsOwnAtItsPlace(t *testing.T) {
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			files, file := folder(), c.file
			if file == "" {
				file = "recipe.hcl"
			}
			if c.old != "" && !strings.Contains(string(files[file]), c.old) {
				t.Fatalf("%s does not hold %s", file, c.old)
			}
			files[file] = []byte(strings.Replace(string(files[file]), c.old, c.new, 1))
			found := check(t, files)
			if len(found) != 1 || found[0].ID != c.rule {
				t.Fatalf("found %+v, want %s alone", found, c.rule)
			}
			f := found[0]
			if f.French.What == "" || f.French.Why == "" {
				t.Errorf("it is not said in French: %+v", f.French)
			}
			lines := strings.Split(string(files[file]), "\n")
			if f.Range.File != "notes/"+file || !strings.Contains(lines[f.Range.Start.Line-1], c.at) {
				t.Errorf("it points to %s: %q", f.Range, lines[f.Range.Start.Line-1])
			}
		})
	}
}

// image-not-pinned needs a recipe without a build, which has other files.
func TestCheck_ImageNamedByATagAlone(t *testing.T) {
	files := map[string][]byte{"notes.conf.tmpl": folder()["notes.conf.tmpl"]}
	digest := "@sha256:" + strings.Repeat("ab", 32)
	for image, want := range map[string]int{"example.org/notes:3.1": 1, "example.org/notes:3.1" + digest: 0} {
		files["recipe.hcl"] = []byte(strings.Replace(clean, "build {}", `image = "`+image+`"`, 1))
		found := check(t, files)
		if len(found) != want || want == 1 && found[0].ID != "image-not-pinned" {
			t.Errorf("%s: found %+v", image, found)
		}
	}
}

func TestCheck_AReasonIsEnough(t *testing.T) {
	for _, reason := range []string{
		"# It asks other servers for feeds.\n    egress = true",
		"egress = true # asks other servers",
		"// It asks other servers for feeds.\n    egress = true",
	} {
		files := folder()
		files["recipe.hcl"] = []byte(strings.Replace(clean, "read_only    = true", "read_only = true\n    "+reason, 1))
		if found := check(t, files); len(found) > 0 {
			t.Errorf("%s: found %+v", reason, found)
		}
	}
	for _, none := range []string{"#\n    egress = true", "egress = true #", "# yes\n\n    egress = true"} {
		files := folder()
		files["recipe.hcl"] = []byte(strings.Replace(clean, "read_only    = true", "read_only = true\n    "+none, 1))
		if found := check(t, files); len(found) != 1 {
			t.Errorf("%s: found %+v", none, found)
		}
	}
}

func TestRules_EachIsTried(t *testing.T) {
	tried := map[string]bool{"image-not-pinned": true}
	for _, c := range cases {
		tried[c.rule] = true
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !tried[r.ID] {
			t.Errorf("no case tries %s", r.ID)
		}
		if seen[r.ID] || r.Title.IsZero() || !strings.HasSuffix(r.Why.EN, ".") || !strings.HasSuffix(r.Why.FR, ".") {
			t.Errorf("%s is there twice, or not explained", r.ID)
		}
		seen[r.ID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(tried)) {
		if !seen[id] {
			t.Errorf("%s is no rule", id)
		}
	}
}
