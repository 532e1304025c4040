// Package text holds sentences in the two languages that members and hosts read.
package text

import "strings"

// Lang is a language that Ronron speaks.
type Lang string

// The languages. French comes first: it is the collective's.
const (
	FR Lang = "fr"
	EN Lang = "en"
)

// Langs lists every language, the default first.
var Langs = [...]Lang{FR, EN}

// Parse returns the language that s names ("fr", "fr-FR", "EN"…), and whether
// Ronron speaks it.
func Parse(s string) (Lang, bool) {
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	base, _, _ = strings.Cut(base, "_")
	for _, l := range Langs {
		if string(l) == base {
			return l, true
		}
	}
	return "", false
}

// Text is one sentence or label in both languages.
type Text struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// In returns the text in lang, or in the other language where it is missing:
// a reader is better served by the wrong language than by nothing.
func (t Text) In(lang Lang) string {
	if lang == EN && t.EN != "" || t.FR == "" {
		return t.EN
	}
	return t.FR
}

// IsZero says whether neither language has a text.
func (t Text) IsZero() bool { return t.FR == "" && t.EN == "" }
