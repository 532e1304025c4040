package pass

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var (
	now         = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	public, key = newKey()
)

func newKey() (ed25519.PublicKey, ed25519.PrivateKey) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err)
	}
	return public, private
}

func sample() Pass {
	return Pass{
		ID: NewID(), Host: "poll.chaton.test", Path: "/admin?x=1", Way: Mark("browser"), Made: now.Unix(), Ends: now.Add(time.Hour).Unix(),
		Member: Member{Login: "ana", Name: "Ana Lopès", Mail: "ana@exemple.fr", Groups: []string{"members", "admins"}},
	}
}

func signed(t *testing.T, p Pass) string {
	t.Helper()
	text, err := Sign(key, p)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOpen_ReturnsWhatWasSigned(t *testing.T) {
	want := sample()
	got, err := Open(public, signed(t, want), now.Add(Life))
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestOpen_RefusesEveryChangedCharacter(t *testing.T) {
	text := signed(t, sample())
	for i := range text {
		other := byte('A')
		if text[i] == other {
			other = 'B'
		}
		if _, err := Open(public, text[:i]+string(other)+text[i+1:], now); !errors.Is(err, ErrForged) {
			t.Fatalf("with character %d changed: %v", i, err)
		}
	}
}

func TestOpen_RefusesOtherKeysFormsAndTimes(t *testing.T) {
	text := signed(t, sample())
	other, _ := newKey()
	body, _, _ := strings.Cut(text, ".")
	plain, _ := base64.RawURLEncoding.DecodeString(body)
	foreign := base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, plain)) // signed for another purpose
	for name, c := range map[string]struct {
		key  ed25519.PublicKey
		text string
		at   time.Time
		want error
	}{
		"another key":       {other, text, now, ErrForged},
		"no key":            {nil, text, now, ErrForged},
		"another purpose":   {public, body + "." + foreign, now, ErrForged},
		"no signature":      {public, body, now, ErrForged},
		"empty":             {public, "", now, ErrForged},
		"with padding":      {public, text + "=", now, ErrForged},
		"with a line break": {public, text[:4] + "\n" + text[4:], now, ErrForged},
		"huge":              {public, strings.Repeat("A", MaxSize+1), now, ErrForged},
		"a minute later":    {public, text, now.Add(Life + time.Second), ErrExpired},
		"from the future":   {public, text, now.Add(-Life - time.Second), ErrExpired},
	} {
		if _, err := Open(c.key, c.text, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestSign_KeepsALargePassSmallByLeavingGroupsOut(t *testing.T) {
	p := sample()
	for i := range 500 {
		p.Member.Groups = append(p.Member.Groups, fmt.Sprintf("group-number-%d", i))
	}
	got, err := Open(public, signed(t, p), now)
	if err != nil || !got.Member.In([]string{"members"}) || len(got.Member.Groups) < 50 || len(got.Member.Groups) > 300 {
		t.Errorf("%d groups are left, %v", len(got.Member.Groups), err)
	}
	p.Path = "/" + strings.Repeat("x", MaxSize)
	if _, err := Sign(key, p); err == nil {
		t.Error("a pass that cannot be handed in was made")
	}
}

func TestMark_TellsNothingOfTheSecret(t *testing.T) {
	if first, again := Mark("a"), Mark("a"); first != again || first == Mark("b") || strings.Contains(Mark("secret"), "secret") {
		t.Error("a mark has to be the hash of its secret")
	}
}

func FuzzOpen(f *testing.F) {
	text, err := Sign(key, sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(".")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := Open(public, text, now); err == nil && p.Host != "poll.chaton.test" {
			t.Errorf("%q opens %s", text, p.Host)
		}
	})
}
