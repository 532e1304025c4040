package recipetest

import (
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// form is an HTML form as a browser would send it off.
type form struct {
	action    string
	method    string
	multipart bool
	fields    url.Values // with what they hold
	names     map[string]bool
	buttons   map[string]string
}

// has says whether the form has all these fields, hidden or not.
func (f form) has(fields map[string]string) bool {
	for name := range fields {
		if !f.names[name] {
			return false
		}
	}
	return true
}

// formWith returns the first form of a page that has these fields and this button.
func formWith(page string, fields map[string]string, button string) (form, bool) {
	for _, f := range forms(page) {
		if _, pressed := f.buttons[button]; f.has(fields) && (button == "" || pressed) {
			return f, true
		}
	}
	return form{}, false
}

// filled is what the form sends with these fields and this button.
func (f form) filled(fields map[string]string, button string) url.Values {
	all := url.Values(maps.Clone(f.fields))
	for name, value := range fields {
		all[name] = []string{value}
	}
	if button != "" {
		all.Set(button, f.buttons[button])
	}
	return all
}

var (
	comment   = regexp.MustCompile(`(?s)<!--.*?-->`)
	tag       = regexp.MustCompile(`(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>`)
	attribute = regexp.MustCompile(`(?s)([^\s"'>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?`)
)

// forms reads the forms of a page: enough of HTML for what software writes, not
// for what people do.
func forms(page string) (all []form) {
	page = comment.ReplaceAllString(page, "")
	var current *form
	var selected string // name of the select that is open
	var chosen bool
	for _, at := range tag.FindAllStringSubmatchIndex(page, -1) {
		closing, name := page[at[2]:at[3]] == "/", strings.ToLower(page[at[4]:at[5]])
		attributes := attributesOf(page[at[6]:at[7]])
		switch {
		case name == "form" && closing:
			current = nil
		case name == "form":
			all = append(all, form{
				action: attributes["action"], method: strings.ToUpper(attributes["method"]),
				multipart: strings.EqualFold(attributes["enctype"], "multipart/form-data"),
				fields:    url.Values{}, names: map[string]bool{}, buttons: map[string]string{},
			})
			current = &all[len(all)-1]
		case current == nil:
		case name == "input" || name == "button" && !closing:
			current.input(name, attributes)
		case name == "textarea" && !closing:
			current.add(attributes, textUntil(page[at[1]:], "</textarea"))
		case name == "select" && !closing:
			selected, chosen = attributes["name"], false
			current.names[selected] = true
		case name == "select":
			selected = ""
		case name == "option" && !closing && selected != "":
			_, is := attributes["selected"]
			if _, first := current.fields[selected]; (is && !chosen) || !first {
				current.fields[selected] = []string{attributes["value"]}
				chosen = is
			}
		}
	}
	return all
}

func (f *form) input(element string, a map[string]string) {
	kind := strings.ToLower(a["type"])
	_, checked := a["checked"]
	switch {
	case element == "button" || kind == "submit" || kind == "image":
		if a["name"] != "" {
			f.buttons[a["name"]] = a["value"]
		}
	case kind == "checkbox" || kind == "radio":
		f.names[a["name"]] = true
		if checked {
			value, given := a["value"]
			if !given {
				value = "on"
			}
			f.add(a, value)
		}
	case slices.Contains([]string{"reset", "button", "file"}, kind):
		f.names[a["name"]] = true
	default:
		f.add(a, a["value"])
	}
}

func (f *form) add(a map[string]string, value string) {
	name := a["name"]
	if name == "" {
		return
	}
	f.names[name] = true
	if _, disabled := a["disabled"]; !disabled {
		f.fields.Add(name, value)
	}
}

func textUntil(rest, end string) string {
	if i := strings.Index(strings.ToLower(rest), end); i >= 0 {
		return html.UnescapeString(strings.TrimPrefix(rest[:i], "\n"))
	}
	return ""
}

func attributesOf(text string) map[string]string {
	all := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(m[1])
		if _, twice := all[name]; !twice {
			all[name] = html.UnescapeString(strings.Trim(m[2], `"'`))
		}
	}
	return all
}
