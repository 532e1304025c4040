package recipes

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"ronron/internal/text"
)

// quoting holds one function for each kind of file that recipes write. What
// comes out stands for exactly the text that went in, whatever that text holds; where
// the target has no way to write a character, the call fails.
var quoting = map[string]func(string) (string, error){
	"phpstring":    phpString,
	"shellquote":   shellQuote,
	"tomlstring":   tomlString,
	"inivalue":     iniValue,
	"urlencode":    urlEncode,
	"ldapfilter":   ldapFilter,
	"ldapdn":       ldapDN,
	"apachestring": apacheString,
	"htmlescape":   htmlEscape,
}

func noNUL() error {
	return text.Errorf("the text holds a character (NUL) that cannot be written here")
}

// phpString gives a single-quoted PHP text, in which only ' and \ mean anything.
func phpString(s string) (string, error) {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'", nil
}

// shellQuote gives one word for a POSIX shell.
func shellQuote(s string) (string, error) {
	if strings.ContainsRune(s, 0) {
		return "", noNUL()
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", nil
}

// tomlString gives a basic TOML text in double quotes.
func tomlString(s string) (string, error) {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String(), nil
}

var plainINI = regexp.MustCompile(`^[A-Za-z0-9_./:@,+-]([A-Za-z0-9_./:@,+ -]*[A-Za-z0-9_./:@,+-])?$`)

// iniWords are read as something else than text by PHP's INI files.
var iniWords = regexp.MustCompile(`(?i)^(null|yes|no|true|false|on|off|none)$`)

// iniValue gives the value of a line in an INI file: as it is while every
// reader agrees on it, otherwise in double quotes.
func iniValue(s string) (string, error) {
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }); i >= 0 {
		return "", text.Errorf("a line of an INI file cannot hold a line break or another control character")
	}
	if strings.Contains(s, "${") {
		return "", text.Errorf("INI files put something else in the place of ${…}, and there is no way to prevent it")
	}
	if plainINI.MatchString(s) && !iniWords.MatchString(s) {
		return s, nil
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`, nil
}

// urlEncode encodes everything but letters, digits and - . _ ~ (RFC 3986), so that
// the result fits any part of an address.
func urlEncode(s string) (string, error) {
	var b strings.Builder
	for _, c := range []byte(s) {
		if alphanumeric(c) || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String(), nil
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// ldapFilter escapes a value inside a search filter (RFC 4515).
func ldapFilter(s string) (string, error) {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < ' ' || c == 0x7f || strings.IndexByte(`*()\`, c) >= 0 {
			fmt.Fprintf(&b, `\%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// ldapDN escapes one value inside a distinguished name (RFC 4514).
func ldapDN(s string) (string, error) {
	var b strings.Builder
	for i, c := range []byte(s) {
		last := i == len(s)-1
		switch {
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\%02x`, c)
		case strings.IndexByte(`,+"\<>;=`, c) >= 0, i == 0 && (c == ' ' || c == '#'), last && c == ' ':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// apacheString gives one argument of a directive in double quotes.
func apacheString(s string) (string, error) {
	switch {
	case strings.ContainsAny(s, "\r\n\x00"):
		return "", text.Errorf("a directive of Apache ends with its line, so the text cannot hold a line break")
	case strings.Contains(s, "${"):
		return "", text.Errorf("in Apache's files ${…} is replaced by something else, and there is no way to prevent it")
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`, nil
}

// htmlEscape makes a text safe between tags and inside quoted attributes.
func htmlEscape(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", noNUL()
	}
	return html.EscapeString(s), nil
}
