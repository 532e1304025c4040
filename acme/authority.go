package acme

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
)

const (
	// RootLifetime is how long people's trust in a root lasts.
	RootLifetime = 10 * 365 * 24 * time.Hour
	// LeafLifetime is how long a leaf lives unless asked otherwise.
	LeafLifetime = 30 * 24 * time.Hour
	// MaxLeafLifetime is the longest that Apple's systems accept, also from
	// roots that a person added (https://support.apple.com/en-us/103769).
	MaxLeafLifetime = 825 * 24 * time.Hour

	// backdate lets clients whose clock is a little behind accept what was
	// made just now.
	backdate = time.Hour
	// maxCommonName is the bound of RFC 5280 (ub-common-name), in characters.
	maxCommonName = 64
)

// Authority is the chaton's own root. People who trust it trust it for the
// chaton's domain only: the root carries name constraints, so that a stolen
// key cannot speak for anybody's bank.
type Authority struct {
	root    *x509.Certificate
	rootPEM string
	key     *ecdsa.PrivateKey
	now     func() time.Time
}

var _ Issuer = (*Authority)(nil)

// NewAuthority makes a new root for a chaton of that name and domain.
func NewAuthority(name, domain string, now func() time.Time) (*Authority, error) {
	domain = normal(domain)
	if !isHostName(domain) {
		return nil, errs.New(errs.Invalid, "%q is not a domain that an authority can be made for.", domain)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate key of the local authority: %w", err)
	}
	start := now().Add(-backdate).UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject: pkix.Name{
			Organization: []string{domain}, // two chatons of one name stay apart in lists of roots
			CommonName:   commonName(name),
		},
		NotBefore:             start,
		NotAfter:              start.Add(RootLifetime),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		// Critical, as RFC 5280 wants it: a client that cannot keep to the
		// constraint must refuse the root rather than trust it for every name.
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{domain},
		// A kind of name without any constraint would be free; all that is
		// allowed is DNS names.
		ExcludedIPRanges:        everyAddress(),
		PermittedEmailAddresses: []string{domain},
		PermittedURIDomains:     []string{domain},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign root of the local authority: %w", err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read back root of the local authority: %w", err)
	}
	return &Authority{root: root, rootPEM: encode("CERTIFICATE", der), key: key, now: now}, nil
}

// LoadAuthority reads an authority back from where RootPEM and KeyPEM were kept.
func LoadAuthority(rootPEM string, keyPEM secret.String, now func() time.Time) (*Authority, error) {
	root, err := parseRoot(rootPEM)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "The root of the local authority cannot be read.")
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "The key of the local authority cannot be read.")
	}
	if !key.PublicKey.Equal(root.PublicKey) {
		return nil, errs.New(errs.Invalid, "The key of the local authority does not belong to its root.")
	}
	return &Authority{root: root, rootPEM: encode("CERTIFICATE", root.Raw), key: key, now: now}, nil
}

// RootPEM returns what people add to the roots they trust.
func (a *Authority) RootPEM() string { return a.rootPEM }

// KeyPEM returns the root's key, for the daemon's encrypted store.
func (a *Authority) KeyPEM() (secret.String, error) { return encodeKey(a.key) }

// Fingerprint returns the root's SHA-256 the way browsers show it, so that
// people can compare by eye.
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.root.Raw)
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(parts, ":")
}

// Domain returns the domain at and below which the authority may issue.
func (a *Authority) Domain() string { return a.root.PermittedDNSDomains[0] }

// NotAfter returns the moment until which the root is valid.
func (a *Authority) NotAfter() time.Time { return a.root.NotAfter }

// IssueRequest says what a leaf is for.
type IssueRequest struct {
	Hosts    []string
	Lifetime time.Duration // 0 is LeafLifetime; at most MaxLeafLifetime
}

// Certificate issues a leaf of the usual lifetime.
func (a *Authority) Certificate(ctx context.Context, hosts []string) (Certificate, error) {
	if err := context.Cause(ctx); err != nil {
		return Certificate{}, err
	}
	return a.Issue(IssueRequest{Hosts: hosts})
}

