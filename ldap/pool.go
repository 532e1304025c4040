package ldap

import (
	"context"

	"github.com/go-ldap/ldap/v3"
)

// pool keeps a few connections on which our own account is signed in.
type pool struct {
	config Config
	idle   chan *ldap.Conn
}

// A chaton's daemon and portal seldom ask more than this many things at once.
const keptConnections = 4

func newPool(c Config) *pool {
	return &pool{config: c, idle: make(chan *ldap.Conn, keptConnections)}
}

// do runs one operation on a connection of the pool. Where a kept connection
// turns out to be broken, the server was probably restarted since it was last used: the
// operation runs once more on a new one.
func (p *pool) do(ctx context.Context, operation func(*ldap.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if conn := p.kept(); conn != nil {
		err := p.run(ctx, conn, operation)
		if !broken(err) || ctx.Err() != nil {
			return err
		}
	}
	conn, err := p.config.dialBound(ctx)
	if err != nil {
		return err
	}
	return p.run(ctx, conn, operation)
}

// run runs the operation and gives the connection back to the pool, or closes
// it where it is of no more use.
func (p *pool) run(ctx context.Context, conn *ldap.Conn, operation func(*ldap.Conn) error) error {
	err := interruptible(ctx, conn, operation)
	if broken(err) || conn.IsClosing() {
		conn.Close()
		return err
	}
	select {
	case p.idle <- conn:
	default:
		conn.Close()
	}
	return err
}

// kept returns an idle connection that still seems alive, or nil.
func (p *pool) kept() *ldap.Conn {
	for {
		select {
		case conn := <-p.idle:
			if !conn.IsClosing() {
				return conn
			}
		default:
			return nil
		}
	}
}

// close closes what is idle; a later operation opens anew.
func (p *pool) close() {
	for conn := p.kept(); conn != nil; conn = p.kept() {
		conn.Close()
	}
}

// interruptible runs the operation and closes the connection under it when ctx
// is done first; the library itself knows no contexts.
func interruptible(ctx context.Context, conn *ldap.Conn, operation func(*ldap.Conn) error) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	return operation(conn)
}
