// Package diagtest compares diagnostics with what a fixture says of itself: a
// line that causes a problem ends in a comment "# error: Summary" or "# warning: Summary".
package diagtest

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/diag"
	"ronron/internal/text"
)

var expectation = regexp.MustCompile(`# (error|warning): ([^#\n]+)`)

// Check fails the test unless the diagnostics are exactly those that the files
// announce, on those lines, and every one is fit for people. Files are named as
// ranges name them.
func Check(t *testing.T, files map[string][]byte, got diag.List) {
	t.Helper()
	var want, have []string
	for name, src := range files {
		n := 0
		for line := range bytes.Lines(src) {
			n++
			for _, m := range expectation.FindAllSubmatch(line, -1) {
				want = append(want, fmt.Sprintf("%s:%d: %s: %s", name, n, m[1], strings.TrimSpace(string(m[2]))))
			}
		}
	}
	for _, d := range got {
		have = append(have, fmt.Sprintf("%s:%d: %s: %s", d.Range.File, d.Range.Start.Line, d.Severity, d.Summary))
		Plain(t, d)
	}
	slices.Sort(want)
	slices.Sort(have)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("problems differ from those that the fixture announces (-announced +found):\n%s\nin full:\n%s", diff, inFull(got))
	}
}

// inside are words of the libraries and of Go, which no person should meet.
var inside = regexp.MustCompile(`(?i)\b(hcl2|cty|tuple|traversal|interpolat\w+|string literal|nil|dynamic|capsule|unmarshal|golang|struct|interface)\b|%!|\bbool\b`)

var quoted = regexp.MustCompile(`"[^"]*"`)

// Plain fails the test when a diagnostic speaks like a program.
func Plain(t *testing.T, d diag.Diagnostic) {
	t.Helper()
	said := quoted.ReplaceAllString(d.Summary+" "+d.Detail, "")
	if word := inside.FindString(said); word != "" {
		t.Errorf("the word %q is the program's, not the reader's: %s: %s", word, d.Summary, d.Detail)
	}
	if d.Detail == "" || !strings.ContainsAny(d.Detail[len(d.Detail)-1:], ".?!)") {
		t.Errorf("the detail of %q is no whole sentence: %q", d.Summary, d.Detail)
	}
	French(t, d)
	if strings.HasSuffix(d.Summary, ".") || len(d.Summary) > 60 {
		t.Errorf("the summary %q is not a few words", d.Summary)
	}
}

var english = regexp.MustCompile(`(?i)\b(the|is|are|this|there|must|cannot|not|requires?|required|with|only|given|unsupported|invalid|value)\b`)

// French fails the test when a diagnostic says something in English only.
func French(t *testing.T, d diag.Diagnostic) {
	t.Helper()
	summary, detail := d.Text()
	for _, said := range []text.Text{summary, detail} {
		if said.FR == "" || said.FR == said.EN {
			t.Errorf("this is not said in French: %q (%s)", said.EN, d.Range)
		}
		if word := english.FindString(quoted.ReplaceAllString(said.FR, "")); word != "" {
			t.Errorf("the word %q is English: %q (%s)", word, said.FR, d.Range)
		}
	}
}

func inFull(l diag.List) string {
	var b strings.Builder
	if err := diag.Render(&b, l, diag.Options{}); err != nil {
		return err.Error()
	}
	return b.String()
}
