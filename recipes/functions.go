package recipes

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"ronron/internal/text"
)

// Bounds of what one call may make, or search, so that no recipe can hold up
// the host.
const (
	largestResult  = 1 << 20 // bytes
	longestText    = 1 << 10
	longestPattern = 200
	largestPattern = 300 // steps of the compiled expression
	longestList    = 1000
)

// functions are everything an expression can call. None reads a file, the
// environment, the clock or chance, so the same input gives the same result.
func functions() map[string]function.Function {
	all := map[string]function.Function{
		// texts
		"upper": stdlib.UpperFunc, "lower": stdlib.LowerFunc, "title": stdlib.TitleFunc,
		"trimspace": stdlib.TrimSpaceFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"chomp": stdlib.ChompFunc, "substr": stdlib.SubstrFunc, "split": stdlib.SplitFunc,
		"join": joinFunc, "replace": replaceFunc, "indent": indentFunc, "format": formatFunc,
		"startswith": predicate(strings.HasPrefix), "endswith": predicate(strings.HasSuffix), "strcontains": predicate(strings.Contains),
		"regex": searching(stdlib.RegexFunc), "regexall": searching(stdlib.RegexAllFunc),
		// collections
		"length": lengthFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "keys": stdlib.KeysFunc, "values": stdlib.ValuesFunc,
		"lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "flatten": stdlib.FlattenFunc, "sort": stdlib.SortFunc,
		"reverse": stdlib.ReverseListFunc, "element": stdlib.ElementFunc, "slice": stdlib.SliceFunc, "zipmap": stdlib.ZipmapFunc,
		"distinct": distinctFunc, "compact": stdlib.CompactFunc, "coalesce": stdlib.CoalesceFunc,
		"alltrue": quantifier(true), "anytrue": quantifier(false), "range": rangeFunc,
		// numbers
		"min": stdlib.MinFunc, "max": stdlib.MaxFunc, "floor": stdlib.FloorFunc, "ceil": stdlib.CeilFunc, "abs": stdlib.AbsoluteFunc, "parseint": stdlib.ParseIntFunc,
		// kinds
		"tostring": converting(cty.String), "tonumber": converting(cty.Number), "tobool": converting(cty.Bool),
		// encodings
		"jsonencode": stdlib.JSONEncodeFunc, "yamlencode": yamlFunc,
		"base64encode": onText(func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil }),
		"base64decode": onText(decodeBase64),
		"sha256": onText(func(s string) (string, error) {
			sum := sha256.Sum256([]byte(s))
			return hex.EncodeToString(sum[:]), nil
		}),
	}
	for name, quote := range quoting {
		all[name] = onText(quote)
	}
	return all
}

// functionNames lists them for the reference's test.
func functionNames() []string {
	var names []string
	for name := range maps.Keys(functions()) {
		names = append(names, name)
	}
	return names
}

func stringParam(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.String}
}

// onText makes a function of one text.
func onText(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("text")},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			s, err := f(args[0].AsString())
			if err != nil {
				return cty.DynamicVal, err
			}
			return cty.StringVal(s), nil
		},
	})
}

func decodeBase64(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", text.Errorf("this is not base64")
	}
	if !utf8.Valid(b) {
		return "", text.Errorf("what comes out is not text")
	}
	return string(b), nil
}

func predicate(f func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("text"), stringParam("part")},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// lengthFunc counts the characters of a text or the items of a collection.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
	Type: func(args []cty.Value) (cty.Type, error) {
		t := args[0].Type()
		if t == cty.String || t == cty.DynamicPseudoType || t.IsTupleType() || t.IsObjectType() || t.IsCollectionType() {
			return cty.Number, nil
		}
		return cty.Number, text.Errorf("a text, a list or an object has a length; this is none of them")
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v := args[0]
		switch {
		case !v.IsKnown():
			return cty.UnknownVal(cty.Number).RefineNotNull(), nil
		case v.Type() == cty.String:
			return stdlib.Strlen(v)
		case v.Type().IsObjectType():
			return cty.NumberIntVal(int64(len(v.Type().AttributeTypes()))), nil
		}
		return v.Length(), nil
	},
})

// quantifier is alltrue (of none: true) or anytrue (of none: false).
func quantifier(all bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			for _, v := range args[0].AsValueSlice() {
				switch {
				case !v.IsKnown():
					return cty.UnknownVal(cty.Bool), nil
				case v.IsNull():
					return cty.DynamicVal, text.Errorf("the list holds nothing (null) where true or false is needed")
				case v.True() != all:
					return cty.BoolVal(!all), nil
				}
			}
			return cty.BoolVal(all), nil
		},
	})
}

func tooLong() error { return text.Errorf("the result would be longer than %d bytes", largestResult) }

