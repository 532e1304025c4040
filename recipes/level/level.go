// Package level is what the test of a recipe found: a level, each needing those
// below it, and what was measured. The record lies beside the recipe as
// level.json and counts for exactly the recipe that was tested: once that
// changes, it has to be earned again.
package level

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"ronron/internal/text"
)

// The levels, from the first up. Each says what it adds to the one below.
const (
	Starts   = 1 // it starts and is healthy, through the gateway too
	Settings = 2 // every setting takes effect; restart and re-creation lose nothing
	SignIn   = 3 // members get in and nobody else; installer and sign-up are closed
	Backup   = 4 // what was backed up and destroyed is back after a restore
	Upgrade  = 5 // an upgrade from the version before keeps it
	Clean    = 6 // no finding of lint, no request to a third party
	Export   = 7 // a member's data can be exported and erased
	Twice    = 8 // all of it twice in a row, measured
)

// About says in a few words what a level asks for.
func About(level int) text.Text {
	return text.Of(map[int]string{
		Starts:   text.Key("starts and is healthy"),
		Settings: text.Key("every setting takes effect; restart and re-creation lose nothing"),
		SignIn:   text.Key("members sign in, nobody else does; installer and sign-up are closed"),
		Backup:   text.Key("backup, destruction and restore bring content back"),
		Upgrade:  text.Key("an upgrade from the version before keeps it"),
		Clean:    text.Key("lint finds nothing, and no request goes to a third party"),
		Export:   text.Key("a member's data is exported and erased"),
		Twice:    text.Key("all of it twice in a row"),
	}[level])
}

// Outcome is what came of one check.
type Outcome string

// The outcomes.
const (
	Passed        Outcome = "passed"
	Failed        Outcome = "failed"
	NotTested     Outcome = "not tested"     // it could not be tried; no level is given for it
	NotApplicable Outcome = "not applicable" // the software has no such thing
)

// Text is the outcome as it is shown.
func (o Outcome) Text() text.Text {
	switch o {
	case Passed:
		return text.Of("passed")
	case Failed:
		return text.Of("failed")
	case NotTested:
		return text.Of("not tested")
	case NotApplicable:
		return text.Of("not applicable")
	}
	return text.Text{EN: string(o)}
}

// Check is one thing that was tried.
type Check struct {
	Level   int     `json:"level"`
	Name    string  `json:"name"`
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"` // of anything but passed; for passed, what was seen where that tells more
	French  French  `json:"-"`
}

// French is what a check says in French to whoever waits for it. Records are
// kept in English, from which the French of a name is known again.
type French struct{ Name, Why string }

// NewCheck returns what came of a check, said in both languages.
func NewCheck(level int, name text.Text, o Outcome, why text.Text) Check {
	return Check{Level: level, Name: name.EN, Outcome: o, French: French{Name: name.FR}}.Because(why)
}

// Because returns the check with another reason.
func (c Check) Because(why text.Text) Check {
	c.Why, c.French.Why = why.EN, why.FR
	return c
}

// Text returns the name and the reason in both languages.
func (c Check) Text() (name, why text.Text) {
	name, why = text.Text{EN: c.Name, FR: c.French.Name}, text.Text{EN: c.Why, FR: c.French.Why}
	if name.FR == "" {
		name = text.Of(c.Name)
	}
	return name, why
}

// Machine is where a test was made.
type Machine struct {
	Cores    int    `json:"cores"`
	MemoryMB int64  `json:"memory_mb"`
	OS       string `json:"os"`
	Engine   string `json:"engine"`
}

// Record is what the test of one recipe found.
type Record struct {
	Recipe  string    `json:"recipe"`
	Version string    `json:"version"` // the recipe's
	Hash    string    `json:"hash"`    // of the recipe that was tested
	Ronron  string    `json:"ronron"`  // the version that tested
	Date    time.Time `json:"date"`
	Machine Machine   `json:"machine"`

	Level        int   `json:"level"`
	LintClean    bool  `json:"lint_clean"`     // lint ran and found nothing
	NoThirdParty bool  `json:"no_third_party"` // a browser crawled it and asked nobody else
	Runs         int   `json:"runs"`           // in a row, with the same outcome
	MemoryMB     int64 `json:"memory_mb"`      // of all units, after the test used them; 0 is not measured
	// StartSeconds is from the first unit's start until the service is healthy,
	// with its data there already.
	StartSeconds float64 `json:"start_seconds"`
	ImageMB      int64   `json:"image_mb"` // of all images, what they share counted once for each

	Checks []Check `json:"checks"`
}

// Read reads a level.json; nil content is no record.
func Read(content []byte) (*Record, error) {
	if len(content) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	var r Record
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("read level.json: %w", err)
	}
	return &r, nil
}

// Write is the text of level.json.
func (r Record) Write() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		panic("level: a record could not be encoded: " + err.Error()) // plain data always can
	}
	return b.Bytes()
}

// Counts says whether the record is of the recipe with this hash.
func (r *Record) Counts(hash string) bool { return r != nil && r.Hash == hash }

// Text is how a level is shown in English: see Shown.
func (r *Record) Text() string { return r.Shown().EN }

// Shown is how a level is shown: "3, lint clean". Where nothing was tested it is
// "not tested here".
func (r *Record) Shown() text.Text {
	switch {
	case r == nil:
		return text.Of("not tested here")
	case r.LintClean && r.NoThirdParty:
		return text.Say("%d, lint clean", r.Level)
	}
	return text.Text{EN: strconv.Itoa(r.Level)}
}

// Settle gives the record the level that its checks have earned: the highest
// of which, and of all below, every check passed and there is at least one.
func (r *Record) Settle() {
	r.Level, r.LintClean, r.NoThirdParty = 0, false, false
	for l := Starts; l <= Twice && r.earned(l); l++ {
		r.Level = l
	}
	r.LintClean = r.passed(LintCheck)
	// Software without accounts is looked at signed out alone, and software that
	// shows a stranger nothing, signed in.
	settled := func(name string) bool { return r.passed(name) || r.outcome(name) == NotApplicable }
	r.NoThirdParty = settled(CrawlOut) && settled(CrawlIn) && (r.passed(CrawlOut) || r.passed(CrawlIn))
}

// Names of the checks that Settle looks at.
const (
	LintCheck = "lint finds nothing"
	CrawlOut  = "no request to a third party, signed out"
	CrawlIn   = "no request to a third party, signed in"
)

func (r *Record) earned(level int) bool {
	any := false
	for _, c := range r.Checks {
		if c.Level != level || c.Outcome == NotApplicable {
			continue
		}
		if c.Outcome != Passed {
			return false
		}
		any = true
	}
	return any
}

func (r *Record) passed(name string) bool { return r.outcome(name) == Passed }

func (r *Record) outcome(name string) Outcome {
	for _, c := range r.Checks {
		if c.Name == name {
			return c.Outcome
		}
	}
	return NotTested
}
