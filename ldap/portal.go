package ldap

import (
	"context"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
	"ronron/internal/secret"
)

// Portal lets members sign in and change their password, each as themselves.
// Its own account is that of any service and may write nothing.
type Portal struct {
	config Config
	pool   *pool
	hasher hasher
}

var _ account.SignIns = (*Portal)(nil)

// NewPortal returns the portal's view of the directory that c describes, where
// c.BindDN is the portal's service account.
func NewPortal(c Config) *Portal { return &Portal{config: c, pool: newPool(c), hasher: newHasher()} }

// Close closes the idle connections.
func (p *Portal) Close() { p.pool.close() }

// SignIn returns the member whose password this is.
func (p *Portal) SignIn(ctx context.Context, login account.Login, password secret.String) (account.Member, error) {
	var m account.Member
	err := p.as(ctx, login, password, func(conn *ldap.Conn, dn string) error {
		result, err := conn.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", memberAttributes, nil))
		if err != nil {
			return err
		}
		if len(result.Entries) != 1 {
			return account.WrongPassword() // suspended between the two questions
		}
		m = memberFrom(result.Entries[0], p.config.BaseDN, time.Now())
		return nil
	})
	return m, err
}

// ChangePassword replaces the password of a member who knows the old one.
func (p *Portal) ChangePassword(ctx context.Context, login account.Login, old, new secret.String) error {
	if err := account.CheckPassword(new); err != nil {
		return account.InvalidInput(err)
	}
	return p.as(ctx, login, old, func(conn *ldap.Conn, dn string) error {
		hash, err := p.hasher.hash(ctx, new)
		if err != nil {
			return err
		}
		change := ldap.NewModifyRequest(dn, nil)
		change.Replace("userPassword", []string{hash})
		return conn.Modify(change)
	})
}

// as runs the operation on a connection of its own, on which the member is signed in.
func (p *Portal) as(ctx context.Context, login account.Login, password secret.String, operation func(conn *ldap.Conn, dn string) error) error {
	// An empty password would not be checked at all (RFC 4513, 5.1.2).
	if login.Validate() != nil || password.IsZero() {
		return account.WrongPassword()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := p.config.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	dn := MemberDN(p.config.BaseDN, string(login))
	err = interruptible(ctx, conn, func(conn *ldap.Conn) error {
		if err := p.bind(ctx, conn, login, dn, password); err != nil {
			return err
		}
		return operation(conn, dn)
	})
	return failure(ctx, err)
}

func (p *Portal) bind(ctx context.Context, conn *ldap.Conn, login account.Login, dn string, password secret.String) error {
	result, err := conn.SimpleBind(ldap.NewSimpleBindRequest(dn, password.Reveal(), []ldap.Control{ldap.NewControlBeheraPasswordPolicy()}))
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		return err
	}
	if result != nil && saysLocked(result.Controls) {
		return p.lockFailure(ctx, login, dn)
	}
	return account.WrongPassword()
}

func saysLocked(controls []ldap.Control) bool {
	for _, c := range controls {
		if policy, ok := c.(*ldap.ControlBeheraPasswordPolicy); ok && policy.Error == ldap.BeheraAccountLocked {
			return true
		}
	}
	return false
}

// lockFailure tells a suspension from a lockout: the first hides the member from
// every service, so from us.
func (p *Portal) lockFailure(ctx context.Context, login account.Login, dn string) error {
	var entries []*ldap.Entry
	err := p.pool.do(ctx, func(conn *ldap.Conn) error {
		result, err := conn.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", []string{"pwdAccountLockedTime"}, nil))
		if err == nil {
			entries = result.Entries
		}
		return err
	})
	switch {
	case noSuch(err), err == nil && len(entries) == 0:
		return account.Suspended(login)
	case err != nil:
		return err
	}
	return account.LockedOut(login, lockedUntil(entries[0]))
}
