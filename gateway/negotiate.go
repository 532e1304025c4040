package gateway

import (
	"strconv"
	"strings"

	"ronron/internal/text"
)

// wantedLanguage picks the language of a page from Accept-Language, or the
// chaton's own where the reader asks for none that Ronron speaks.
func wantedLanguage(accept []string, own text.Lang) text.Lang {
	best, bestQ := own, 0.0
	for item, q := range weighted(accept) {
		if lang, ok := text.Parse(item); ok && q > bestQ {
			best, bestQ = lang, q
		}
	}
	return best
}

// wantsJSON says whether a client prefers JSON to a page. One that does not
// say (*/*) is taken for a person.
func wantsJSON(accept []string) bool {
	var json, html float64
	for item, q := range weighted(accept) {
		item = strings.ToLower(item)
		switch {
		case item == "text/html", item == "application/xhtml+xml":
			html = max(html, q)
		case item == "application/json", strings.HasSuffix(item, "+json"):
			json = max(json, q)
		}
	}
	return json > html
}

// weighted goes through a list such as "fr;q=0.8, en" (RFC 9110, 12.4.2).
func weighted(values []string) func(yield func(string, float64) bool) {
	return func(yield func(string, float64) bool) {
		for _, v := range values {
			for item := range strings.SplitSeq(v, ",") {
				name, params, _ := strings.Cut(item, ";")
				q := 1.0
				for p := range strings.SplitSeq(params, ";") {
					if val, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
						if f, err := strconv.ParseFloat(val, 64); err == nil {
							q = f
						}
					}
				}
				if !yield(strings.TrimSpace(name), q) {
					return
				}
			}
		}
	}
}
