package ldap

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

// Members returns everybody, sorted by login.
func (d *Directory) Members(ctx context.Context) ([]account.Member, error) {
	entries, err := d.search(ctx, PeopleDN(d.base), ldap.ScopeSingleLevel, "(objectClass=inetOrgPerson)", memberAttributes)
	if err != nil {
		return nil, failure(ctx, err)
	}
	members := make([]account.Member, 0, len(entries))
	for _, e := range entries {
		members = append(members, memberFrom(e, d.base, time.Now()))
	}
	slices.SortFunc(members, func(a, b account.Member) int { return cmp.Compare(a.Login, b.Login) })
	return members, nil
}

// Member returns one member.
func (d *Directory) Member(ctx context.Context, login account.Login) (account.Member, error) {
	dn, err := d.memberDN(login)
	if err != nil {
		return account.Member{}, err
	}
	e, err := d.entry(ctx, dn, memberAttributes)
	if err != nil {
		return account.Member{}, err
	}
	if e == nil {
		return account.Member{}, account.NoMember(login)
	}
	return memberFrom(e, d.base, time.Now()), nil
}

// Add creates a member and puts them into their groups. Where that fails halfway,
// the account is removed again.
func (d *Directory) Add(ctx context.Context, m account.Member, password secret.String) error {
	m = m.WithDefaults()
	if err := account.CheckNew(m, password); err != nil {
		return err
	}
	for _, group := range m.Groups {
		if err := d.needGroup(ctx, group); err != nil {
			return err
		}
	}
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	dn := MemberDN(d.base, string(m.Login))
	if err := d.add(ctx, addRequest(dn, memberEntry(m, hash))); err != nil {
		return d.addFailure(ctx, m, err)
	}
	for _, group := range m.Groups {
		if err := d.join(ctx, group, dn); err != nil {
			undo := context.WithoutCancel(ctx) // half a member is worse than a moment's wait
			if left := d.delete(undo, dn); left != nil {
				return errs.Wrap(err, errs.Failed, "The account %s was made but could not be put into the group %s.", m.Login, group).
					WithHint("Remove the account and add it again.")
			}
			return failure(ctx, err)
		}
	}
	return nil
}

// addFailure says which of two things was taken: the server reports a taken
// mail address before it looks at the name.
func (d *Directory) addFailure(ctx context.Context, m account.Member, err error) error {
	if !ldap.IsErrorAnyOf(err, ldap.LDAPResultEntryAlreadyExists, ldap.LDAPResultConstraintViolation) {
		return failure(ctx, err)
	}
	taken, lookErr := d.exists(ctx, MemberDN(d.base, string(m.Login)))
	if lookErr != nil {
		return lookErr
	}
	if taken {
		return account.LoginTaken(m.Login)
	}
	if ldap.IsErrorWithCode(err, ldap.LDAPResultConstraintViolation) {
		return account.MailTaken(m.Mail)
	}
	return failure(ctx, err)
}

// SetPassword replaces the password, which also forgets wrong ones. The server
// takes a new password for a reason to end any lock, unless the change itself deletes
// the mark; so a suspension is deleted and added in the same breath.
func (d *Directory) SetPassword(ctx context.Context, login account.Login, password secret.String) error {
	if err := account.CheckPassword(password); err != nil {
		return account.InvalidInput(err)
	}
	m, err := d.Member(ctx, login)
	if err != nil {
		return err
	}
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	change := ldap.NewModifyRequest(MemberDN(d.base, string(login)), nil)
	change.Replace("userPassword", []string{hash})
	if m.Suspended {
		change.Delete("pwdAccountLockedTime", nil)
		change.Add("pwdAccountLockedTime", []string{suspended})
	}
	return d.changeFailure(ctx, login, d.modify(ctx, change))
}

// Suspend keeps the member from signing in anywhere, and hides them from the services.
func (d *Directory) Suspend(ctx context.Context, login account.Login) error {
	dn, err := d.memberDN(login)
	if err != nil {
		return err
	}
	d.admins.Lock()
	defer d.admins.Unlock()
	if err := d.needOtherAdmin(ctx, login); err != nil {
		return err
	}
	change := ldap.NewModifyRequest(dn, nil)
	change.Replace("pwdAccountLockedTime", []string{suspended})
	return d.changeFailure(ctx, login, d.modify(ctx, change))
}

// Resume ends a suspension, and forgets wrong passwords from before it: one
// more would lock the account otherwise. It does not end a mere lockout.
func (d *Directory) Resume(ctx context.Context, login account.Login) error {
	m, err := d.Member(ctx, login)
	if err != nil || !m.Suspended {
		return err
	}
	change := ldap.NewModifyRequest(MemberDN(d.base, string(login)), nil)
	change.Delete("pwdAccountLockedTime", nil) // the server then deletes pwdFailureTime
	return d.changeFailure(ctx, login, d.modify(ctx, change))
}

// Remove deletes the account; the server takes it out of its groups.
func (d *Directory) Remove(ctx context.Context, login account.Login) error {
	dn, err := d.memberDN(login)
	if err != nil {
		return err
	}
	d.admins.Lock()
	defer d.admins.Unlock()
	if err := d.needOtherAdmin(ctx, login); err != nil {
		return err
	}
	return d.changeFailure(ctx, login, d.delete(ctx, dn))
}

// memberDN names the entry of a member. The server would find ana for ANA too,
// so what is no login is nobody's.
func (d *Directory) memberDN(login account.Login) (string, error) {
	if login.Validate() != nil {
		return "", account.NoMember(login)
	}
	return MemberDN(d.base, string(login)), nil
}

// needOtherAdmin refuses what would leave nobody who can administer the chaton.
func (d *Directory) needOtherAdmin(ctx context.Context, login account.Login) error {
	members, err := d.Members(ctx)
	if err != nil {
		return err
	}
	return account.NeedOtherAdmin(members, login)
}

func (d *Directory) changeFailure(ctx context.Context, login account.Login, err error) error {
	if noSuch(err) {
		return account.NoMember(login)
	}
	return failure(ctx, err)
}
