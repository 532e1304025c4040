package hclread

import (
	"math/big"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
)

// Value is an evaluated value with its place.
type Value struct {
	Value cty.Value
	Range diag.Range // of the value
	Key   diag.Range // of its name
}

// Settings are values by name, as a host wrote them.
type Settings map[string]Value

// String returns a Value that holds a text, for callers without a file.
func String(s string) Value { return Value{Value: cty.StringVal(s)} }

// BoolValue returns a Value that holds true or false.
func BoolValue(b bool) Value { return Value{Value: cty.BoolVal(b)} }

// SecretMark marks values that must never be shown. Whatever is made from a
// marked value carries the mark.
const SecretMark = secretMark("secret")

type secretMark string

// IsSecret says whether any part of v is secret.
func IsSecret(v cty.Value) bool {
	_, marks := v.UnmarkDeep()
	_, secret := marks[SecretMark]
	return secret
}

// Got is an attribute's value in Go. Known is false when the attribute is not
// written, wrong (then that was reported), or not known yet.
type Got[T any] struct {
	V     T
	Known bool
	Range diag.Range
}

// Or returns the value, or def where there is none.
func (g Got[T]) Or(def T) T {
	if g.Known {
		return g.V
	}
	return def
}

func get[T any](e *Eval, b *Block, name string, to func(cty.Value) (T, error)) Got[T] {
	g := Got[T]{Range: b.RangeOf(name)}
	v, ok := e.Value(b, name)
	if !ok {
		return g
	}
	if IsSecret(v.Value) {
		e.Errorf(v.Range, "Secret in the open",
			"%q can be read by everybody who may list containers, plans or logs, so nothing secret may stand in it. Put the secret into a file block of the unit.", name)
		return g
	}
	u, _ := v.Value.UnmarkDeep()
	if !u.IsWhollyKnown() {
		e.checkUnknown(b.mustKnow(name), u, v.Range)
		return g
	}
	val, err := to(u)
	switch err := err.(type) {
	case nil:
		g.V, g.Known = val, true
	case formError:
		e.Add(diag.Error("Wrong form", text.Say("%q: %s.", name, err), v.Range))
	default:
		e.Add(wrongKind(name, b.mustKnow(name).Kind, u, v.Range))
	}
	return g
}

// checkUnknown finds a wrong type even where the value itself is not known.
func (e *Eval) checkUnknown(a *Attribute, v cty.Value, at diag.Range) {
	t := v.Type()
	wrong := false
	switch a.Kind {
	case Text, Size, Duration:
		wrong = t != cty.String && t != cty.DynamicPseudoType
	case Number, Decimal:
		wrong = t != cty.Number && t != cty.DynamicPseudoType
	case Bool:
		wrong = t != cty.Bool && t != cty.DynamicPseudoType
	case TextOrList:
		wrong = t == cty.Number || t == cty.Bool || t.IsObjectType() || t.IsMapType()
	case TextList, NumberList:
		wrong = t.IsPrimitiveType() || t.IsObjectType() || t.IsMapType()
	case Bilingual:
		wrong = t == cty.Number || t == cty.Bool
	}
	if wrong {
		e.Add(wrongKind(a.Name, a.Kind, v, at))
	}
}

// formError is a value of the right type in a wrong form; its text is a sentence
// without the full stop.
type formError struct{ error }

func (e formError) In(lang text.Lang) string { return errs.In(e.error, lang) }

type kindError struct{}

func (kindError) Error() string { return "wrong kind" }

// wrongKind says what is there and what to write instead.
func wrongKind(name string, want Kind, got cty.Value, at diag.Range) diag.Diagnostic {
	detail := text.Say("%q takes %s; this is %s.", name, want.Form(), describe(got))
	if u, _ := got.Unmark(); want == Text && u.IsKnown() && !u.IsNull() && u.Type() == cty.Number {
		detail = text.Say("%s Put it in quotes.", detail)
	}
	return diag.Error("Wrong kind of value", detail, at)
}

// describe names what a value is.
func describe(v cty.Value) text.Text {
	v, _ = v.Unmark()
	if v.IsKnown() && v.IsNull() {
		return text.Of("nothing (null)")
	}
	return describeType(v.Type())
}

func describeType(t cty.Type) text.Text {
	switch {
	case t == cty.String:
		return text.Of("a text")
	case t == cty.Number:
		return text.Of("a number")
	case t == cty.Bool:
		return text.Of("true or false")
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return text.Of("a list")
	case t.IsObjectType() || t.IsMapType():
		return text.Of("an object { … }")
	default:
		return text.Of("something else")
	}
}

// String reads a text.
func (e *Eval) String(b *Block, name string) Got[string] { return get(e, b, name, asString) }

// Strings reads a list of texts.
func (e *Eval) Strings(b *Block, name string) Got[[]string] { return get(e, b, name, asStrings) }

