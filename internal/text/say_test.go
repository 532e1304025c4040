package text

import (
	"io/fs"
	"strings"
	"testing"
)

// with puts sentences in the place of the translated ones for one test.
func with(t *testing.T, sentences map[string]string) {
	t.Helper()
	before := translations
	translations = func() map[string]string { return sentences }
	t.Cleanup(func() { translations = before })
}

func TestSay_FillsBothLanguages(t *testing.T) {
	with(t, map[string]string{
		"%s has %d pages.":          "%[2]d pages dans %[1]s.",
		"There is no recipe %q.%s":  "Il n'y a pas de recette %q.%s",
		" Did you mean %q?":         " Vouliez-vous dire %q ?",
		"%d check.":                 "%d vérification.",
		"%d checks.":                "%d vérifications.",
		"the directory is not here": "l'annuaire n'est pas là",
	})
	for _, test := range []struct {
		name string
		got  Text
		want Text
	}{
		{"order", Say("%s has %d pages.", "wiki", 3), Text{EN: "wiki has 3 pages.", FR: "3 pages dans wiki."}},
		{"nested", Say("There is no recipe %q.%s", "wki", Say(" Did you mean %q?", "wiki")),
			Text{EN: `There is no recipe "wki". Did you mean "wiki"?`, FR: `Il n'y a pas de recette "wki". Vouliez-vous dire "wiki" ?`}},
		{"nested, not translated", Say("There is no recipe %q.%s", "x", Say(" %d more.", 2)),
			Text{EN: `There is no recipe "x". 2 more.`, FR: `Il n'y a pas de recette "x". 2 more.`}},
		{"no words of its own", Say("%q: %s.", "x", Of("the directory is not here")), Text{EN: `"x": the directory is not here.`, FR: "\"x\"\u00a0: l'annuaire n'est pas là."}},
		{"no words at all", Say("%s", "x"), Text{EN: "x"}},
		{"not translated", Say("%s is new.", "a"), Text{EN: "a is new."}},
		{"none", Plural(0, "%d check.", "%d checks.", 0), Text{EN: "0 checks.", FR: "0 vérification."}},
		{"one", Plural(1, "%d check.", "%d checks.", 1), Text{EN: "1 check.", FR: "1 vérification."}},
		{"two", Plural(2, "%d check.", "%d checks.", 2), Text{EN: "2 checks.", FR: "2 vérifications."}},
		{"list", Join([]Text{Of("the directory is not here"), Of("other")}, "; "),
			Text{EN: "the directory is not here; other", FR: "l'annuaire n'est pas là; other"}},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, test.got, test.want)
		}
	}
	if got := Say("%s is new.", "a").In(FR); got != "a is new." {
		t.Errorf("without French: %q", got)
	}
}

func TestPrinted_LeavesCommandsAlone(t *testing.T) {
	for typed, want := range map[string]string{
		"L'annuaire ne répond pas : attendez ; puis, ronron up !": "L’annuaire ne répond pas\u00a0: attendez\u202f; puis, ronron up\u202f!",
		"Qui l'occupe : sudo ss -ltnp 'sport = :%d'":              "Qui l’occupe\u00a0: sudo ss -ltnp 'sport = :%d'",
		"le service d'%s, l'« accueil »":                          "le service d’%s, l’«\u00a0accueil\u00a0»",
	} {
		if got := printed(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func TestTranslations_AreReadFromEveryFile(t *testing.T) {
	names, err := fs.Glob(files, "fr/*.po")
	if err != nil || len(names) == 0 {
		t.Fatalf("files: %v, %v", names, err)
	}
	if got := Of("Internal error.").FR; got != "Erreur interne." {
		t.Errorf("got %q", got)
	}
	for en, fr := range translations() {
		if strings.Contains(fr, `\n`) && !strings.Contains(en, `\n`) {
			t.Errorf("%q: a new line was not read as one: %q", en, fr)
		}
	}
}
