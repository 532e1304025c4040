package portal

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"ronron/account"
	"ronron/internal/logkey"
	"ronron/internal/text"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pageSet is the templates of one language, by page.
type pageSet map[string]*template.Template

var pageNames = [...]string{"home", "sign-in", "account", "charter", "preparing", "message", "leave"}

// parsePages makes every page in every language. The two languages of a
// sentence stand side by side in the template, so that neither is forgotten.
func parsePages() (map[text.Lang]pageSet, error) {
	all := map[text.Lang]pageSet{}
	for _, lang := range text.Langs {
		set := pageSet{}
		for _, name := range pageNames {
			page, err := template.New("layout.html").Funcs(words(lang)).
				ParseFS(templateFiles, "templates/layout.html", "templates/cat.html", "templates/"+name+".html")
			if err != nil {
				return nil, fmt.Errorf("parse page %s: %w", name, err)
			}
			set[name] = page
		}
		all[lang] = set
	}
	return all, nil
}

func words(lang text.Lang) template.FuncMap {
	return template.FuncMap{
		"tr": func(fr, en string) string { return text.Typeset(lang, text.Text{FR: fr, EN: en}.In(lang)) },
		"in": func(t text.Text) string { return text.Typeset(lang, t.In(lang)) },
		"group": func(name string) string {
			if t, ok := groupNames[name]; ok {
				return t.In(lang)
			}
			return name
		},
		"list": func(items []string) string {
			switch n := len(items); {
			case n < 2:
				return strings.Join(items, "")
			default:
				or := text.Text{FR: " ou ", EN: " or "}.In(lang)
				return strings.Join(items[:n-1], ", ") + or + items[n-1]
			}
		},
	}
}

// groupNames are what members read for the groups that every chaton has.
var groupNames = map[string]text.Text{
	account.Members: {FR: "membres", EN: "members"},
	account.Admins:  {FR: "administration", EN: "administrators"},
}

// visit is one request as the pages see it.
type visit struct {
	site    *snapshot // nil: none yet
	lang    text.Lang
	path    string
	token   string
	session session
	member  bool // somebody is signed in
	wish    wish // where somebody wants to go after signing in
}

func (s *Server) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{site: s.site.current(), path: r.URL.Path, token: tokenOf(r)}
	v.lang = languageOf(w, r, v.site)
	if v.token != "" {
		v.session, v.member = s.sessions.find(v.token)
	}
	return v
}

// frame is what the layout shows around a page.
type frame struct {
	Lang      text.Lang
	Languages []languageLink
	Page      string
	Style     string
	Icon      string
	Site      *snapshot
	Member    string // shown name; "" is nobody
	Failed    bool   // the page reports an error; its title says so first
	Body      any
}

type languageLink struct {
	Lang    text.Lang
	Name    string
	Address string
	Current bool
}

var languageNames = map[text.Lang]string{text.FR: "Français", text.EN: "English"}

// failing is a body that may report errors.
type failing interface{ failed() bool }

func (s *Server) render(w http.ResponseWriter, v *visit, status int, name string, body any) {
	f := frame{Lang: v.lang, Page: name, Style: stylePath, Icon: iconPath, Site: v.site, Body: body}
	if b, ok := body.(failing); ok {
		f.Failed = b.failed()
	}
	if v.member {
		f.Member = shownName(v.session.Member)
	}
	for _, lang := range text.Langs {
		f.Languages = append(f.Languages, languageLink{lang, languageNames[lang], v.languageAddress(lang), lang == v.lang})
	}
	var b bytes.Buffer
	if err := s.pages[v.lang][name].Execute(&b, f); err != nil {
		s.log.Error("Page not rendered", logkey.Path, name, logkey.Error, err)
		http.Error(w, "Internal error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.lang))
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser is gone when this fails
}

func (v *visit) languageAddress(lang text.Lang) string {
	if !v.wish.isZero() {
		return v.wish.address() + "&lang=" + string(lang)
	}
	return languageAddress(v.path, lang)
}

// languageAddress is where a page is read in another language. A form that was
// sent has no address of its own, so it leads back to where it was.
func languageAddress(path string, lang text.Lang) string {
	switch path {
	case "/", "/sign-in", "/account", "/charter":
	case "/account/password":
		path = "/account"
	default:
		path = "/"
	}
	return path + "?lang=" + string(lang)
}

func (s *Server) charter(w http.ResponseWriter, _ *http.Request, v *visit) {
	s.render(w, v, http.StatusOK, "charter", v.site.charterPage[v.lang])
}

// charterJSON is public data: any page anywhere may read it.
func (s *Server) charterJSON(w http.ResponseWriter, _ *http.Request, v *visit) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	_, _ = w.Write(v.site.charterJSON)
}

// message is a page that says one thing.
type message struct {
	Title, Text string
}

func (message) failed() bool { return true }

func (s *Server) say(w http.ResponseWriter, v *visit, status int, title, sentence text.Text) {
	s.render(w, v, status, "message", message{
		text.Typeset(v.lang, title.In(v.lang)), text.Typeset(v.lang, sentence.In(v.lang)),
	})
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.say(w, s.visit(w, r), http.StatusNotFound,
		text.Text{FR: "Cette page n’existe pas", EN: "This page does not exist"},
		text.Text{FR: "L’adresse est peut-être ancienne ou mal recopiée.", EN: "The address may be old or mistyped."})
}

// foreignForm answers a form that did not come from this portal.
func (s *Server) foreignForm(w http.ResponseWriter, r *http.Request) {
	s.say(w, s.visit(w, r), http.StatusForbidden,
		text.Text{FR: "Ce formulaire vient d’ailleurs", EN: "This form came from elsewhere"},
		text.Text{FR: "Par sécurité, le portail n’accepte que ses propres formulaires. Rien n’a été changé.", EN: "For safety the portal accepts only its own forms. Nothing was changed."})
}
