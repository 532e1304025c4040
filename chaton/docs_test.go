package chaton

import (
	"os"
	"strings"
	"testing"

	"ronron/internal/hclread"
)

// The page explains every attribute and block of the schema.
func TestDocs_ExplainTheWholeSchema(t *testing.T) {
	page, err := os.ReadFile("../docs/chaton-hcl.md")
	if err != nil {
		t.Fatal(err)
	}
	var check func(s *hclread.Schema)
	check = func(s *hclread.Schema) {
		for _, a := range s.Attributes {
			if !strings.Contains(string(page), "| `"+a.Name+"` |") {
				t.Errorf("docs/chaton-hcl.md has no line for the attribute %s", a.Name)
			}
		}
		for _, b := range s.Blocks {
			if !strings.Contains(string(page), "`"+b.Type) {
				t.Errorf("docs/chaton-hcl.md does not name the block %s", b.Type)
			}
			check(b.Schema)
		}
	}
	check(schema)
}
