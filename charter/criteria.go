package charter

import (
	_ "embed"
	"encoding/json"
	"slices"

	"ronron/internal/text"
)

// Criterion is one line of the charter. Criteria are data (criteria.json), so
// that a new edition of the charter is a new file and not new code.
type Criterion struct {
	ID       string    `json:"id"` // letter of its section, dash, number: "O-01"
	Level    Level     `json:"level"`
	Wording  Wording   `json:"wording"`
	Evidence []Means   `json:"evidence"` // what can answer it, in principle
	Label    text.Text `json:"label"`
	Requires text.Text `json:"requires"` // in our own words, never a quotation
}

// Section is one letter of the collective's name.
type Section struct {
	Letter string    `json:"letter"`
	Label  text.Text `json:"label"`
}

// Level says how binding a criterion is.
type Level string

// The levels.
const (
	Must      Level = "must"
	Should    Level = "should"
	Principle Level = "principle" // an aim, which nothing can measure
	Expected  Level = "expected"  // asked at the review of a candidate
	Law       Level = "law"       // binding anyway
)

// Wording says how sure we are of what the charter says.
type Wording string

// The wordings. Only Read has been compared with the charter's own text.
const (
	Read        Wording = "read"
	Reported    Wording = "reported"    // stated by a secondary source
	Unconfirmed Wording = "unconfirmed" // remembered; its words and rank wait for the text
)

// Means is who or what can answer a criterion.
type Means string

// The means of evidence.
const (
	ByHost        Means = "host"        // the running system knows
	ByOutside     Means = "outside"     // visible from outside
	ByPresence    Means = "presence"    // a page or field exists; not whether it is true
	ByDeclaration Means = "declaration" // only the host can say
	ByPeople      Means = "people"      // the collective judges
)

// Catalogue is an edition of the criteria.
type Catalogue struct {
	Edition  string      `json:"edition"`
	Sections []Section   `json:"sections"`
	Criteria []Criterion `json:"criteria"`
}

//go:embed criteria.json
var criteriaFile []byte

// Criteria returns the edition that this binary evaluates.
func Criteria() Catalogue {
	var c Catalogue
	if err := json.Unmarshal(criteriaFile, &c); err != nil {
		panic("charter: the embedded criteria do not parse: " + err.Error()) // a test reads them
	}
	return c
}

// UnknownDeclarations returns the ids, sorted, that a host declares something
// for but that this edition does not have, so that a mistyped id is told and not
// dropped in silence.
func UnknownDeclarations(declared map[string]text.Text) []string {
	known := map[string]bool{}
	for _, c := range Criteria().Criteria {
		known[c.ID] = true
	}
	var unknown []string
	for id := range declared {
		if !known[id] {
			unknown = append(unknown, id)
		}
	}
	slices.Sort(unknown)
	return unknown
}
