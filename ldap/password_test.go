package ldap

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"ronron/internal/errs"
	"ronron/internal/secret"
)

func TestMemberHash(t *testing.T) {
	password := secret.New("correct horse battery")
	hash := memberHash(password)
	prefix := "{ARGON2}$argon2id$v=19$m=19456,t=2,p=1$"
	rest, ok := strings.CutPrefix(hash, prefix)
	if !ok {
		t.Fatalf("the hash begins %.45q; want %q", hash, prefix)
	}
	saltText, keyText, _ := strings.Cut(rest, "$")
	salt, err := base64.RawStdEncoding.DecodeString(saltText)
	if err != nil || len(salt) != 16 {
		t.Fatalf("the salt has %d bytes, %v; want 16", len(salt), err)
	}
	want := base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(password.Reveal()), salt, 2, 19456, 1, 32))
	if keyText != want {
		t.Errorf("the key is not that of the password")
	}
	if memberHash(password) == hash {
		t.Error("two hashes of one password are the same: the salt is not random")
	}
	if strings.Contains(fmt.Sprint(hash), password.Reveal()) {
		t.Error("the hash holds the password")
	}
}

func TestHasher_WaitsNoLongerThanItsContext(t *testing.T) {
	h := newHasher()
	for range cap(h) {
		h <- struct{}{} // all at work
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := h.hash(ctx, secret.New("correct horse battery")); errs.CodeOf(err) != errs.Interrupted {
		t.Errorf("%v; want Interrupted", err)
	}
	<-h
	if hash, err := h.hash(t.Context(), secret.New("correct horse battery")); err != nil || !strings.HasPrefix(hash, "{ARGON2}") {
		t.Errorf("with a free place: %.10q, %v", hash, err)
	}
}

func TestServiceHash(t *testing.T) {
	password := secret.Generate(32, "")
	hash := serviceHash(password)
	if !serviceHashMatches(hash, password) {
		t.Error("the hash does not match its own password")
	}
	if hash == serviceHash(password) {
		t.Error("two hashes of one password are the same: the salt is not random")
	}
	flipped := []byte(hash)
	flipped[len(ssha)] ^= 1
	for what, h := range map[string]string{
		"nothing": "", "a scheme alone": ssha, "no base64": ssha + "!", "a sum without salt": ssha + base64.StdEncoding.EncodeToString(make([]byte, 20)),
		"another scheme": strings.Replace(hash, "SSHA", "SHA", 1), "another hash": serviceHash(secret.Generate(32, "")), "one bit off": string(flipped),
		"the password itself": password.Reveal(),
	} {
		if serviceHashMatches(h, password) {
			t.Errorf("%s matches", what)
		}
	}
}
