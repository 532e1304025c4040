// Package skeleton writes the first files of a new recipe: they are read without
// an error from the beginning, and lint says what is left to decide.
package skeleton

import (
	"bytes"
	_ "embed"
	"strconv"
	"strings"
	"text/template"
)

// Answers are what is known of the software before the recipe is written.
type Answers struct {
	Name     string // of the recipe and its folder
	Software string // as its people write it
	Version  string
	Licence  string // SPDX
	Source   string // address of the source code
	Category string
	Package  string // of Debian; or else
	Image    string // name:tag@sha256:…
}

// Mark stands before lines that only somebody who knows the software can
// complete; without it they are part of the recipe.
const Mark = "#~ "

//go:embed recipe.hcl.tmpl
var recipeText string

//go:embed Dockerfile.tmpl
var dockerfileText string

var (
	functions = template.FuncMap{"quote": quote}
	recipe    = template.Must(template.New("recipe.hcl").Funcs(functions).Parse(recipeText))
	docker    = template.Must(template.New("Dockerfile").Funcs(functions).Parse(dockerfileText))
)

// quote writes a text as HCL does.
func quote(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(s))
}

// Files is the folder of the new recipe, by path below it.
func Files(a Answers) map[string][]byte {
	files := map[string][]byte{"recipe.hcl": fill(recipe, a)}
	if a.Image == "" {
		files["Dockerfile"] = fill(docker, a)
	}
	return files
}

func fill(t *template.Template, a Answers) []byte {
	var b bytes.Buffer
	if err := t.Execute(&b, a); err != nil {
		panic("skeleton: " + err.Error()) // template and answers are ours
	}
	return b.Bytes()
}
