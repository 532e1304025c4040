package skeleton

import (
	"strings"
	"testing"

	"ronron/recipes"
)

var answers = Answers{
	Name: "shelf", Software: `The "${shelf}"`, Version: "2.4", Licence: "Apache-2.0", Source: "https://example.org/shelf", Category: "files", Package: "apache2-bin",
}

func TestFiles_AreReadWithoutAnError(t *testing.T) {
	image := answers
	image.Package, image.Image = "", "example.org/shelf:2.4@sha256:"+strings.Repeat("ab", 32)
	for _, a := range []Answers{answers, image} {
		r, diags := recipes.Parse(a.Name, Files(a))
		if len(diags) > 0 {
			t.Fatal(diags.Err())
		}
		if r.Software.Name != a.Software {
			t.Errorf("the software is called %q, not %q", r.Software.Name, a.Software)
		}
	}
}
