package recipes

import (
	"slices"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/recipes/catalog"
)

// Outline is a recipe as it is the same for every chaton, for those who judge or
// describe recipes without running them.
type Outline struct {
	// Resolved has what needs nothing of a chaton; what depends on one is zero.
	Resolved
	// Root is the recipe block as it is written.
	Root *hclread.Block
	// Folder is the recipe's folder, by path below it, with the parts that it
	// uses (PartOf). It is not to be changed.
	Folder map[string][]byte
	// Main is the path of the recipe's text in the folder, and File is how
	// ranges name it.
	Main, File string
}

// Outline looks at the recipe without a chaton.
func (r *Recipe) Outline() Outline {
	e := newEvaluation(r, Input{}, true)
	e.run()
	return Outline{Resolved: e.out, Root: r.body.root, Folder: r.files, Main: r.main, File: r.place(r.main)}
}

// Written is the text of an expression as it stands in the recipe, "" where
// the place is not in it.
func (o Outline) Written(at diag.Range) string {
	src := o.Folder[o.Main]
	if at.File != o.File || at.Start.Byte > at.End.Byte || at.End.Byte > len(src) {
		return ""
	}
	return string(src[at.Start.Byte:at.End.Byte])
}

// All lists every recipe of the catalog, sorted, the builtin ones too.
func (c *Catalog) All() []string {
	return slices.Sorted(slices.Values(append(c.Names(), catalog.Builtin)))
}
