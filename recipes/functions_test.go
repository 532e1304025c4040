package recipes

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"ronron/internal/hclread"
)

// hostile are texts that end quotes, begin expressions, or end lines.
var hostile = []string{
	"", "plain", "it's", `say "hi"`, `back\slash`, `\'`, `'; rm -rf / #`, "two\nlines", "tab\there", "${HOME}", "%{if}", "$(id)", "`id`",
	"<?php system('id'); ?>", "%0a%0d", "*)(uid=*", "a,cn=admin", " lead", "trail ", "#hash", "é€😀", "a=b;c", "<script>", "--flag", "no", "1e3",
}

// eval evaluates an expression as a recipe would and gives its text.
func eval(t *testing.T, expr string) (string, error) {
	t.Helper()
	schema := &hclread.Schema{Attributes: []hclread.Attribute{{Name: "x", Kind: hclread.Any}}}
	b, diags := hclread.Parse("x", []byte("x = "+expr+"\n"), schema)
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	e := hclread.NewEval(map[string]cty.Value{"setting": cty.ObjectVal(map[string]cty.Value{"s": cty.StringVal("a")})}, functions())
	v, ok := e.Value(b, "x")
	if !ok {
		return "", e.Diags.Err()
	}
	s, err := hclread.AsLooseString(v.Value)
	if err != nil {
		t.Fatalf("%s is no text", expr)
	}
	return s, nil
}

func TestFunctions_GiveWhatTheReferenceSays(t *testing.T) {
	for expr, want := range map[string]string{
		`upper("aé")`: "AÉ", `lower("AÉ")`: "aé", `title("ab cd")`: "Ab Cd", `trimspace(" a ")`: "a", `trim("xax", "x")`: "a",
		`trimprefix("ab", "a")`: "b", `trimsuffix("ab", "b")`: "a", `chomp("a\n")`: "a", `substr("abc", 1, 1)`: "b",
		`join(",", split("-", "a-b"))`: "a,b", `replace("a.b.c", ".", "-")`: "a-b-c", `indent(2, "a\nb")`: "a\n  b", `format("%03d %s", 7, "x")`: "007 x",
		`startswith("abc", "ab")`: "true", `endswith("abc", "ab")`: "false", `strcontains("abc", "b")`: "true",
		`regex("[0-9]+", "a12b")`: "12", `length(regexall("[0-9]", "a12b"))`: "2",
		`length("é")`: "1", `length(["a", "b"])`: "2", `length({ a = 1 })`: "1", `join("", concat(["a"], ["b"]))`: "ab", `contains(["a"], "a")`: "true",
		`join(",", keys({ b = 1, a = 2 }))`: "a,b", `join(",", values({ b = 1, a = 2 }))`: "2,1", `lookup({ a = "x" }, "b", "y")`: "y",
		`merge({ a = "1" }, { a = "2" }).a`: "2", `join("", flatten([["a"], ["b"]]))`: "ab", `join("", sort(["b", "a"]))`: "ab", `join("", reverse(["b", "a"]))`: "ab",
		`element(["a", "b"], 3)`: "b", `join("", slice(["a", "b", "c"], 1, 2))`: "b", `zipmap(["a"], ["b"]).a`: "b",
		`join("", distinct(["a", "b", "a"]))`: "ab", `join("", compact(["a", ""]))`: "a", `coalesce("", "b")`: "",
		`alltrue([true, false])`: "false", `alltrue([])`: "true", `anytrue([true, false])`: "true", `anytrue([])`: "false",
		`join(",", [for n in range(2, 5) : "${n}"])`: "2,3,4", `min(2, 1)`: "1", `max(2, 1)`: "2", `floor(1.5)`: "1", `ceil(1.5)`: "2", `abs(-1)`: "1", `parseint("ff", 16)`: "255",
		`tostring(5)`: "5", `tonumber("5") + 1`: "6", `tobool("true")`: "true",
		`jsonencode({ a = ["x", 1, true, null] })`: `{"a":["x",1,true,null]}`, `base64encode("é")`: "w6k=", `base64decode("w6k=")`: "é",
		`sha256("a")`: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
		`yamlencode({ b = "no", a = [1, { c = "x: y", d = {} }], "x y" = true, on = [] })`: "a:\n  - 1\n  -\n    c: \"x: y\"\n    d: {}\nb: \"no\"\n\"on\": []\n\"x y\": true\n",
		`phpstring("it's")`: `'it\'s'`, `shellquote("it's")`: `'it'\''s'`, `tomlstring("a\"b")`: `"a\"b"`, `inivalue("a b")`: "a b", `inivalue("no")`: `"no"`,
		`urlencode("a b/%0a")`: "a%20b%2F%250a", `ldapfilter("*)(x")`: `\2a\29\28x`, `ldapdn("a,b")`: `a\,b`, `apachestring("a \"b\"")`: `"a \"b\""`, `htmlescape("<a>")`: "&lt;a&gt;",
	} {
		if got, err := eval(t, expr); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", expr, got, err, want)
		}
	}
}

