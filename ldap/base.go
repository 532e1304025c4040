package ldap

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
)

// EnsureBase makes the tree, the password policies and the built-in groups exist.
func (d *Directory) EnsureBase(ctx context.Context) error {
	top, _ := ldap.ParseDN(d.base)
	dc := top.RDNs[0].Attributes[0].Value
	for _, e := range []struct {
		dn         string
		attributes map[string][]string
	}{
		{d.base, map[string][]string{"objectClass": {"dcObject", "organization"}, "dc": {dc}, "o": {dc}}},
		{PeopleDN(d.base), branch("people")},
		{GroupsDN(d.base), branch("groups")},
		{ServicesDN(d.base), branch("services")},
		{PoliciesDN(d.base), branch("policies")},
		{nobodyDN(d.base), map[string][]string{"objectClass": {"organizationalRole"}, "cn": {"nobody"}}},
		{GroupDN(d.base, account.Members), d.emptyGroup(account.Members)},
		{GroupDN(d.base, account.Admins), d.emptyGroup(account.Admins)},
	} {
		if err := d.ensureEntry(ctx, e.dn, e.attributes); err != nil {
			return err
		}
	}
	if err := d.ensurePolicy(ctx, peoplePolicy, map[string]string{
		"pwdLockout":              "TRUE",
		"pwdMaxFailure":           strconv.Itoa(account.MaxWrongPasswords),
		"pwdFailureCountInterval": seconds(account.LockoutFor),
		"pwdLockoutDuration":      seconds(account.LockoutFor),
		"pwdMinLength":            strconv.Itoa(account.MinPassword),
		"pwdCheckQuality":         "1", // a hash is let through: whoever makes one has seen the password
		"pwdAllowUserChange":      "TRUE",
	}); err != nil {
		return err
	}
	// Anyone in a service's network could lock the service out with five
	// wrong guesses, and none of the guesses would ever be right.
	return d.ensurePolicy(ctx, servicesPolicy, map[string]string{"pwdLockout": "FALSE"})
}

// The names of the policies; slapd's configuration names the first as the default.
const (
	peoplePolicy   = "people"
	servicesPolicy = "services"
)

func branch(name string) map[string][]string {
	return map[string][]string{"objectClass": {"organizationalUnit"}, "ou": {name}}
}

func (d *Directory) emptyGroup(name string) map[string][]string {
	return map[string][]string{"objectClass": {"groupOfNames"}, "cn": {name}, "member": {nobodyDN(d.base)}}
}

// ensureEntry adds the entry where there is none; what there is stays as it is.
func (d *Directory) ensureEntry(ctx context.Context, dn string, attributes map[string][]string) error {
	there, err := d.exists(ctx, dn)
	if there || err != nil {
		return err
	}
	err = d.add(ctx, addRequest(dn, attributes))
	if ldap.IsErrorWithCode(err, ldap.LDAPResultEntryAlreadyExists) {
		return nil // somebody was faster
	}
	return failure(ctx, err)
}

// ensurePolicy makes the policy exist and say this.
func (d *Directory) ensurePolicy(ctx context.Context, name string, rules map[string]string) error {
	dn := policyDN(d.base, name)
	wanted := map[string][]string{"objectClass": {"namedObject", "pwdPolicy"}, "cn": {name}, "pwdAttribute": {"userPassword"}}
	for attribute, value := range rules {
		wanted[attribute] = []string{value}
	}
	if err := d.ensureEntry(ctx, dn, wanted); err != nil {
		return err
	}
	is, err := d.entry(ctx, dn, []string{"*"})
	if err != nil || is == nil {
		return err
	}
	change := ldap.NewModifyRequest(dn, nil)
	for _, attribute := range slices.Sorted(maps.Keys(rules)) {
		if is.GetAttributeValue(attribute) != rules[attribute] {
			change.Replace(attribute, wanted[attribute])
		}
	}
	if len(change.Changes) == 0 {
		return nil
	}
	return failure(ctx, d.modify(ctx, change))
}

// addRequest builds a request in an order that does not change from run to run.
func addRequest(dn string, attributes map[string][]string) *ldap.AddRequest {
	request := ldap.NewAddRequest(dn, nil)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		request.Attribute(name, attributes[name])
	}
	return request
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
