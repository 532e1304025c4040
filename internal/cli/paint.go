package cli

import (
	"regexp"
	"strings"
	"unicode"
)

// paint colours words where that helps a person: on a terminal, unless they
// said NO_COLOR (https://no-color.org).
type paint struct{ on bool }

func (a *App) paint(terminal bool) paint {
	return paint{on: terminal && a.env.Getenv("NO_COLOR") == "" && a.env.Getenv("TERM") != "dumb"}
}

func (p paint) with(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) good(s string) string   { return p.with("32", s) }
func (p paint) warn(s string) string   { return p.with("33", s) }
func (p paint) bad(s string) string    { return p.with("31", s) }
func (p paint) faint(s string) string  { return p.with("2", s) }
func (p paint) strong(s string) string { return p.with("1", s) }

// colours and the like, as programs write them for terminals (ECMA-48).
var escapes = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|[@-_])`)

// printable takes the control characters out of text that comes from a
// container, so that it cannot move the cursor or change the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, escapes.ReplaceAllString(s, ""))
}

// printableLines is printable for text of several lines, which stay lines.
func printableLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	return strings.Join(lines, "\n")
}

// clip cuts s to width columns, with an ellipsis where something was cut.
func clip(s string, width int) string {
	r := []rune(s)
	if width <= 0 || len(r) <= width {
		return s
	}
	return string(r[:width-1]) + "…"
}

// pad fills s up to width columns, counting letters and not bytes.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-len([]rune(s))))
}
