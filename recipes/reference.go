package recipes

import (
	_ "embed" // the reference's prose
	"fmt"
	"maps"
	"slices"
	"strings"

	"ronron/internal/hclread"
)

//go:embed reference.md
var prose string

// Reference is docs/recipes.md: the prose, with everything that the schema and
// the building blocks say of themselves.
func Reference() []byte {
	var schema, blocks strings.Builder
	writeSchema(&schema, "recipe", recipeSchema, 2)
	writeBlocks(&blocks)
	writeParts(&blocks)
	return []byte(strings.NewReplacer(
		"<!-- schema -->\n", strings.TrimSpace(schema.String())+"\n",
		"<!-- blocks -->\n", strings.TrimSpace(blocks.String())+"\n",
	).Replace(prose))
}

var formNames = map[hclread.Kind]string{
	hclread.Text: "text", hclread.Number: "number", hclread.Decimal: "number", hclread.Bool: "true or false",
	hclread.TextList: "list of texts", hclread.NumberList: "list of numbers", hclread.Size: "size", hclread.Duration: "duration",
	hclread.Bilingual: "bilingual", hclread.Bilinguals: "bilinguals by name", hclread.TextMap: "texts by name",
	hclread.TextOrList: "text or list of texts", hclread.Object: "values by name", hclread.Any: "any",
}

// writeSchema writes a block and then those inside it, deeper ones under
// smaller headings.
func writeSchema(w *strings.Builder, kind string, s *hclread.Schema, level int) {
	head := kind
	for _, l := range s.Labels {
		head += fmt.Sprintf(" %q", l)
	}
	fmt.Fprintf(w, "%s `%s`\n\n", strings.Repeat("#", level), head)
	if s.Help != "" {
		fmt.Fprintf(w, "%s\n\n", s.Help)
	}
	if len(s.Attributes) > 0 {
		w.WriteString("| attribute | form | default | meaning |\n| --- | --- | --- | --- |\n")
		for _, a := range s.Attributes {
			form, def := formNames[a.Kind], a.Default
			if a.Fixed {
				form += ", fixed"
			}
			if a.Required {
				def = "needed"
			}
			fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", a.Name, form, def, strings.ReplaceAll(a.Help, "|", `\|`))
		}
		w.WriteString("\n")
	}
	if inside := contains(s); inside != "" {
		fmt.Fprintf(w, "Blocks inside: %s.\n\n", inside)
	}
	for _, b := range s.Blocks {
		writeSchema(w, b.Type, b.Schema, min(level+1, 5))
	}
}

// contains lists the blocks inside, and how many of each there can be.
func contains(s *hclread.Schema) string {
	var names []string
	for _, b := range s.Blocks {
		name := "`" + b.Type + "`"
		switch {
		case b.Required && b.Single:
			name += " (exactly one)"
		case b.Required:
			name += " (at least one)"
		case b.Single:
			name += " (at most one)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// writeBlocks says what each building block offers.
func writeBlocks(w *strings.Builder) {
	w.WriteString("## Building blocks\n\nWhat `companion` can be made from.\n\n| kind | major versions | memory | what it is |\n| --- | --- | --- | --- |\n")
	for _, kind := range blockKinds() {
		b := blocks().byKind[kind]
		fmt.Fprintf(w, "| `%s` | %s | at least %dM | %s |\n", kind, numbers(b.majors), b.least>>20, b.summary.EN)
	}
	for _, kind := range blockKinds() {
		b := blocks().byKind[kind]
		if len(b.options) == 0 {
			continue
		}
		fmt.Fprintf(w, "\nOptions of `%s`:\n\n| option | type | meaning |\n| --- | --- | --- |\n", kind)
		for _, o := range b.options {
			fmt.Fprintf(w, "| `%s` | %s | %s |\n", o.Name, o.Type, o.Help.EN)
		}
	}
}

// writeParts says what each shared part holds.
func writeParts(w *strings.Builder) {
	w.WriteString("\n## Shared parts\n\nWhat `parts` can name: files that several recipes would otherwise each hold a copy of. A Dockerfile copies them from " +
		"`parts/NAME/`, and a `file` block fills in a template of theirs with the recipe's own variables. A part's content is a part of the " +
		"recipe: when it changes, the image is built anew and a level that was earned has to be earned again. There is no way to another file of Ronron's.\n\n" +
		"| part | file | what it is |\n| --- | --- | --- |\n")
	for _, name := range partNames() {
		p := sharedParts().byName[name]
		fmt.Fprintf(w, "| `%s` | | %s |\n", name, p.summary.EN)
		for _, file := range slices.Sorted(maps.Keys(p.files)) {
			fmt.Fprintf(w, "| | `%s` | %s |\n", file, p.about[file].EN)
		}
	}
}
