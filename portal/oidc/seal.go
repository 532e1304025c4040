package oidc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// seal makes codes and access tokens of the names of what is in memory, with a
// key that is in memory too: nothing outlives the process, and nothing that was changed or
// made up elsewhere opens. The library's own way would let others change what is inside.
type seal struct{ aead cipher.AEAD }

var _ op.Crypto = seal{}

func newSeal() (seal, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // documented never to fail
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, fmt.Errorf("make the key of codes: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return seal{aead}, err
}

func (s seal) Encrypt(text string) (string, error) {
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, []byte(text), nil)), nil
}

var errSeal = errors.New("not from here, or from before the last start")

func (s seal) Decrypt(text string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", errSeal
	}
	opened, err := s.aead.Open(nil, nil, raw, nil)
	if err != nil {
		return "", errSeal
	}
	return string(opened), nil
}
