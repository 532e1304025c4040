// Package account is the people of a chaton: members, groups and what the
// directory that holds them must do. The adapter is package ldap.
package account

import (
	"context"
	"net/mail"
	"regexp"
	"time"

	"ronron/internal/secret"
	"ronron/internal/text"
)

// Login is the name a member signs in with. It becomes part of addresses such
// as pages.example.org/~name/, so it is narrow.
type Login string

var loginRule = regexp.MustCompile(`^[a-z][a-z0-9]*([._-][a-z0-9]+)*$`)

// Reserved logins name the machine's own accounts and addresses.
var reserved = map[Login]bool{"root": true, "nobody": true, "postmaster": true, "abuse": true, "portal": true, "ronron": true}

// Validate says what is wrong with the login, or nil.
func (l Login) Validate() error {
	switch {
	case len(l) < 2 || len(l) > 32:
		return text.Errorf("%q has %s; a login has 2 to 32", string(l), characters(len(l)))
	case !loginRule.MatchString(string(l)):
		return text.Errorf("%q is not a login: use lower-case letters, digits and single . _ - between them, beginning with a letter", string(l))
	case reserved[l]:
		return text.Errorf("%q is reserved for the chaton itself", string(l))
	}
	return nil
}

// Member is a person with an account.
type Member struct {
	Login      Login     `json:"login"`
	Name       string    `json:"name"` // as shown to others
	GivenName  string    `json:"given_name,omitempty"`
	FamilyName string    `json:"family_name,omitempty"`
	Mail       string    `json:"mail"`
	Groups     []string  `json:"groups"` // sorted
	Suspended  bool      `json:"suspended"`
	LockedOut  bool      `json:"locked_out"` // too many wrong passwords; ends by itself
	Created    time.Time `json:"created"`
}

// Validate says what is wrong with the member, or nil.
func (m Member) Validate() error {
	if err := m.Login.Validate(); err != nil {
		return err
	}
	if a, err := mail.ParseAddress(m.Mail); err != nil || a.Address != m.Mail {
		return text.Errorf("%q is not a mail address such as ana@example.org", m.Mail)
	}
	for _, name := range []string{m.Name, m.GivenName, m.FamilyName} {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return checkMailText(m.Mail)
}

// Group is a named set of members.
type Group struct {
	Name    string  `json:"name"`
	Members []Login `json:"members"` // sorted
	Builtin bool    `json:"builtin"` // cannot be removed
}

// The groups that every chaton has.
const (
	Members = "members" // everybody with an account
	Admins  = "admins"  // administrators of the chaton
)

// MinPassword is the least number of characters of a member's password.
const MinPassword = 12

// CheckPassword says what is wrong with a new password, or nil.
func CheckPassword(p secret.String) error {
	n := len([]rune(p.Reveal()))
	if n < MinPassword {
		return text.Errorf("the password has %s; at least %d are needed: four unrelated words make a good one", characters(n), MinPassword)
	}
	if n > 200 {
		return text.Errorf("the password has %d characters; at most 200", n)
	}
	return nil
}

func characters(n int) text.Text { return text.Plural(n, "%d character", "%d characters", n) }

// Directory holds the people. Errors carry codes of internal/errs: NotFound
// (no such member or group), Conflict (login or mail taken), Denied (wrong
// password, suspended, locked out), Invalid (rules above), Unavailable.
// Every method may be called from several goroutines and blocks until the
// directory answers or ctx is done.
type Directory interface {
	// Members returns everybody, sorted by login.
	Members(ctx context.Context) ([]Member, error)
	Member(ctx context.Context, login Login) (Member, error)
	// Add creates a member with a password and puts them into Members and m.Groups.
	Add(ctx context.Context, m Member, password secret.String) error
	// SetPassword replaces the password and ends a lockout, not a suspension.
	SetPassword(ctx context.Context, login Login, password secret.String) error
	// Suspend keeps the member from signing in anywhere; Resume ends that.
	Suspend(ctx context.Context, login Login) error
	Resume(ctx context.Context, login Login) error
	// Remove deletes the account. What services keep of the member stays.
	Remove(ctx context.Context, login Login) error

	Groups(ctx context.Context) ([]Group, error)
	AddGroup(ctx context.Context, name string) error
	RemoveGroup(ctx context.Context, name string) error
	AddToGroup(ctx context.Context, group string, login Login) error
	RemoveFromGroup(ctx context.Context, group string, login Login) error

	// EnsureBase makes the tree, the password policy and the built-in groups
	// exist; calling it again changes nothing.
	EnsureBase(ctx context.Context) error
	// EnsureService makes the service's own read-only account exist with this
	// password, seeing only the members of groups; calling it again changes nothing.
	EnsureService(ctx context.Context, name string, password secret.String, groups []string) error
	// RemoveService removes the service's account.
	RemoveService(ctx context.Context, name string) error
}
