package text

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/leonelquinteros/gotext"
)

// In the code sentences are written in English; their French stands in
// fr/*.po under the English as key. PO is what translators have tools for.
//
//go:embed fr/*.po
var files embed.FS

// Of returns a fixed sentence in both languages.
func Of(english string) Text { return Text{EN: english, FR: translations()[english]} }

// Say fills values into a sentence in both languages. What can say itself in
// both, as a Text or an error of the house, does so in each; order can differ
// ("%[2]s %[1]s" in the French).
func Say(format string, args ...any) Text {
	t := Text{EN: fmt.Sprintf(format, args...)}
	f, known := translations()[format]
	if !known && !wordy(format) && slices.ContainsFunc(args, speaks) {
		f, known = strings.ReplaceAll(format, ": ", "\u00a0: "), true // "%s: %s." is almost the same in both
	}
	if known {
		t.FR = fmt.Sprintf(f, inFrench(args)...)
	}
	return t
}

var verb = regexp.MustCompile(`%[^a-zA-Z%]*[a-zA-Z%]`)

// wordy says whether a format has words of its own.
func wordy(format string) bool {
	return strings.IndexFunc(verb.ReplaceAllString(format, ""), unicode.IsLetter) >= 0
}

// Plural chooses between the sentence for one and that for several, which
// the languages do differently: in French nought is singular. Both take the
// same args, n among them where it is to be read.
func Plural(n int, one, many string, args ...any) Text {
	english, frenchOne := many, many
	if n == 1 {
		english = one
	}
	if n < 2 && n > -2 {
		frenchOne = one
	}
	return Text{EN: Say(english, args...).EN, FR: Say(frenchOne, args...).FR}
}

// Key marks a sentence that is said elsewhere, with Of or Say, so that its
// French can be asked for.
func Key(english string) string { return english }

// Join is a list in which each item says itself in both languages.
func Join(list []Text, separator string) Text {
	en, fr := make([]string, len(list)), make([]string, len(list))
	for i, t := range list {
		en[i], fr[i] = t.In(EN), t.In(FR)
	}
	return Text{EN: strings.Join(en, separator), FR: strings.Join(fr, separator)}
}

// Errorf returns an error without a code that says itself in both languages,
// as a part of a longer sentence.
func Errorf(format string, args ...any) error { return said{Say(format, args...)} }

type said struct{ Text }

func (s said) Error() string { return s.In(EN) }

// String is the English, for logs and for programs.
func (t Text) String() string { return t.In(EN) }

// speaker says itself in the languages.
type speaker interface{ In(Lang) string }

func speaks(arg any) bool { _, ok := arg.(speaker); return ok }

func inFrench(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		if s, ok := a.(speaker); ok {
			a = s.In(FR)
		}
		out[i] = a
	}
	return out
}

// translations has the sentences that are translated. Reading them takes a few
// milliseconds, which those who never need one do not spend.
var translations = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	names, _ := fs.Glob(files, "fr/*.po")
	for _, name := range names {
		b, _ := files.ReadFile(name) // it is embedded, so it is there
		po := gotext.NewPo()
		po.Parse(b)
		for id, t := range po.GetDomain().GetTranslations() {
			if s := t.Get(); id != "" && t.IsTranslated() {
				all[id] = printed(s)
			}
		}
	}
	return all
})

var printedSigns = []struct {
	typed *regexp.Regexp
	as    string
}{
	{regexp.MustCompile(`(\pL)'(\pL|%|«|")`), "$1’$2"},
	{regexp.MustCompile(` :(\s|$)`), "\u00a0:$1"},
	{regexp.MustCompile(` ([;?!])(\s|$)`), "\u202f$1$2"},
	{regexp.MustCompile(`« `), "«\u00a0"},
	{regexp.MustCompile(` »`), "\u00a0»"},
}

// printed is Typeset for what stands in a terminal: a sentence there can hold a
// command to copy, whose blanks and quotes stay as they are.
func printed(s string) string {
	for _, p := range printedSigns {
		s = p.typed.ReplaceAllString(s, p.as)
	}
	return s
}
