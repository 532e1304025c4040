package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"

	"ronron/internal/secret"
)

// algorithm is the one that every client has to know (OpenID Connect Core, 15.1);
// several know no other.
const algorithm = jose.RS256

// keyBits are enough for years, and quick to sign with.
const keyBits = 2048

// Key signs id tokens.
type Key struct {
	private *rsa.PrivateKey
	id      string
}

// GenerateKey makes up a key, in PEM.
func GenerateKey() (secret.String, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return secret.String{}, fmt.Errorf("make a key for id tokens: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return secret.String{}, fmt.Errorf("encode a key for id tokens: %w", err)
	}
	return secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))), nil
}

var errKey = errors.New("it is not an RSA key in PEM")

// ParseKey reads what GenerateKey made. Its errors never quote the key.
func ParseKey(s secret.String) (Key, error) {
	block, _ := pem.Decode([]byte(s.Reveal()))
	if block == nil {
		return Key{}, errKey
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok || private.N.BitLen() < keyBits {
		return Key{}, errKey
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return Key{}, errKey
	}
	sum := sha256.Sum256(public)
	return Key{private, base64.RawURLEncoding.EncodeToString(sum[:16])}, nil
}

// signing and published are a key in the library's words.
type (
	signing   struct{ of Key }
	published struct{ of Key }
)

var (
	_ op.SigningKey = signing{}
	_ op.Key        = published{}
)

func (k signing) ID() string                                  { return k.of.id }
func (k signing) SignatureAlgorithm() jose.SignatureAlgorithm { return algorithm }
func (k signing) Key() any                                    { return k.of.private }

func (k published) ID() string                         { return k.of.id }
func (k published) Algorithm() jose.SignatureAlgorithm { return algorithm }
func (k published) Use() string                        { return "sig" }
func (k published) Key() any                           { return &k.of.private.PublicKey }
