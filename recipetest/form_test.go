package recipetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormWith_SendsWhatABrowserWould(t *testing.T) {
	page := `<!-- <form><input name="title"></form> -->
<form action="/search"><input name="q"></form>
<FORM id=edit method=POST action="/save?a=1&amp;b=2" enctype="multipart/form-data">
  <input type="hidden" name="token" value="a&quot;b">
  <input name=title value='old'>
  <input type="checkbox" name="minor" value="1"><input type="checkbox" name="watch" checked>
  <input type="radio" name="r" value="x"><input type="radio" name="r" value="y" checked>
  <input name="off" value="1" disabled>
  <textarea name="text" rows="3">
one &lt; two</textarea>
  <select name="lang"><option value="fr">Français</option><option value="en" selected>English</option></select>
  <select name="first"><option value="1">1</option><option value="2">2</option></select>
  <button type="submit" name="save" value="yes">Save</button><input type="submit" name="preview" value="Preview">
</FORM>`
	f, found := formWith(page, map[string]string{"title": "", "text": ""}, "save")
	if !found {
		t.Fatal("the form is not found")
	}
	if f.action != "/save?a=1&b=2" || f.method != "POST" || !f.multipart {
		t.Errorf("form: %+v", f)
	}
	want := "first=1&lang=en&r=y&save=yes&text=one+%3C+two&title=new&token=a%22b&watch=on"
	if d := cmp.Diff(want, f.filled(map[string]string{"title": "new"}, "save").Encode()); d != "" {
		t.Error(d)
	}
	if _, found := formWith(page, map[string]string{"password": ""}, ""); found {
		t.Error("a form without the field is taken")
	}
	if _, found := formWith(page, map[string]string{"title": ""}, "delete"); found {
		t.Error("a form without the button is taken")
	}
}

func TestParseMemory(t *testing.T) {
	for text, want := range map[string]int64{
		"100\nanon 60\ninactive_file 30\nactive_file 5\n":           70,
		"100\ncache 40\ninactive_file 10\ntotal_inactive_file 30\n": 70,
		"100\n": 100,
	} {
		if got, err := parseMemory(text); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	if _, err := parseMemory("cat: no such file"); err == nil {
		t.Error("an error is taken for a figure")
	}
}
