package lint

import (
	"fmt"
	"strings"

	"ronron/internal/text"
)

// Reference is docs/lint.md, in French docs/fr/lint.md: every rule with its
// explanation.
func Reference(lang text.Lang) string {
	other := text.Text{EN: "English · [Français](fr/lint.md)", FR: "[English](../lint.md) · Français"}
	var b strings.Builder
	for _, paragraph := range []text.Text{
		text.Say("# %s", text.Of("What `ronron recipe lint` looks for")),
		other,
		text.Of("Made from the rules by `make docs`; do not edit."),
		text.Of("Errors and warnings keep a recipe from being clean, and the command from ending with 0; advice does not. " +
			"Where a rule asks to say why, it asks for a comment of a few words on the same line or just above."),
	} {
		fmt.Fprintf(&b, "%s\n\n", paragraph.In(lang))
	}
	heads := text.Join([]text.Text{text.Of("id"), text.Of("level"), text.Of("what it finds"), text.Of("why, and what to write")}, " | ")
	fmt.Fprintf(&b, "| %s |\n| --- | --- | --- | --- |\n", heads.In(lang))
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.ID, r.Level.Text().In(lang), r.Title.In(lang), strings.ReplaceAll(r.Why.In(lang), "|", "\\|"))
	}
	return b.String()
}
