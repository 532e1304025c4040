// Package lint says what a recipe lacks to be one that a host can trust: what
// the language allows and care forbids. Each finding has a stable id, a place and
// an explanation. A recipe that does not parse has no findings, only diagnostics.
//
// What only people can judge is asked for as a comment: a unit that calls out, or
// runs with a capability, says why on the line above.
package lint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"ronron/internal/diag"
	"ronron/internal/text"
	"ronron/recipes"
)

// Level tells how much a finding weighs.
type Level string

// The levels. Errors and warnings keep a recipe from being clean.
const (
	Error   Level = "error"
	Warning Level = "warning"
	Advice  Level = "advice"
)

// Text is the level as it is shown.
func (l Level) Text() text.Text {
	switch l {
	case Error:
		return text.Of("error")
	case Warning:
		return text.Of("warning")
	default:
		return text.Of("advice")
	}
}

// Finding is one thing that a recipe lacks.
type Finding struct {
	ID     string     `json:"id"`
	Level  Level      `json:"level"`
	What   string     `json:"what"` // what is missing, and of what
	Why    string     `json:"why"`  // why it matters and what to write
	Range  diag.Range `json:"range"`
	Recipe string     `json:"recipe"`
	French French     `json:"fr"`
}

// French is what a finding says in French.
type French struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Text returns what the finding says in both languages.
func (f Finding) Text() (what, why text.Text) {
	return text.Text{EN: f.What, FR: f.French.What}, text.Text{EN: f.Why, FR: f.French.Why}
}

// Clean says whether nothing but advice was found.
func Clean(findings []Finding) bool {
	return !slices.ContainsFunc(findings, func(f Finding) bool { return f.Level != Advice })
}

// Check returns the findings of a recipe, in order of their places.
func Check(r *recipes.Recipe) []Finding {
	c := &checker{r: r, Outline: r.Outline()}
	c.software()
	c.settings()
	c.texts()
	c.accounts()
	c.data()
	c.units()
	c.declarations()
	c.folder()
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Range.File, b.Range.File), cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte), cmp.Compare(a.ID, b.ID))
	})
	return c.findings
}

type checker struct {
	recipes.Outline
	r        *recipes.Recipe
	findings []Finding
}

// found notes that a rule is not kept.
func (c *checker) found(id string, at diag.Range, what text.Text) {
	rule, ok := ruleOf(id)
	if !ok {
		panic("lint: there is no rule " + id) // rules and checks are written together
	}
	c.findings = append(c.findings, Finding{ID: id, Level: rule.Level, What: what.EN, Why: rule.Why.EN, Range: at, Recipe: c.r.Name,
		French: French{What: what.FR, Why: rule.Why.FR}})
}

// explained says whether a comment stands on the line of the place or just
// above it.
func (c *checker) explained(at diag.Range) bool {
	lines := bytes.Split(c.Folder[c.Main], []byte("\n"))
	if at.File != c.File || at.Start.Line < 1 || at.Start.Line > len(lines) {
		return false
	}
	own := string(lines[at.Start.Line-1])
	if rest := own[min(len(own), max(0, at.Start.Column-1)):]; comment(rest) {
		return true
	}
	return at.Start.Line > 1 && startsComment(string(lines[at.Start.Line-2]))
}

// comment says whether a comment follows on the line, outside of quotes.
func comment(line string) bool {
	quoted := false
	for i, r := range line {
		switch {
		case r == '"' && (i == 0 || line[i-1] != '\\'):
			quoted = !quoted
		case !quoted && startsComment(line[i:]):
			return true
		}
	}
	return false
}

func startsComment(s string) bool {
	s = strings.TrimSpace(s)
	for _, mark := range []string{"#", "//"} {
		if rest, ok := strings.CutPrefix(s, mark); ok {
			return len(strings.Fields(rest)) > 1 // a mark alone explains nothing
		}
	}
	return false
}
