package diag

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ronron/internal/text"
)

// width is how far text goes to the right, so that it fits a terminal.
const width = 78

// WithSource returns the list with the source line of each diagnostic whose
// file is among files, by the name that ranges use.
func (l List) WithSource(files map[string][]byte) List {
	out := make(List, len(l))
	for i, d := range l {
		if src, ok := files[d.Range.File]; ok && d.Source == "" && !d.Range.IsZero() {
			d.Source = lineOf(src, d.Range.Start.Line)
		}
		out[i] = d
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func lineOf(src []byte, n int) string {
	for line := range bytes.Lines(src) {
		if n--; n == 0 {
			return strings.ToValidUTF8(strings.TrimRight(string(line), "\r\n"), "?")
		}
	}
	return ""
}

// Options say how diagnostics are drawn.
type Options struct {
	Color bool
	Lang  text.Lang // English where empty
}

// Render draws the list for people: each problem with its place, the source
// line with a marker below, and what to do. It ends with the number of problems.
func Render(w io.Writer, l List, o Options) error {
	p := painter{on: o.Color, lang: cmp.Or(o.Lang, text.EN)}
	var b strings.Builder
	for _, d := range l.Sorted() {
		p.diagnostic(&b, d)
		b.WriteByte('\n')
	}
	b.WriteString(count(l, p.lang))
	_, err := io.WriteString(w, b.String())
	return err
}

// painter adds colour, or does not.
type painter struct {
	on   bool
	lang text.Lang
}

const (
	bold   = "\x1b[1m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	blue   = "\x1b[34m"
	reset  = "\x1b[0m"
)

func (p painter) paint(color, s string) string {
	if !p.on {
		return s
	}
	return color + s + reset
}

func (p painter) diagnostic(b *strings.Builder, d Diagnostic) {
	color, word := red, text.Of("Error: ")
	if d.Severity == SeverityWarning {
		color, word = yellow, text.Of("Warning: ")
	}
	summary, detail := d.Text()
	fmt.Fprintf(b, "%s%s\n", p.paint(color, word.In(p.lang)), p.paint(bold, printable(summary.In(p.lang))))
	if !d.Range.IsZero() {
		p.place(b, d, color)
	}
	for _, line := range wrap(printable(detail.In(p.lang)), width-2) {
		fmt.Fprintf(b, "  %s\n", line)
	}
}

// place draws the file, the line and the marker below it.
func (p painter) place(b *strings.Builder, d Diagnostic, color string) {
	number := fmt.Sprint(d.Range.Start.Line)
	gutter := strings.Repeat(" ", len(number))
	fmt.Fprintf(b, "%s%s %s:%s:%d\n", gutter, p.paint(blue, "-->"), printable(d.Range.File), number, d.Range.Start.Column)
	if d.Source == "" {
		return
	}
	source, before, marked := cut(d)
	fmt.Fprintf(b, "%s %s\n", gutter, p.paint(blue, "|"))
	fmt.Fprintf(b, "%s %s %s\n", p.paint(blue, number), p.paint(blue, "|"), source)
	fmt.Fprintf(b, "%s %s %s%s\n", gutter, p.paint(blue, "|"), strings.Repeat(" ", before), p.paint(color, strings.Repeat("^", marked)))
	fmt.Fprintf(b, "%s %s\n", gutter, p.paint(blue, "|"))
}

// cut prepares the source line: tabs as blanks, long lines shortened around the
// place, and says after how many columns the marker begins and how long it is.
func cut(d Diagnostic) (source string, before, marked int) {
	runes := []rune(d.Source)
	from := min(max(d.Range.Start.Column-1, 0), len(runes))
	to := len(runes)
	if d.Range.End.Line == d.Range.Start.Line {
		to = min(max(d.Range.End.Column-1, from), len(runes))
	}
	left, middle, right := expand(runes[:from]), expand(runes[from:to]), expand(runes[to:])
	const room = width - 8
	if over := len([]rune(left)) - room/2; over > 0 && len([]rune(left+middle+right)) > room {
		left = "…" + string([]rune(left)[over+1:])
	}
	before = utf8.RuneCountInString(left)
	line := []rune(left + middle + right)
	marked = max(1, utf8.RuneCountInString(middle))
	if len(line) > room {
		line = append(line[:room-1], '…')
		marked = max(1, min(marked, room-before))
	}
	return string(line), before, marked
}

func expand(r []rune) string { return printable(strings.ReplaceAll(string(r), "\t", "    ")) }

// printable keeps a hostile file from sending commands to the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r >= ' ' && r != 0x7f && (r < 0x80 || r > 0x9f) {
			return r
		}
		return '\ufffd'
	}, s)
}

// wrap breaks text at blanks into lines of at most columns; line breaks in the
// text stay.
func wrap(text string, columns int) []string {
	if text == "" {
		return nil
	}
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line, length := "", 0
		for _, word := range strings.FieldsFunc(paragraph, func(r rune) bool { return r == ' ' || r == '\t' }) {
			n := utf8.RuneCountInString(word)
			if length > 0 && length+1+n > columns {
				lines = append(lines, line)
				line, length = "", 0
			}
			if length > 0 {
				line, length = line+" ", length+1
			}
			line, length = line+word, length+n
		}
		lines = append(lines, line)
	}
	return lines
}

func count(l List, lang text.Lang) string {
	errors, warnings := 0, 0
	for _, d := range l {
		if d.Severity == SeverityWarning {
			warnings++
		} else {
			errors++
		}
	}
	var parts []text.Text
	if errors > 0 {
		parts = append(parts, text.Plural(errors, "%d error", "%d errors", errors))
	}
	if warnings > 0 {
		parts = append(parts, text.Plural(warnings, "%d warning", "%d warnings", warnings))
	}
	if len(parts) == 0 {
		return ""
	}
	return text.Join(parts, ", ").In(lang) + ".\n"
}
