package recipes

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
)

// Bounds of one setting.
const (
	longestSetting = 64 << 10 // bytes of a text
	largestList    = 1000
)

// settings gives each setting its value: the host's, or else its default, which
// may use the settings above it.
func (e *evaluation) settings(root *hclread.Block) {
	e.unknownSettings()
	values := map[string]cty.Value{}
	e.values = values
	for i, b := range e.settingBlocks(root) {
		s := e.r.Settings[i]
		t, ok := types[s.Type]
		if !ok {
			t = cty.DynamicPseudoType // its type is wrong, which was said already
		}
		values[s.Name] = e.setting(b, s, t)
		e.Define("setting", cty.ObjectVal(values))
	}
}

// settingBlocks are the blocks of Recipe.Settings, in the same order.
func (e *evaluation) settingBlocks(root *hclread.Block) []*hclread.Block {
	var kept []*hclread.Block
	for _, b := range root.Blocks("setting") {
		if n := len(kept); n < len(e.r.Settings) && e.r.Settings[n].Name == b.Name() {
			kept = append(kept, b)
		}
	}
	return kept
}

func (e *evaluation) setting(b *hclread.Block, s Setting, t cty.Type) cty.Value {
	unknown := cty.UnknownVal(t).RefineNotNull()
	if t == cty.DynamicPseudoType {
		unknown = cty.DynamicVal
	}
	given, ok := e.in.Settings[s.Name]
	if ok && !given.Value.IsNull() {
		v, why := toSetting(given.Value, s.Type)
		if !why.IsZero() {
			e.Errorf(given.Range, "Wrong kind of value", "The setting %q takes %s.", s.Name, why)
			return unknown
		}
		return v
	}
	if s.Required {
		if !e.dry {
			e.Errorf(e.in.Service.Range, "Missing setting", "The recipe %q needs the setting %q (%s), which has no default. Write settings = { %s = … } in this service.", e.r.Name, s.Name, s.Label, s.Name)
		}
		return unknown
	}
	def, ok := e.Value(b, "default")
	if !ok {
		return unknown
	}
	if hclread.IsSecret(def.Value) {
		e.Errorf(def.Range, "Secret in the open", "A setting is shown to the host, so its default cannot be a secret.")
		return unknown
	}
	v, why := toSetting(def.Value, s.Type)
	if !why.IsZero() {
		e.Errorf(def.Range, "Wrong kind of value", "The setting %q is of type %q, so its default must be %s.", s.Name, s.Type, why)
		return unknown
	}
	if e.dry {
		return unknown // the host may choose anything else
	}
	return v
}

// unknownSettings reports what the host set and the recipe does not have.
func (e *evaluation) unknownSettings() {
	var names []string
	for _, s := range e.r.Settings {
		names = append(names, s.Name)
	}
	for _, given := range slices.Sorted(maps.Keys(e.in.Settings)) {
		if slices.Contains(names, given) {
			continue
		}
		hint := diag.DidYouMean(given, names)
		switch {
		case hint.IsZero() && len(names) == 0:
			hint = text.Of(" It has none.")
		case hint.IsZero():
			hint = text.Say(" It has: %s.", strings.Join(names, ", "))
		}
		e.Errorf(e.in.Settings[given].Key, "Unknown setting", "The recipe %q has no setting %q.%s", e.r.Name, given, hint)
	}
}

// toSetting takes a value as a setting of a type, or says what the type takes.
func toSetting(v cty.Value, kind string) (out cty.Value, why text.Text) {
	v, _ = v.UnmarkDeep()
	switch kind {
	case "string":
		if !v.IsKnown() && v.Type() == cty.DynamicPseudoType {
			return v, text.Text{}
		}
		if v.Type() != cty.String {
			return v, hclread.Text.Form()
		}
		if v.IsKnown() && len(v.AsString()) > longestSetting {
			return v, text.Say("a text of at most %d bytes", longestSetting)
		}
	case "number":
		if v.Type() != cty.Number && v.Type() != cty.DynamicPseudoType {
			return v, text.Of("a number, without quotes")
		}
	case "bool":
		if v.Type() != cty.Bool && v.Type() != cty.DynamicPseudoType {
			return v, hclread.Bool.Form()
		}
	case "list":
		return toList(v)
	}
	return v, text.Text{}
}

func toList(v cty.Value) (out cty.Value, why text.Text) {
	t := v.Type()
	if !v.IsKnown() && (t == cty.DynamicPseudoType || t.IsListType()) {
		return v, text.Text{}
	}
	form := hclread.TextList.Form()
	if !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return v, form
	}
	if v.IsKnown() && v.LengthInt() > largestList {
		return v, text.Say("a list of at most %d texts", largestList)
	}
	for it := v.ElementIterator(); v.IsKnown() && it.Next(); {
		_, item := it.Element()
		if item.IsNull() || item.Type() != cty.String && item.Type() != cty.DynamicPseudoType {
			return v, form
		}
		if item.IsKnown() && len(item.AsString()) > longestSetting {
			return v, text.Say("a list of texts, each of at most %d bytes", longestSetting)
		}
	}
	list, err := convert.Convert(v, types["list"])
	if err != nil {
		return v, form
	}
	return list, text.Text{}
}

// checks evaluates the conditions that the recipe sets.
func (e *evaluation) checks(root *hclread.Block) {
	for i, b := range e.settingBlocks(root) {
		s := e.r.Settings[i]
		for _, check := range b.Blocks("check") {
			met := e.Bool(check, "condition")
			if !met.Known || met.V {
				continue
			}
			at := e.in.Settings[s.Name].Range
			if at.IsZero() {
				at = check.RangeOf("condition")
			}
			message := e.Bilingual(check, "message").V
			e.Add(diag.Error("Setting not accepted", text.Say("The setting %q: %s", s.Name, message), at))
		}
	}
}
