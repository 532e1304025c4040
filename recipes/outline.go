package recipes

import (
	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/services"
)

// Outline is a recipe as it is the same for every chaton, for those who judge or
// describe recipes without running them.
type Outline struct {
	// Resolved has what needs nothing of a chaton; what depends on one is zero.
	Resolved
	// Root is the recipe block as it is written.
	Root *hclread.Block
	// Files are the files that units get, those with unknown content too.
	Files []FileOutline
	// Folder is the recipe's folder, by path below it. It is not to be changed.
	Folder map[string][]byte
	// Main is the path of the recipe's text in the folder, and File is how
	// ranges name it.
	Main, File string
}

// FileOutline is a file of a unit, without its content.
type FileOutline struct {
	Unit   services.Name
	Path   string
	Secret bool   // its content touches a secret
	Mode   uint32 // permission bits
	Range  diag.Range
}

// Outline looks at the recipe without a chaton.
func (r *Recipe) Outline() Outline {
	e := newEvaluation(r, Input{}, true)
	e.run()
	o := Outline{Resolved: e.out, Root: r.body.root, Folder: r.files, Main: "recipe.hcl", File: r.place("recipe.hcl")}
	for _, u := range r.body.root.Blocks("unit") {
		user := e.String(u, "user").V
		for _, b := range u.Blocks("file") {
			f, _ := e.file(b, user)
			if f.Mode == 0 && !f.Secret {
				f.Mode = 0o644
			}
			o.Files = append(o.Files, FileOutline{
				Unit: services.Name(u.Name()), Path: f.Path, Secret: f.Secret, Mode: f.Mode, Range: b.Range,
			})
		}
	}
	return o
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
