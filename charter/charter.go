package charter

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"ronron/internal/text"
)

// Version is the form of the JSON this package writes; docs/charter.md
// describes it.
const Version = 1

// Charter is what may be published: the facts that reveal nobody, and a
// finding for each criterion. There is no score on purpose: it is a diagnosis,
// not a stamp.
type Charter struct {
	Version     int       `json:"version"`
	Edition     string    `json:"edition"` // of the criteria
	At          time.Time `json:"at"`      // when the facts were gathered
	Ronron      string    `json:"ronron"`
	Name        string    `json:"name"`
	Domain      string    `json:"domain"`
	URL         string    `json:"url"`
	Contact     string    `json:"contact"`
	Description text.Text `json:"description"`

	Machine      EngineFacts  `json:"machine"`
	Host         Host         `json:"host"`
	Members      *Members     `json:"members"` // null: unknown
	Services     []Service    `json:"services"`
	Certificates []CertFacts  `json:"certificates"`
	Backups      *BackupFacts `json:"backups"` // null: none is made
	Sections     []Section    `json:"sections"`
	Findings     []Finding    `json:"findings"`
}

// Host is what the host declares of itself.
type Host struct {
	LegalName string    `json:"legal_name,omitempty"`
	LegalForm string    `json:"legal_form,omitempty"`
	Country   string    `json:"country,omitempty"`
	Provider  string    `json:"provider,omitempty"`
	Control   string    `json:"control,omitempty"`
	Terms     string    `json:"terms,omitempty"`
	Funding   text.Text `json:"funding"`
}

// Service is one service with the verdict on its licence.
type Service struct {
	ServiceFacts
	Free Freedom `json:"licence_free"`
}

// Finding is what is known about one criterion.
type Finding struct {
	Criterion
	Status Status     `json:"status"`
	Proof  []Evidence `json:"proof"`
}

// Evidence is one sentence of proof and where it comes from.
type Evidence struct {
	By   Means     `json:"by"`
	Text text.Text `json:"text"`
}

// Status is the state of a criterion.
type Status string

// The statuses.
const (
	Proven        Status = "proven"   // from the running system
	Observed      Status = "observed" // from outside
	Declared      Status = "declared" // by the host; not checked
	Excepted      Status = "excepted" // not met, with a published reason
	Missing       Status = "missing"  // not met, or nothing is known and nothing was declared
	Stale         Status = "stale"    // was true, too long ago
	NotApplicable Status = "not_applicable"
)

// Statuses lists every status, in the order pages show them.
var Statuses = [...]Status{Proven, Observed, Declared, Excepted, Stale, Missing, NotApplicable}

// Evaluate answers every criterion from the facts and from nothing else: the
// moment that counts for ages is f.At, so the same facts give the same charter.
func Evaluate(f Facts) Charter {
	criteria := Criteria()
	f.Certificates = append([]CertFacts{}, f.Certificates...)
	slices.SortStableFunc(f.Certificates, func(a, b CertFacts) int { return strings.Compare(a.Host, b.Host) })
	c := Charter{
		Version: Version, Edition: criteria.Edition, Sections: criteria.Sections,
		At: f.At.UTC(), Ronron: f.Ronron,
		Name: f.Name, Domain: f.Domain, URL: f.URL, Contact: f.Contact, Description: f.Description,
		Machine: f.Engine, Backups: f.Backups, Members: countMembers(f.Members),
		Host: Host{
			LegalName: f.Declared.LegalName, LegalForm: f.Declared.LegalForm, Country: f.Declared.Country,
			Provider: f.Declared.Provider, Control: f.Declared.Control, Terms: f.Declared.Terms, Funding: f.Declared.Funding,
		},
		Services:     make([]Service, 0, len(f.Services)),
		Certificates: f.Certificates,
	}
	for _, s := range f.Services {
		c.Services = append(c.Services, Service{ServiceFacts: withLists(s), Free: LicenceFree(s.Licence)})
	}
	for _, criterion := range criteria.Criteria {
		c.Findings = append(c.Findings, find(criterion, f))
	}
	return c
}

// withLists makes empty lists of missing ones, so that readers of the JSON meet
// a list everywhere.
func withLists(s ServiceFacts) ServiceFacts {
	s.Replaces = append([]string{}, s.Replaces...)
	s.Units = append([]UnitFacts{}, s.Units...)
	s.Data = append([]DataFacts{}, s.Data...)
	return s
}

// find answers one criterion: what the system knows first, then what the host
// declares, which can fill a gap but not outweigh a proof of the contrary.
func find(criterion Criterion, f Facts) Finding {
	result := Finding{Criterion: criterion, Status: Missing, Proof: []Evidence{}}
	contrary := false
	if rule, ok := rules[criterion.ID]; ok {
		a := rule(f)
		result.Status, contrary = a.status, a.contrary
		result.Proof = append(result.Proof, a.proof...)
	}
	if said, ok := f.Declared.Declarations[criterion.ID]; ok && !said.IsZero() {
		result.Proof = append(result.Proof, Evidence{By: ByDeclaration, Text: said})
		if (result.Status == Missing || result.Status == NotApplicable) && !contrary {
			result.Status = Declared
		}
	}
	if len(result.Proof) == 0 {
		result.Proof = append(result.Proof, silence(criterion))
	}
	return result
}

// silence says why nothing is known.
func silence(c Criterion) Evidence {
	if slices.Contains(c.Evidence, ByPeople) && len(c.Evidence) == 1 {
		return Evidence{By: ByPeople, Text: text.Text{
			FR: "Cela se juge entre personnes ; l’hébergeur n’a rien déclaré.",
			EN: "People judge this; the host has declared nothing.",
		}}
	}
	return Evidence{By: ByDeclaration, Text: text.Text{
		FR: "Ronron ne le mesure pas encore et l’hébergeur n’a rien déclaré.",
		EN: "Ronron does not measure this yet, and the host has declared nothing.",
	}}
}

// Silent says whether nothing at all is known about the criterion.
func (f Finding) Silent() bool {
	return f.Status == Missing && len(f.Proof) == 1 && f.Proof[0] == silence(f.Criterion)
}

// Count returns how many findings have the status.
func (c Charter) Count(s Status) int {
	n := 0
	for _, f := range c.Findings {
		if f.Status == s {
			n++
		}
	}
	return n
}

// Finding returns the finding of a criterion.
func (c Charter) Finding(id string) (Finding, bool) {
	i := slices.IndexFunc(c.Findings, func(f Finding) bool { return f.ID == id })
	if i < 0 {
		return Finding{}, false
	}
	return c.Findings[i], true
}

// JSON is the charter for programs: indented, in the same order every time.
func JSON(c Charter) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // read by people too; the content type keeps it from being a page
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
