package portal

import (
	"net/http"
	"strconv"
	"strings"

	"ronron/internal/text"
)

const languageCookie = "__Host-language"

// languageOf picks the page's language: asked for now, chosen before, wanted by
// the browser, the host's own. A choice made now is kept.
func languageOf(w http.ResponseWriter, r *http.Request, site *snapshot) text.Lang {
	if lang, ok := text.Parse(r.URL.Query().Get("lang")); ok {
		http.SetCookie(w, &http.Cookie{
			Name: languageCookie, Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600,
			Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		return lang
	}
	if c, err := r.Cookie(languageCookie); err == nil {
		if lang, ok := text.Parse(c.Value); ok {
			return lang
		}
	}
	if lang, ok := accepted(r.Header.Get("Accept-Language")); ok {
		return lang
	}
	if site != nil {
		return site.Language
	}
	return text.Langs[0]
}

// accepted returns the language we speak that an Accept-Language header likes
// best; of equals the first.
func accepted(header string) (text.Lang, bool) {
	var best text.Lang
	liking := 0.0
	for item := range strings.SplitSeq(header, ",") {
		tag, parameter, _ := strings.Cut(item, ";")
		lang, ok := text.Parse(tag)
		if !ok {
			continue
		}
		q := 1.0
		if v, found := strings.CutPrefix(strings.TrimSpace(parameter), "q="); found {
			parsed, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			q = parsed
		}
		if q > liking {
			best, liking = lang, q
		}
	}
	return best, liking > 0
}