// Issue makes a leaf with a key of its own. It lives no longer than the root.
func (a *Authority) Issue(r IssueRequest) (Certificate, error) {
	hosts, err := a.check(r.Hosts)
	if err != nil {
		return Certificate{}, err
	}
	notBefore, notAfter, err := a.validity(r.Lifetime)
	if err != nil {
		return Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Certificate{}, fmt.Errorf("generate key of %s: %w", hosts[0], err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      leafSubject(hosts[0]),
		DNSNames:     hosts,
		NotBefore:    notBefore,
		NotAfter:     notAfter,
		// Not a CA, and saying so: GnuTLS warns of leaves that are silent.
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, key.Public(), a.key)
	if err != nil {
		return Certificate{}, fmt.Errorf("sign certificate of %s: %w", hosts[0], err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return Certificate{}, err
	}
	return Certificate{Chain: encode("CERTIFICATE", der), Key: keyPEM, NotBefore: notBefore, NotAfter: notAfter}, nil
}

// check returns the hosts in their normal form, or says which of them can
// never have a certificate from here.
func (a *Authority) check(hosts []string) ([]string, error) {
	if len(hosts) == 0 {
		return nil, errs.New(errs.Invalid, "A certificate needs at least one host name.")
	}
	var names []string
	var bad []text.Text
	for _, h := range hosts {
		name := normal(h)
		switch {
		case !isHostName(name):
			bad = append(bad, text.Say("%q is not a host name", h))
		case name != a.Domain() && !strings.HasSuffix(name, "."+a.Domain()):
			bad = append(bad, text.Say("%s is not below %s", name, a.Domain()))
		default:
			names = append(names, name)
		}
	}
	if len(bad) > 0 {
		return nil, errs.New(errs.Invalid, "The local authority cannot issue a certificate: %s.", text.Join(bad, "; ")).
			WithHint("It speaks for %s and names below it only. Give the service such a host, or use a public authority in the certificates block.", a.Domain())
	}
	return names, nil
}

// validity returns the span of a leaf issued now, within the root's.
func (a *Authority) validity(lifetime time.Duration) (from, until time.Time, err error) {
	if lifetime <= 0 {
		lifetime = LeafLifetime
	}
	now := a.now().UTC().Truncate(time.Second)
	if now.Before(a.root.NotBefore) || !now.Before(a.root.NotAfter) {
		return from, until, errs.New(errs.Failed,
			"The clock says %s, but the local authority is valid from %s to %s.",
			now.Format(time.DateOnly), a.root.NotBefore.Format(time.DateOnly), a.root.NotAfter.Format(time.DateOnly)).
			WithHint("Set the machine's clock. If it is right, make a new authority and have everybody trust its root.")
	}
	from = now.Add(-backdate)
	if from.Before(a.root.NotBefore) {
		from = a.root.NotBefore
	}
	until = from.Add(min(lifetime+backdate, MaxLeafLifetime))
	if until.After(a.root.NotAfter) {
		until = a.root.NotAfter
	}
	return from, until, nil
}

// leafSubject names the host where it fits; the names that count are in the
// certificate's list of DNS names anyway.
func leafSubject(host string) pkix.Name {
	if len(host) > maxCommonName {
		return pkix.Name{}
	}
	return pkix.Name{CommonName: host}
}

// commonName is what people read in their list of roots.
func commonName(name string) string {
	const suffix = " – Ronron local authority"
	room := maxCommonName - len([]rune(suffix))
	runes := []rune(strings.TrimSpace(name))
	if len(runes) > room {
		runes = append(runes[:room-1], '…')
	}
	return string(runes) + suffix
}

func everyAddress() []*net.IPNet {
	return []*net.IPNet{
		{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)},
		{IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)},
	}
}

// serial returns 127 random bits: positive, and within the 20 octets allowed.
func serial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b) // documented never to fail
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

func parseRoot(rootPEM string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(rootPEM))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, text.Errorf("no certificate in PEM form")
	}
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	if !root.IsCA || len(root.PermittedDNSDomains) == 0 {
		return nil, text.Errorf("not a root with a domain of its own")
	}
	return root, nil
}

func parseKey(keyPEM secret.String) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(keyPEM.Reveal()))
	if block == nil {
		return nil, text.Errorf("no key in PEM form")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, text.Errorf("not an ECDSA key")
	}
	return ec, nil
}

func encodeKey(key *ecdsa.PrivateKey) (secret.String, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return secret.String{}, fmt.Errorf("encode key: %w", err)
	}
	return secret.New(encode("PRIVATE KEY", der)), nil
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func normal(host string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(host)), ".")
}

// isHostName says whether s can stand in a certificate as a DNS name: letters,
// digits and hyphens between dots (RFC 1123), in ASCII, and no wildcard.
func isHostName(s string) bool {
	if s == "" || len(s) > 253 || net.ParseIP(s) != nil {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		for _, c := range label {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
				return false
			}
		}
	}
	return true
}