var joinFunc = function.New(&function.Spec{
	Params: []function.Parameter{stringParam("separator"), {Name: "list", Type: cty.List(cty.String)}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		separator, size := args[0].AsString(), 0
		var parts []string
		for _, v := range args[1].AsValueSlice() {
			switch {
			case !v.IsKnown():
				return cty.UnknownVal(cty.String), nil
			case v.IsNull():
				return cty.DynamicVal, text.Errorf("the list holds nothing (null) where a text is needed")
			}
			parts = append(parts, v.AsString())
			if size += len(v.AsString()) + len(separator); size > largestResult {
				return cty.DynamicVal, tooLong()
			}
		}
		return cty.StringVal(strings.Join(parts, separator)), nil
	},
})

// replaceFunc replaces every occurrence of one text, literally.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{stringParam("text"), stringParam("old"), stringParam("new")},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		s, old, by := args[0].AsString(), args[1].AsString(), args[2].AsString()
		if old == "" {
			return cty.DynamicVal, text.Errorf("the text to replace is empty")
		}
		if len(s)+strings.Count(s, old)*len(by) > largestResult {
			return cty.DynamicVal, tooLong()
		}
		return cty.StringVal(strings.ReplaceAll(s, old, by)), nil
	},
})

// indentFunc puts blanks before every line but the first.
var indentFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "blanks", Type: cty.Number}, stringParam("text")},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		n, _ := args[0].AsBigFloat().Int64()
		s := args[1].AsString()
		if n < 0 || n > 100 {
			return cty.DynamicVal, text.Errorf("lines are indented by 0 to 100 blanks")
		}
		if len(s)+strings.Count(s, "\n")*int(n) > largestResult {
			return cty.DynamicVal, tooLong()
		}
		return cty.StringVal(strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", int(n)))), nil
	},
})

var wideVerb = regexp.MustCompile(`%[^a-zA-Z%]*([0-9]{3}|\*)`)

// formatFunc is the usual format, with widths that stay in bounds.
var formatFunc = function.New(&function.Spec{
	Params:   []function.Parameter{stringParam("format")},
	VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowNull: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		if args[0].IsKnown() && wideVerb.MatchString(args[0].AsString()) {
			return cty.String, text.Errorf("a width has at most two digits")
		}
		return cty.String, nil
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		return stdlib.Format(args[0], args[1:]...)
	},
})

var rangeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "from", Type: cty.Number}, {Name: "to", Type: cty.Number}},
	Type:   function.StaticReturnType(cty.List(cty.Number)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		from, _ := args[0].AsBigFloat().Int64()
		to, _ := args[1].AsBigFloat().Int64()
		switch {
		case to <= from:
			return cty.ListValEmpty(cty.Number), nil
		case from < -largestResult || to > largestResult || to-from > longestList:
			return cty.DynamicVal, text.Errorf("a range has at most %d numbers", longestList)
		}
		var list []cty.Value
		for n := from; n < to; n++ {
			list = append(list, cty.NumberIntVal(n))
		}
		return cty.ListVal(list), nil
	},
})

// searching bounds a function of pattern and text. Go's expressions take linear
// time, but linear in text times pattern.
func searching(f function.Function) function.Function {
	guard := func(args []cty.Value) error {
		if args[0].IsKnown() {
			return checkPattern(args[0].AsString())
		}
		return nil
	}
	return function.New(&function.Spec{
		Params: []function.Parameter{stringParam("pattern"), stringParam("text")},
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := guard(args); err != nil {
				return cty.DynamicPseudoType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args[1].AsString()) > longestText {
				return cty.DynamicVal, text.Errorf("a text of more than %d bytes is not searched", longestText)
			}
			return f.Call(args)
		},
	})
}

func checkPattern(p string) error {
	if len(p) > longestPattern {
		return text.Errorf("a pattern has at most %d characters", longestPattern)
	}
	parsed, err := syntax.Parse(p, syntax.Perl)
	if err != nil {
		return text.Errorf("%q is not a regular expression (RE2)", p)
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(prog.Inst) > largestPattern {
		return text.Errorf("the pattern is too large; count less in it")
	}
	return nil
}

// distinctFunc keeps the first of equal texts. (The library's own compares each
// with each.)
var distinctFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.String)}},
	Type:   function.StaticReturnType(cty.List(cty.String)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(cty.List(cty.String)), nil
		}
		seen := map[string]bool{}
		var kept []cty.Value
		for _, v := range args[0].AsValueSlice() {
			if v.IsNull() {
				return cty.DynamicVal, text.Errorf("the list holds nothing (null) where a text is needed")
			}
			if !seen[v.AsString()] {
				kept = append(kept, v)
			}
			seen[v.AsString()] = true
		}
		if len(kept) == 0 {
			return cty.ListValEmpty(cty.String), nil
		}
		return cty.ListVal(kept), nil
	},
})

// converting changes the kind of a single value.
func converting(t cty.Type) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
		Type:   function.StaticReturnType(t),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := convert.Convert(args[0], t)
			if err != nil {
				return cty.DynamicVal, text.Errorf("this value cannot be turned into what is wanted")
			}
			return v, nil
		},
	})
}
