package text

import (
	"regexp"
	"strings"
)

var french = strings.NewReplacer(
	" :", "\u00a0:", " ;", "\u202f;", " ?", "\u202f?", " !", "\u202f!", " %", "\u202f%",
	"« ", "«\u00a0", " »", "\u00a0»",
)

var apostrophe = regexp.MustCompile(`(\pL)'(\pL)`)

// Typeset makes of a sentence as it is typed one as it is printed: apostrophes
// between letters are curled, and French gets the no-break spaces of its high
// punctuation.
func Typeset(lang Lang, s string) string {
	s = apostrophe.ReplaceAllString(s, "$1’$2")
	if lang == FR {
		return french.Replace(s)
	}
	return s
}
