package hclread

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag/diagtest"
	"ronron/internal/text"
)

var testSchema = &Schema{
	Attributes: []Attribute{
		{Name: "text", Kind: Text}, {Name: "number", Kind: Number}, {Name: "decimal", Kind: Decimal}, {Name: "bool", Kind: Bool},
		{Name: "list", Kind: TextList}, {Name: "numbers", Kind: NumberList}, {Name: "size", Kind: Size}, {Name: "duration", Kind: Duration},
		{Name: "bilingual", Kind: Bilingual}, {Name: "bilinguals", Kind: Bilinguals}, {Name: "map", Kind: TextMap}, {Name: "object", Kind: Object},
	},
	Blocks:  []BlockSchema{{Type: "inner", Schema: &Schema{Labels: []string{"name"}}}},
	Refused: map[string]string{"privileged": "Never."},
}

func read(t *testing.T, src string) (*Block, *Eval) {
	t.Helper()
	b, diags := Parse("x.hcl", []byte(src), testSchema)
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	return b, NewEval(nil, nil)
}

func TestEval_ReadsEveryKind(t *testing.T) {
	b, e := read(t, `
text       = "a"
number     = 443
decimal    = 0.5
bool       = true
list       = ["a", "b"]
numbers    = [1, 2]
size       = "64M"
duration   = "1h30m"
bilingual  = { fr = "f", en = "e" }
bilinguals = { a = "x" }
map        = { A = "b", N = 5, T = true }
object     = { k = "v" }
inner "n" {}
`)
	items, _ := e.Items(b, "object")
	got := []any{
		e.String(b, "text").V, e.Int(b, "number").V, e.Float(b, "decimal").V, e.Bool(b, "bool").V, e.Strings(b, "list").V, e.Ints(b, "numbers").V,
		e.Size(b, "size").V, e.Duration(b, "duration").V, e.Bilingual(b, "bilingual").V, e.Bilinguals(b, "bilinguals").V, e.TextMap(b, "map").V,
		items["k"].Value.AsString(), items["k"].Range.Start.Line, b.Block("inner").Name(),
	}
	want := []any{
		"a", 443, 0.5, true, []string{"a", "b"}, []int{1, 2},
		int64(64 << 20), 90 * time.Minute, text.Text{FR: "f", EN: "e"}, map[string]text.Text{"a": {FR: "x", EN: "x"}}, map[string]string{"A": "b", "N": "5", "T": "true"},
		"v", 13, "n",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(e.Diags) > 0 {
		t.Errorf("(-want +got):\n%s\n%v", diff, e.Diags.Err())
	}
}

func TestEval_SaysWhatToWriteInstead(t *testing.T) {
	for src, want := range map[string]string{
		`text = 1.10`:                             "a text in quotes",
		`number = "443"`:                          "a whole number",
		`number = 0.5`:                            "not a whole number",
		`number = 1e30`:                           "not a whole number",
		`bool = "true"`:                           "true or false",
		`list = "a"`:                              "a list of texts",
		`list = [1]`:                              "a list of texts",
		`size = "64MB"`:                           `"64M"`,
		`size = 64`:                               "a size in quotes",
		`duration = "5 minutes"`:                  `"5m"`,
		`bilingual = { fr = "x" }`:                "both languages",
		`bilingual = { fr = "x", de = "y" }`:      "fr and en",
		`map = ["a"]`:                             "texts by name",
		`text = null`:                             "",
		`list = [null]`:                           "a list of texts",
		`object = "x"`:                            "values by name",
		`text = nope`:                             `write "nope"`,
		`text = upper("x")`:                       "fixed values",
		`text = "${nope}"`:                        `write "nope"`,
		`bilinguals = { a = { fr = 1, en = 2}}`:   "texts by name",
		`decimal = "1"`:                           "a number",
		`numbers = ["a"]`:                         "a list of whole numbers",
		`duration = "999999h"`:                    "longer than ten years",
		`size = "99999999999T"`:                   "more bytes",
		`text = "a" + 1`:                          "",
		`text = true ? "a" : ["b"]`:               "same kind",
		`text = [for x in "a" : x]`:               "list or an object",
		`text = {a = 1}.b`:                        "b",
		`text = "a".b`:                            "",
		`object = { a = 1, "b c" = 2, (1+1) = 3}`: "",
	} {
		b, diags := Parse("x.hcl", []byte(src+"\n"), testSchema)
		if b == nil {
			t.Errorf("%s: %v", src, diags.Err())
			continue
		}
		e := NewEval(nil, nil)
		e.String(b, "text")
		e.Int(b, "number")
		e.Float(b, "decimal")
		e.Bool(b, "bool")
		e.Strings(b, "list")
		e.Ints(b, "numbers")
		e.Size(b, "size")
		e.Duration(b, "duration")
		e.Bilingual(b, "bilingual")
		e.Bilinguals(b, "bilinguals")
		e.TextMap(b, "map")
		e.Items(b, "object")
		e.RepeatedItems(b, "object")
		if want == "" {
			for _, d := range e.Diags {
				diagtest.Plain(t, d)
			}
			continue
		}
		if len(e.Diags) != 1 || !strings.Contains(e.Diags[0].Detail, want) {
			t.Errorf("%s: want one problem that says %q, got %v", src, want, e.Diags)
			continue
		}
		diagtest.Plain(t, e.Diags[0])
	}
}

// Whatever is wrong with the syntax is said in our words.
func TestParse_SpeaksPlainlyOfSyntax(t *testing.T) {
	for src, summary := range map[string]string{
		"text = \"a":                  "Quote not closed",
		"text = 'a'":                  "Unexpected character",
		"text = “a”":                  "Unexpected character",
		"text =":                      "Value missing",
		"text = [1":                   "Something is not closed",
		"text = [1 2]":                "Missing separator",
		"text = { a 1 }":              "Name or value missing",
		"inner \"a\" {":               "Block not closed",
		"text":                        "Line not understood",
		"\"text\" = 1":                "Name in quotes",
		"= 5":                         "Line not understood",
		"text = \"${a\"":              "Expression not closed",
		"text = \"${a b}\"":           "Expression not understood",
		"text = \"a\" \"b\"":          "Missing new line",
		"text = \"\\q\"":              "Unknown sign after a backslash",
		"text = \"a\nb\"":             "Quote not closed",
		"inner \"a\" { x = 1 y = 2 }": "Block not understood",
		"inner \"a\" {} text = 1":     "Missing new line",
		"text = (1":                   "Something is not closed",
		"text = f(1":                  "Something is not closed",
		"\xff\xfe":                    "Not UTF-8",
		"inner a:b {}":                "Block not understood",
		"text = \"%{ if true }a\"":    "Template not finished",
		"text = \"%{ iff true }a\"":   "Unknown template directive",
	} {
		_, diags := Parse("x.hcl", []byte(src+"\n"), testSchema)
		if len(diags) == 0 || diags[0].Summary != summary {
			t.Errorf("%q: want %q first, got %v", src, summary, diags)
		}
		for _, d := range diags {
			diagtest.Plain(t, d)
		}
	}
}

// What is read as a number and something behind it was meant as one word.
func TestParse_NamesANumberWithLetters(t *testing.T) {
	for src, want := range map[string]string{
		"number = 443o":            `"443o" is no number`,
		"size = 64M":               `"64M" is no number`,
		"numbers = [1, 443é]":      `"443é" is no number`,
		"numbers = [443o, 1]":      `"443o" is no number`,
		"object = { k = 443o }":    `"443o" is no number`,
		"text = upper(44.3o)":      `"44.3o" is no number`,
		"inner \"a\" { x = 443o }": `"443o" is no number`,
		"number = 4 o":             "line of its own",
		"text = a4 o":              "line of its own",
		"text = \"4\" o":           "line of its own",
		"text = \"4\"o":            "line of its own",
		"number = 4\"o\"":          "line of its own",
	} {
		_, diags := Parse("x.hcl", []byte(src+"\n"), testSchema)
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, want) {
			t.Errorf("%q: want %q, got %v", src, want, diags)
			continue
		}
		diagtest.Plain(t, diags[0])
	}
	_, diags := Parse("x.hcl", []byte("number = 443o\n"), testSchema)
	if _, detail := diags[0].Text(); !strings.Contains(detail.FR, "est pas un nombre") {
		t.Errorf("in French: %q", detail.FR)
	}
	if r := diags[0].Range; r.Start.Column != 10 || r.End.Column != 14 {
		t.Errorf("the number is marked at %+v", r)
	}
}

