package lint

import (
	"fmt"
	"strings"
)

// Reference is docs/lint.md: every rule with its explanation.
func Reference() string {
	var b strings.Builder
	b.WriteString("# What `ronron recipe lint` looks for\n\nMade from the rules by `make docs`; do not edit.\n\n" +
		"Errors and warnings keep a recipe from being clean, and the command from ending with 0; advice does not. " +
		"Where a rule asks to say why, it asks for a comment of a few words on the same line or just above.\n\n" +
		"| id | level | what it finds | why, and what to write |\n| --- | --- | --- | --- |\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.ID, r.Level, r.Title, strings.ReplaceAll(r.Why, "|", "\\|"))
	}
	return b.String()
}
