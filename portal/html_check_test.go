package portal

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
)

// document is what a page's HTML says of itself.
type document struct {
	lang    string
	title   string
	ids     map[string]int
	targets []string // href, action, src
	forms   []element
	fields  []element
	labels  map[string]bool // ids that have a label
	count   map[string]int  // elements by name
}

type element map[string]string

var (
	doctype = regexp.MustCompile(`^<!DOCTYPE html>\s*`)
	void    = regexp.MustCompile(`<(meta|link|input|br|img|hr)(\s[^>]*)?>`)
	bare    = regexp.MustCompile(`\s(required|readonly|hidden|autofocus)([\s>])`)
)

// parseHTML checks that a page is well formed, every element closed where it
// must be, and returns what is in it. Our pages write attributes in quotes and
// leave no end tag out, so XML's rules with HTML's void elements fit.
func parseHTML(t *testing.T, page string) document {
	t.Helper()
	if !doctype.MatchString(page) {
		t.Errorf("page does not begin with <!DOCTYPE html>: %.40q", page)
	}
	source := doctype.ReplaceAllString(page, "")
	for bare.MatchString(source) {
		source = bare.ReplaceAllString(source, ` $1=""$2`)
	}
	source = void.ReplaceAllString(source, "<$1$2/>")
	decoder := xml.NewDecoder(strings.NewReader(source))
	decoder.Entity = xml.HTMLEntity
	d := document{ids: map[string]int{}, labels: map[string]bool{}, count: map[string]int{}}
	var open []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("page is not well formed: %v", err)
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			open = append(open, name)
			d.add(t, name, token.Attr, open)
		case xml.EndElement:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case xml.CharData:
			if len(open) > 0 && open[len(open)-1] == "title" {
				d.title += string(token)
			}
		}
	}
	return d
}

func (d *document) add(t *testing.T, name string, attributes []xml.Attr, open []string) {
	t.Helper()
	d.count[name]++
	e := element{"": name}
	for _, a := range attributes {
		if _, twice := e[a.Name.Local]; twice {
			t.Errorf("<%s> has %s twice", name, a.Name.Local)
		}
		e[a.Name.Local] = a.Value
		if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" {
			t.Errorf("<%s> has the attribute %s, which the policy forbids", name, a.Name.Local)
		}
		switch a.Name.Local {
		case "id":
			d.ids[a.Value]++
		case "href", "action", "src":
			d.targets = append(d.targets, a.Value)
		case "lang":
			if name == "html" {
				d.lang = a.Value
			}
		case "for":
			d.labels[a.Value] = true
		}
	}
	for i, outer := range open[:len(open)-1] {
		if name == "p" && outer == "p" || name == "a" && outer == "a" || name == "form" && outer == "form" {
			t.Errorf("<%s> inside <%s> (%v)", name, outer, open[:i+1])
		}
	}
	if inner := open[max(0, len(open)-2)]; inner == "p" && (name == "ul" || name == "div" || name == "dl" || name == "section") {
		t.Errorf("<%s> inside <p>", name)
	}
	switch name {
	case "form":
		d.forms = append(d.forms, e)
	case "input":
		d.fields = append(d.fields, e)
	case "script", "iframe", "object", "style":
		t.Errorf("page has a <%s>", name)
	}
}

// checkDocument holds for every page of the portal.
func checkDocument(t *testing.T, page, lang string) document {
	t.Helper()
	d := parseHTML(t, page)
	if d.lang != lang {
		t.Errorf("page says lang=%q, want %q", d.lang, lang)
	}
	if strings.TrimSpace(d.title) == "" {
		t.Error("page has no title")
	}
	for _, once := range []string{"h1", "main", "title"} {
		if d.count[once] != 1 {
			t.Errorf("page has %d <%s>, want one", d.count[once], once)
		}
	}
	for id, n := range d.ids {
		if n > 1 {
			t.Errorf("id %q occurs %d times", id, n)
		}
	}
	for _, target := range d.targets {
		if name, inside := strings.CutPrefix(target, "#"); inside && d.ids[name] == 0 {
			t.Errorf("a link leads to %s, which is not on the page", target)
		}
	}
	for _, field := range d.fields {
		if field["type"] == "hidden" {
			continue // nobody fills it in
		}
		if _, hidden := field["hidden"]; hidden {
			continue
		}
		if field["id"] == "" || !d.labels[field["id"]] {
			t.Errorf("field %q has no label", field["name"])
		}
		if field["autocomplete"] == "" {
			t.Errorf("field %q does not say what browsers may fill in", field["name"])
		}
		for _, id := range strings.Fields(field["aria-describedby"]) {
			if d.ids[id] == 0 {
				t.Errorf("field %q is described by %q, which is not on the page", field["name"], id)
			}
		}
	}
	return d
}
