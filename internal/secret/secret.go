// Package secret holds values that must never be printed, and makes new ones.
package secret

import (
	"crypto/rand"
	"log/slog"
	"math/big"
)

const redacted = "[redacted]"

// String is a secret text. Printing, logging or encoding it as JSON gives
// "[redacted]"; Reveal is the only way to the value, so a search for Reveal
// finds every place where a secret leaves its wrapping.
type String struct{ value string }

// New wraps value.
func New(value string) String { return String{value} }

// Reveal returns the value itself.
func (s String) Reveal() string { return s.value }

// IsZero says whether no value was set.
func (s String) IsZero() bool { return s.value == "" }

func (s String) String() string               { return redacted }
func (s String) GoString() string             { return redacted }
func (s String) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (s String) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Alphabet of generated secrets: letters and digits that cannot be mistaken
// for one another when read aloud, and need no quoting anywhere.
const Alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// Generate returns a random text of length characters drawn evenly from
// alphabet (Alphabet when empty) by the system's random source.
func Generate(length int, alphabet string) String {
	if alphabet == "" {
		alphabet = Alphabet
	}
	size := big.NewInt(int64(len(alphabet)))
	b := make([]byte, length)
	for i := range b {
		n, err := rand.Int(rand.Reader, size)
		if err != nil {
			panic("secret: the system's random source failed: " + err.Error()) // documented never to happen
		}
		b[i] = alphabet[n.Int64()]
	}
	return New(string(b))
}
