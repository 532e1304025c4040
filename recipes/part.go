package recipes

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/recipes/parts"
)

// partsFolder is where a recipe sees the parts that it uses.
const partsFolder = "parts"

// partFile says what the files of a part are; it is not one of them.
const partFile = "part.hcl"

const mostParts = 20

// part is a folder of files that several recipes share: what builds copy, and
// templates. Parts come with Ronron only.
type part struct {
	name    string
	summary text.Text
	about   map[string]text.Text // what each file is
	files   map[string][]byte
}

type allParts struct {
	byName map[string]*part
	diags  diag.List
}

// sharedParts are read once; nobody changes them.
var sharedParts = sync.OnceValue(func() allParts {
	all := allParts{byName: map[string]*part{}}
	folders, err := fs.ReadDir(parts.FS, ".")
	if err != nil {
		panic("recipes: the shared parts cannot be read: " + err.Error()) // they are part of the binary
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		p, diags := parsePart(folder.Name(), filesBelow(parts.FS, folder.Name()))
		all.diags = all.diags.Append(diags...)
		if p != nil {
			all.byName[p.name] = p
		}
	}
	return all
})

func partNames() []string { return slices.Sorted(maps.Keys(sharedParts().byName)) }

// parsePart reads the folder of a part: part.hcl, and the files that it explains.
func parsePart(name string, files map[string][]byte) (*part, diag.List) {
	p := &parser{r: &Recipe{Name: name, files: files, folder: partsFolder + "/" + name, main: partFile}}
	found := p.part()
	diags := p.diags.Sorted().WithSource(p.r.sources())
	if diags.HasErrors() {
		return nil, diags
	}
	return found, diags
}

func (p *parser) part() *part {
	src, ok := p.folder()
	if !ok {
		return nil
	}
	file, diags := hclread.Parse(p.r.place(partFile), src, partFileSchema)
	p.diags = p.diags.Append(diags...)
	if diags.HasErrors() {
		return nil
	}
	root := file.Block("part")
	d := declarations{Eval: hclread.NewEval(nil, functions()), r: p.r}
	defer func() { p.diags = p.diags.Append(d.Diags...) }()
	if root.Name() != p.r.Name {
		d.Errorf(root.NameRange(), "Name differs from the folder's", "The folder is %q, so the part is too; this says %q.", p.r.Name, root.Name())
	}
	found := &part{name: p.r.Name, summary: d.lines(root, "summary"), about: map[string]text.Text{}, files: maps.Clone(p.r.files)}
	delete(found.files, partFile)
	for _, b := range d.unique(root, "file", nil) {
		found.about[b.Name()] = d.lines(b, "help")
		if found.files[b.Name()] == nil {
			d.Errorf(b.NameRange(), "Missing file", "The part's folder has no file %q.", b.Name())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found.files)) {
		if _, explained := found.about[name]; !explained {
			d.Errorf(root.Range, "File not explained", "Nothing says what the file %q is: write file %q { help = … }.", name, name)
		}
	}
	return found
}

// parts lays the parts that the recipe uses into its folder, below parts/NAME/:
// from there on they are files of its own, seen by its builds, its file blocks
// and its hash.
func (p *parser) parts() {
	root := p.r.body.root
	e := hclread.NewEval(nil, functions())
	defer func() { p.diags = p.diags.Append(e.Diags...) }()
	names := e.Strings(root, "parts")
	if !names.Known || len(names.V) == 0 {
		return
	}
	if len(names.V) > mostParts {
		e.Errorf(names.Range, "Too many parts", "A recipe uses at most %d shared parts.", mostParts)
		return
	}
	for _, file := range slices.Sorted(maps.Keys(p.r.files)) {
		if strings.HasPrefix(file, partsFolder+"/") || file == partsFolder {
			e.Errorf(names.Range, "Folder taken", "The folder parts of the recipe is where Ronron lays shared parts; move %q elsewhere.", file)
		}
	}
	files := maps.Clone(p.r.files) // the caller's stays as it is
	for _, name := range names.V {
		known := sharedParts().byName[name] // by name only: a path leads nowhere
		if slices.Contains(p.r.Parts, name) {
			e.Errorf(names.Range, "Name used twice", "The part %q is named twice.", name)
			continue
		}
		p.r.Parts = append(p.r.Parts, name)
		if known == nil {
			e.Errorf(names.Range, "Unknown part", "There is no shared part %q.%s", name, diag.ElseThereAre(name, partNames()))
			continue
		}
		for file, content := range known.files {
			files[path.Join(partsFolder, name, file)] = content
		}
	}
	p.r.files = files
}

// PartOf says which shared part a path below a recipe's folder belongs to, or "".
func PartOf(file string) string {
	rest, inside := strings.CutPrefix(file, partsFolder+"/")
	name, _, deeper := strings.Cut(rest, "/")
	if !inside || !deeper {
		return ""
	}
	return name
}
