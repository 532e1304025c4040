// Package acme gives host names their certificates. One Issuer is built in:
// the Authority, a root of the chaton's own whose leaves live for a month.
//
// Nothing here is written to disk or kept in mind: an Authority and every
// Certificate are PEM text that the daemon keeps in its encrypted store.
package acme

import (
	"context"
	"crypto/tls"
	"time"

	"ronron/internal/errs"
	"ronron/internal/secret"
)

// Issuer gives certificates for host names.
//
// Certificate returns one certificate that covers every host, ready to serve.
// It may block on the network and stops when ctx ends; it may be called at any
// time for names that have a certificate already (that is a renewal). A name
// that the issuer can never serve is errs.Invalid; an issuer that does not
// answer is errs.Unavailable; anything else it refuses is errs.Failed.
type Issuer interface {
	Certificate(ctx context.Context, hosts []string) (Certificate, error)
}

// Certificate is a chain, leaf first, and its key, both PEM.
type Certificate struct {
	Chain     string        `json:"chain"`
	Key       secret.String `json:"-"`
	NotBefore time.Time     `json:"not_before"`
	NotAfter  time.Time     `json:"not_after"`
}

// ParseCertificate reads a certificate back from where it was kept, and checks
// that the key belongs to it.
func ParseCertificate(chain string, key secret.String) (Certificate, error) {
	pair, err := tls.X509KeyPair([]byte(chain), []byte(key.Reveal()))
	if err != nil {
		return Certificate{}, errs.Wrap(err, errs.Invalid, "A stored certificate cannot be read.")
	}
	return Certificate{Chain: chain, Key: key, NotBefore: pair.Leaf.NotBefore, NotAfter: pair.Leaf.NotAfter}, nil
}

// Due says whether it is time for another certificate: two thirds of its life
// are over. One that is not valid yet is due too, because it was made while
// the clock was wrong.
func Due(c Certificate, now time.Time) bool {
	if now.Before(c.NotBefore) {
		return true
	}
	return !now.Before(RenewAt(c))
}

// RenewAt returns the moment from which Due says yes.
func RenewAt(c Certificate) time.Time {
	return c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 3 * 2)
}
