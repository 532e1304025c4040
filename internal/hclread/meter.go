package hclread

import (
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"ronron/internal/text"
)

// Budget of one evaluation (one Eval). Loops within loops, or texts that double
// at each step, reach it in about a second; the largest honest recipe needs some
// hundredth of it.
const (
	maxSteps = 200_000 // expressions evaluated, and items of lists gone through
	maxText  = 8 << 20 // bytes of text made
)

// searches are functions whose one call takes far longer than other steps.
var searches = []string{"regex", "regexall"}

const searchCost = 500

// maxExponent bounds numbers, in bits: printing a larger one could take minutes.
const maxExponent = 4096

// meter counts the work of one evaluation. Every expression within another is
// wrapped at parse time; the wrapper finds the meter in the root of the
// context it is evaluated in, so one parsed text can be evaluated by many.
type meter struct {
	steps, text int // left
	reported    bool
}

const meterName = "\x00meter" // no text can spell it

var meterType = cty.Capsule("meter", reflect.TypeFor[meter]())

func (m *meter) value() cty.Value { return cty.CapsuleVal(meterType, m) }

func meterOf(ctx *hcl.EvalContext) *meter {
	for ctx.Parent() != nil {
		ctx = ctx.Parent()
	}
	return ctx.Variables[meterName].EncapsulatedValue().(*meter)
}

// metered is an expression whose evaluation costs.
type metered struct{ hclsyntax.Expression }

func (e metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	m := meterOf(ctx)
	if m.steps <= 0 || m.text <= 0 {
		return cty.DynamicVal, m.report(e.Range())
	}
	v, diags := e.Expression.Value(ctx)
	m.charge(v)
	if call, ok := e.Expression.(*hclsyntax.FunctionCallExpr); ok && slices.Contains(searches, call.Name) {
		m.steps -= searchCost
	}
	if index, ok := e.Expression.(*hclsyntax.IndexExpr); ok && !v.IsMarked() {
		// The evaluator forgets that a secret chose the item.
		key, _ := index.Key.Value(ctx)
		v = v.WithSameMarks(key)
	}
	if why := unprintable(v); why != "" {
		return cty.DynamicVal, diags.Append(&hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: text.Key("Cannot be calculated"), Detail: why, Subject: e.Range().Ptr(),
		})
	}
	return v, diags
}

// unprintable says why a number cannot be used, or "".
func unprintable(v cty.Value) string {
	v, _ = v.Unmark()
	if v.Type() != cty.Number || !v.IsKnown() || v.IsNull() {
		return ""
	}
	f := v.AsBigFloat()
	switch exponent := f.MantExp(nil); {
	case f.IsInf():
		return text.Key("This calculation has no result, as a division by zero has none.")
	case exponent > maxExponent || exponent < -maxExponent:
		return text.Key("This number has more than a thousand digits.")
	}
	return ""
}

var tooMuchWork = text.Key("Too much work")

func (m *meter) report(at hcl.Range) hcl.Diagnostics {
	if m.reported {
		return nil
	}
	m.reported = true
	return hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: tooMuchWork, Subject: &at,
		Detail: text.Key("Working out the values takes far more steps than any honest file needs. Look for loops within loops, or for a text that is put into itself again and again."),
	}}
}

// charge counts a value.
func (m *meter) charge(v cty.Value) {
	m.steps--
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return
	}
	t := v.Type()
	switch {
	case t == cty.String:
		m.text -= len(v.AsString())
	case t.IsObjectType():
		m.steps -= len(t.AttributeTypes())
	case t.IsCollectionType() || t.IsTupleType():
		m.steps -= v.LengthInt()
	}
}

// instrument wraps every expression inside expr, in place, and expr itself.
func instrument(expr hclsyntax.Expression) hclsyntax.Expression {
	var nodes []hclsyntax.Node
	_ = hclsyntax.VisitAll(expr, func(n hclsyntax.Node) hcl.Diagnostics {
		nodes = append(nodes, n)
		return nil
	})
	for _, n := range nodes {
		for _, slot := range slots(n) {
			*slot = wrap(*slot)
		}
	}
	return wrap(expr)
}

// wrap leaves alone what costs nothing and what the evaluator recognises by
// its type: literals, literal keys, the * of a splat.
func wrap(e hclsyntax.Expression) hclsyntax.Expression {
	switch e.(type) {
	case nil, metered, *hclsyntax.LiteralValueExpr, *hclsyntax.ObjectConsKeyExpr, *hclsyntax.AnonSymbolExpr:
		return e
	}
	return metered{e}
}

// slots are the places of a node that hold other expressions.
func slots(n hclsyntax.Node) []*hclsyntax.Expression {
	each := func(list []hclsyntax.Expression) (s []*hclsyntax.Expression) {
		for i := range list {
			s = append(s, &list[i])
		}
		return s
	}
	type slot = *hclsyntax.Expression
	switch e := n.(type) {
	case *hclsyntax.TemplateExpr:
		return each(e.Parts)
	case *hclsyntax.TemplateWrapExpr:
		return []slot{&e.Wrapped}
	case *hclsyntax.TemplateJoinExpr:
		return []slot{&e.Tuple}
	case *hclsyntax.ForExpr:
		return []slot{&e.CollExpr, &e.KeyExpr, &e.ValExpr, &e.CondExpr}
	case *hclsyntax.FunctionCallExpr:
		return each(e.Args)
	case *hclsyntax.ConditionalExpr:
		return []slot{&e.Condition, &e.TrueResult, &e.FalseResult}
	case *hclsyntax.IndexExpr:
		return []slot{&e.Collection, &e.Key}
	case *hclsyntax.TupleConsExpr:
		return each(e.Exprs)
	case *hclsyntax.ObjectConsExpr:
		var s []slot
		for i := range e.Items {
			s = append(s, &e.Items[i].ValueExpr)
		}
		return s
	case *hclsyntax.ObjectConsKeyExpr:
		if e.ForceNonLiteral {
			return []slot{&e.Wrapped}
		}
	case *hclsyntax.ParenthesesExpr:
		return []slot{&e.Expression}
	case *hclsyntax.SplatExpr:
		return []slot{&e.Source, &e.Each}
	case *hclsyntax.RelativeTraversalExpr:
		return []slot{&e.Source}
	case *hclsyntax.BinaryOpExpr:
		return []slot{&e.LHS, &e.RHS}
	case *hclsyntax.UnaryOpExpr:
		return []slot{&e.Val}
	}
	return nil
}

func instrumentBody(body *hclsyntax.Body) {
	for _, a := range body.Attributes {
		a.Expr = keepObject(a.Expr)
	}
	for _, b := range body.Blocks {
		instrumentBody(b.Body)
	}
}

// keepObject instruments an attribute's expression but leaves an object at
// its top recognisable: the places of its keys are asked for later.
func keepObject(e hclsyntax.Expression) hclsyntax.Expression {
	w := instrument(e)
	if o, ok := e.(*hclsyntax.ObjectConsExpr); ok {
		return o
	}
	return w
}
