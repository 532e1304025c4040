package recipes

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"ronron/internal/text"
)

// yamlFunc writes a value as YAML in block style, keys sorted. Texts are always
// in double quotes, so that no reader takes one for a number, a date or "no".
var yamlFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(cty.String), nil
		}
		var b strings.Builder
		if err := yamlValue(&b, args[0], 0, ""); err != nil {
			return cty.DynamicVal, err
		}
		return cty.StringVal(b.String()), nil
	},
})

// yamlValue writes v; lead is what separates it from the key or dash before it.
func yamlValue(b *strings.Builder, v cty.Value, depth int, lead string) error {
	if b.Len() > largestResult {
		return tooLong()
	}
	t := v.Type()
	switch {
	case v.IsNull():
		b.WriteString(lead + "null\n")
	case t == cty.String:
		b.WriteString(lead + yamlText(v.AsString()) + "\n")
	case t == cty.Number:
		b.WriteString(lead + v.AsBigFloat().Text('f', -1) + "\n")
	case t == cty.Bool:
		b.WriteString(lead + strconv.FormatBool(v.True()) + "\n")
	case t.IsObjectType() || t.IsMapType():
		return yamlObject(b, v.AsValueMap(), depth, lead)
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return yamlList(b, v.AsValueSlice(), depth, lead)
	default:
		return text.Errorf("this value has no form in YAML")
	}
	return nil
}

func yamlObject(b *strings.Builder, m map[string]cty.Value, depth int, lead string) error {
	if len(m) == 0 {
		b.WriteString(lead + "{}\n")
		return nil
	}
	if lead != "" {
		b.WriteString("\n")
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(strings.Repeat("  ", depth) + yamlKey(key) + ":")
		if err := yamlValue(b, m[key], depth+1, " "); err != nil {
			return err
		}
	}
	return nil
}

func yamlList(b *strings.Builder, list []cty.Value, depth int, lead string) error {
	if len(list) == 0 {
		b.WriteString(lead + "[]\n")
		return nil
	}
	if lead != "" {
		b.WriteString("\n")
	}
	for _, item := range list {
		b.WriteString(strings.Repeat("  ", depth) + "-")
		if err := yamlValue(b, item, depth+1, " "); err != nil {
			return err
		}
	}
	return nil
}

var plainKey = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)

// yamlWords are keys that YAML 1.1 would read as something else than text.
var yamlWords = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

func yamlKey(key string) string {
	if plainKey.MatchString(key) && !slices.Contains(yamlWords, key) {
		return key
	}
	return yamlText(key)
}

func yamlText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r >= 0x7f && r <= 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
