package charter

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"ronron/internal/text"
)

//go:embed charter.html
var pageSource string

var pages = sync.OnceValue(func() map[text.Lang]*template.Template {
	made := map[text.Lang]*template.Template{}
	for _, lang := range text.Langs {
		made[lang] = template.Must(template.New("charter").Funcs(funcs(lang)).Parse(pageSource)) // a test renders both
	}
	return made
})

// HTML renders the charter as the body of a page in lang, without the frame
// around it. Its classes are dressed by the portal's style sheet.
func HTML(c Charter, lang text.Lang) (template.HTML, error) {
	page, ok := pages()[lang]
	if !ok {
		return "", fmt.Errorf("no charter page in language %q", lang)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, view{c}); err != nil {
		return "", fmt.Errorf("render charter: %w", err)
	}
	return template.HTML(b.String()), nil
}

// view adds to the charter what only the page asks.
type view struct{ Charter }

// Tally is the number of findings of each status that occurs.
func (v view) Tally() []tally {
	var all []tally
	for _, s := range Statuses {
		if n := v.Count(s); n > 0 {
			all = append(all, tally{s, n})
		}
	}
	return all
}

type tally struct {
	Status Status
	Count  int
}

// Answered and Silent split the findings of a section: about the latter nothing
// is known, so the page lists them together instead of repeating that.
func (v view) Answered(letter string) []Finding { return v.findings(letter, false) }
func (v view) Silent(letter string) []Finding   { return v.findings(letter, true) }

func (v view) findings(letter string, silent bool) []Finding {
	var found []Finding
	for _, f := range v.Findings {
		if strings.HasPrefix(f.ID, letter+"-") && f.Silent() == silent {
			found = append(found, f)
		}
	}
	return found
}

// Offered and Inner split the services: for members, and behind the scenes.
func (v view) Offered() []Service { return v.where(func(s Service) bool { return !s.Builtin }) }
func (v view) Inner() []Service   { return v.where(func(s Service) bool { return s.Builtin }) }

func (v view) where(keep func(Service) bool) []Service {
	var found []Service
	for _, s := range v.Services {
		if keep(s) {
			found = append(found, s)
		}
	}
	return found
}

func funcs(lang text.Lang) template.FuncMap {
	pick := func(t text.Text) string { return text.Typeset(lang, t.In(lang)) }
	return template.FuncMap{
		"tr":      func(fr, en string) string { return pick(text.Text{FR: fr, EN: en}) },
		"in":      pick,
		"day":     func(t time.Time) string { return Day(lang, t) },
		"moment":  func(t time.Time) string { return Moment(lang, t) },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"status":  func(s Status) string { return pick(statusWords[s]) },
		"explain": func(s Status) string { return pick(statusMeanings[s]) },
		"level":   func(l Level) string { return pick(levelWords[l]) },
		"wording": func(w Wording) string { return pick(wordingWords[w]) },
		"means":   func(m Means) string { return pick(meansWords[m]) },
		"control": func(s string) string {
			if t, ok := controls[s]; ok {
				return pick(t)
			}
			return s
		},
		"from":       func(s string) string { return pick(fromWords(s)) },
		"short":      shortImage,
		"webAddress": webAddress,
	}
}

// shortImage shortens an image id to what people compare.
func shortImage(id string) string {
	hash := strings.TrimPrefix(id, "sha256:")
	if len(hash) > 12 {
		hash = hash[:12]
	}
	return hash
}

var months = [...]text.Text{
	{FR: "janvier", EN: "January"}, {FR: "février", EN: "February"}, {FR: "mars", EN: "March"},
	{FR: "avril", EN: "April"}, {FR: "mai", EN: "May"}, {FR: "juin", EN: "June"},
	{FR: "juillet", EN: "July"}, {FR: "août", EN: "August"}, {FR: "septembre", EN: "September"},
	{FR: "octobre", EN: "October"}, {FR: "novembre", EN: "November"}, {FR: "décembre", EN: "December"},
}

// Day writes a date in words, in UTC.
func Day(lang text.Lang, t time.Time) string {
	t = t.UTC()
	number := fmt.Sprint(t.Day())
	if lang == text.FR && t.Day() == 1 {
		number = "1er"
	}
	return fmt.Sprintf("%s\u00a0%s\u00a0%d", number, months[t.Month()-1].In(lang), t.Year())
}

// Moment writes a date and an hour in words, in UTC.
func Moment(lang text.Lang, t time.Time) string {
	t = t.UTC()
	if lang == text.FR {
		return fmt.Sprintf("%s à %d\u00a0h\u00a0%02d (UTC)", Day(lang, t), t.Hour(), t.Minute())
	}
	return fmt.Sprintf("%s at %02d:%02d (UTC)", Day(lang, t), t.Hour(), t.Minute())
}
