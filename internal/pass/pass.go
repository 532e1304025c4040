// Package pass is how the portal tells the gateway that a member may enter a
// service: a short text that the portal signs and the gateway checks.
//
// A pass is good for one host, one minute and one browser. Nothing but the
// portal can make one; who holds only the gateway's half of the key cannot.
package pass

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Life is how long a pass can be handed in after it was made.
const Life = time.Minute

// MaxSize bounds a pass: with it, an address stays below what browsers, servers
// and cookies take.
const MaxSize = 3000

// Pass says who may enter where.
type Pass struct {
	ID   string `json:"id"`   // no other pass has it
	Host string `json:"host"` // the only one that it opens, without a port
	Path string `json:"path"` // where the member wanted to go: path and query, beginning with /
	// Way is the Mark of a secret that only one browser (or one question of the
	// gateway's) knows, so that nobody can make another enter as somebody else.
	Way     string `json:"way"`
	Session string `json:"session,omitempty"` // the portal's name for the sign-in; opens nothing by itself
	Member  Member `json:"member"`
	Made    int64  `json:"made"` // Unix seconds
	Ends    int64  `json:"ends"` // Unix seconds: when the sign-in itself ends
}

// Member is what a service may learn of a person.
type Member struct {
	Login  string   `json:"login"`
	Name   string   `json:"name"`
	Mail   string   `json:"mail"`
	Groups []string `json:"groups"`
}

// In says whether the member is in one of the groups.
func (m Member) In(groups []string) bool {
	for _, mine := range m.Groups {
		for _, g := range groups {
			if mine == g {
				return true
			}
		}
	}
	return false
}

// Why a text is no pass, or none any more.
var (
	ErrForged  = errors.New("not signed by the portal")
	ErrExpired = errors.New("expired")
)

// context keeps a signature from meaning anything elsewhere.
const context = "ronron pass 1\n"

// Sign makes the text of a pass. A pass that would be too large loses groups
// from the end: that can only take rights away.
func Sign(key ed25519.PrivateKey, p Pass) (string, error) {
	for {
		body, err := json.Marshal(p)
		if err != nil {
			return "", fmt.Errorf("encode pass: %w", err)
		}
		if n := len(p.Member.Groups); base64.RawURLEncoding.EncodedLen(len(body)) > MaxSize-100 && n > 0 {
			p.Member.Groups = p.Member.Groups[:n-1]
			continue
		}
		text := base64.RawURLEncoding.EncodeToString(body) + "." +
			base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, append([]byte(context), body...)))
		if len(text) > MaxSize {
			return "", errors.New("encode pass: too large")
		}
		return text, nil
	}
}

// Open checks a text and returns the pass that it is.
func Open(key ed25519.PublicKey, text string, now time.Time) (Pass, error) {
	if len(text) > MaxSize || len(key) != ed25519.PublicKeySize || strings.ContainsAny(text, "\r\n") {
		// The decoder would pass over line breaks, and one pass have many spellings.
		return Pass{}, ErrForged
	}
	first, second, _ := strings.Cut(text, ".")
	strict := base64.RawURLEncoding.Strict()
	body, err := strict.DecodeString(first)
	if err != nil {
		return Pass{}, ErrForged
	}
	signature, err := strict.DecodeString(second)
	if err != nil || !ed25519.Verify(key, append([]byte(context), body...), signature) {
		return Pass{}, ErrForged
	}
	var p Pass
	if err := json.Unmarshal(body, &p); err != nil {
		return Pass{}, ErrForged
	}
	// Two clocks on one machine: they may differ by what a step of ntp takes.
	made := time.Unix(p.Made, 0)
	if now.Sub(made) > Life || made.Sub(now) > Life {
		return Pass{}, ErrExpired
	}
	return p, nil
}

// NewID returns a text that nobody can guess and no two share.
func NewID() string { return rand.Text() }

// Mark is what may be shown of a secret.
func Mark(secret string) string {
	sum := sha256.Sum256([]byte("ronron way 1\n" + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
