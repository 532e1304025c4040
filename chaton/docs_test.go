package chaton

import (
	"os"
	"strings"
	"testing"

	"ronron/internal/hclread"
)

// The page explains every attribute and block of the schema, in both languages.
func TestDocs_ExplainTheWholeSchema(t *testing.T) {
	for _, name := range []string{"docs/chaton-hcl.md", "docs/fr/chaton-hcl.md"} {
		t.Run(name, func(t *testing.T) { explainsTheSchema(t, name) })
	}
}

func explainsTheSchema(t *testing.T, name string) {
	page, err := os.ReadFile("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	var check func(s *hclread.Schema)
	check = func(s *hclread.Schema) {
		for _, a := range s.Attributes {
			if !strings.Contains(string(page), "| `"+a.Name+"` |") {
				t.Errorf("%s has no line for the attribute %s", name, a.Name)
			}
		}
		for _, b := range s.Blocks {
			if !strings.Contains(string(page), "`"+b.Type) {
				t.Errorf("%s does not name the block %s", name, b.Type)
			}
			check(b.Schema)
		}
	}
	check(schema)
}
