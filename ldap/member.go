package ldap

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
)

var memberAttributes = []string{"uid", "displayName", "givenName", "sn", "mail", "memberOf", "pwdAccountLockedTime", "createTimestamp"}

// suspended is the time of a lock that never ends (draft-behera-ldap-password-policy, 5.3.3).
// slapd's configuration hides entries that bear it from the services.
const suspended = "000001010000Z"

// memberEntry returns the attributes of a new member's entry. The schema wants
// a family name of everybody; people who have given none get their name there.
func memberEntry(m account.Member, hash string) map[string][]string {
	attributes := map[string][]string{
		"objectClass":  {"inetOrgPerson"},
		"uid":          {string(m.Login)},
		"cn":           {m.Name},
		"displayName":  {m.Name},
		"sn":           {cmp.Or(m.FamilyName, m.Name)},
		"mail":         {m.Mail},
		"userPassword": {hash},
	}
	if m.GivenName != "" {
		attributes["givenName"] = []string{m.GivenName}
	}
	if m.Suspended {
		attributes["pwdAccountLockedTime"] = []string{suspended}
	}
	return attributes
}

// memberFrom reads a member from their entry.
func memberFrom(e *ldap.Entry, base string, now time.Time) account.Member {
	m := account.Member{
		Login:      account.Login(e.GetAttributeValue("uid")),
		Name:       e.GetAttributeValue("displayName"),
		GivenName:  e.GetAttributeValue("givenName"),
		FamilyName: e.GetAttributeValue("sn"),
		Mail:       e.GetAttributeValue("mail"),
		Groups:     []string{},
		Suspended:  e.GetAttributeValue("pwdAccountLockedTime") == suspended,
		LockedOut:  now.Before(lockedUntil(e)),
	}
	if m.GivenName == "" && m.FamilyName == m.Name {
		m.FamilyName = ""
	}
	for _, dn := range e.GetAttributeValues("memberOf") {
		if name, ok := nameIn(dn, GroupsDN(base)); ok {
			m.Groups = append(m.Groups, name)
		}
	}
	slices.Sort(m.Groups)
	m.Created, _ = generalizedTime(e.GetAttributeValue("createTimestamp"))
	return m
}

// lockedUntil returns when a lockout for wrong passwords ends; it is long ago
// where there is none. slapd keeps the mark of a lockout that has ended until the next sign-in.
func lockedUntil(e *ldap.Entry) time.Time {
	mark := e.GetAttributeValue("pwdAccountLockedTime")
	since, err := generalizedTime(mark)
	if err != nil || mark == suspended {
		return time.Time{}
	}
	return since.Add(account.LockoutFor)
}

// generalizedTime reads a time as slapd writes it (RFC 4517, 3.3.13), with or
// without a fraction.
func generalizedTime(s string) (time.Time, error) {
	whole, _, _ := strings.Cut(strings.TrimSuffix(s, "Z"), ".")
	return time.Parse("20060102150405", whole)
}
