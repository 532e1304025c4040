package ldap

import (
	"context"
	"sync"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
)

// Directory is the people of a chaton, seen by the administrator.
type Directory struct {
	base   string
	pool   *pool
	hasher hasher
	// admins makes one of two removals wait, when together they would remove
	// the last administrator. Ours is the only process that writes.
	admins sync.Mutex
}

var _ account.Directory = (*Directory)(nil)

// New returns the directory that c describes, where c.BindDN is AdminDN. It
// connects when first asked something.
func New(c Config) *Directory {
	return &Directory{base: c.BaseDN, pool: newPool(c), hasher: newHasher()}
}

// Close closes the idle connections.
func (d *Directory) Close() { d.pool.close() }

// search returns the entries directly below parent that match filter, or the
// entry itself with ldap.ScopeBaseObject.
func (d *Directory) search(ctx context.Context, dn string, scope int, filter string, attributes []string) ([]*ldap.Entry, error) {
	var found []*ldap.Entry
	err := d.pool.do(ctx, func(conn *ldap.Conn) error {
		result, err := conn.Search(ldap.NewSearchRequest(dn, scope, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil))
		if err == nil {
			found = result.Entries
		}
		return err
	})
	return found, err
}

// entry returns one entry by name, or nil where there is none.
func (d *Directory) entry(ctx context.Context, dn string, attributes []string) (*ldap.Entry, error) {
	found, err := d.search(ctx, dn, ldap.ScopeBaseObject, "(objectClass=*)", attributes)
	if noSuch(err) || err == nil && len(found) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, failure(ctx, err)
	}
	return found[0], nil
}

func (d *Directory) exists(ctx context.Context, dn string) (bool, error) {
	entry, err := d.entry(ctx, dn, []string{"1.1"}) // RFC 4511, 4.5.1.8: no attributes
	return entry != nil, err
}

func (d *Directory) add(ctx context.Context, request *ldap.AddRequest) error {
	return d.pool.do(ctx, func(conn *ldap.Conn) error { return conn.Add(request) })
}

func (d *Directory) modify(ctx context.Context, request *ldap.ModifyRequest) error {
	return d.pool.do(ctx, func(conn *ldap.Conn) error { return conn.Modify(request) })
}

func (d *Directory) delete(ctx context.Context, dn string) error {
	return d.pool.do(ctx, func(conn *ldap.Conn) error { return conn.Del(ldap.NewDelRequest(dn, nil)) })
}
