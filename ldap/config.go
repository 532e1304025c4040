// Package ldap keeps the people of a chaton in an LDAP server: Directory as the
// administrator, who may do everything, and Portal as a service account that
// lets members sign in and change their own password.
//
// It promises that every DN and filter is escaped, that the server's certificate is
// checked, that no password goes to the server but to be checked there, and that a restarted
// server is found again without a word. It does not run the server: that is the
// recipe openldap.
package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/internal/errs"
	"ronron/internal/secret"
)

// Config says where the server is and who we are there.
type Config struct {
	Address    string        // ip:port, speaking TLS from the first byte
	ServerName string        // what its certificate must be for
	CA         []byte        // PEM of the authority that signed it; no other is trusted
	BaseDN     string        // top of the tree
	BindDN     string        // our own account
	Password   secret.String // and its password
}

// patience is how long one operation may take when its context sets no earlier end.
const patience = 10 * time.Second

// dial opens a connection on which nobody is signed in yet.
func (c Config) dial(ctx context.Context) (*ldap.Conn, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.CA) {
		return nil, errs.New(errs.Internal, "The directory's certificate authority is not a PEM certificate.")
	}
	dialer := tls.Dialer{
		NetDialer: &net.Dialer{Timeout: patience},
		Config:    &tls.Config{RootCAs: roots, ServerName: c.ServerName, MinVersion: tls.VersionTLS12},
	}
	socket, err := dialer.DialContext(ctx, "tcp", c.Address)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	conn := ldap.NewConn(socket, true)
	conn.SetTimeout(patience)
	conn.Start()
	return conn, nil
}

// dialBound opens a connection on which our own account is signed in.
func (c Config) dialBound(ctx context.Context) (*ldap.Conn, error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	err = interruptible(ctx, conn, func(conn *ldap.Conn) error {
		return conn.Bind(c.BindDN, c.Password.Reveal())
	})
	if err != nil {
		conn.Close()
		if ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
			return nil, errs.Wrap(err, errs.Unavailable, "The directory refuses the account %s, which Ronron made for itself.", c.BindDN).
				WithHint("Run ronron up: it gives the account its password again.")
		}
		return nil, failure(ctx, err)
	}
	return conn, nil
}
