package ldap

import (
	"context"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

// EnsureService makes the service's own account exist, with this password and
// seeing the members of these groups.
func (d *Directory) EnsureService(ctx context.Context, name string, password secret.String, groups []string) error {
	if err := account.CheckService(name, password); err != nil {
		return err
	}
	sees := []string{}
	for _, group := range groups {
		if err := d.needGroup(ctx, group); err != nil {
			return err
		}
		sees = append(sees, GroupDN(d.base, group))
	}
	slices.Sort(sees)
	sees = slices.Compact(sees)

	dn := ServiceDN(d.base, name)
	policy := policyDN(d.base, servicesPolicy)
	is, err := d.entry(ctx, dn, []string{"userPassword", "seeAlso", "pwdPolicySubentry"})
	if err != nil {
		return err
	}
	if is == nil {
		attributes := map[string][]string{
			"objectClass":       {"applicationProcess", "simpleSecurityObject"},
			"cn":                {name},
			"userPassword":      {serviceHash(password)},
			"pwdPolicySubentry": {policy},
		}
		if len(sees) > 0 {
			attributes["seeAlso"] = sees
		}
		return failure(ctx, d.add(ctx, addRequest(dn, attributes)))
	}

	change := ldap.NewModifyRequest(dn, nil)
	if !serviceHashMatches(is.GetAttributeValue("userPassword"), password) {
		change.Replace("userPassword", []string{serviceHash(password)})
	}
	if seen := slices.Sorted(slices.Values(is.GetAttributeValues("seeAlso"))); !slices.Equal(seen, sees) {
		change.Replace("seeAlso", sees)
	}
	if is.GetAttributeValue("pwdPolicySubentry") != policy {
		change.Replace("pwdPolicySubentry", []string{policy})
	}
	if len(change.Changes) == 0 {
		return nil
	}
	return failure(ctx, d.modify(ctx, change))
}

// RemoveService removes the service's account; one that is gone already is fine.
func (d *Directory) RemoveService(ctx context.Context, name string) error {
	if name == "" {
		return errs.New(errs.Invalid, "A service has a name.")
	}
	err := d.delete(ctx, ServiceDN(d.base, name))
	if noSuch(err) {
		return nil
	}
	return failure(ctx, err)
}
