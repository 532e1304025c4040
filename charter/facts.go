// Package charter turns facts of the running system into a public page and JSON.
package charter

import (
	"time"

	"ronron/internal/text"
)

// Facts is what is known of the running system and of what the host declares,
// at one moment. The daemon gathers them; the page, the JSON and later the audit
// are made from nothing else.
type Facts struct {
	At          time.Time `json:"at"`
	Ronron      string    `json:"ronron"` // version of the program that gathered them
	Name        string    `json:"name"`
	Domain      string    `json:"domain"`
	URL         string    `json:"url"`
	Language    text.Lang `json:"language"`
	Contact     string    `json:"contact"`
	Description text.Text `json:"description"`

	Engine       EngineFacts    `json:"engine"`
	Services     []ServiceFacts `json:"services"`
	Certificates []CertFacts    `json:"certificates"`
	Backups      *BackupFacts   `json:"backups"` // nil: none is made
	Members      *int           `json:"members"` // nil: the directory did not answer
	Declared     DeclaredFacts  `json:"declared"`
}

// EngineFacts describes the machine as the engine reports it.
type EngineFacts struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	OS      string `json:"os"`
	Kernel  string `json:"kernel"`
	// Rootless: the engine runs without administrator rights.
	Rootless bool `json:"rootless,omitempty"`
}

// ServiceFacts is one service as it runs.
type ServiceFacts struct {
	Name          string      `json:"name"`
	Title         text.Text   `json:"title"`
	Summary       text.Text   `json:"summary"`
	URL           string      `json:"url,omitempty"`
	Builtin       bool        `json:"builtin"` // gateway, portal, directory: not offered to members as such
	Recipe        string      `json:"recipe"`
	RecipeVersion string      `json:"recipe_version"`
	Software      string      `json:"software"`
	Version       string      `json:"version"`
	Licence       string      `json:"licence"` // SPDX
	Source        string      `json:"source"`
	Documentation string      `json:"documentation,omitempty"`
	Replaces      []string    `json:"replaces,omitempty"`
	Accounts      string      `json:"accounts"` // "ldap", "none", …
	Public        text.Text   `json:"public"`   // what somebody without an account can do
	Healthy       bool        `json:"healthy"`
	Since         *time.Time  `json:"since"` // of the oldest running unit
	Units         []UnitFacts `json:"units"`
	Data          []DataFacts `json:"data"`
	Egress        bool        `json:"egress"`
	Test          *TestFacts  `json:"test"` // nil: this recipe was not tested where the catalog is made
}

// TestFacts is what the last test of exactly this recipe found.
type TestFacts struct {
	Level int       `json:"level"` // 0 to 8, each needing those below; docs/charter.md says what each asks for
	Clean bool      `json:"clean"` // lint found nothing, and a browser's crawl met no third party
	At    time.Time `json:"at"`
}

// UnitFacts is one container as it runs.
type UnitFacts struct {
	Name  string `json:"name"`
	Image string `json:"image"` // the engine's id, sha256:…
	From  string `json:"from"`  // reference, or "built from its recipe", or "ronron"
	State string `json:"state"`
}

// DataFacts is one kind of data that a service keeps.
type DataFacts struct {
	What     text.Text `json:"what"`
	Personal bool      `json:"personal"`
	Kept     text.Text `json:"kept"` // for how long
	Volume   string    `json:"volume,omitempty"`
}

// CertFacts is a certificate that is being served.
type CertFacts struct {
	Host    string    `json:"host"`
	Issuer  string    `json:"issuer"`
	Public  bool      `json:"public"` // signed by an authority that browsers know
	Expires time.Time `json:"expires"`
}

// BackupFacts is the state of the backups. Nothing makes any yet.
type BackupFacts struct {
	Last     time.Time `json:"last"`
	Restored time.Time `json:"restored"`
}

// DeclaredFacts is what the host says of itself in chaton.hcl.
type DeclaredFacts struct {
	LegalName    string               `json:"legal_name"`
	LegalForm    string               `json:"legal_form"`
	Country      string               `json:"country"`
	Provider     string               `json:"provider"`
	Control      string               `json:"control"`
	Terms        string               `json:"terms"`
	Funding      text.Text            `json:"funding"`
	Declarations map[string]text.Text `json:"declarations"`
}
