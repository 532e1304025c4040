package hclread

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"ronron/internal/diag"
	"ronron/internal/text"
)

// Schema says what may stand in a block. It is data, so that the reference
// pages can be checked against it.
type Schema struct {
	Labels     []string // what each label is: "name", "path"
	Help       string   // of the block, for the reference page
	Attributes []Attribute
	Blocks     []BlockSchema
	// Refused names what people bring from elsewhere and will not find here,
	// with the reason and what to write instead.
	Refused map[string]string
}

// Attribute is one attribute of a block.
type Attribute struct {
	Name     string
	Kind     Kind
	Required bool
	// For the reference page: what is taken where the attribute is not
	// written, what it means, and whether it is the same for every chaton.
	Default string
	Help    string
	Fixed   bool
}

// BlockSchema is one kind of block inside another.
type BlockSchema struct {
	Type     string
	Schema   *Schema
	Required bool
	Single   bool // at most one
}

// Kind is the form of a value.
type Kind string

// The kinds.
const (
	Text       Kind = "text"
	Number     Kind = "number" // whole
	Decimal    Kind = "decimal"
	Bool       Kind = "bool"
	TextList   Kind = "list of texts"
	NumberList Kind = "list of numbers"
	Size       Kind = "size"
	Duration   Kind = "duration"
	Bilingual  Kind = "bilingual"
	Bilinguals Kind = "bilinguals" // an object of bilingual texts
	TextMap    Kind = "texts by name"
	TextOrList Kind = "text or list of texts"
	Object     Kind = "object"
	Any        Kind = "any"
)

// Form says in words what to write for a kind.
func (k Kind) Form() text.Text {
	switch k {
	case Text:
		return text.Of(`a text in quotes, such as "wiki"`)
	case Number:
		return text.Of(`a whole number without quotes, such as 443`)
	case Decimal:
		return text.Of(`a number without quotes, such as 0.5`)
	case Bool:
		return text.Of(`true or false, without quotes`)
	case TextList:
		return text.Of(`a list of texts, such as ["members", "admins"]`)
	case TextOrList:
		return text.Of(`a text in quotes, or a list of texts, such as ["first", "upgrade"]`)
	case NumberList:
		return text.Of(`a list of whole numbers, such as [200, 401]`)
	case Size:
		return text.Of(`a size in quotes, such as "64M" or "2G"`)
	case Duration:
		return text.Of(`a duration in quotes, such as "30s", "5m", "1h" or "14d"`)
	case Bilingual:
		return text.Of(`a text for both languages, such as { fr = "Wiki", en = "Wiki" }, or one text in quotes that serves for both`)
	case Bilinguals:
		return text.Of(`texts by name, such as { "S-01" = { fr = "…", en = "…" } }`)
	case TextMap:
		return text.Of(`texts by name, such as { NAME = "value" }`)
	case Object:
		return text.Of(`values by name, such as { title = "Our wiki" }`)
	default:
		return text.Of(`a value`)
	}
}

// Example is the shortest thing to write for a kind.
func (k Kind) Example() string {
	switch k {
	case Number:
		return "443"
	case Decimal:
		return "0.5"
	case Bool:
		return "true"
	case TextList:
		return `["…"]`
	case NumberList:
		return "[200]"
	case Size:
		return `"64M"`
	case Duration:
		return `"30s"`
	case Bilingual:
		return `{ fr = "…", en = "…" }`
	case Bilinguals, TextMap, Object:
		return "{ … }"
	default:
		return `"…"`
	}
}

// Label is the text after a block's type, with its place.
type Label struct {
	Text  string
	Range diag.Range
}

// Block is a block that was checked against its schema.
type Block struct {
	Type   string
	Labels []Label
	Range  diag.Range // of its head: type and labels

	schema *Schema
	attrs  map[string]*hclsyntax.Attribute
	blocks []*Block
}

// Blocks returns the blocks of a type, in order.
func (b *Block) Blocks(kind string) []*Block {
	b.schema.mustKnowBlock(kind)
	var found []*Block
	for _, inner := range b.blocks {
		if inner.Type == kind {
			found = append(found, inner)
		}
	}
	return found
}

