package recipes

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/diag"
	"ronron/internal/diag/diagtest"
)

func folder(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Each line of a fixture says which problem it has.
func TestParse_ReportsEveryProblemOfTheFixtures(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*/*")
	if err != nil || len(dirs) < 6 {
		t.Fatalf("fixtures are missing: %v %v", dirs, err)
	}
	for _, dir := range dirs {
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			files := folder(t, dir)
			r, diags := Parse(name, files)
			announced := map[string][]byte{}
			for file, content := range files {
				announced[name+"/"+file] = content
			}
			diagtest.Check(t, announced, diags)
			if (r == nil) != diags.HasErrors() {
				t.Errorf("a recipe is returned exactly when there are no errors; got %v with %d problems", r, len(diags))
			}
		})
	}
}

func TestParse_RefusesFoldersThatAreNone(t *testing.T) {
	good := folder(t, "testdata/good/pad")
	with := func(file string, content []byte) map[string][]byte {
		m := map[string][]byte{file: content}
		for k, v := range good {
			if k != file {
				m[k] = v
			}
		}
		return m
	}
	for name, tc := range map[string]struct {
		files   map[string][]byte
		summary string
	}{
		"no recipe.hcl":  {map[string][]byte{"Dockerfile": []byte("FROM x")}, "Missing recipe.hcl"},
		"parent":         {with("../x", nil), "Bad file name"},
		"absolute":       {with("/etc/passwd", nil), "Bad file name"},
		"hidden parent":  {with("a/../../x", nil), "Bad file name"},
		"backslash":      {with(`..\x`, nil), "Bad file name"},
		"large":          {with("blob", make([]byte, maxFolder+1)), "Folder too large"},
		"large recipe":   {with("recipe.hcl", make([]byte, 1<<20)), "Text too large or too deep"},
		"large template": {with("config.php.tmpl", make([]byte, 1<<20)), "Text too large or too deep"},
		"not text":       {with("recipe.hcl", []byte{0xff, 0xfe, 0}), "Not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			r, diags := Parse("pad", tc.files)
			if r != nil || len(diags) == 0 || diags[0].Summary != tc.summary {
				t.Errorf("got %v; want %q first", diags.Err(), tc.summary)
			}
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
}

func TestParse_BuiltinIsForEmbeddedRecipesOnly(t *testing.T) {
	files := folder(t, "testdata/good/pad")
	files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), `version = "3"`, "version = \"3\"\nbuiltin = true", 1))
	if r, _ := Parse("pad", files); r != nil {
		t.Error("a stranger's recipe is part of every chaton")
	}
	if r, diags := ParseEmbedded("pad", files); r == nil || !r.Builtin {
		t.Errorf("an embedded recipe cannot be builtin: %v", diags.Err())
	}
}

func TestParse_HashCoversEveryFile(t *testing.T) {
	files := folder(t, "testdata/good/pad")
	before, _ := Parse("pad", files)
	files["start"] = []byte("#!/bin/sh\nexec sleep 2\n")
	after, _ := Parse("pad", files)
	again, _ := Parse("pad", files)
	if before.Hash == after.Hash || after.Hash != again.Hash {
		t.Errorf("hashes %s, %s, %s", before.Hash, after.Hash, again.Hash)
	}
}

// wrap puts an expression into the environment of an otherwise good recipe.
func wrap(expr string) map[string][]byte {
	return map[string][]byte{"recipe.hcl": []byte(`recipe "x" {
  version = "1"
  public  = "x"
  software {
    name     = "X"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/x"
    category = "test"
    title    = "X"
    summary  = "X."
  }
  accounts "none" {}
  unit "web" {
    image = "x/y:1@sha256:` + strings.Repeat("0", 64) + `"
    environment = { A = ` + expr + ` }
  }
}
`)}
}

// What would take for ever or all memory ends at once with a diagnostic.
func TestParse_BoundsWork(t *testing.T) {
	doubling := `"xx"`
	for range 14 {
		doubling = `[for a in [` + doubling + `] : "${a}${a}${a}${a}${a}${a}${a}${a}"][0]`
	}
	list := "[" + strings.Repeat("1,", 300) + "1]"
	loops := `join("", flatten([for a in ` + list + ` : [for b in ` + list + ` : [for c in ` + list + ` : "${a}${b}${c}"]]]))`
	number := `9e99`
	for range 10 {
		number = `[for a in [` + number + `] : a * a * a * a * a * a * a * a][0]`
	}
	for name, tc := range map[string]struct{ expr, summary string }{
		"text that doubles":   {doubling, "Too much work"},
		"loops in loops":      {loops, "Too much work"},
		"number that grows":   {`"${` + number + `}"`, "Cannot be calculated"},
		"endless number":      {`"${1e999999999}"`, "Text too large or too deep"},
		"number from a text":  {`"${tonumber("1e999999999")}"`, "Cannot be calculated"},
		"sum of a text":       {`"${"1e999999999" + 1}"`, "Cannot be calculated"},
		"deep parentheses":    {strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000), "Text too large or too deep"},
		"deep lists":          {strings.Repeat("[", 1000) + strings.Repeat("]", 1000), "Text too large or too deep"},
		"many signs":          {strings.Repeat("!", 1000) + "true", "Text too large or too deep"},
		"conditions":          {strings.Repeat("true ? 1 : ", 30_000) + "1", "Text too large or too deep"},
		"long range":          {`join("", [for n in range(0, 1000000) : "x"])`, "Function failed"},
		"replacing":           {`replace("` + strings.Repeat("a", 20_000) + `", "a", "` + strings.Repeat("b", 20_000) + `")`, "Function failed"},
		"joining":             {`join("` + strings.Repeat("x", 50_000) + `", [for n in range(0, 1000) : "x"])`, "Function failed"},
		"wide format":         {`format("%999999999d", 1)`, "Function failed"},
		"star format":         {`format("%*d", 999999999, 1)`, "Function failed"},
		"deep indent":         {`indent(999999999, "a\nb")`, "Function failed"},
		"heavy pattern":       {`length(regexall("((a{30}){30}|b{900})", "x"))`, "Function failed"},
		"searching for ever":  {`join("", [for n in range(0, 1000) : join("", [for m in range(0, 1000) : tostring(length(regexall("(a|b|ab|ba|a?b?){20}c", "` + strings.Repeat("ab", 500) + `")))])])`, "Too much work"},
		"distinct of many":    {`join("", distinct([for n in range(0, 1000) : "${n}"]))`, ""},
		"sum of long numbers": {strings.Repeat("9", 100), "Text too large or too deep"},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := Parse("x", wrap(tc.expr))
			if tc.summary == "" {
				if len(diags) > 0 {
					t.Error(diags.Err())
				}
				return
			}
			if len(diags) != 1 || diags[0].Summary != tc.summary {
				t.Errorf("want one problem %q, got %v", tc.summary, diags)
			}
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
}

// What is wrong with an expression is said in both languages, whichever library
// finds it.
func TestParse_SpeaksFrenchOfBrokenExpressions(t *testing.T) {
	for _, expr := range []string{
		`[for x in null : x]`, `[for x, y, z in [1] : x]`, `{for x in [1] : null => x}`, `{for x in [1,1] : "a" => x}`, `[for x in [1] : x if "a"]`, `[for x in [1] : x if null]`,
		`{(null) = 1}`, `{[1] = 1}`, `"a".b`, `null[0]`, `[1]["a"]`, `{a=1}.b`, `upper(null)`, `upper(["a"]...)`, `upper(5...)`, `true ? 1`, `join(",", null)`, `keys("a")`,
		`element([], 0)`, `merge("a")`, `slice([1], 3, 4)`, `parseint("x", 10)`, `format("%d", "x")`, `substr("a", "b", 1)`, `min()`, `coalesce(null)`, `tonumber("x")`, `range("a", 2)`,
		`split(1, [])`, `regex("a", "b")`, `concat("a")`, `contains(1, 2)`, `sort(1)`, `values(1)`, `[1, 2`, `chaton["nmae"]`, `null ? 1 : 2`, `1 && 2`, `!5`, `-"a"`, `"a" < "b"`,
		`jsonencode()`, `"${null}"`, `"%{ if null }a%{ endif }"`, `"%{ for x in null }a%{ endfor }"`, `"%{ for x in 5 }a%{ endfor }"`, `"%{ endif }"`, `"%{ endfor }"`, `"%{ else }"`, `"%{ foo }"`,
		`"%{ if true }"`, `chaton.name.x`, `[1][5]`, `[1][0.5]`, `{a=1}[0]`, `base64decode("a")`, `indent(1)`, `1 & 2`, `1 | 2`, `~1`, `upper::`, `[1].0.1`, `chaton.`, `"a", `, `null[*]`, `for`, `[for]`, `"${1 2}"`,
	} {
		t.Run(expr, func(t *testing.T) {
			_, diags := Parse("x", wrap(expr))
			for _, d := range diags {
				diagtest.Plain(t, d)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, dir := range []string{"good/pad", "bad/structure", "bad/units", "bad/expressions", "bad/secrets", "bad/escape", "bad/work", "bad/declared"} {
		files := folder(f, "testdata/"+dir)
		f.Add(files["recipe.hcl"], []byte("${setting.title}%{ for x in setting.plugins }${x}%{ endfor }"))
	}
	f.Fuzz(func(t *testing.T, recipe, template []byte) {
		r, diags := Parse("pad", map[string][]byte{"recipe.hcl": recipe, "config.php.tmpl": template, "Dockerfile": []byte("FROM x")})
		if (r == nil) != diags.HasErrors() {
			t.Fatalf("recipe %v with %d problems", r, len(diags))
		}
		if err := diag.Render(&strings.Builder{}, diags, diag.Options{}); err != nil {
			t.Error(err)
		}
		if r == nil {
			return
		}
		resolved, diags := r.Resolve(input(r))
		confined(t, resolved.Service)
		for _, d := range diags {
			if d.Summary == "Fault of Ronron" {
				t.Errorf("a problem slipped through Parse: %s", d.Detail)
			}
		}
	})
}
