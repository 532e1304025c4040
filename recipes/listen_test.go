package recipes

import (
	"strings"
	"testing"
)

// A host decides by a setting whether a port of the machine is opened.
func TestResolve_OpensAPortOnlyWhereItIsWanted(t *testing.T) {
	for written, want := range map[string]int{
		``:                             1,
		`open = true`:                  1,
		`open = false`:                 0,
		`open = chaton.language == ""`: 0,
	} {
		files := wrap(`"x"`)
		files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), "  }\n}\n",
			"    port \"c2s\" { number = 5222 }\n  }\n  listen \"c2s\" {\n    unit = \"web\"\n    protocol = \"tcp\"\n    port = \"c2s\"\n    "+written+"\n  }\n}\n", 1))
		r, diags := Parse("x", files)
		if r == nil {
			t.Fatal(diags)
		}
		resolved, diags := r.Resolve(input(r))
		if len(diags) > 0 || len(resolved.Service.Listens) != want {
			t.Errorf("with %q: %d ports, want %d; %v", written, len(resolved.Service.Listens), want, diags)
		}
	}
}