// What people type who write other files otherwise.
func TestParse_SaysHowItIsWritten(t *testing.T) {
	for src, want := range map[string]string{
		"inner 'a' {}":           "straight double quotes",
		"inner “a” {}":           "straight double quotes",
		"inner \"a\" {\nx = 1 }": "closing brace",
	} {
		_, diags := Parse("x.hcl", []byte(src+"\n"), testSchema)
		if len(diags) == 0 || !strings.Contains(diags[0].Detail, want) {
			t.Errorf("%q: want %q, got %v", src, want, diags)
		}
	}
}

func TestParse_ExplainsWhatIsRefused(t *testing.T) {
	_, diags := Parse("x.hcl", []byte("privileged = true\ninner = 5\ntext {}\n"), testSchema)
	var got []string
	for _, d := range diags {
		got = append(got, d.Summary)
	}
	if diff := cmp.Diff([]string{"Not allowed here", "Block written as an attribute", "Attribute written as a block"}, got); diff != "" {
		t.Error(diff)
	}
}

// One parsed text serves many at once; each has its own budget.
func TestParse_IsSharedWithoutHarm(t *testing.T) {
	b, _ := read(t, `text = "${"a"}b"`)
	done := make(chan string)
	for range 8 {
		go func() { done <- NewEval(nil, nil).String(b, "text").V }()
	}
	for range 8 {
		if got := <-done; got != "ab" {
			t.Errorf("got %q", got)
		}
	}
}

