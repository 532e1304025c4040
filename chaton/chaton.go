// Package chaton is the host's own file, chaton.hcl: who the host is, which
// services it offers and what it declares for its charter. Read turns the text
// into a Chaton and reports every problem at once.
package chaton

import (
	"ronron/internal/diag"
	"ronron/internal/text"
	"ronron/services"
)

// Chaton is a checked chaton.hcl.
type Chaton struct {
	Name        string    // shown to members
	Domain      string    // chaton.example.org; also the chaton's identity on the engine
	Language    text.Lang // default language of pages
	Contact     string    // public mail address of the host
	Description text.Text // one sentence about the host
	HTTPSPort   int       // 443
	HTTPPort    int       // 80; redirects to HTTPS

	Certificates  Certificates
	Mail          Mail // zero: the chaton sends no mail
	Administrator Administrator
	Services      []Service // in order of the file
	Charter       Charter
	RecipeFolder  string // folder of the host's own recipes, relative to the file; "" is none
	Range         diag.Range
}

// ID is the chaton's identity on the engine.
func (c Chaton) ID() services.ChatonID { return services.ChatonID(c.Domain) }

// Certificates says who signs the certificates of public names.
type Certificates struct {
	Authority string // "internal": our own root. Others follow.
	Range     diag.Range
}

// Administrator is the first account, made when the directory has none.
type Administrator struct {
	Login string
	Name  string
	Mail  string
	Range diag.Range
}

// Service is a service block: a recipe under a name.
type Service struct {
	Name     services.Name
	Recipe   string
	Host     string    // full host name: wiki.chaton.example.org
	Title    text.Text // shown on the portal; zero: the recipe's
	Settings Settings
	Enter    []string // groups whose members may sign in; default account.Members
	Range    diag.Range
	RecipeRange,
	HostRange,
	EnterRange diag.Range
}

// Charter is what the host declares, for what no program can know.
type Charter struct {
	LegalName    string // who answers for the chaton
	LegalForm    string // association, company, person…
	Country      string // where the machine stands, ISO 3166 code
	Provider     string // whose hardware it is
	Control      string // how far the hardware is controlled: "owned", "dedicated", "virtual"
	Terms        string // address of the terms of use; "" is missing
	Funding      text.Text
	Declarations map[string]text.Text // criterion id to what the host says of it
	Range        diag.Range
}
