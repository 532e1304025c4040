package account

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ronron/internal/text"
)

// WithDefaults returns a copy of a new member: spaces around names taken away,
// a name for those who gave none, and sorted groups that include Members.
func (m Member) WithDefaults() Member {
	m.Name = strings.TrimSpace(m.Name)
	m.GivenName = strings.TrimSpace(m.GivenName)
	m.FamilyName = strings.TrimSpace(m.FamilyName)
	m.Name = cmp.Or(m.Name, strings.TrimSpace(m.GivenName+" "+m.FamilyName), string(m.Login))
	m.Groups = append([]string{Members}, m.Groups...)
	slices.Sort(m.Groups)
	m.Groups = slices.Compact(m.Groups)
	return m
}

// checkName says what is wrong with a name of a person, or nil. People are
// called all sorts of things; only what would break a page or a line of text is refused.
func checkName(name string) error {
	if n := utf8.RuneCountInString(name); n > 128 {
		return text.Errorf("the name has %d characters; at most 128", n)
	}
	if !utf8.ValidString(name) {
		return text.Errorf("the name %q is not UTF-8 text", name)
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return text.Errorf("the name %q holds a line break or another character that cannot be shown", name)
	}
	return nil
}

// checkMailText says what is wrong with the characters of a mail address, or
// nil: those that many services would not take are refused.
func checkMailText(mail string) error {
	if len(mail) > 254 {
		return text.Errorf("the mail address has %d characters; at most 254", len(mail))
	}
	if strings.ContainsFunc(mail, func(r rune) bool { return r <= ' ' || r > unicode.MaxASCII }) {
		return text.Errorf("%q holds characters that many services do not take in a mail address: write its domain in the form that begins with xn--", mail)
	}
	return nil
}