func TestGet_RefusesSecrets(t *testing.T) {
	b, _ := read(t, "text = \"a${s}\"\nlist = [s]\nmap = { A = s }\n")
	e := NewEval(map[string]cty.Value{"s": cty.StringVal("hidden").Mark(SecretMark)}, nil)
	e.String(b, "text")
	e.Strings(b, "list")
	e.TextMap(b, "map")
	if len(e.Diags) != 3 {
		t.Fatalf("%d problems, want 3", len(e.Diags))
	}
	for _, d := range e.Diags {
		if d.Summary != "Secret in the open" || strings.Contains(d.Detail, "hidden") {
			t.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{"1K": 1024, "64M": 64 << 20, "2G": 2 << 30, "1T": 1 << 40, "0M": 0} {
		if got, err := ParseSize(s); err != nil || got != want {
			t.Errorf("%s = %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "64", "M", "-1M", "1.5G", "64m", "64 M", "64MiB", "9999999999999M", "99999999T"} {
		if got, err := ParseSize(s); err == nil {
			t.Errorf("%q is read as %d", s, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{"0s": 0, "30s": 30 * time.Second, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute, "24h": 24 * time.Hour, "14d": 14 * 24 * time.Hour, "1d12h": 36 * time.Hour} {
		if got, err := ParseDuration(s); err != nil || got != want {
			t.Errorf("%s = %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "30", "s", "-1s", "1.5h", "1h1d", "1w", "4000d", "3660d999h", "1 h", "5ms", "999999999h"} {
		if got, err := ParseDuration(s); err == nil {
			t.Errorf("%q is read as %s", s, got)
		}
	}
}

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"a", `"\`, "${x}", "%{if}", "$${", "a\nb\t\r\x00", "é😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		b, diags := Parse("x", []byte("text = "+Quote(s)+"\n"), testSchema)
		if b == nil || len(s) > math.MaxInt16 {
			t.Skip(diags)
		}
		got := NewEval(nil, nil).String(b, "text").V
		if want := cty.StringVal(s).AsString(); got != want {
			t.Errorf("%q came back as %q", want, got)
		}
	})
}

func TestTheirs_AreSaidInFrench(t *testing.T) {
	for _, s := range theirs {
		if text.Of(s).FR == "" {
			t.Errorf("%q has no French", s)
		}
		if plainly(s) != s {
			t.Errorf("%q does not come out of plainly, which makes it %q", s, plainly(s))
		}
	}
}
