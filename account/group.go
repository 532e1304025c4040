package account

import (
	"regexp"

	"ronron/internal/text"
)

var groupRule = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// CheckGroup says what is wrong with the name of a group, or nil.
func CheckGroup(name string) error {
	if len(name) > 32 {
		return text.Errorf("%q has %d characters; the name of a group has at most 32", name, len(name))
	}
	if !groupRule.MatchString(name) {
		return text.Errorf("%q is not the name of a group: use lower-case letters, digits and single hyphens, beginning with a letter", name)
	}
	return nil
}

// BuiltinGroup says whether every chaton has the group.
func BuiltinGroup(name string) bool { return name == Members || name == Admins }
