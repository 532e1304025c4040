package services

import (
	"regexp"

	"ronron/internal/text"
)

// Name names a service or a unit: it becomes part of container, network and
// volume names, a DNS label and an LDAP entry.
type Name string

var nameRule = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Validate says what is wrong with the name, or nil.
func (n Name) Validate() error {
	if len(n) > 32 {
		return text.Errorf("%q is %d characters long; a name has at most 32", string(n), len(n))
	}
	if !nameRule.MatchString(string(n)) {
		return text.Errorf("%q is not a name: use lower-case letters, digits and single hyphens, beginning with a letter", string(n))
	}
	return nil
}

// ChatonID tells the chatons on one machine apart: it is the chaton's domain.
type ChatonID string
