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
}

// Error returns an error diagnostic.
func Error(summary, detail string, r Range) Diagnostic {
	return Diagnostic{Severity: SeverityError, Summary: summary, Detail: detail, Range: r}
}

// Warning returns a warning diagnostic.
func Warning(summary, detail string, r Range) Diagnostic {
	return Diagnostic{Severity: SeverityWarning, Summary: summary, Detail: detail, Range: r}
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

func (e *ListError) Error() string {
	var b strings.Builder
	for i, d := range e.List.Sorted() {
		if i > 0 {
			b.WriteByte('\n')
		}
		if at := d.Range.String(); at != "" {
			b.WriteString(at + ": ")
		}
		b.WriteString(d.Summary)
		if d.Detail != "" {
			b.WriteString(": " + d.Detail)
		}
	}
	return b.String()
}
