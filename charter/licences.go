package charter

import (
	_ "embed"
	"strings"
	"sync"
)

// Freedom is whether a licence is free in the FSF's sense. The FSF has not
// pronounced on every licence, so there are three answers and not two.
type Freedom string

// The answers.
const (
	Free      Freedom = "yes"
	NotFree   Freedom = "no"
	Undecided Freedom = "people" // people judge
)

//go:embed licences.txt
var licenceFile string

var licences = sync.OnceValue(func() map[string]Freedom {
	known := map[string]Freedom{}
	for line := range strings.Lines(licenceFile) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, verdict, _ := strings.Cut(line, "|")
		known[strings.ToLower(strings.TrimSpace(id))] = Freedom(strings.TrimSpace(verdict))
	}
	return known
})

// LicenceFree answers for an SPDX licence expression: of "A OR B" the better
// answer counts, of "A AND B" the worse, and "A WITH exception" is judged as A
// because an exception only adds permissions. What it cannot read is Undecided.
func LicenceFree(expression string) Freedom {
	p := licenceParser{words: strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(expression))}
	answer, ok := p.either()
	if !ok || len(p.words) > 0 {
		return Undecided
	}
	return answer
}

type licenceParser struct{ words []string }

func (p *licenceParser) next(word string) bool {
	if len(p.words) > 0 && strings.EqualFold(p.words[0], word) {
		p.words = p.words[1:]
		return true
	}
	return false
}

func (p *licenceParser) either() (Freedom, bool) {
	answer, ok := p.both()
	for ok && p.next("OR") {
		var other Freedom
		if other, ok = p.both(); rank(other) > rank(answer) {
			answer = other
		}
	}
	return answer, ok
}

func (p *licenceParser) both() (Freedom, bool) {
	answer, ok := p.one()
	for ok && p.next("AND") {
		var other Freedom
		if other, ok = p.one(); rank(other) < rank(answer) {
			answer = other
		}
	}
	return answer, ok
}

func (p *licenceParser) one() (Freedom, bool) {
	if p.next("(") {
		answer, ok := p.either()
		return answer, ok && p.next(")")
	}
	if len(p.words) == 0 {
		return Undecided, false
	}
	id := strings.ToLower(p.words[0])
	p.words = p.words[1:]
	if p.next("WITH") {
		if len(p.words) == 0 {
			return Undecided, false
		}
		p.words = p.words[1:]
	}
	answer, known := licences()[strings.TrimSuffix(id, "+")]
	if !known {
		return Undecided, true
	}
	return answer, true
}

func rank(f Freedom) int {
	switch f {
	case Free:
		return 2
	case Undecided:
		return 1
	}
	return 0
}