// Block returns the block of a type that may be there once, or nil.
func (b *Block) Block(kind string) *Block {
	if all := b.Blocks(kind); len(all) > 0 {
		return all[0]
	}
	return nil
}

// Has says whether the attribute is written.
func (b *Block) Has(name string) bool { return b.attrs[name] != nil }

// RangeOf returns the place of an attribute's value, or of the block's head
// where it is not written.
func (b *Block) RangeOf(name string) diag.Range {
	if a := b.attrs[name]; a != nil {
		return Range(a.Expr.Range())
	}
	return b.Range
}

// Name returns the first label, or "".
func (b *Block) Name() string {
	if len(b.Labels) == 0 {
		return ""
	}
	return b.Labels[0].Text
}

// Label returns a label by its place, counted from 0.
func (b *Block) Label(i int) Label {
	if i >= len(b.Labels) {
		return Label{Range: b.Range}
	}
	return b.Labels[i]
}

// NameRange returns the place of the first label.
func (b *Block) NameRange() diag.Range {
	if len(b.Labels) == 0 {
		return b.Range
	}
	return b.Labels[0].Range
}

func newBlock(body *hclsyntax.Body, schema *Schema, head diag.Range, diags *diag.List) *Block {
	b := &Block{Range: head, schema: schema, attrs: map[string]*hclsyntax.Attribute{}}
	for _, a := range sortedAttributes(body) {
		switch {
		case schema.attribute(a.Name) != nil:
			b.attrs[a.Name] = a
		default:
			*diags = diags.Append(schema.unknownAttribute(a))
		}
	}
	for _, inner := range body.Blocks {
		bs := schema.block(inner.Type)
		if bs == nil {
			*diags = diags.Append(schema.unknownBlock(inner))
			continue
		}
		head := Range(hcl.RangeBetween(inner.TypeRange, inner.DefRange()))
		child := newBlock(inner.Body, bs.Schema, head, diags)
		child.Type = inner.Type
		child.Labels = labels(inner, bs.Schema, diags)
		if len(child.Labels) < len(bs.Schema.Labels) {
			continue
		}
		if bs.Single {
			if first := b.Block(inner.Type); first != nil {
				*diags = diags.Append(diag.Error("Block written twice",
					text.Say("There is one %q block already, in line %d; put everything into that one.", inner.Type, first.Range.Start.Line), child.Range))
				continue
			}
		}
		b.blocks = append(b.blocks, child)
	}
	schema.missing(b, body, diags)
	return b
}

func (s *Schema) missing(b *Block, body *hclsyntax.Body, diags *diag.List) {
	for _, a := range s.Attributes {
		if a.Required && b.attrs[a.Name] == nil {
			*diags = diags.Append(diag.Error("Missing attribute",
				text.Say("%q is needed here: write %s = %s.", a.Name, a.Name, a.Kind.Example()), b.Range))
		}
	}
	for _, want := range s.Blocks {
		if want.Required && !slices.ContainsFunc(body.Blocks, func(x *hclsyntax.Block) bool { return x.Type == want.Type }) {
			*diags = diags.Append(diag.Error("Missing block",
				text.Say("A %q block is needed here: write %s.", want.Type, want.example()), b.Range))
		}
	}
}

func (b BlockSchema) example() string {
	s := b.Type
	for _, l := range b.Schema.Labels {
		s += fmt.Sprintf(" %q", l)
	}
	return s + " { … }"
}

func labels(inner *hclsyntax.Block, schema *Schema, diags *diag.List) []Label {
	var out []Label
	for i, label := range inner.Labels {
		out = append(out, Label{Text: label, Range: Range(inner.LabelRanges[i])})
	}
	want := schema.Labels
	if len(out) > len(want) {
		*diags = diags.Append(diag.Error("Too many labels",
			text.Say("A block is written %s; remove what is too much.", BlockSchema{Type: inner.Type, Schema: schema}.example()), out[len(want)].Range))
		return out[:len(want)]
	}
	if len(out) < len(want) {
		*diags = diags.Append(diag.Error("Missing label",
			text.Say("After %s stands %s in quotes: %s.", inner.Type, labelNames(want), BlockSchema{Type: inner.Type, Schema: schema}.example()), Range(inner.TypeRange)))
	}
	return out
}

