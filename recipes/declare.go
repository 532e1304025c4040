package recipes

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

// declarations reads what is the same for every chaton.
type declarations struct {
	*hclread.Eval
	r *Recipe
}

func (d declarations) read(b *hclread.Block, embedded bool) {
	if b.Name() != d.r.Name {
		d.Errorf(b.NameRange(), "Name differs from the folder's", "The folder is %q, so the recipe is too; this says %q.", d.r.Name, b.Name())
	}
	d.r.Version = d.line(b, "version")
	builtin := d.Bool(b, "builtin")
	d.r.Builtin = builtin.Or(false)
	if d.r.Builtin && !embedded {
		d.Errorf(builtin.Range, "Not allowed here", "Only recipes that come with Ronron are part of every chaton. Remove the line; hosts then offer the recipe with a service block.")
	}
	if s := b.Block("software"); s != nil {
		d.software(s)
	}
	for _, s := range d.unique(b, "setting", settingName) {
		d.setting(s)
	}
	for _, s := range d.unique(b, "secret", settingName) {
		d.secret(s)
	}
	d.companions(b)
	if a := b.Block("accounts"); a != nil {
		d.accounts(a)
	}
	for _, kind := range []string{"job", "schedule", "tool", "listen", "export", "erase"} {
		d.unique(b, kind, serviceName)
	}
	d.unique(b, "usage", settingName)
	d.unique(b, "volume", serviceName)
	d.unique(b, "data", serviceName)
	d.unique(b, "route", serviceName)
	for _, u := range d.unique(b, "unit", serviceName) {
		d.unique(u, "port", serviceName)
		d.unique(u, "mount", nil)
		d.unique(u, "file", nil)
	}
}

func (d declarations) software(b *hclread.Block) {
	s := &d.r.Software
	*s = Software{
		Name:          d.line(b, "name"),
		Version:       d.line(b, "version"),
		Licence:       d.line(b, "licence"),
		Source:        d.link(b, "source"),
		Documentation: d.link(b, "documentation"),
		Category:      d.line(b, "category"),
		Replaces:      d.Strings(b, "replaces").V,
		Title:         d.lines(b, "title"),
		Summary:       d.lines(b, "summary"),
	}
	if s.Licence != "" && !licenceRule.MatchString(s.Licence) {
		d.Errorf(b.RangeOf("licence"), "Bad licence", "%q is not a licence as SPDX writes them, such as \"AGPL-3.0-or-later\" or \"MIT\" (https://spdx.org/licenses).", s.Licence)
	}
	if s.Category != "" {
		if err := services.Name(s.Category).Validate(); err != nil {
			d.Errorf(b.RangeOf("category"), "Bad name", "%s.", err)
		}
	}
}

var licenceRule = regexp.MustCompile(`^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$`)

// types are the kinds of settings.
var types = map[string]cty.Type{
	"string": cty.String,
	"number": cty.Number,
	"bool":   cty.Bool,
	"list":   cty.List(cty.String),
}

var typeNames = []string{"string", "number", "bool", "list"}

func (d declarations) setting(b *hclread.Block) {
	s := Setting{
		Name: b.Name(), Type: d.String(b, "type").V,
		Label: d.lines(b, "label"), Help: d.Bilingual(b, "help").V,
		Required: !b.Has("default"), Range: b.Range,
	}
	if _, ok := types[s.Type]; !ok && s.Type != "" {
		d.Errorf(b.RangeOf("type"), "Unknown type", "The type of a setting is %s; %q is none of them.%s", diag.OneOf(typeNames), s.Type, diag.DidYouMean(s.Type, typeNames))
		s.Type = ""
	}
	for _, check := range b.Blocks("check") {
		d.lines(check, "message")
	}
	d.r.Settings = append(d.r.Settings, s)
}

// line reads a text of one line.
func (d declarations) line(b *hclread.Block, name string) string {
	got := d.String(b, name)
	if got.Known && !oneLine(got.V) {
		d.Errorf(got.Range, "Not one line", "%q is shown on one line: not empty, without line breaks.", name)
	}
	return got.V
}

func (d declarations) lines(b *hclread.Block, name string) text.Text {
	got := d.Bilingual(b, name)
	if got.Known && !bothOneLine(got.V) {
		d.Errorf(got.Range, "Not one line", "%q is shown on one line: not empty, without line breaks.", name)
	}
	return got.V
}

func (d declarations) link(b *hclread.Block, name string) string {
	got := d.String(b, name)
	if !got.Known {
		return ""
	}
	u, err := url.Parse(got.V)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(got.V, " \"'<>") {
		d.Errorf(got.Range, "Bad address", "%q is shown as a link; write the whole address, such as \"https://example.org/source\".", got.V)
	}
	return got.V
}

var settingRule = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// settingName says what is wrong with a name that expressions use, or nothing.
func settingName(s string) text.Text {
	if len(s) > 40 || !settingRule.MatchString(s) {
		return text.Of("Use lower-case letters, digits and single underscores, beginning with a letter; at most 40.")
	}
	return text.Text{}
}

// serviceName says what is wrong with a name that the engine uses, or nothing.
func serviceName(s string) text.Text {
	if services.Name(s).Validate() != nil {
		return text.Of("Use lower-case letters, digits and single hyphens, beginning with a letter; at most 32.")
	}
	return text.Text{}
}

// unique returns the blocks of a type after checking that each has a good name
// of its own.
func (d declarations) unique(b *hclread.Block, kind string, wrong func(string) text.Text) []*hclread.Block {
	seen := map[string]*hclread.Block{}
	var kept []*hclread.Block
	for _, x := range b.Blocks(kind) {
		if first := seen[x.Name()]; first != nil {
			d.Errorf(x.NameRange(), "Name used twice", "There is a %s %q in line %d already; each needs a name of its own.", kind, x.Name(), first.Range.Start.Line)
			continue
		}
		seen[x.Name()] = x
		if wrong != nil {
			if why := wrong(x.Name()); !why.IsZero() {
				d.Errorf(x.NameRange(), "Bad name", "%q is not a name. %s", x.Name(), why)
				continue
			}
		}
		kept = append(kept, x)
	}
	return kept
}
