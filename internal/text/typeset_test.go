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
