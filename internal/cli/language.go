package cli

import (
	"cmp"
	"strings"

	"ronron/internal/text"
)

// tongue says things in one language; the zero tongue speaks English.
type tongue struct{ lang text.Lang }

// say fills values into a sentence, which is written here in English; its
// French stands in internal/text/fr.
func (t tongue) say(format string, args ...any) string { return t.in(text.Say(format, args...)) }

// in is a text that has both languages already.
func (t tongue) in(s text.Text) string { return s.In(cmp.Or(t.lang, text.EN)) }

// colon leads from one thing to another, with the blank that French has there.
func (t tongue) colon(before, after string) string {
	if t.lang == text.FR {
		return before + "\u00a0: " + after
	}
	return before + ": " + after
}

// terminalLanguage is the one that the person's terminal is set to, by the
// variables of POSIX in their order. Who has set none reads English, as with
// other programs.
func terminalLanguage(getenv func(string) string) text.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			name, _, _ := strings.Cut(value, ".") // fr_FR.UTF-8
			name, _, _ = strings.Cut(name, "@")
			if lang, known := text.Parse(name); known {
				return lang
			}
			return text.EN
		}
	}
	return text.EN
}
