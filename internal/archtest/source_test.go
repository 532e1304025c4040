package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const maxLines = 600

// startPrograms may: the one measures programs, the other is for a browser,
// which is nothing but a program.
var startPrograms = []string{"bench", "internal/browser"}

func TestSource_NoProgramsAreStarted(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, "os/exec") && !slices.Contains(startPrograms, p.name()) {
			t.Errorf("%s imports os/exec. Ronron starts no programs: what it needs is a library or an API, whose errors it can understand and whose version it knows.", p.name())
		}
	}
}

// TestSource_NobodyPrints keeps results where a test can read them, and JSON free of stray lines.
func TestSource_NobodyPrints(t *testing.T) {
	eachFile(t, func(name string, file *ast.File, set *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if at := prints(call); at != "" {
				t.Errorf("%s calls %s. Results go to the writer that a view was given; what an operator wants to know goes to the log.", set.Position(call.Pos()), at)
			}
			return true
		})
	})
}

func prints(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		if f.Name == "print" || f.Name == "println" {
			return f.Name
		}
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "fmt" && slices.Contains([]string{"Print", "Printf", "Println"}, f.Sel.Name) {
			return "fmt." + f.Sel.Name
		}
	}
	return ""
}

func TestSource_FilesStayReadable(t *testing.T) {
	eachFile(t, func(name string, file *ast.File, set *token.FileSet) {
		if lines := set.Position(file.FileEnd).Line; lines > maxLines {
			t.Errorf("%s has %d lines. A file is one noun; at most %d lines, or it is two.", name, lines, maxLines)
		}
	})
}

func TestSource_MainOnlyCalls(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", "..", "cmd", "ronron"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("cmd/ronron has %d files. main only calls; the program is a value that a test can build, in internal/cli.", len(entries))
	}
}

// eachFile parses every file of the house that is not a test.
func eachFile(t *testing.T, visit func(name string, file *ast.File, set *token.FileSet)) {
	t.Helper()
	for _, p := range packages(t) {
		if isSuite(p.name()) {
			continue
		}
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Errorf("%s does not parse: %v", strings.TrimPrefix(path, p.Dir), err)
				continue
			}
			visit(path, file, set)
		}
	}
}
