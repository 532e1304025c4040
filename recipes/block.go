package recipes

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/recipes/companions"
	"ronron/services"
)

// buildingBlock is what companions of one kind are made from: a folder like a
// recipe's, with companion.hcl in it. Building blocks come with Ronron only.
type buildingBlock struct {
	kind     string
	majors   []int // offered, the newest first
	options  []Setting
	secrets  []Secret
	commands companionCommands
	least    int64 // bytes of memory it works with
	summary  text.Text
	recipe   *Recipe // its folder, so that units of a block are read like any other
}

type allBlocks struct {
	byKind map[string]*buildingBlock
	diags  diag.List
}

// blocks are read once; nobody changes them.
var blocks = sync.OnceValue(func() allBlocks {
	all := allBlocks{byKind: map[string]*buildingBlock{}}
	folders, err := fs.ReadDir(companions.FS, ".")
	if err != nil {
		panic("recipes: the building blocks cannot be read: " + err.Error()) // they are part of the binary
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		b, diags := parseBlock(folder.Name(), filesBelow(companions.FS, folder.Name()))
		all.diags = all.diags.Append(diags...)
		if b != nil {
			all.byKind[b.kind] = b
		}
	}
	return all
})

// blockKinds lists the kinds of companions there are.
func blockKinds() []string { return slices.Sorted(maps.Keys(blocks().byKind)) }

// parseBlock reads the folder of a building block.
func parseBlock(kind string, files map[string][]byte) (*buildingBlock, diag.List) {
	p := &parser{r: &Recipe{Name: kind, files: files, folder: "companions/" + kind, main: "companion.hcl"}}
	b := p.block()
	diags := p.diags.Sorted().WithSource(p.r.sources())
	if diags.HasErrors() {
		return nil, diags
	}
	return b, diags
}

func (p *parser) block() *buildingBlock {
	src, ok := p.folder()
	if !ok {
		return nil
	}
	file, diags := hclread.Parse(p.r.place(p.r.main), src, blockFileSchema)
	p.diags = p.diags.Append(diags...)
	if diags.HasErrors() {
		return nil
	}
	root := file.Block("companion")
	p.r.body = &body{root: root, templates: map[string]hclread.Template{}}
	p.r.Range = root.Range
	p.templates()
	p.r.Hash = hashOf(p.r.files)

	b := &buildingBlock{kind: p.r.Name, recipe: p.r}
	d := declarations{Eval: hclread.NewEval(nil, functions()), r: &Recipe{Name: p.r.Name}}
	if root.Name() != p.r.Name {
		d.Errorf(root.NameRange(), "Name differs from the folder's", "The folder is %q, so the building block is too; this says %q.", p.r.Name, root.Name())
	}
	for _, m := range root.Blocks("major") {
		n, err := strconv.Atoi(m.Name())
		if err != nil || n < 1 || n > 9999 || slices.Contains(b.majors, n) {
			d.Errorf(m.NameRange(), "Bad major version", "%q is not a number of its own.", m.Name())
		}
		b.majors = append(b.majors, n)
	}
	for _, o := range d.unique(root, "option", settingName) {
		if !o.Has("default") {
			d.Errorf(o.Range, "Missing attribute", "An option needs a default.")
		}
		d.setting(o)
	}
	for _, s := range d.unique(root, "secret", settingName) {
		d.secret(s)
	}
	b.options, b.secrets = d.r.Settings, d.r.Secrets
	b.summary = d.lines(root, "summary")
	b.least = d.Size(root, "least_memory").V
	if k := root.Block("backup"); k != nil {
		b.commands = companionCommands{Dump: d.Strings(k, "dump").V, Restore: d.Strings(k, "restore").V, Check: d.Strings(k, "check").V}
	}
	if unit := root.Block("unit"); len(unit.Blocks("port")) == 0 {
		d.Errorf(unit.Range, "Missing port", "A companion is reached at its first port: write port \"sql\" { number = … }.")
	}
	for _, m := range root.Block("unit").Blocks("mount") {
		if m.Name() != "data" {
			d.Errorf(m.NameRange(), "Unknown volume", "A companion has one volume, and here it is called \"data\".")
		}
	}
	p.diags = p.diags.Append(d.Diags...)
	return b
}

// tried evaluates the block as every recipe would, with nothing known.
func (b *buildingBlock) tried(major int) diag.List {
	e := newEvaluation(&Recipe{Name: "try", Companions: []Companion{{Kind: b.kind, Name: "db", Major: major}}}, Input{}, true)
	file, diags := hclread.Parse("try", fmt.Appendf(nil, "companion %q \"db\" {\n  major = %d\n}\n", b.kind, major),
		&hclread.Schema{Blocks: []hclread.BlockSchema{{Type: "companion", Schema: companionSchema}}})
	if diags.HasErrors() {
		return diags
	}
	e.companions(file)
	return e.Diags
}

func filesBelow(tree fs.FS, name string) map[string][]byte {
	files := map[string][]byte{}
	err := fs.WalkDir(tree, name, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, path)
		files[strings.TrimPrefix(path, name+"/")] = content
		return err
	})
	if err != nil {
		panic("recipes: an embedded folder cannot be read: " + err.Error()) // it is part of the binary
	}
	return files
}

// knownUnit reports a unit that the service does not have.
func (e *evaluation) knownUnit(name string, at diag.Range) (services.Unit, bool) {
	var names []string
	for _, u := range e.out.Service.Units {
		if string(u.Name) == name {
			return u, true
		}
		names = append(names, string(u.Name))
	}
	hint := diag.DidYouMean(name, names)
	if hint.IsZero() && len(names) > 0 {
		hint = text.Say(" It has: %s.", strings.Join(names, ", "))
	}
	e.Errorf(at, "Unknown unit", "The recipe has no unit %q.%s", name, hint)
	return services.Unit{}, false
}
