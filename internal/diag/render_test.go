package diag

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/text"
)

func at(line, from, to int) Range {
	return Range{File: "chaton.hcl", Start: Pos{Line: line, Column: from, Byte: line*1000 + from}, End: Pos{Line: line, Column: to}}
}

func render(t *testing.T, l List, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := Render(&b, l, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRender_ShowsPlaceLineAndWhatToDo(t *testing.T) {
	src := []byte("chaton {\n\tnmae = \"Le chaton\"\n}\n")
	l := List{
		Error("Unknown attribute", text.Text{EN: `There is no attribute "nmae" here. Did you mean "name"?`}, at(2, 2, 6)),
		Warning("Recipe replaced", text.Text{EN: "Your own recipe is used in place of the one that comes with Ronron, so updates of Ronron will not change it."}, Range{}),
	}
	want := `Warning: Recipe replaced
  Your own recipe is used in place of the one that comes with Ronron, so
  updates of Ronron will not change it.

Error: Unknown attribute
 --> chaton.hcl:2:2
  |
2 |     nmae = "Le chaton"
  |     ^^^^
  |
  There is no attribute "nmae" here. Did you mean "name"?

1 error, 1 warning.
`
	if diff := cmp.Diff(want, render(t, l.WithSource(map[string][]byte{"chaton.hcl": src}), Options{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRender_FitsTheTerminal(t *testing.T) {
	src := strings.Repeat("é", 300)
	for _, r := range []Range{at(1, 1, 301), at(1, 290, 295), at(1, 100, 101), at(1, 301, 302), {File: "chaton.hcl", Start: Pos{Line: 1, Column: 5}, End: Pos{Line: 3, Column: 1}}} {
		out := render(t, List{Error("Long", text.Text{EN: strings.Repeat("word ", 60) + "."}, r)}.WithSource(map[string][]byte{"chaton.hcl": []byte(src)}), Options{})
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%v: a line has %d columns: %s", r, n, line)
			}
		}
		if !strings.Contains(out, "^") {
			t.Errorf("%v: no marker in\n%s", r, out)
		}
	}
}

func TestRender_KeepsFilesFromCommandingTheTerminal(t *testing.T) {
	src := []byte("a = \"\x1b]0;owned\x07\x1b[2J\"\n")
	out := render(t, List{Error("X\x1b[2J", text.Text{EN: "Y\x1b[2J \u009b2J"}, at(1, 5, 9))}.WithSource(map[string][]byte{"chaton.hcl": src}), Options{})
	if strings.ContainsAny(out, "\x1b\x07\u009b") {
		t.Errorf("control characters are let through: %q", out)
	}
}

func TestRender_ColoursOnlyWhenAsked(t *testing.T) {
	l := List{Error("X", text.Text{EN: "Y."}, at(1, 1, 2))}
	if out := render(t, l, Options{}); strings.Contains(out, "\x1b") {
		t.Errorf("colour without being asked: %q", out)
	}
	if out := render(t, l, Options{Color: true}); !strings.Contains(out, "\x1b[1;31mError: \x1b[0m") {
		t.Errorf("no colour: %q", out)
	}
}

func TestWithSource_LeavesWhatIsThere(t *testing.T) {
	known := Error("X", text.Text{EN: "Y."}, at(1, 1, 2))
	known.Source = "sent along"
	l := List{known, Error("X", text.Text{EN: "Y."}, at(9, 1, 2)), Error("X", text.Text{EN: "Y."}, Range{File: "other", Start: Pos{Line: 1}})}
	got := l.WithSource(map[string][]byte{"chaton.hcl": []byte("from the file\n")})
	if got[0].Source != "sent along" || got[1].Source != "" || got[2].Source != "" {
		t.Errorf("sources: %q, %q, %q", got[0].Source, got[1].Source, got[2].Source)
	}
}

func TestSuggest_FindsSlipsOfTheFinger(t *testing.T) {
	names := []string{"recipe", "host", "title", "enter", "settings", "https_port", "http_port"}
	for given, want := range map[string]string{
		"recpie": "recipe", "Host": "host", "tilte": "title", "setting": "settings", "hots": "host",
		"zzz": "", "": "", "x": "", "completely": "", strings.Repeat("a", 10_000): "",
	} {
		if got := Suggest(given, names); got != want {
			t.Errorf("for %.20q it suggests %q, want %q", given, got, want)
		}
	}
}

func TestOneOf_ReadsAsASentence(t *testing.T) {
	for want, words := range map[string][]string{``: nil, `"a"`: {"a"}, `"a" or "b"`: {"a", "b"}, `"a", "b" or "c"`: {"a", "b", "c"}} {
		if got := OneOf(words).EN; got != want {
			t.Errorf("OneOf(%v) = %s", words, got)
		}
	}
}
