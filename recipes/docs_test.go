package recipes

import (
	"os"
	"strings"
	"testing"

	"ronron/internal/hclread"
)

// The reference names every attribute, block and function there is.
func TestDocs_NameTheWholeLanguage(t *testing.T) {
	content, err := os.ReadFile("../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	var check func(s *hclread.Schema)
	check = func(s *hclread.Schema) {
		for _, a := range s.Attributes {
			if !strings.Contains(page, "`"+a.Name+"`") && !strings.Contains(page, "`"+a.Name+" = ") {
				t.Errorf("docs/recipes.md does not name the attribute %s", a.Name)
			}
		}
		for _, b := range s.Blocks {
			if !strings.Contains(page, "`"+b.Type) {
				t.Errorf("docs/recipes.md does not name the block %s", b.Type)
			}
			check(b.Schema)
		}
	}
	check(fileSchema)
	for _, name := range functionNames() {
		if !strings.Contains(page, "`"+name+"(") {
			t.Errorf("docs/recipes.md does not name the function %s", name)
		}
	}
}
