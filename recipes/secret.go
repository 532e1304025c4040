package recipes

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/secret"
	"ronron/internal/text"
)

// SecretKind is the shape of a generated secret.
type SecretKind string

// The kinds of secrets. The last two are pairs of keys.
const (
	SecretText    SecretKind = "text"
	SecretHex     SecretKind = "hex"
	SecretBase64  SecretKind = "base64"
	SecretUUID    SecretKind = "uuid"
	SecretEd25519 SecretKind = "ed25519"
	SecretRSA     SecretKind = "rsa"
)

var secretKinds = []string{string(SecretText), string(SecretHex), string(SecretBase64), string(SecretUUID), string(SecretEd25519), string(SecretRSA)}

// Pair says whether the secret is a private key with its public one.
func (k SecretKind) Pair() bool { return k == SecretEd25519 || k == SecretRSA }

// Bounds of generated secrets: short enough for every software, long enough that
// nobody guesses them.
const (
	defaultSecret = 32
	shortSecret   = 12
	longSecret    = 512
	fewLetters    = 10
	fewBytes      = 16
	manyBytes     = 256
	defaultRSA    = 3072
)

var rsaSizes = []int{2048, 3072, 4096}

func (d declarations) secret(b *hclread.Block) {
	length, alphabet := d.Int(b, "length"), d.String(b, "alphabet")
	s := Secret{Name: b.Name(), Kind: SecretText, Length: length.Or(defaultSecret), Alphabet: alphabet.V, Rotate: d.Bool(b, "rotate").V}
	if kind := d.String(b, "kind"); kind.Known {
		s.Kind = SecretKind(kind.V)
		if !slices.Contains(secretKinds, kind.V) {
			d.Errorf(kind.Range, "Unknown kind of secret", "A secret is %s; %q is none of them.%s", diag.OneOf(secretKinds), kind.V, diag.DidYouMean(kind.V, secretKinds))
			return
		}
	}
	d.secretLength(&s, length)
	if alphabet.Known {
		d.alphabet(s, alphabet)
	}
	d.r.Secrets = append(d.r.Secrets, s)
}

func (d declarations) secretLength(s *Secret, length hclread.Got[int]) {
	switch s.Kind {
	case SecretText:
		if s.Length < shortSecret || s.Length > longSecret {
			d.Errorf(length.Range, "Bad length", "A secret has %d to %d characters; %d is outside.", shortSecret, longSecret, s.Length)
		}
	case SecretHex, SecretBase64:
		if s.Length < fewBytes || s.Length > manyBytes {
			d.Errorf(length.Range, "Bad length", "The length of this kind counts random bytes, %d to %d; %d is outside.", fewBytes, manyBytes, s.Length)
		}
	case SecretRSA:
		s.Length = length.Or(defaultRSA)
		if !slices.Contains(rsaSizes, s.Length) {
			d.Errorf(length.Range, "Bad length", "The length of a key of this kind is %s bits, not %d.", numbers(rsaSizes), s.Length)
		}
	default:
		s.Length = 0
		if length.Known {
			d.Errorf(length.Range, "Bad length", "A secret of the kind %q always has the same length; remove the line.", string(s.Kind))
		}
	}
}

func (d declarations) alphabet(s Secret, alphabet hclread.Got[string]) {
	if s.Kind != SecretText {
		d.Errorf(alphabet.Range, "Bad alphabet", "Only a secret of the kind \"text\" has an alphabet; remove the line.")
		return
	}
	seen := map[rune]bool{}
	for _, c := range s.Alphabet {
		if c < '!' || c > '~' || seen[c] {
			d.Errorf(alphabet.Range, "Bad alphabet", "The alphabet of a secret lists each character once, and only visible ASCII characters; %q does not belong or is there twice.", string(c))
			break
		}
		seen[c] = true
	}
	if len(s.Alphabet) < fewLetters {
		d.Errorf(alphabet.Range, "Bad alphabet", "With fewer than %d characters to choose from a secret could be guessed.", fewLetters)
	}
}

// keyPair is how a pair of keys is kept: both halves in PEM.
type keyPair struct {
	Private string `json:"private"` // PKCS #8
	Public  string `json:"public"`  // SubjectPublicKeyInfo
}

// GenerateSecret makes a secret up, of the shape that the recipe asks for.
func GenerateSecret(s Secret) (secret.String, error) {
	switch s.Kind {
	case SecretHex:
		return secret.New(hex.EncodeToString(random(s.Length))), nil
	case SecretBase64:
		return secret.New(base64.StdEncoding.EncodeToString(random(s.Length))), nil
	case SecretUUID:
		return secret.New(uuid(random(16))), nil
	case SecretEd25519:
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return secret.String{}, fmt.Errorf("make key %s: %w", s.Name, err)
		}
		return pair(private, public)
	case SecretRSA:
		private, err := rsa.GenerateKey(rand.Reader, s.Length)
		if err != nil {
			return secret.String{}, fmt.Errorf("make key %s: %w", s.Name, err)
		}
		return pair(private, &private.PublicKey)
	default:
		return secret.Generate(s.Length, s.Alphabet), nil
	}
}

// SampleSecret makes a value of the right form quickly, for those who only
// check a recipe.
func SampleSecret(s Secret) (secret.String, error) {
	if s.Kind == SecretRSA {
		s.Kind = SecretEd25519 // to an expression one PEM is like another
	}
	return GenerateSecret(s)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // documented never to fail
	return b
}

// uuid is a random one (RFC 9562, version 4).
func uuid(b []byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func pair(private, public any) (secret.String, error) {
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return secret.String{}, fmt.Errorf("encode a private key: %w", err)
	}
	publicDER, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return secret.String{}, fmt.Errorf("encode a public key: %w", err)
	}
	data, err := json.Marshal(keyPair{
		Private: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateDER})),
		Public:  string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})),
	})
	return secret.New(string(data)), err
}

func parsePair(s secret.String) (keyPair, error) {
	var p keyPair
	if err := json.Unmarshal([]byte(s.Reveal()), &p); err != nil || p.Private == "" || p.Public == "" {
		return keyPair{}, text.Errorf("it is not a pair of keys") // without the cause, which might quote the key
	}
	return p, nil
}

// secretValue is a secret that was made under the name key.
func (e *evaluation) secretValue(s Secret, key string) cty.Value {
	value, ok := e.in.Secrets[key]
	if (!ok || value.IsZero()) && !e.dry {
		e.Errorf(e.r.Range, "Fault of Ronron", "The secret %q was not made before the recipe was used. Please report this.", key)
	}
	if !s.Kind.Pair() {
		return e.hidden(value)
	}
	p, err := parsePair(value)
	if err != nil && !e.dry && !value.IsZero() {
		e.Errorf(e.r.Range, "Fault of Ronron", "The secret %q cannot be used: %s. Please report this.", key, err)
	}
	return cty.ObjectVal(map[string]cty.Value{
		"private": e.hidden(secret.New(p.Private)),
		"public":  e.text(p.Public), // everybody may have it
	})
}
