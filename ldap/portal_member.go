package ldap

import (
	"context"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
)

// Member returns a member as the portal's own account sees them: whoever is
// suspended, or not of the portal's groups, is nobody (NotFound), and of a
// member's groups it sees those that its account was given.
func (p *Portal) Member(ctx context.Context, login account.Login) (account.Member, error) {
	if login.Validate() != nil {
		return account.Member{}, account.NoMember(login)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var m account.Member
	found := false
	err := p.pool.do(ctx, func(conn *ldap.Conn) error {
		dn := MemberDN(p.config.BaseDN, string(login))
		result, err := conn.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=inetOrgPerson)", memberAttributes, nil))
		if err != nil {
			return err
		}
		if found = len(result.Entries) == 1; found {
			m = memberFrom(result.Entries[0], p.config.BaseDN, time.Now())
		}
		return nil
	})
	switch {
	case noSuch(err), err == nil && (!found || m.Suspended):
		return account.Member{}, account.NoMember(login)
	case err != nil:
		return account.Member{}, failure(ctx, err)
	}
	return m, nil
}