// TextOrList reads a list of texts, or one text as a list of one.
func (e *Eval) TextOrList(b *Block, name string) Got[[]string] {
	return get(e, b, name, func(v cty.Value) ([]string, error) {
		if s, err := asString(v); err == nil {
			return []string{s}, nil
		}
		return asStrings(v)
	})
}

// Int reads a whole number.
func (e *Eval) Int(b *Block, name string) Got[int] { return get(e, b, name, asInt) }

// Ints reads a list of whole numbers.
func (e *Eval) Ints(b *Block, name string) Got[[]int] {
	return get(e, b, name, func(v cty.Value) ([]int, error) { return asList(v, asInt) })
}

// Float reads a number.
func (e *Eval) Float(b *Block, name string) Got[float64] {
	return get(e, b, name, func(v cty.Value) (float64, error) {
		if v.Type() != cty.Number {
			return 0, kindError{}
		}
		f, _ := v.AsBigFloat().Float64()
		return f, nil
	})
}

// Bool reads true or false.
func (e *Eval) Bool(b *Block, name string) Got[bool] {
	return get(e, b, name, func(v cty.Value) (bool, error) {
		if v.Type() != cty.Bool {
			return false, kindError{}
		}
		return v.True(), nil
	})
}

// Size reads "64M" as bytes.
func (e *Eval) Size(b *Block, name string) Got[int64] {
	return get(e, b, name, func(v cty.Value) (int64, error) {
		s, err := asString(v)
		if err != nil {
			return 0, err
		}
		n, err := ParseSize(s)
		return n, form(err)
	})
}

// Duration reads "60s".
func (e *Eval) Duration(b *Block, name string) Got[time.Duration] {
	return get(e, b, name, func(v cty.Value) (time.Duration, error) {
		s, err := asString(v)
		if err != nil {
			return 0, err
		}
		d, err := ParseDuration(s)
		return d, form(err)
	})
}

// Bilingual reads a text in both languages.
func (e *Eval) Bilingual(b *Block, name string) Got[text.Text] { return get(e, b, name, AsBilingual) }

// Bilinguals reads bilingual texts by name.
func (e *Eval) Bilinguals(b *Block, name string) Got[map[string]text.Text] {
	return get(e, b, name, func(v cty.Value) (map[string]text.Text, error) { return asMap(v, AsBilingual) })
}

// TextMap reads texts by name; numbers and true or false are taken as they are written.
func (e *Eval) TextMap(b *Block, name string) Got[map[string]string] {
	return get(e, b, name, func(v cty.Value) (map[string]string, error) { return asMap(v, AsLooseString) })
}

func form(err error) error {
	if err == nil {
		return nil
	}
	return formError{err}
}

func asString(v cty.Value) (string, error) {
	if v.IsNull() || v.Type() != cty.String {
		return "", kindError{}
	}
	return v.AsString(), nil
}

// AsLooseString takes a text, a number or true or false as text.
func AsLooseString(v cty.Value) (string, error) {
	if v.IsNull() || !v.Type().IsPrimitiveType() {
		return "", kindError{}
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", kindError{}
	}
	return s.AsString(), nil
}

func asStrings(v cty.Value) ([]string, error) { return asList(v, asString) }

func asInt(v cty.Value) (int, error) {
	if v.IsNull() || v.Type() != cty.Number {
		return 0, kindError{}
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != big.Exact {
		return 0, formError{text.Errorf("%s is not a whole number that can be counted", v.AsBigFloat().Text('g', 10))}
	}
	return int(n), nil
}

func asList[T any](v cty.Value, to func(cty.Value) (T, error)) ([]T, error) {
	if t := v.Type(); v.IsNull() || !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return nil, kindError{}
	}
	list := []T{}
	for _, item := range v.AsValueSlice() {
		x, err := to(item)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

func asMap[T any](v cty.Value, to func(cty.Value) (T, error)) (map[string]T, error) {
	if t := v.Type(); v.IsNull() || !t.IsObjectType() && !t.IsMapType() {
		return nil, kindError{}
	}
	m := map[string]T{}
	for key, item := range v.AsValueMap() {
		x, err := to(item)
		if err != nil {
			return nil, err
		}
		m[key] = x
	}
	return m, nil
}

// AsBilingual reads { fr = …, en = … }, or one text for both.
func AsBilingual(v cty.Value) (text.Text, error) {
	if s, err := asString(v); err == nil {
		return text.Text{FR: s, EN: s}, nil
	}
	m, err := asMap(v, asString)
	if err != nil {
		return text.Text{}, kindError{}
	}
	t := text.Text{FR: m["fr"], EN: m["en"]}
	delete(m, "fr")
	delete(m, "en")
	for other := range m {
		return text.Text{}, formError{text.Errorf("the languages are fr and en; %q is none of them", other)}
	}
	if t.FR == "" || t.EN == "" {
		return text.Text{}, formError{text.Errorf("both languages are needed: { fr = %q, en = %q }", or(t.FR, "…"), or(t.EN, "…"))}
	}
	return t, nil
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
