package text

import "testing"

func TestTypeset_KeepsFrenchPunctuationOnItsLine(t *testing.T) {
	got := Typeset(FR, "Prêt ? Oui : « miaou » ; 100 % libre !")
	want := "Prêt\u202f? Oui\u00a0: «\u00a0miaou\u00a0»\u202f; 100\u202f% libre\u202f!"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if s := "a : b"; Typeset(EN, s) != s {
		t.Errorf("English was changed to %q", Typeset(EN, s))
	}
}

func TestTypeset_CurlsApostrophesBetweenLetters(t *testing.T) {
	if got := Typeset(FR, "C'est l'été aujourd'hui"); got != "C’est l’été aujourd’hui" {
		t.Errorf("got %q", got)
	}
	if s := "--set 'a b' 5'"; Typeset(EN, s) != s {
		t.Errorf("quotes were changed: %q", Typeset(EN, s))
	}
}
