package diag

import (
	"slices"
	"strings"

	"ronron/internal/text"
)

// Suggest returns the candidate that somebody who wrote given most likely
// meant, or "". It allows about one slip in three letters.
func Suggest(given string, candidates []string) string {
	const farthest = 64 // longer words are no slips of the finger, and cost quadratic time
	if given == "" || len(given) > farthest {
		return ""
	}
	sorted := slices.Sorted(slices.Values(candidates)) // the same answer whatever order a map gave
	best, bestDistance := "", 1+max(1, len(given)/3)
	for _, c := range sorted {
		if len(c) > farthest {
			continue
		}
		if d := distance(strings.ToLower(given), strings.ToLower(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// DidYouMean returns ` Did you mean "x"?` with the best candidate, or nothing.
func DidYouMean(given string, candidates []string) text.Text {
	if s := Suggest(given, candidates); s != "" {
		return text.Say(` Did you mean %q?`, s)
	}
	return text.Text{}
}

// ElseThereAre is DidYouMean, or where no candidate is near the list of all.
func ElseThereAre(given string, candidates []string) text.Text {
	if hint := DidYouMean(given, candidates); !hint.IsZero() || len(candidates) == 0 {
		return hint
	}
	return text.Say(" There are: %s.", strings.Join(candidates, ", "))
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour between a and b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// OneOf lists words for a sentence: "a", "a or b", "a, b or c", each in quotes.
func OneOf(words []string) text.Text {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = `"` + w + `"`
	}
	if len(quoted) < 2 {
		return text.Text{EN: strings.Join(quoted, "")}
	}
	return text.Say("%s or %s", strings.Join(quoted[:len(quoted)-1], ", "), quoted[len(quoted)-1])
}
