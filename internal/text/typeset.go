package text

import "strings"

var french = strings.NewReplacer(
	" :", "\u00a0:", " ;", "\u202f;", " ?", "\u202f?", " !", "\u202f!", " %", "\u202f%",
	"« ", "«\u00a0", " »", "\u00a0»",
)

// Typeset puts the no-break spaces of French before its high punctuation, so
// that sentences can be written with plain spaces. English is left as it is.
func Typeset(lang Lang, s string) string {
	if lang == FR {
		return french.Replace(s)
	}
	return s
}
