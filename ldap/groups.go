package ldap

import (
	"cmp"
	"context"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
)

// Groups returns every group with its members, sorted by name.
func (d *Directory) Groups(ctx context.Context) ([]account.Group, error) {
	entries, err := d.search(ctx, GroupsDN(d.base), ldap.ScopeSingleLevel, "(objectClass=groupOfNames)", []string{"cn", "member"})
	if err != nil {
		return nil, failure(ctx, err)
	}
	groups := make([]account.Group, 0, len(entries))
	for _, e := range entries {
		name := e.GetAttributeValue("cn")
		g := account.Group{Name: name, Members: []account.Login{}, Builtin: account.BuiltinGroup(name)}
		for _, dn := range e.GetAttributeValues("member") {
			if login, ok := nameIn(dn, PeopleDN(d.base)); ok {
				g.Members = append(g.Members, account.Login(login))
			}
		}
		slices.Sort(g.Members)
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b account.Group) int { return cmp.Compare(a.Name, b.Name) })
	return groups, nil
}

// AddGroup creates a group without members.
func (d *Directory) AddGroup(ctx context.Context, name string) error {
	if err := account.CheckGroup(name); err != nil {
		return account.InvalidInput(err)
	}
	err := d.add(ctx, addRequest(GroupDN(d.base, name), d.emptyGroup(name)))
	if ldap.IsErrorWithCode(err, ldap.LDAPResultEntryAlreadyExists) {
		return account.GroupTaken(name)
	}
	return failure(ctx, err)
}

// RemoveGroup removes a group, not its members.
func (d *Directory) RemoveGroup(ctx context.Context, name string) error {
	if account.BuiltinGroup(name) {
		return account.GroupIsBuiltin(name)
	}
	if account.CheckGroup(name) != nil {
		return account.NoGroup(name)
	}
	err := d.delete(ctx, GroupDN(d.base, name))
	if noSuch(err) {
		return account.NoGroup(name)
	}
	return failure(ctx, err)
}

// AddToGroup puts a member into a group; one who is there already stays.
func (d *Directory) AddToGroup(ctx context.Context, group string, login account.Login) error {
	if err := d.needGroup(ctx, group); err != nil {
		return err
	}
	if _, err := d.Member(ctx, login); err != nil {
		return err
	}
	return failure(ctx, d.join(ctx, group, MemberDN(d.base, string(login))))
}

// RemoveFromGroup takes a member out of a group; one who is not there stays out.
func (d *Directory) RemoveFromGroup(ctx context.Context, group string, login account.Login) error {
	d.admins.Lock()
	defer d.admins.Unlock()
	if err := d.needGroup(ctx, group); err != nil {
		return err
	}
	if _, err := d.Member(ctx, login); err != nil {
		return err
	}
	switch group {
	case account.Members:
		return account.StaysMember(login)
	case account.Admins:
		if err := d.needOtherAdmin(ctx, login); err != nil {
			return err
		}
	}
	change := ldap.NewModifyRequest(GroupDN(d.base, group), nil)
	change.Delete("member", []string{MemberDN(d.base, string(login))})
	err := d.modify(ctx, change)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchAttribute) {
		return nil
	}
	return failure(ctx, err)
}

// join puts the entry into the group, where it may be already.
func (d *Directory) join(ctx context.Context, group, dn string) error {
	change := ldap.NewModifyRequest(GroupDN(d.base, group), nil)
	change.Add("member", []string{dn})
	err := d.modify(ctx, change)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultAttributeOrValueExists) {
		return nil
	}
	return err
}

// needGroup says NotFound where there is no such group. The server would find
// wiki for WIKI too, so what is no name of a group is none's.
func (d *Directory) needGroup(ctx context.Context, name string) error {
	if account.CheckGroup(name) != nil {
		return account.NoGroup(name)
	}
	there, err := d.exists(ctx, GroupDN(d.base, name))
	if err == nil && !there {
		return account.NoGroup(name)
	}
	return err
}
