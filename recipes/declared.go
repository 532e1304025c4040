package recipes

import (
	"time"

	"ronron/internal/diag"
	"ronron/internal/text"
	"ronron/services"
)

// Declared is what a recipe says of its software beyond running it: for
// backups, members' rights, upgrades, the charter and the pages about it. What is
// not declared is nil, so that lint can ask for it.
type Declared struct {
	Backup    *Backup
	Restore   *Command // run once volumes and companions are back
	Export    *Export
	Erase     *Erase
	Usage     []Usage
	Retention *Retention
	Requests  *Requests
	Upgrade   *Upgrade
	Members   text.Text // what members see and do
	Limits    text.Text // what the software cannot do here
	// Companions bring what is needed to keep them.
	Companions []DeclaredCompanion
}

// Command is a program run in one of the service's units.
type Command struct {
	Unit    services.Name
	Command []string
	Timeout time.Duration // 0 is services.DefaultJobTimeout
}

// Backup says what is kept and how.
type Backup struct {
	Volumes []services.Name // of the recipe's own; companions are dumped
	Exclude []string        // "data/cache": below a volume's name
	Before  *Command        // before the volumes are copied
	After   *Command        // after, whether that went well or not
	Check   *Check          // on a restored copy
	Range   diag.Range
}

// Check proves that content is back.
type Check struct {
	Command
	Expect string // what its output holds; empty: exit code 0 is enough
}

// Export writes all that the software keeps of one member, as a tar, to its
// output. The member's login is in the environment variable MEMBER.
type Export struct {
	Command
	Formats []string // media types of what is in it
	What    text.Text
	Range   diag.Range
}

// Erase removes what the software keeps of one member, named by MEMBER.
type Erase struct {
	Command
	Leaves text.Text // what stays: versions of pages, names in lists
	Range  diag.Range
}

// Usage is one figure of how much the software is used: exactly one of SQL,
// HTTP and Command gives it, as one whole number.
type Usage struct {
	Name    string // "accounts", "documents", "bytes", …
	Label   text.Text
	Unit    services.Name
	SQL     string // one SELECT, asked of the companion Unit
	HTTP    *UsageHTTP
	Command []string
	Range   diag.Range
}

// UsageHTTP asks a unit's port.
type UsageHTTP struct {
	Port int
	Path string
	JSON string // names joined by dots: "stats.users"; empty: the answer is the number
}

// Retention says how long the software's own logs live; its files and
// schedules see to it.
type Retention struct {
	Logs  time.Duration // 0: it writes none
	Range diag.Range
}

// Requests says how the software, and the browsers that show it, are kept from
// asking third parties.
type Requests struct {
	None       bool // no request to anybody else
	Off        text.Text
	Exceptions map[string]text.Text // host name: why
	Range      diag.Range
}

// Upgrade says which ways lead to this version of the recipe.
type Upgrade struct {
	From  []string // versions that can be followed directly; the own one can always
	Stops []string // versions that must not be skipped
	Fixed []string // "setting.x", "service.host": never change after the first start
	Range diag.Range
}

// DeclaredCompanion is a companion with the commands that its block brings.
type DeclaredCompanion struct {
	Companion
	Dump    []string // writes the content to its output
	Restore []string // reads it again in the place of what is there
	Check   []string // prints one line, the same for the same content
}