// labelNames names the labels of a block in a sentence.
func labelNames(labels []string) (all text.Text) {
	for i, l := range labels {
		name, known := labelWords[l]
		if !known {
			name = "the " + l
		}
		if all = text.Say("%s and %s", all, text.Of(name)); i == 0 {
			all = text.Of(name)
		}
	}
	return all
}

var labelWords = map[string]string{
	"name": text.Key("the name"), "kind": text.Key("the kind"), "path": text.Key("the path"),
	"volume": text.Key("the volume"), "what": text.Key("the what"),
}

func (s *Schema) unknownAttribute(a *hclsyntax.Attribute) diag.Diagnostic {
	at := Range(a.NameRange)
	if why, ok := s.Refused[a.Name]; ok {
		return diag.Error("Not allowed here", text.Of(why), at)
	}
	if bs := s.block(a.Name); bs != nil {
		return diag.Error("Block written as an attribute",
			text.Say("%q is a block: write %s, without an equals sign.", a.Name, bs.example()), at)
	}
	return diag.Error("Unknown attribute", text.Say("There is no attribute %q here.%s", a.Name, s.suggest(a.Name)), at)
}

func (s *Schema) unknownBlock(b *hclsyntax.Block) diag.Diagnostic {
	at := Range(b.TypeRange)
	if why, ok := s.Refused[b.Type]; ok {
		return diag.Error("Not allowed here", text.Of(why), at)
	}
	if a := s.attribute(b.Type); a != nil {
		return diag.Error("Attribute written as a block",
			text.Say("%q is an attribute: write %s = %s.", b.Type, b.Type, a.Kind.Example()), at)
	}
	return diag.Error("Unknown block", text.Say("There is no block %q here.%s", b.Type, s.suggest(b.Type)), at)
}

// suggest offers the nearest name, or else the whole list while it is short.
func (s *Schema) suggest(given string) text.Text {
	names := s.Names()
	if hint := diag.DidYouMean(given, names); !hint.IsZero() {
		return hint
	}
	if len(names) == 0 {
		return text.Of(" Nothing can be written here.")
	}
	return text.Say(" What can be written here: %s.", strings.Join(names, ", "))
}

// Names lists what may stand in the block, sorted.
func (s *Schema) Names() []string {
	var names []string
	for _, a := range s.Attributes {
		names = append(names, a.Name)
	}
	for _, b := range s.Blocks {
		names = append(names, b.Type)
	}
	slices.Sort(names)
	return names
}

// Without returns a copy that does not know these attributes and blocks.
func (s *Schema) Without(names ...string) *Schema {
	out := *s
	out.Attributes = slices.DeleteFunc(slices.Clone(s.Attributes), func(a Attribute) bool { return slices.Contains(names, a.Name) })
	out.Blocks = slices.DeleteFunc(slices.Clone(s.Blocks), func(b BlockSchema) bool { return slices.Contains(names, b.Type) })
	return &out
}

// Labelled returns a copy with these labels.
func (s *Schema) Labelled(labels ...string) *Schema {
	out := *s
	out.Labels = labels
	return &out
}

func (s *Schema) attribute(name string) *Attribute {
	for i := range s.Attributes {
		if s.Attributes[i].Name == name {
			return &s.Attributes[i]
		}
	}
	return nil
}

func (s *Schema) block(kind string) *BlockSchema {
	for i := range s.Blocks {
		if s.Blocks[i].Type == kind {
			return &s.Blocks[i]
		}
	}
	return nil
}

func (s *Schema) mustKnowBlock(kind string) {
	if s.block(kind) == nil {
		panic("hclread: the schema has no block " + kind) // a reader and its schema are written together
	}
}

func sortedAttributes(body *hclsyntax.Body) []*hclsyntax.Attribute {
	var attrs []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		attrs = append(attrs, a)
	}
	slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return attrs
}
