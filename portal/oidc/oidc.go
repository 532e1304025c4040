// Package oidc is the chaton's OpenID Connect provider: how software that asks
// neither the directory nor the gateway learns who a member is.
//
// It does one flow and does it whole: the authorization code flow for clients
// that keep a secret, with PKCE (S256) where the client uses it, an id token, an
// opaque access token for userinfo, and signing out. There is no implicit flow,
// no refresh token, no dynamic registration and no consent page: the clients are
// the host's own services, known by name with their exact addresses.
//
// Signing in is not here. Whoever serves the pages asks for an Ask, signs the
// member in, and then gets the address that a Grant leads to.
//
// What was granted lives in memory and nowhere else, for as long as the member's
// session at the portal. When that ends, or the member is suspended, userinfo says so at
// once. A new portal has forgotten all: a code that was under way fails, the
// software says that signing in did not work, and trying again works.
//
// A member's sub is their login. Every other kind of accounts keys people by it
// too, so that a service keeps its people when it changes from one kind to another, and
// export and erasure name people by it. It is stable, as a login never changes.
package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	"ronron/account"
	"ronron/internal/secret"
)

// House is what the provider asks of the portal around it. Every method may be
// called by several at once.
type House interface {
	// Issuer is the portal's address, https://chaton.example.org; "" while it is
	// not known.
	Issuer() string
	Client(id string) (Client, bool)
	// Member returns a member as they are now; of one who is suspended nothing
	// (a NotFound of internal/errs), or that they are.
	Member(ctx context.Context, login account.Login) (account.Member, error)
	// Lasts says whether a session at the portal has not ended.
	Lasts(session string) bool
}

// Client is a service that may send members here to sign in.
type Client struct {
	ID        string
	SecretSum string   // Sum of its secret: enough to check it, not to know it
	Redirects []string // whole addresses, compared as they are
	SignedOut []string // where it may send members after signing out
	Enter     []string // groups whose members may sign in to it
	Tells     []string // other groups that it may hear of
}

// Admits says whether a member may sign in to the client.
func (c Client) Admits(m account.Member) bool {
	return !m.Suspended && slices.ContainsFunc(c.Enter, func(g string) bool { return slices.Contains(m.Groups, g) })
}

// groupsOf are those of a member's groups that concern the client.
func (c Client) groupsOf(m account.Member) []string {
	concern := []string{}
	for _, g := range m.Groups {
		if slices.Contains(c.Enter, g) || slices.Contains(c.Tells, g) {
			concern = append(concern, g)
		}
	}
	return concern
}

// Sum is what is kept of a client's secret. A secret is long and random, so
// that nobody finds it by trying.
func Sum(s secret.String) string {
	sum := sha256.Sum256([]byte(s.Reveal()))
	return hex.EncodeToString(sum[:])
}

func (c Client) knows(s string) bool {
	return s != "" && subtle.ConstantTimeCompare([]byte(Sum(secret.New(s))), []byte(c.SecretSum)) == 1
}

// How long things last. An access token ends with the session it came from.
const (
	codeLife    = time.Minute
	idTokenLife = 10 * time.Minute
)

// Where the provider is, below the issuer.
const (
	DiscoveryPath  = "/.well-known/openid-configuration"
	AuthorizePath  = "/oidc/authorize"
	TokenPath      = "/oidc/token"
	UserinfoPath   = "/oidc/userinfo"
	KeysPath       = "/oidc/keys"
	EndSessionPath = "/oidc/end-session"
)

// Provider answers clients. Its own pages are the portal's business.
type Provider struct {
	house  House
	keys   []Key // the first signs
	now    func() time.Time
	grants *grants
	op     *op.Provider
}

// Options is what a provider needs.
type Options struct {
	House House
	Keys  []Key            // the first signs, the others are still known
	Now   func() time.Time // nil: time.Now
}

// New returns a provider that has granted nothing yet.
func New(o Options) (*Provider, error) {
	if o.House == nil || len(o.Keys) == 0 {
		return nil, errors.New("a provider needs a house and a key")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	seal, err := newSeal()
	if err != nil {
		return nil, err
	}
	p := &Provider{house: o.House, keys: o.Keys, now: o.Now, grants: newGrants(o.Now)}
	issuer := func(bool) (op.IssuerFromRequest, error) {
		return func(*http.Request) string { return o.House.Issuer() }, nil
	}
	// Its log names clients, people and addresses with codes in them: none of that
	// is kept. Its own router is not served: it has more doors than we want.
	p.op, err = op.NewProvider(&op.Config{CodeMethodS256: true, AuthMethodPost: true}, storage{p}, issuer,
		op.WithCrypto(seal), op.WithLogger(slog.New(slog.DiscardHandler)), op.WithCORSOptions(nil),
		op.WithIDTokenHintVerifierOpts(op.WithSupportedIDTokenHintSigningAlgorithms(string(algorithm))))
	return p, err
}

// within is ctx for calls of the library, which finds the issuer in it.
func (p *Provider) within(ctx context.Context) context.Context {
	return op.ContextWithIssuer(ctx, p.house.Issuer())
}