func TestFunctions_CannotReadTheHost(t *testing.T) {
	for _, name := range []string{"file", "templatefile", "env", "timestamp", "uuid", "pathexpand", "filesha256", "getenv", "exec"} {
		if slices.Contains(functionNames(), name) {
			t.Errorf("%s must not be a function: recipes see neither files, environment, clock nor chance", name)
		}
	}
}

// A shell itself says whether shellquote is right.
func TestShellQuote_GivesTheTextBackThroughAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a POSIX shell")
	}
	for _, s := range hostile {
		quoted, err := shellQuote(s)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(sh, "-c", "printf %s "+quoted).Output()
		if err != nil || string(out) != s {
			t.Errorf("%q came back as %q: %v", s, out, err)
		}
	}
	if _, err := shellQuote("a\x00b"); err == nil {
		t.Error("a NUL is let through")
	}
}

// phpString is read back by the two rules of PHP's single quotes.
func TestPHPString_CannotBeLeft(t *testing.T) {
	for _, s := range hostile {
		quoted, _ := phpString(s)
		inner := quoted[1 : len(quoted)-1]
		var back strings.Builder
		for i := 0; i < len(inner); i++ {
			if inner[i] == '\'' {
				t.Fatalf("%q ends early in %s", s, quoted)
			}
			if inner[i] == '\\' && i+1 < len(inner) && (inner[i+1] == '\\' || inner[i+1] == '\'') {
				i++
			}
			back.WriteByte(inner[i])
		}
		if back.String() != s {
			t.Errorf("%q came back as %q", s, back.String())
		}
	}
}

func TestLineQuoting_StaysOnItsLine(t *testing.T) {
	for name, quote := range map[string]func(string) (string, error){"inivalue": iniValue, "apachestring": apacheString} {
		for _, s := range hostile {
			out, err := quote(s)
			refused := strings.ContainsAny(s, "\n") || strings.Contains(s, "${")
			if refused != (err != nil) {
				t.Errorf("%s(%q) = %q, %v", name, s, out, err)
			}
			if err == nil && (strings.Contains(out, "\n") || strings.Contains(out, "${")) {
				t.Errorf("%s(%q) leaves its line: %q", name, s, out)
			}
		}
	}
	if out, _ := iniValue("a;b"); out != `"a;b"` {
		t.Errorf("a comment sign is not quoted: %s", out)
	}
}

func TestLDAPQuoting_LeavesNoSyntax(t *testing.T) {
	for _, s := range append(hostile, "a\x00b") {
		filter, _ := ldapFilter(s)
		if strings.ContainsAny(filter, "*()\x00\n") {
			t.Errorf("ldapfilter(%q) = %q", s, filter)
		}
		dn, _ := ldapDN(s)
		bare := strings.NewReplacer(`\\`, "", `\,`, "", `\+`, "", `\"`, "", `\<`, "", `\>`, "", `\;`, "", `\=`, "", `\#`, "", `\ `, "").Replace(dn)
		if strings.ContainsAny(bare, ",+\"<>;=\x00\n") || strings.HasPrefix(bare, " ") || strings.HasSuffix(bare, " ") || strings.HasPrefix(bare, "#") {
			t.Errorf("ldapdn(%q) = %q", s, dn)
		}
	}
}

func TestHTMLEscape_LeavesNoMarkup(t *testing.T) {
	for _, s := range hostile {
		out, err := htmlEscape(s)
		if err != nil || strings.ContainsAny(out, `<>"'`) {
			t.Errorf("htmlescape(%q) = %q, %v", s, out, err)
		}
	}
}

func TestYAMLEncode_TextsStayTexts(t *testing.T) {
	for _, s := range hostile {
		var b strings.Builder
		if err := yamlValue(&b, cty.StringVal(s), 0, ""); err != nil {
			t.Fatal(err)
		}
		out := strings.TrimSuffix(b.String(), "\n")
		if !strings.HasPrefix(out, `"`) || !strings.HasSuffix(out, `"`) || strings.ContainsAny(out, "\n") {
			t.Errorf("yamlencode(%q) = %s", s, out)
		}
	}
}
