package hclread

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"ronron/internal/diag"
	"ronron/internal/text"
)

// Eval evaluates expressions and collects what is wrong with them. One Eval
// has one budget of work. It is for one goroutine.
type Eval struct {
	Diags diag.List

	ctx *hcl.EvalContext
}

// NewEval returns an Eval whose expressions see these variables and functions.
func NewEval(variables map[string]cty.Value, functions map[string]function.Function) *Eval {
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: functions}
	for name, v := range variables {
		ctx.Variables[name] = v
	}
	ctx.Variables[meterName] = (&meter{steps: maxSteps, text: maxText}).value()
	return &Eval{ctx: ctx}
}

// Define makes a variable visible to what is evaluated from now on.
func (e *Eval) Define(name string, v cty.Value) { e.ctx.Variables[name] = v }

// Add notes a problem.
func (e *Eval) Add(d ...diag.Diagnostic) { e.Diags = e.Diags.Append(d...) }

// Errorf notes an error.
func (e *Eval) Errorf(r diag.Range, summary, format string, args ...any) {
	e.Add(diag.Error(summary, text.Say(format, args...), r))
}

// Template evaluates a template; ok is false when that failed.
func (e *Eval) Template(t Template) (v cty.Value, ok bool) { return e.eval(t.expr) }

func (e *Eval) eval(expr hclsyntax.Expression) (cty.Value, bool) {
	v, diags := wrap(expr).Value(e.ctx)
	e.Diags = e.Diags.Append(Diagnostics(diags)...)
	return v, !diags.HasErrors()
}

// Value evaluates an attribute. ok is false when it is not written, null or
// wrong; the value may be unknown, and marked as a secret.
func (e *Eval) Value(b *Block, name string) (v Value, ok bool) {
	a := b.mustKnow(name)
	at := b.attrs[name]
	if at == nil {
		return Value{}, false
	}
	v = Value{Range: Range(at.Expr.Range()), Key: Range(at.NameRange)}
	v.Value, ok = e.eval(at.Expr)
	if ok && v.Value.IsNull() {
		if a.Required {
			e.Errorf(v.Range, "Missing value", "%q is needed, but nothing (null) comes out here.", name)
		}
		return v, false
	}
	return v, ok
}

// Items evaluates an attribute that is an object and returns its values with
// their own places.
func (e *Eval) Items(b *Block, name string) (items Settings, ok bool) {
	v, ok := e.Value(b, name)
	if !ok {
		return nil, !b.Has(name)
	}
	u, marks := v.Value.Unmark()
	if t := u.Type(); !t.IsObjectType() && !t.IsMapType() {
		if t != cty.DynamicPseudoType {
			e.Add(wrongKind(name, Object, u, v.Range))
		}
		return nil, false
	}
	if !u.IsKnown() {
		return nil, false
	}
	items = Settings{}
	places := itemPlaces(b.attrs[name].Expr)
	for key, val := range u.AsValueMap() {
		item := Value{Value: val.WithMarks(marks), Range: v.Range, Key: v.Range}
		if p, ok := places[key]; ok {
			item.Range, item.Key = p.value, p.key
		}
		items[key] = item
	}
	return items, true
}

type itemPlace struct{ key, value diag.Range }

// itemPlaces gives the places inside an object that is written out.
func itemPlaces(expr hclsyntax.Expression) map[string]itemPlace {
	places := map[string]itemPlace{}
	o, ok := expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return places
	}
	for _, item := range o.Items {
		k, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr)
		if !ok {
			continue
		}
		name := hcl.ExprAsKeyword(k.Wrapped)
		if t, ok := k.Wrapped.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
			v, _ := t.Value(nil)
			name = v.AsString()
		}
		if name != "" {
			places[name] = itemPlace{key: Range(k.Range()), value: Range(item.ValueExpr.Range())}
		}
	}
	return places
}

// RepeatedItems reports names that are written twice in one object; the later
// would silently win.
func (e *Eval) RepeatedItems(b *Block, name string) {
	a := b.attrs[name]
	if a == nil {
		return
	}
	o, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return
	}
	seen := map[string]int{}
	for _, item := range o.Items {
		one := itemPlaces(&hclsyntax.ObjectConsExpr{Items: []hclsyntax.ObjectConsItem{item}})
		for key, place := range one {
			if line, twice := seen[key]; twice {
				e.Errorf(place.key, "Name written twice", "%q is set in line %d already; keep one of the two.", key, line)
			}
			seen[key] = place.key.Start.Line
		}
	}
}

// Names returns the variables that expressions can see, sorted.
func (e *Eval) Names() []string { return visibleNames(e.ctx) }

func visibleNames(ctx *hcl.EvalContext) []string {
	var names []string
	for ; ctx != nil; ctx = ctx.Parent() {
		for name := range ctx.Variables {
			if name != meterName {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (b *Block) mustKnow(name string) *Attribute {
	a := b.schema.attribute(name)
	if a == nil {
		panic("hclread: the schema has no attribute " + name) // a reader and its schema are written together
	}
	return a
}
