package recipetest

import "testing"

// Whoever writes a scenario wants to know which page it was instead.
func TestJudge_SaysWhichPageItWas(t *testing.T) {
	s := &session{words: map[string]string{}}
	for body, want := range map[string]string{
		"<html><head><title>\n Who are you? &amp; why </title>": `shows no "Sign out", but the page "Who are you? & why"`,
		"{}":                       `shows no "Sign out"`,
		"<title> </title>hello":    `shows no "Sign out"`,
		"<title>x</title>Sign out": "",
	} {
		if why := s.judge(answer{status: 200, body: body}, Step{Contains: []string{"Sign out"}}); why.EN != want {
			t.Errorf("%q: got %q, want %q", body, why.EN, want)
		}
	}
}
