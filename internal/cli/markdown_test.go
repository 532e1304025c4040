package cli

import (
	"strings"
	"testing"

	"ronron/internal/text"
)

func TestPage_DrawsWhatSheetsAreMadeOf(t *testing.T) {
	const sheet = "### For hosts\n\nSome notes.\n\n" +
		"- **Software**: Notes 1 ([source](https://example.org/notes), [manual](https://example.org/a_manual_with_a_long_address))\n" +
		"- What members `write`\n  Until they delete it.\n\n" +
		"| setting | type | default | meaning |\n| --- | --- | --- | --- |\n" +
		"| `mode` | string | `a \\| b` | How it is written, and by whom, and when, and why it is kept for so long a time. |\n" +
		"| `size` | number | `5` | Short. |\n"
	want := "For hosts\n\nSome notes.\n\n" +
		"  - Software: Notes 1 (source https://example.org/notes, manual\n    https://example.org/a_manual_with_a_long_address)\n" +
		"  - What members write\n    Until they delete it.\n\n" +
		"  mode\n    type: string; default: a | b\n    How it is written, and by whom, and when, and why it is kept for so long a\n    time.\n" +
		"  size\n    type: number; default: 5; meaning: Short.\n"
	if got := (humanView{tongue: tongue{text.EN}}).page(sheet); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestPage_KeepsFrenchSignsWithTheirWords(t *testing.T) {
	v := humanView{tongue: tongue{text.FR}}
	long := strings.Repeat("mot ", 17) + "« final » : suite ; fin ?"
	for line := range strings.Lines(v.page("- **" + long + "**\n")) {
		for _, sign := range []string{":", ";", "?", "»"} {
			if strings.HasPrefix(strings.TrimSpace(line), sign) {
				t.Errorf("a line begins with %q: %q", sign, line)
			}
		}
	}
	if got := v.row([]string{"a", "b", "c"}, []string{"x", "1", "2"}); got != "  x\n    b\u00a0: 1\u00a0; c\u00a0: 2\n" {
		t.Errorf("got %q", got)
	}
}

func TestPage_SetsNamesInBold(t *testing.T) {
	v := humanView{tongue: tongue{text.EN}, paint: paint{on: true}}
	if got := v.page("- **Licence**: MIT\n"); got != "  - \x1b[1mLicence\x1b[0m: MIT\n" {
		t.Errorf("got %q", got)
	}
}
