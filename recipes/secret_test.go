package recipes

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"ronron/internal/secret"
)

func TestGenerateSecret_HasTheShapeThatIsAskedFor(t *testing.T) {
	for kind, rule := range map[SecretKind]string{
		SecretText:   `^[ab]{20}$`,
		SecretHex:    `^[0-9a-f]{40}$`,
		SecretBase64: `^[A-Za-z0-9+/]{27}=$`,
		SecretUUID:   `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
	} {
		want := Secret{Name: "x", Kind: kind, Length: 20}
		if kind == SecretText {
			want.Alphabet = "ab"
		}
		seen := map[string]bool{}
		for range 20 {
			s, err := GenerateSecret(want)
			if err != nil || !regexp.MustCompile(rule).MatchString(s.Reveal()) {
				t.Errorf("%s: a secret of another form (%v)", kind, err)
			}
			seen[s.Reveal()] = true
		}
		if len(seen) < 19 {
			t.Errorf("%s: only %d of 20 secrets differ", kind, len(seen))
		}
	}
}

func TestGenerateSecret_MakesPairsThatBelongTogether(t *testing.T) {
	for _, s := range []Secret{{Kind: SecretEd25519}, {Kind: SecretRSA, Length: 2048}} {
		made, err := GenerateSecret(s)
		if err != nil {
			t.Fatal(err)
		}
		p, err := parsePair(made)
		if err != nil {
			t.Fatal(err)
		}
		private, public := decode(t, p.Private), decode(t, p.Public)
		key, err := x509.ParsePKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		other, err := x509.ParsePKIXPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		switch key := key.(type) {
		case ed25519.PrivateKey:
			if !key.Public().(ed25519.PublicKey).Equal(other) {
				t.Error("the halves do not belong together")
			}
		case *rsa.PrivateKey:
			if !key.PublicKey.Equal(other) || key.N.BitLen() != 2048 {
				t.Error("the halves do not belong together")
			}
		default:
			t.Errorf("a key of type %T", key)
		}
	}
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(rest) > 0 {
		t.Fatal("not one PEM block")
	}
	return block.Bytes
}

// The public half may stand where everybody reads it; the private never.
func TestSecrets_OnlyThePrivateHalfIsSecret(t *testing.T) {
	for expr, open := range map[string]bool{
		`secret.key.public`:                                 true,
		`sha256(secret.key.public)`:                         true,
		`secret.key.private`:                                false,
		`jsonencode(secret.key)`:                            false,
		`join("", values(secret.key))`:                      false,
		`[for k, v in secret.key : v if k == "private"][0]`: false,
	} {
		files := wrap(expr)
		files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), `accounts "none" {}`, "accounts \"none\" {}\nsecret \"key\" { kind = \"ed25519\" }", 1))
		r, diags := Parse("x", files)
		if r != nil {
			_, diags = r.Resolve(input(r))
		}
		if open != (len(diags) == 0) {
			t.Errorf("%s: open %v, got %v", expr, open, diags)
		}
	}
}

func TestResolve_NeverQuotesABrokenKey(t *testing.T) {
	files := wrap(`secret.key.public`)
	files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), `accounts "none" {}`, "accounts \"none\" {}\nsecret \"key\" { kind = \"rsa\" }", 1))
	r, diags := Parse("x", files)
	if r == nil {
		t.Fatal(diags)
	}
	in := input(r)
	in.Secrets["key"] = secret.New(`{"private": "HIDDEN`)
	_, diags = r.Resolve(in)
	if len(diags) != 1 || diags[0].Summary != "Fault of Ronron" || strings.Contains(fmt.Sprint(diags), "HIDDEN") {
		t.Errorf("got %v", diags)
	}
}

func TestKeyPair_FormIsStable(t *testing.T) {
	p, err := parsePair(secret.New(`{"private":"a","public":"b"}`))
	if err != nil || p.Private != "a" || p.Public != "b" {
		t.Errorf("%v %v", p, err)
	}
	if data, _ := json.Marshal(p); string(data) != `{"private":"a","public":"b"}` {
		t.Errorf("it is written %s", data)
	}
}
