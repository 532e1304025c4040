package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

var hiddenField = regexp.MustCompile(`name="(\w+)" value="([^"]*)"`)

// form returns the hidden fields of a page's forms.
func form(page string) url.Values {
	fields := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		fields.Set(m[1], m[2])
	}
	return fields
}

// wikiSignIn signs in to DokuWiki and says whether it let the member in.
func (h *house) wikiSignIn(c *http.Client, login, password string) bool {
	h.t.Helper()
	_, page := h.get(c, h.url("wiki", "/start?do=login"))
	fields := url.Values{"do": {"login"}, "u": {login}, "p": {password}, "id": {"start"}, "sectok": {form(page).Get("sectok")}}
	resp, err := c.PostForm(h.url("wiki", "/start?do=login"), fields)
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	_, page = h.get(c, h.url("wiki", "/start"))
	return strings.Contains(page, "do=logout")
}

// wikiWrite saves a page as whoever c is, and says whether that was allowed.
func (h *house) wikiWrite(c *http.Client, id, text string) bool {
	h.t.Helper()
	_, page := h.get(c, h.url("wiki", "/"+id+"?do=edit"))
	if !strings.Contains(page, `name="wikitext"`) || strings.Contains(page, "readonly") {
		return false
	}
	fields := form(page)
	fields.Set("do", "save")
	fields.Set("id", id)
	fields.Set("wikitext", text)
	fields.Set("do[save]", "1")
	resp, err := c.PostForm(h.url("wiki", "/"+id), fields)
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode < 400
}

// wikiRead returns what anybody sees of a page.
func (h *house) wikiRead(id string) string {
	h.t.Helper()
	_, page := h.get(h.client(), h.url("wiki", "/"+id))
	return page
}
