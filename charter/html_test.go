package charter

import (
	"strings"
	"testing"
	"time"

	"ronron/internal/text"
)

func page(t *testing.T, f Facts, lang text.Lang) string {
	t.Helper()
	body, err := HTML(Evaluate(f), lang)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestHTML_Golden(t *testing.T) {
	for _, lang := range text.Langs {
		golden(t, "charter."+string(lang)+".html", []byte(page(t, facts(), lang)))
	}
}

func TestHTML_ShowsTwoServicesOfTheSameSoftwareApart(t *testing.T) {
	got := page(t, facts(), text.EN)
	for _, part := range []string{`id="service-wiki"`, `id="service-archives"`, "Wiki wiki", "Wiki archives"} {
		if n := strings.Count(got, part); n != 1 {
			t.Errorf("%q occurs %d times, want once", part, n)
		}
	}
}

func TestHTML_ListsEveryCriterionOnce(t *testing.T) {
	got := page(t, facts(), text.FR)
	for _, c := range Criteria().Criteria {
		if n := strings.Count(got, `id="`+c.ID+`"`); n != 1 {
			t.Errorf("%s occurs %d times", c.ID, n)
		}
	}
}

func TestHTML_MarksUnconfirmedWording(t *testing.T) {
	unconfirmed := 0
	for _, c := range Criteria().Criteria {
		if c.Wording == Unconfirmed {
			unconfirmed++
		}
	}
	if got := strings.Count(page(t, facts(), text.EN), "· unconfirmed wording"); got != unconfirmed || got == 0 {
		t.Errorf("%d criteria are marked, %d have an unconfirmed wording", got, unconfirmed)
	}
}

func TestHTML_EscapesWhatRecipesAndHostsWrite(t *testing.T) {
	f := facts()
	f.Services[0].Title = text.Text{FR: "<script>alert(1)</script>"}
	f.Services[0].Source = "javascript:alert(1)"
	f.Declared.LegalName = `"><img src=x>`
	f.Declared.Terms = "javascript:alert(2)"
	got := page(t, f, text.FR)
	for _, bad := range []string{"<script", "javascript:alert(1)", "href=\"javascript", "<img"} {
		if strings.Contains(got, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
}

func TestHTML_RefusesALanguageItDoesNotSpeak(t *testing.T) {
	if _, err := HTML(Evaluate(facts()), "de"); err == nil {
		t.Error("no error")
	}
}

func TestDay_IsWrittenAsPeopleWriteIt(t *testing.T) {
	first := time.Date(2026, 12, 1, 0, 5, 0, 0, time.UTC)
	if got := Moment(text.FR, first); got != "1er\u00a0décembre\u00a02026 à 0\u00a0h\u00a005 (UTC)" {
		t.Errorf("French: %q", got)
	}
	if got := Moment(text.EN, first); got != "1\u00a0December\u00a02026 at 00:05 (UTC)" {
		t.Errorf("English: %q", got)
	}
}
