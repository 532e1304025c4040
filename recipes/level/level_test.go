package level

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func checks(outcomes ...Outcome) (all []Check) {
	for i, o := range outcomes {
		all = append(all, Check{Level: i + 1, Name: About(i + 1).EN, Outcome: o})
	}
	return all
}

func TestSettle(t *testing.T) {
	clean := []Check{{Level: 6, Name: LintCheck, Outcome: Passed}, {Level: 6, Name: CrawlOut, Outcome: Passed}, {Level: 6, Name: CrawlIn, Outcome: Passed}}
	for name, c := range map[string]struct {
		checks []Check
		level  int
		text   string
	}{
		"nothing was tried":                  {nil, 0, "0"},
		"three levels":                       {checks(Passed, Passed, Passed, NotTested), 3, "3"},
		"lint clean without the two between": {append(checks(Passed, Passed, Passed, NotTested, NotTested), clean...), 3, "3, lint clean"},
		"a failure below":                    {checks(Passed, Failed, Passed), 1, "1"},
		"not tested is not passed":           {checks(Passed, NotTested, Passed), 1, "1"},
		"one of two checks failed":           {append(checks(Passed, Passed), Check{Level: 2, Name: "another", Outcome: Failed, Why: "so"}), 1, "1"},
		"what does not apply is no hurdle":   {append(checks(Passed, Passed, Passed), Check{Level: 3, Name: "another", Outcome: NotApplicable, Why: "so"}), 3, "3"},
		"but no merit either":                {checks(Passed, Passed, NotApplicable), 2, "2"},
		"a request to a third party":         {append(checks(Passed), Check{Level: 6, Name: LintCheck, Outcome: Passed}, Check{Level: 6, Name: CrawlOut, Outcome: Failed, Why: "x"}), 1, "1"},
		"a stranger is shown nothing":        {append(checks(Passed), Check{Level: 6, Name: LintCheck, Outcome: Passed}, Check{Level: 6, Name: CrawlOut, Outcome: NotApplicable}, Check{Level: 6, Name: CrawlIn, Outcome: Passed}), 1, "1, lint clean"},
		"nobody is shown anything":           {append(checks(Passed), Check{Level: 6, Name: LintCheck, Outcome: Passed}, Check{Level: 6, Name: CrawlOut, Outcome: NotApplicable}, Check{Level: 6, Name: CrawlIn, Outcome: NotApplicable}), 1, "1"},
		"all of it":                          {append(checks(Passed, Passed, Passed, Passed, Passed, Passed, Passed, Passed), clean...), 8, "8, lint clean"},
	} {
		r := Record{Checks: c.checks, Level: 7, LintClean: true, NoThirdParty: true} // claims are not believed
		r.Settle()
		if r.Level != c.level || r.Text() != c.text {
			t.Errorf("%s: level %d, %q; want %d, %q", name, r.Level, r.Text(), c.level, c.text)
		}
	}
}

func TestRecord_SurvivesWriting(t *testing.T) {
	want := Record{Recipe: "dokuwiki", Version: "1", Hash: "ab", Date: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
		Machine: Machine{2, 24000, "Debian <12>", "Docker 20.10"}, Level: 3, MemoryMB: 31, StartSeconds: 2.5, Checks: checks(Passed, Failed)}
	got, err := Read(want.Write())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, *got); d != "" {
		t.Error(d)
	}
}

func TestRead_RefusesWhatItDoesNotKnow(t *testing.T) {
	if _, err := Read([]byte(`{"recipe": "x", "lvl": 8}`)); err == nil || !strings.Contains(err.Error(), "lvl") {
		t.Errorf("a misspelt record is read: %v", err)
	}
	if r, err := Read(nil); r != nil || err != nil {
		t.Errorf("no record: %v, %v", r, err)
	}
	var none *Record
	if none.Text() != "not tested here" || none.Counts("") {
		t.Error("no record counts as one")
	}
}

func TestCounts_OnlyForTheRecipeThatWasTested(t *testing.T) {
	r := &Record{Hash: "a"}
	if !r.Counts("a") || r.Counts("b") {
		t.Error("the record counts for another recipe, or not for its own")
	}
}
