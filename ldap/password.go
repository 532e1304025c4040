package ldap

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"ronron/internal/secret"
)

// Costs of a member's hash: OWASP's first recommendation. slapd's own module can
// check argon2id but only makes argon2i, so the hash is made here.
const (
	argonMemory  = 19456 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

// hasher makes hashes of members' passwords, few at a time: each takes 19 MiB
// and all of a core, which the connections need too.
type hasher chan struct{}

func newHasher() hasher { return make(hasher, 2) }

func (h hasher) hash(ctx context.Context, password secret.String) (string, error) {
	select {
	case h <- struct{}{}:
		defer func() { <-h }()
		return memberHash(password), nil
	case <-ctx.Done():
		return "", unreachable(ctx, ctx.Err())
	}
}

// memberHash returns what is kept of a member's password.
func memberHash(password secret.String) string {
	salt := random(argonSalt)
	key := argon2.IDKey([]byte(password.Reveal()), salt, argonTime, argonMemory, argonThreads, argonKey)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("{ARGON2}$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, b64(salt), b64(key))
}

const ssha = "{SSHA}"

// serviceHash returns what is kept of a service's password. That one is long
// and random, so guessing is hopeless whatever the hash, and services bind so often
// that a slow one would cost more than everything else they ask.
func serviceHash(password secret.String) string {
	salt := random(16)
	sum := sha1.Sum(append([]byte(password.Reveal()), salt...))
	return ssha + base64.StdEncoding.EncodeToString(append(sum[:], salt...))
}

// serviceHashMatches says whether hash was made from password by serviceHash.
func serviceHashMatches(hash string, password secret.String) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hash, ssha))
	if err != nil || !strings.HasPrefix(hash, ssha) || len(raw) <= sha1.Size {
		return false
	}
	sum := sha1.Sum(append([]byte(password.Reveal()), raw[sha1.Size:]...))
	return subtle.ConstantTimeCompare(sum[:], raw[:sha1.Size]) == 1
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // documented never to fail
	return b
}
