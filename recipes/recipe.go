// Package recipes is the language in which a recipe says how one software is
// run, and the catalog of the recipes that come with Ronron.
//
// A recipe is a folder: recipe.hcl, templates, perhaps a Dockerfile with what it
// copies. Parse checks the text and finds every problem it can tell apart;
// Resolve evaluates it for one chaton and gives a services.Service and its
// Routes. Recipes see chaton.*, service.*, setting.*, secret.*, directory.*,
// oidc.*, mail.* and route.*, their own folder and the shared parts that they
// name; nothing else of the host: no environment, no files, no network.
package recipes

import (
	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/services"
)

// Recipe is a parsed recipe. What depends on the chaton is kept as unevaluated
// expressions until Resolve.
type Recipe struct {
	Name       string
	Version    string
	Software   Software
	Settings   []Setting
	Secrets    []Secret // those of its companions included
	Companions []Companion
	Parts      []string // names of the shared parts that it uses
	Accounts   Accounts
	Data       []Data
	Public     text.Text // what somebody without an account can do; zero where settings decide: see Resolved
	Declared   Declared  // as far as no setting decides
	Builtin    bool      // part of every chaton (directory); not offered to members
	Hash       string    // of the whole folder and of what is shared in it
	Range      diag.Range

	body         *body             // the rest of recipe.hcl, unevaluated
	files        map[string][]byte // the folder, with the parts below parts/
	folder, main string            // how ranges name the folder, and the file that the rest belongs to
}

// Software is what the recipe runs.
type Software struct {
	Name          string
	Version       string
	Licence       string // SPDX
	Source        string
	Documentation string
	Category      string // pads, polls, video, wiki, pages, …
	Replaces      []string
	Title         text.Text // what it is, for members: "Wiki"
	Summary       text.Text // one sentence, for members
}

// Setting is something a host may choose.
type Setting struct {
	Name     string
	Type     string // "string", "number", "bool", "list"
	Label    text.Text
	Help     text.Text
	Required bool // no default
	Range    diag.Range
}

// Secret is generated once and kept by the daemon.
type Secret struct {
	Name     string
	Kind     SecretKind
	Length   int // of characters; for hex and base64 of random bytes; for rsa of bits
	Alphabet string
	Rotate   bool // may be made anew without losing anything
	// Companion is whose secret it is; "" is the recipe's own.
	Companion string
}

// Values are settings as a host wrote them.
type Values = hclread.Settings

// Data is one kind of data that the software keeps. In Recipe.Data a text that
// depends on settings is zero; Resolved.Data has it.
type Data struct {
	Name     string
	What     text.Text
	Personal bool
	Kept     text.Text
	Volume   string
}

// Input is everything a recipe may see when it is resolved for one chaton.
type Input struct {
	Chaton    ChatonInput
	Service   ServiceInput
	Settings  Values                   // as written in chaton.hcl
	Secrets   map[string]secret.String // one for each Recipe.Secrets
	Directory DirectoryInput
	OIDC      OIDCInput // of recipes with accounts "oidc"
	Mail      MailInput
	// Images are digests that were noted: "name:tag" to "name:tag@sha256:…".
	Images map[string]string
}

// ChatonInput is chaton.*.
type ChatonInput struct {
	Name, Domain, Language, Contact string
	URL                             string // https://chaton.example.org, with the port where it is not 443
}

// ServiceInput is service.*.
type ServiceInput struct {
	Name  services.Name
	Host  string // wiki.chaton.example.org
	URL   string // https://wiki.chaton.example.org, with the port where it is not 443
	Enter []string
	// Certificate (a chain) and Key are the host's, in PEM, for software that speaks
	// TLS itself on a port that is not HTTP.
	Certificate string
	Key         secret.String
	// Range is the service's place in chaton.hcl, for problems without a place
	// of their own, such as a setting that is missing.
	Range diag.Range
}

// DirectoryInput is directory.*: where the LDAP server is and how this service binds.
type DirectoryInput struct {
	Host         string // name inside the service's network
	Port         int    // 636, TLS
	URL          string // ldaps://host:port
	BaseDN       string
	PeopleDN     string
	GroupsDN     string
	ServicesDN   string
	BindDN       string // the service's own account
	BindPassword secret.String
	AdminsDN     string   // the group of administrators
	EnterDNs     []string // the groups whose members may enter
	CA           string   // PEM of the authority that signed the server's certificate
	// For the directory's own recipe only.
	AdminPassword secret.String
	ServerChain   string        // PEM
	ServerKey     secret.String // PEM
}

// MailInput is mail.*: how to send mail; Host is empty where the chaton has none.
type MailInput struct {
	Host       string
	Port       int
	Encryption string // "starttls", "tls" or "none"
	From       string
	User       string // "" where the server asks for none
	Password   secret.String
}

// Resolved is a recipe evaluated for one chaton.
type Resolved struct {
	Service services.Service
	Routes  []Route
	Public  text.Text // what somebody without an account can do
	Data    []Data
	Tools   []Tool
	Client  *Client // of the provider; nil unless accounts are "oidc"
	// Unlocked are images whose tag has no digest in Input.Images.
	Unlocked []string
	// Declared is what the recipe says beyond running the software.
	Declared Declared
	// Fixed are values that can never change once there is data, by what they are
	// in the recipe: "setting.domain", "service.host", "companion.db".
	Fixed map[string]string
}

// Route is one entry of the service at the gateway. A route with several host
// names is several entries of one name, the first with the name that addresses
// are made from.
type Route struct {
	Name    services.Name
	Host    string // full host name
	Path    string // "/"
	Unit    services.Name
	Port    int
	MaxBody int64 // bytes; 0 is the gateway's default
	Timeout int   // seconds; 0 is the gateway's default
	Headers map[string]string
	Deny    []string
	Gate    *Gate // nil: anyone passes
}
