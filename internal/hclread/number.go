package hclread

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"ronron/internal/text"
)

// badNumber is our name for a number with letters in it, for which the library
// has none: it reads 443o as 443, and then misses something before the o.
const badNumber = "Number with letters"

var missedAfterNumber = []string{
	"Missing newline after argument", "Missing item separator", "Missing attribute separator", "Missing argument separator",
	"Invalid single-argument block definition",
}

// withNumbers are the diagnostics, of which those about what follows a number
// without a space are about the number.
func withNumbers(list hcl.Diagnostics, src []byte) hcl.Diagnostics {
	list = slices.Clone(list)
	for i, d := range list {
		if d.Subject == nil || !slices.Contains(missedAfterNumber, d.Summary) {
			continue
		}
		at := *d.Subject
		rest, _ := utf8.DecodeRune(src[at.Start.Byte:])
		begin := at.Start.Byte
		for begin > 0 && ofWord(src[begin-1]) {
			begin--
		}
		if !unicode.IsLetter(rest) && rest != '_' || begin == at.Start.Byte || !digit(src[begin]) {
			continue
		}
		at.Start.Column -= at.Start.Byte - begin // all of it ASCII
		at.Start.Byte = begin
		list[i] = &hcl.Diagnostic{Severity: d.Severity, Summary: badNumber, Detail: string(at.SliceBytes(src)), Subject: &at}
	}
	return list
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// ofWord says whether the sign belongs to the number or name that it stands in.
func ofWord(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '.'
}

func noNumber(d *hcl.Diagnostic) text.Text {
	return text.Say("%q is no number; numbers are written 443 or 0.5. A text, a size or a time stands in quotes.", d.Detail)
}
