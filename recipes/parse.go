package recipes

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

// Bounds of a recipe's folder.
const (
	maxFiles  = 500
	maxFolder = 8 << 20 // bytes
)

// body is what of a recipe is evaluated anew for each chaton. Nothing in it is
// changed after Parse, so one Recipe can be resolved by many at once.
type body struct {
	root      *hclread.Block
	templates map[string]hclread.Template
}

// Parse reads the folder of a recipe, files by path relative to it. Ranges name
// files as name/path. The Recipe is nil when there are errors.
func Parse(name string, files map[string][]byte) (*Recipe, diag.List) {
	return parse(name, files, false)
}

// ParseEmbedded is Parse for recipes that come with Ronron: they may be builtin.
func ParseEmbedded(name string, files map[string][]byte) (*Recipe, diag.List) {
	return parse(name, files, true)
}

func parse(name string, files map[string][]byte, embedded bool) (*Recipe, diag.List) {
	p := &parser{r: &Recipe{Name: name, files: files, folder: name, main: "recipe.hcl"}}
	p.parse(embedded)
	diags := p.diags.Sorted().WithSource(p.r.sources())
	if diags.HasErrors() {
		return nil, diags
	}
	return p.r, diags
}

type parser struct {
	r     *Recipe
	diags diag.List
}

func (p *parser) parse(embedded bool) {
	src, ok := p.folder()
	if !ok {
		return
	}
	root, diags := hclread.Parse(p.r.place(p.r.main), src, fileSchema)
	p.diags = p.diags.Append(diags...)
	if root == nil || root.Block("recipe") == nil {
		return
	}
	p.r.body = &body{root: root.Block("recipe"), templates: map[string]hclread.Template{}}
	p.r.Range = p.r.body.root.Range
	p.parts()
	p.templates()
	p.r.Hash = hashOf(p.r.files)

	d := declarations{Eval: hclread.NewEval(nil, functions()), r: p.r}
	d.read(p.r.body.root, embedded)
	p.diags = p.diags.Append(d.Diags...)

	// A try with values that are not known yet finds whatever is wrong for
	// every chaton: unknown names, wrong kinds, secrets in the open.
	e := newEvaluation(p.r, Input{}, true)
	e.run()
	p.diags = p.diags.Append(e.Diags...)
	p.r.Hash = p.r.fullHash()
	p.r.Public, p.r.Data, p.r.Declared = e.out.Public, e.out.Data, e.out.Declared
}

func (p *parser) wrong(summary, format string, args ...any) {
	p.diags = p.diags.Append(diag.Error(summary, text.Say(format, args...), diag.Range{File: p.r.folder}))
}

// folder checks the files as such and returns recipe.hcl.
func (p *parser) folder() (src []byte, ok bool) {
	if err := services.Name(p.r.Name).Validate(); err != nil {
		p.wrong("Bad name", "The recipe's folder: %s.", err)
	}
	total := 0
	for _, file := range slices.Sorted(maps.Keys(p.r.files)) {
		total += len(p.r.files[file])
		if file == "" || path.IsAbs(file) || path.Clean(file) != file || file == ".." || strings.HasPrefix(file, "../") || strings.ContainsAny(file, "\\\x00\n\r") {
			p.wrong("Bad file name", "%q is not the name of a file inside the recipe's folder.", file)
		}
	}
	if len(p.r.files) > maxFiles || total > maxFolder {
		p.wrong("Folder too large", "The recipe has %d files with %d bytes; at most %d files with %d bytes are read. What is large is fetched by the Dockerfile.", len(p.r.files), total, maxFiles, maxFolder)
	}
	src, ok = p.r.files[p.r.main]
	if !ok {
		missing := map[string]string{
			"recipe.hcl": text.Key("Missing recipe.hcl"), "companion.hcl": text.Key("Missing companion.hcl"), partFile: text.Key("Missing part.hcl"),
		}[p.r.main]
		p.wrong(missing, "A recipe is a folder with a file %s in it.", p.r.main)
	}
	return src, ok && !p.diags.HasErrors()
}

func (p *parser) templates() {
	for _, file := range slices.Sorted(maps.Keys(p.r.files)) {
		if !isTemplate(file) {
			continue
		}
		t, diags := hclread.ParseTemplate(p.r.place(file), p.r.files[file])
		p.diags = p.diags.Append(diags...)
		if !diags.HasErrors() {
			p.r.body.templates[file] = t
		}
	}
}

func isTemplate(file string) bool { return strings.HasSuffix(file, ".tmpl") }

// place is how ranges name a file of the recipe.
func (r *Recipe) place(file string) string { return r.folder + "/" + file }

// sources are the recipe's files by the name that ranges use.
func (r *Recipe) sources() map[string][]byte {
	m := map[string][]byte{}
	for file, content := range r.files {
		m[r.place(file)] = content
	}
	return m
}

// fullHash covers the building blocks too: what they are is part of what runs.
func (r *Recipe) fullHash() string {
	if len(r.Companions) == 0 {
		return r.Hash
	}
	h := sha256.New()
	fmt.Fprintln(h, r.Hash)
	for _, c := range r.Companions {
		fmt.Fprintln(h, c.Kind, c.Major, blocks().byKind[c.Kind].recipe.Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashOf(files map[string][]byte) string {
	h := sha256.New()
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if !isAside(file) {
			fmt.Fprintf(h, "%q %x\n", file, sha256.Sum256(files[file]))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// oneLine says whether a text is fit for one line of a page.
func oneLine(s string) bool {
	return strings.TrimSpace(s) != "" && !strings.ContainsAny(s, "\r\n\x00")
}

func bothOneLine(t text.Text) bool { return oneLine(t.FR) && oneLine(t.EN) }
