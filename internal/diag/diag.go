// Package diag is a list of problems in files that a person wrote, each with
// its place, what is wrong and what to write instead.
//
// Functions that read such files return every problem they can tell apart,
// not the first. The package knows nothing of the languages it speaks about.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ronron/internal/text"
)

// Severity tells whether a diagnostic stops the work.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Pos is a place in a file; lines and columns count from 1, bytes from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a stretch of a file. The zero Range means "no place".
type Range struct {
	File  string `json:"file,omitempty"`
	Start Pos    `json:"start"`
	End   Pos    `json:"end"`
}

// IsZero says whether the range points nowhere.
func (r Range) IsZero() bool { return r == Range{} }

func (r Range) String() string {
	if r.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Column)
}

// Diagnostic is one problem. Summary names the kind of problem in a few words
// without names from the file; Detail is whole sentences: what is wrong, why
// it matters, what to write instead.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Summary  string   `json:"summary"`
	Detail   string   `json:"detail,omitempty"`
	Range    Range    `json:"range"`
	Source   string   `json:"source,omitempty"` // the source line, for people far from the file
	French   *French  `json:"fr,omitempty"`
}

// French is what a diagnostic says in French. What is empty nobody has
// translated; it is shown in English.
type French struct {
	Summary string `json:"summary,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// Error returns an error diagnostic. The summary is a fixed sentence.
func Error(summary string, detail text.Text, r Range) Diagnostic {
	return Diagnostic{Severity: SeverityError, Range: r}.Saying(text.Of(summary), detail)
}

// Warning returns a warning diagnostic. The summary is a fixed sentence.
func Warning(summary string, detail text.Text, r Range) Diagnostic {
	return Diagnostic{Severity: SeverityWarning, Range: r}.Saying(text.Of(summary), detail)
}

// Saying returns the diagnostic with other words.
func (d Diagnostic) Saying(summary, detail text.Text) Diagnostic {
	d.Summary, d.Detail, d.French = summary.EN, detail.EN, nil
	if summary.FR != "" || detail.FR != "" {
		d.French = &French{Summary: summary.FR, Detail: detail.FR}
	}
	return d
}

// Text returns the words in both languages.
func (d Diagnostic) Text() (summary, detail text.Text) {
	summary, detail = text.Text{EN: d.Summary}, text.Text{EN: d.Detail}
	if d.French != nil {
		summary.FR, detail.FR = d.French.Summary, d.French.Detail
	}
	return summary, detail
}

// List is any number of diagnostics. The zero List is "all well".
type List []Diagnostic

// Append returns the list with more diagnostics at its end.
func (l List) Append(more ...Diagnostic) List { return append(l, more...) }

// HasErrors says whether any diagnostic stops the work.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == SeverityError })
}

// Sorted returns the list in reading order: by file, then place.
func (l List) Sorted() List {
	s := slices.Clone(l)
	slices.SortStableFunc(s, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Range.File, b.Range.File),
			cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte),
		)
	})
	return s
}

// Err returns the list as an error when it holds an error, else nil.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return &ListError{List: l}
}

// ListError carries diagnostics through an error return.
type ListError struct{ List List }

func (e *ListError) Error() string { return e.In(text.EN) }

// In is Error in a language.
func (e *ListError) In(lang text.Lang) string {
	var b strings.Builder
	for i, d := range e.List.Sorted() {
		if i > 0 {
			b.WriteByte('\n')
		}
		if at := d.Range.String(); at != "" {
			b.WriteString(at + ": ")
		}
		summary, detail := d.Text()
		b.WriteString(summary.In(lang))
		if d.Detail != "" {
			b.WriteString(": " + detail.In(lang))
		}
	}
	return b.String()
}
