package recipes

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"ronron/internal/diag"
	"ronron/internal/diag/diagtest"
	"ronron/internal/text"
)

// withParts puts other shared parts in the place of those of the binary.
func withParts(t *testing.T, all ...*part) {
	t.Helper()
	before := sharedParts
	byName := map[string]*part{}
	for _, p := range all {
		byName[p.name] = p
	}
	sharedParts = func() allParts { return allParts{byName: byName} }
	t.Cleanup(func() { sharedParts = before })
}

func greeting(content string) *part {
	return &part{name: "greeting", summary: text.Text{EN: "A greeting."}, files: map[string][]byte{
		"hello.sh": []byte(content), "deep/hello.conf.tmpl": []byte("key ${secret.key}\n"),
	}}
}

const greets = "parts = [\"greeting\"]"

// Every part that comes with Ronron is free of problems, and can be used by a stranger.
func TestParts_AreRight(t *testing.T) {
	all := sharedParts()
	if len(all.diags) > 0 {
		t.Fatal(all.diags)
	}
	for _, name := range []string{"php-database", "php-directory"} {
		if all.byName[name] == nil {
			t.Fatalf("there is no part %s", name)
		}
	}
	for name, p := range all.byName {
		var files []string
		for file := range p.files {
			if isTemplate(file) {
				files = append(files, `file "/etc/x/`+file+`" { template = "parts/`+name+`/`+file+`" }`)
			}
		}
		r, diags := Parse("x", strange(`parts = ["`+name+`"]`, "image = \"x/y:1\"\n"+strings.Join(files, "\n")))
		if r == nil {
			t.Fatalf("%s: %v", name, diags)
		}
		if _, diags := r.Resolve(input(r)); len(diags) > 0 {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

func TestPart_ReportsProblems(t *testing.T) {
	good := folder(t, "parts/php-directory")
	for name, tc := range map[string]struct {
		change  func(map[string][]byte)
		summary string
	}{
		"another name":  {func(f map[string][]byte) { replace(f, `part "php-directory"`, `part "php"`) }, "Name differs from the folder's"},
		"no file":       {func(f map[string][]byte) { delete(f, "Directory.php") }, "Missing file"},
		"not explained": {func(f map[string][]byte) { f["more.php"] = nil }, "File not explained"},
		"twice":         {func(f map[string][]byte) { replace(f, `file "directory.php.tmpl"`, `file "Directory.php"`) }, "Name used twice"},
		"no summary":    {func(f map[string][]byte) { replace(f, `summary =`, `title =`) }, "Unknown attribute"},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(good)
			tc.change(files)
			p, diags := parsePart("php-directory", files)
			if p != nil || !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Summary == tc.summary }) {
				t.Errorf("got %v; want %q", diags, tc.summary)
			}
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
}

func replace(files map[string][]byte, from, to string) {
	files[partFile] = bytes.Replace(files[partFile], []byte(from), []byte(to), 1)
}

// A part's files are the build's, and its templates those of file blocks, with
// the recipe's own variables and their secrecy.
func TestParts_AreSeenByBuildsAndFiles(t *testing.T) {
	withParts(t, greeting("echo hello\n"))
	files := strange(greets, "build {}\nfile \"/etc/hello\" { template = \"parts/greeting/deep/hello.conf.tmpl\" }")
	r, diags := Parse("x", files)
	if r == nil {
		t.Fatal(diags)
	}
	resolved, diags := r.Resolve(input(r))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	units := resolved.Service.Units
	unit := units[len(units)-1]
	if got := slices.Sorted(maps.Keys(unit.Image.Build.Files)); !slices.Equal(got, []string{"Dockerfile", "parts/greeting/hello.sh"}) {
		t.Errorf("the build sees %q", got)
	}
	if got := string(unit.Image.Build.Files["parts/greeting/hello.sh"]); got != "echo hello\n" {
		t.Errorf("the part's file is %q", got)
	}
	if f := unit.Files[0]; string(f.Content) != "key HIDDEN-key\n" || !f.Secret {
		t.Errorf("the template gives %q, secret %v", f.Content, f.Secret)
	}
	if !slices.Equal(r.Parts, []string{"greeting"}) || len(files) != 2 {
		t.Errorf("parts %q; the folder that was given has %d files", r.Parts, len(files))
	}
	if got := r.Outline().Folder["parts/greeting/hello.sh"]; string(got) != "echo hello\n" || PartOf("parts/greeting/hello.sh") != "greeting" {
		t.Errorf("who judges the recipe sees %q", got)
	}
}

// A level counts for a hash, and an image for its tag: both change with a part,
// for whoever uses it and for nobody else.
func TestParts_AreCoveredByHashAndTag(t *testing.T) {
	made := func(inRecipe string) (hash, tag string) {
		r, diags := Parse("x", strange(inRecipe, "build {}"))
		if r == nil {
			t.Fatal(diags)
		}
		units := r.Outline().Service.Units
		return r.Hash, units[len(units)-1].Image.Build.Tag()
	}
	withParts(t, greeting("echo hello\n"))
	hash, tag := made(greets)
	without, plain := made("")
	withParts(t, greeting("echo good evening\n"))
	if h, b := made(greets); h == hash || b == tag {
		t.Errorf("a change of the part changes nothing: hash %s, tag %s", h, b)
	}
	if h, b := made(""); h != without || b != plain {
		t.Error("a change of a part that is not used changes the recipe")
	}
	withParts(t, greeting("echo hello\n"))
	if h, b := made(greets); h != hash || b != tag {
		t.Error("the same part gives another recipe")
	}
}

// A part is found by its name in Ronron's list, so no spelling leads elsewhere.
func TestParts_CannotBeMisused(t *testing.T) {
	withParts(t, greeting("echo hello\n"))
	for name, tc := range map[string]struct{ inRecipe, inUnit, summary, says string }{
		"unknown":          {`parts = ["nothing"]`, ``, "Unknown part", "There are: greeting."},
		"misspelt":         {`parts = ["greting"]`, ``, "Unknown part", `Did you mean "greeting"?`},
		"empty name":       {`parts = [""]`, ``, "Unknown part", ""},
		"parent":           {`parts = [".."]`, ``, "Unknown part", ""},
		"a recipe":         {`parts = ["../catalog/openldap"]`, ``, "Unknown part", ""},
		"a way round":      {`parts = ["greeting/../greeting"]`, ``, "Unknown part", ""},
		"the machine":      {`parts = ["/etc"]`, ``, "Unknown part", ""},
		"twice":            {`parts = ["greeting", "greeting"]`, ``, "Name used twice", ""},
		"by a setting":     {`parts = [chaton.name]`, ``, "Text without quotes", ""},
		"in the build":     {``, `build { parts = ["greeting"] }`, "Not allowed here", "beside its version"},
		"not asked for":    {``, `file "/x" { template = "parts/greeting/deep/hello.conf.tmpl" }`, "Missing template", `parts = ["greeting", …]`},
		"no such file":     {greets, `file "/x" { template = "parts/greeting/helo.conf.tmpl" }`, "Missing template", ""},
		"out of the part":  {greets, `file "/x" { template = "parts/greeting/../../recipe.tmpl" }`, "Missing template", ""},
		"what explains it": {greets, `file "/x" { template = "parts/greeting/part.hcl" }`, "Missing template", ""},
		"unknown, used":    {`parts = ["greting"]`, `file "/x" { template = "parts/greting/deep/hello.conf.tmpl" }`, "Unknown part", ""},
		"misspelt once":    {`parts = ["greting"]`, `file "/x" { template = "parts/greeting/deep/hello.conf.tmpl" }`, "Unknown part", ""},
	} {
		t.Run(name, func(t *testing.T) {
			image := "image = \"x/y:1\"\n"
			if strings.Contains(tc.inUnit, "build") {
				image = ""
			}
			r, diags := Parse("x", strange(tc.inRecipe, image+tc.inUnit))
			if r != nil || len(diags) != 1 || diags[0].Summary != tc.summary || !strings.Contains(diags[0].Detail, tc.says) {
				t.Errorf("want one problem %q %q, got %v", tc.summary, tc.says, diags)
			}
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
}

func TestParts_KeepTheirFolder(t *testing.T) {
	withParts(t, greeting("echo hello\n"))
	own := strange("", "build {}")
	own["parts/greeting/hello.sh"] = []byte("echo mine\n")
	if r, diags := Parse("x", own); r == nil {
		t.Errorf("a recipe without shared parts may call a folder so: %v", diags)
	}
	own = strange(greets, "build {}")
	own["parts/other/hello.sh"] = []byte("echo mine\n")
	if r, diags := Parse("x", own); r != nil || len(diags) != 1 || diags[0].Summary != "Folder taken" {
		t.Errorf("got %v", diags)
	}
}
