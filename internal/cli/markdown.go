package cli

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"ronron/internal/text"
)

// pageWidth is how far a page goes to the right, so that it is read with ease.
const pageWidth = 78

// page draws the Markdown of a recipe's sheet on a terminal: headings, lists
// and tables, which are what sheets are made of. A row of a table becomes an
// item, since cells hold whole sentences.
func (v humanView) page(markdown string) string {
	var b strings.Builder
	var head []string // of the table that is drawn
	if v.lang == text.FR {
		markdown = heldSigns.ReplaceAllString(markdown, "\u00a0$1$2")
	}
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		level := strings.IndexFunc(line, func(r rune) bool { return r != '#' })
		if !strings.HasPrefix(line, "|") {
			head = nil
		}
		switch {
		case level > 0 && line[level] == ' ':
			b.WriteString(v.paint.strong(plainWords(line[level+1:])) + "\n")
		case strings.HasPrefix(line, "|"):
			cells := cellsOf(line)
			switch {
			case head == nil:
				head = cells
			case strings.Trim(cells[0], "-") != "":
				b.WriteString(v.row(head, cells))
			}
		case strings.HasPrefix(line, "- "):
			b.WriteString(v.item(line[2:]))
		case strings.HasPrefix(line, "  "):
			b.WriteString(wrapped(plainWords(strings.TrimSpace(line)), "    ", "    "))
		default:
			b.WriteString(wrapped(plainWords(line), "", ""))
		}
	}
	return b.String()
}

// heldSigns are those that French parts by a blank from the word before, with
// which they stay on one line.
var heldSigns = regexp.MustCompile(`(?m) ([:;?!»])( |$)`)

func (t tongue) semicolon() string {
	if t.lang == text.FR {
		return "\u00a0; "
	}
	return "; "
}

var bold = regexp.MustCompile(`^\*\*(.+?)\*\*`)

// item is an item of a list; a name in bold at its beginning stays so.
func (v humanView) item(s string) string {
	name := bold.FindStringSubmatch(s)
	said := wrapped(plainWords(bold.ReplaceAllString(s, "$1")), "  - ", "    ")
	if name == nil {
		return said
	}
	return strings.Replace(said, name[1], v.paint.strong(name[1]), 1)
}

// row is a row of a table: its first cell, the others with the names of their
// columns, and below them the last where that is a sentence.
func (v humanView) row(head, cells []string) string {
	const sentence = 40
	first, last := plainWords(cells[0]), ""
	if n := len(cells) - 1; utf8.RuneCountInString(cells[n]) > sentence {
		last, cells = cells[n], cells[:n]
	}
	var said []string
	for i := 1; i < len(cells) && i < len(head); i++ {
		said = append(said, v.colon(head[i], plainWords(cells[i])))
	}
	out := "  " + v.paint.strong(first) + "\n" + wrapped(strings.Join(said, v.semicolon()), "    ", "    ")
	if last != "" {
		out += wrapped(plainWords(last), "    ", "    ")
	}
	return out
}

// cellsOf are the cells of a line of a table, in which \| is a letter.
func cellsOf(line string) (cells []string) {
	const letter = "\x00"
	line = strings.Trim(strings.ReplaceAll(line, `\|`, letter), "| ")
	for _, c := range strings.Split(line, " | ") {
		cells = append(cells, strings.ReplaceAll(strings.TrimSpace(c), letter, "|"))
	}
	return cells
}

var link = regexp.MustCompile(`\[([^\]]+)\]\((https?://[^)\s]+)\)`)

// plainWords takes out the signs that are for Markdown alone. A link keeps its
// address, which can be opened from most terminals.
func plainWords(s string) string {
	return strings.ReplaceAll(link.ReplaceAllString(s, "$1 $2"), "`", "")
}

// wrapped breaks a paragraph into lines, the first of which begins with begin
// and the others with indent.
func wrapped(s, begin, indent string) string {
	if s == "" {
		return "\n"
	}
	var b strings.Builder
	line, empty := begin, true
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > pageWidth {
			b.WriteString(line + "\n")
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + line + "\n"
}
