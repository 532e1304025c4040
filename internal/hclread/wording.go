package hclread

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
)

// Diagnostics turns what the parser and the evaluator say into our own words:
// people who write these files know texts, lists and attributes, not the
// types of our libraries.
func Diagnostics(list hcl.Diagnostics) diag.List {
	var out diag.List
	for _, d := range list {
		n := diag.Error(d.Summary, text.Of(d.Detail), diag.Range{})
		if d.Severity == hcl.DiagWarning {
			n.Severity = diag.SeverityWarning
		}
		if d.Subject != nil {
			n.Range = Range(*d.Subject)
		}
		if say, ok := wording[d.Summary]; ok {
			summary, detail := say(d)
			n = n.Saying(text.Of(summary), detail)
		} else {
			n = n.Saying(borrowed(n.Summary), borrowed(n.Detail))
		}
		out = out.Append(n)
	}
	return out
}

type say func(*hcl.Diagnostic) (summary string, detail text.Text)

func fixed(summary, detail string) say {
	return func(*hcl.Diagnostic) (string, text.Text) { return summary, text.Of(detail) }
}

func withDetail(summary string, detail func(*hcl.Diagnostic) text.Text) say {
	return func(d *hcl.Diagnostic) (string, text.Text) { return summary, detail(d) }
}

// wording has our words for what the libraries say most.
var wording = words()

func words() map[string]say {
	closing := fixed("Something is not closed", "A bracket, brace or parenthesis that is opened here is never closed, or a comma is missing inside it.")
	separator := fixed("Missing separator", "Between two items of a list or an object stands a comma or a new line.")
	quote := fixed("Quote not closed", `A text begins with a quote and ends with one on the same line. For texts of several lines write <<EOT, the lines, and EOT on a line of its own.`)
	key := fixed("Name or value missing", `Inside { … } each item is written name = value.`)
	place := fixed("Value missing", "Something is expected here: a text in quotes, a number, true or false, a list […] or an object {…}.")
	line := fixed("Line not understood", `A line is either an attribute, name = value, or begins a block, name "label" { … }. Labels and texts stand between straight double quotes.`)
	loop := fixed("Loop not understood", `A loop is written [for x in list : …], or {for name, x in object : name => …} for an object; if … at its end chooses among the items.`)
	filter := fixed("Not a condition", "After if stands a condition, which is true or false; this is neither.")
	name := fixed("Name not usable", "A name in an object is a text; this is something else, or nothing (null).")
	dot := fixed("Name missing", "After a dot stands a name.")
	index := fixed("Index not understood", `An item is chosen by its number, list[0], or by its name, object["name"].`)
	call := fixed("Call not understood", "A function is called by its name with parentheses: upper(…).")
	return map[string]say{
		"Attribute redefined":                             withDetail("Attribute written twice", redefined),
		"Argument or block definition required":           line,
		"Argument definition required":                    line,
		"Invalid block definition":                        fixed("Block not understood", `A block is written name "label" { … }: labels in quotes, the opening brace on the same line.`),
		"Invalid single-argument block definition":        fixed("Block not understood", "A block on one line holds one attribute: name { attribute = value }. Put each further attribute on a line of its own."),
		"Missing newline after block definition":          fixed("Missing new line", "After the closing brace of a block a new line begins."),
		"Missing newline after argument":                  fixed("Missing new line", "Each attribute stands on a line of its own, and so does the closing brace of a block of several lines."),
		"Unclosed configuration block":                    fixed("Block not closed", "This block has no closing brace }."),
		"Unclosed configuration body":                     fixed("Block not closed", "A closing brace } is missing."),
		"Invalid argument name":                           fixed("Name in quotes", "The name of an attribute is written without quotes: name = value."),
		"Invalid expression":                              place,
		"Missing expression":                              place,
		"Invalid number literal":                          fixed("Not a number", "Numbers are written 443 or 0.5."),
		badNumber:                                         withDetail("Not a number", noNumber),
		"Invalid character":                               withDetail("Unexpected character", badCharacter),
		"Invalid character encoding":                      fixed("Not UTF-8", "The file must be plain text in UTF-8; save it again with that encoding."),
		"Invalid multi-line string":                       quote,
		"Unterminated string literal":                     quote,
		"Unterminated template string":                    quote,
		"Invalid string literal":                          quote,
		"Invalid escape sequence":                         fixed("Unknown sign after a backslash", `In a text a backslash is followed by n, t, ", or another backslash. To write a backslash, write two.`),
		"Missing item separator":                          separator,
		"Missing attribute separator":                     separator,
		"Missing argument separator":                      separator,
		"Missing attribute value":                         key,
		"Missing key/value separator":                     key,
		"Unterminated object constructor expression":      closing,
		"Unterminated tuple constructor expression":       closing,
		"Unbalanced parentheses":                          closing,
		"Unterminated function call":                      closing,
		"Missing closing parenthesis":                     closing,
		"Unclosed index brackets":                         closing,
		"Missing close bracket on index":                  closing,
		"Unclosed template interpolation sequence":        fixed("Expression not closed", "An expression in a text is written ${ … }; the closing brace is missing. For a dollar sign and a brace as such write $${."),
		"Extra characters after interpolation expression": fixed("Expression not understood", "Between ${ and } stands one expression; what follows it here does not belong. For a dollar sign and a brace as such write $${."),
		"Extra characters after expression":               fixed("Expression not understood", "The value ends here; what follows does not belong to it."),
		"Unexpected end of template":                      fixed("Template not finished", "A %{ if } or %{ for } is not ended with %{ endif } or %{ endfor }."),
		"Invalid template directive":                      withDetail("Unknown template directive", directive),
		"Invalid template control keyword":                withDetail("Unknown template directive", directive),
		"Unexpected else directive":                       fixed("Template not understood", "This %{ else } belongs to no %{ if }."),
		"Unknown variable":                                unknownVariable,
		"Variables not allowed":                           unknownVariable,
		"Unsupported attribute":                           withDetail("Unknown name", unknownMember),
		"Missing map element":                             withDetail("Unknown name", unknownMember),
		"Call to unknown function":                        unknownFunction,
		"Function calls not allowed":                      fixed("No functions here", "This file holds fixed values only."),
		"Error in function call":                          withDetail("Function failed", functionFailed),
		"Invalid function argument":                       withDetail("Wrong value for a function", functionFailed),
		"Not enough function arguments":                   withDetail("Value missing for a function", functionCount),
		"Too many function arguments":                     withDetail("Too many values for a function", functionCount),
		"Invalid template interpolation value":            withDetail("Cannot be put into a text", interpolated),
		"Iteration over non-iterable value":               fixed("Nothing to go through", "After in stands a list or an object; this is neither."),
		"Iteration over null value":                       fixed("Nothing to go through", "After in stands a list or an object; this is nothing (null)."),
		"Incorrect condition type":                        fixed("Not a condition", "A condition is true or false; this is neither. Compare it with something: == or !=."),
		"Null condition":                                  fixed("Not a condition", "A condition is true or false; this is nothing (null)."),
		"Inconsistent conditional result types":           fixed("Two kinds of values", "Both sides of ? … : … must be of the same kind: two texts, two numbers, two lists."),
		"Invalid operand":                                 fixed("Cannot be calculated with", "The sign beside this takes numbers, or true and false; this value is neither. To join texts write \"${a}${b}\"."),
		"Operation failed":                                fixed("Cannot be calculated", "This calculation has no result, as a division by zero has none."),
		"Invalid index":                                   fixed("No such item", "The list or object has no item under this index."),
		"Attempt to get attribute from null value":        fixed("Nothing there", "What stands before the dot is nothing (null), so it has no attributes."),
		"Attempt to index null value":                     fixed("Nothing there", "What stands before the bracket is nothing (null), so it has no items."),
		"Unsupported operator":                            fixed("Unknown sign between values", "Conditions are joined by && (and) and || (or), and ! before one turns it around."),
		"Invalid 'for' expression":                        loop,
		"Invalid 'for' directive":                         fixed("Loop not understood", "In a template a loop is written %{ for x in list } … %{ endfor }."),
		"Invalid 'for' condition":                         filter,
		"Condition is null":                               filter,
		"Duplicate object key":                            fixed("Name used twice", "Two turns of this loop give the object the same name; each needs a name of its own."),
		"Null value as key":                               name,
		"Incorrect key type":                              name,
		"Invalid object key":                              name,
		"Invalid attribute name":                          dot,
		"Attribute name required":                         dot,
		"Invalid legacy index syntax":                     index,
		"Index value required":                            index,
		"Missing false expression in conditional":         fixed("Choice not finished", "A choice is written condition ? a : b; the colon and what is taken otherwise are missing."),
		"Missing function name":                           call,
		"Missing open parenthesis":                        call,
		"Unexpected endif directive":                      fixed("Template not understood", "This %{ endif } belongs to no %{ if }."),
		"Unexpected endfor directive":                     fixed("Template not understood", "This %{ endfor } belongs to no %{ for }."),
		"Invalid expanding argument value":                fixed("Not a list", "Before ... stands a list, whose items become the values of the function; this is none."),
		"Unexpected comma after argument":                 fixed("Unexpected comma", "Each attribute stands on a line of its own, without a comma at its end."),
		"Splat of null value":                             fixed("Nothing there", "What stands before the bracket is nothing (null), so it has no items."),
		"Nested splat expression not allowed":             fixed("Expression not understood", "An asterisk cannot follow another here; write a loop: [for x in list : …]."),
		"Invalid nested splat expressions":                fixed("Expression not understood", "An asterisk cannot follow another here; write a loop: [for x in list : …]."),
		"Missing close bracket on splat index":            closing,
		"Variable name required":                          place,
		"Ambiguous attribute key":                         fixed("Name not clear", "A name with a dot in it is written in quotes; a name that is worked out is written in parentheses."),
	}
}

var quotedWord = regexp.MustCompile(`"([^"]*)"`)

func firstQuoted(s string) string {
	if m := quotedWord.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

func redefined(d *hcl.Diagnostic) text.Text {
	if m := regexp.MustCompile(`"([^"]*)" was already set at [^,]*:(\d+),`).FindStringSubmatch(d.Detail); m != nil {
		return text.Say("%q is set in line %s already; keep one of the two.", m[1], m[2])
	}
	return text.Of("An attribute is set once in a block; keep one of the two.")
}

func badCharacter(d *hcl.Diagnostic) text.Text {
	switch {
	case strings.Contains(d.Detail, "Single quotes"):
		return text.Of(`Texts stand between double quotes: "…".`)
	case strings.Contains(d.Detail, "curly"):
		return text.Of(`Texts stand between straight double quotes "…", not between typographic ones.`)
	}
	return text.Of("This character means nothing here. If it belongs to a text, put the text in quotes.")
}

func directive(d *hcl.Diagnostic) text.Text {
	return text.Of("A template knows %{ if … }, %{ else }, %{ endif }, %{ for x in … } and %{ endfor }. For a per cent sign and a brace as such write %%{.")
}

func unknownVariable(d *hcl.Diagnostic) (string, text.Text) {
	name := ""
	if t, ok := d.Expression.(*hclsyntax.ScopeTraversalExpr); ok {
		name = t.Traversal.RootName()
	}
	if name == "" {
		name = firstQuoted(d.Detail)
	}
	names := visibleNames(d.EvalContext)
	if len(names) == 0 {
		return text.Key("Text without quotes"), text.Say("Texts stand in quotes: write %q.", name)
	}
	return text.Key("Unknown variable"), text.Say("There is no variable %q here.%s If it is meant as a text, put it in quotes.", name, diag.ElseThereAre(name, names))
}

// unknownMember names what stands before the dot and offers what it has.
func unknownMember(d *hcl.Diagnostic) text.Text {
	t, ok := d.Expression.(*hclsyntax.ScopeTraversalExpr)
	if !ok || d.EvalContext == nil {
		if name := firstQuoted(d.Detail); name != "" {
			return text.Say("There is nothing named %q.", name)
		}
		return text.Of("What stands before the dot has no parts with names.")
	}
	path := t.Traversal.RootName()
	var v cty.Value
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		if found, ok := ctx.Variables[path]; ok {
			v = found
			break
		}
	}
	for _, step := range t.Traversal[1:] {
		a, ok := step.(hcl.TraverseAttr)
		if !ok || v == cty.NilVal {
			break
		}
		members := memberNames(v.Type())
		if !slices.Contains(members, a.Name) {
			if len(members) == 0 {
				return text.Say("%s is %s, so it has nothing named %q.", path, describe(v), a.Name)
			}
			return text.Say("%s has nothing named %q.%s", path, a.Name, diag.ElseThereAre(a.Name, members))
		}
		v, _ = v.Unmark()
		path += "." + a.Name
		if v.IsNull() {
			break
		}
		v = v.GetAttr(a.Name)
	}
	return text.Say("%s has no parts with names.", path)
}

func memberNames(t cty.Type) []string {
	if !t.IsObjectType() {
		return nil
	}
	var names []string
	for name := range t.AttributeTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func unknownFunction(d *hcl.Diagnostic) (string, text.Text) {
	name := ""
	if call, ok := d.Expression.(*hclsyntax.FunctionCallExpr); ok {
		name = call.Name
	}
	if name == "" {
		name = firstQuoted(d.Detail)
	}
	var names []string
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		for n := range ctx.Functions {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return text.Key("No functions here"), text.Of("This file holds fixed values only; texts stand in quotes.")
	}
	switch name {
	case "file", "templatefile", "fileexists", "filebase64", "fileset", "env", "getenv":
		return text.Key("Unknown function"), text.Say("There is no function %q: a recipe reads neither files nor the environment of the host. A file of the recipe's own folder is used with template = \"name.tmpl\".", name)
	}
	return text.Key("Unknown function"), text.Say("There is no function %q.%s", name, diag.DidYouMean(name, names))
}

func functionFailed(d *hcl.Diagnostic) text.Text {
	name := ""
	if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		name = call.CalledFunctionName()
		if err := call.FunctionCallError(); err != nil {
			return text.Say("%s: %s.", name, reason(err))
		}
	}
	_, why, _ := strings.Cut(d.Detail, ": ")
	return text.Say("%s cannot use this value: %s", name, borrowed(why))
}

// reason is what a function says of its failure: ours in both languages, the
// library's as far as anybody has translated it.
func reason(err error) text.Text {
	if _, both := err.(interface{ In(text.Lang) string }); both {
		return text.Text{EN: errs.In(err, text.EN), FR: errs.In(err, text.FR)}
	}
	return borrowed(err.Error())
}

var (
	mismatch    = regexp.MustCompile(`^(.+) is needed, but have (text|number|list|object|true or false)$`)
	unsupported = regexp.MustCompile(`^unsupported value for ("[^"]*") at \d+: (.+)$`)
	noInteger   = regexp.MustCompile(`^cannot parse ("[^"]*") as a base (\d+) integer$`)
	instead     = regexp.MustCompile(`^(values must be objects|all values must be lists)[,;] got `)
)

// borrowed is a sentence of a library in our words.
func borrowed(said string) text.Text {
	whole := text.Of(plainly(said))
	if whole.FR != "" {
		return whole
	}
	said, stop := strings.CutSuffix(whole.EN, ".")
	t := text.Of(said)
	if m := mismatch.FindStringSubmatch(said); m != nil {
		t = text.Say("%s, and this is %s", text.Of(m[1]+" is needed"), map[string]text.Text{
			"text": describeType(cty.String), "number": describeType(cty.Number), "true or false": describeType(cty.Bool),
			"list": describeType(cty.EmptyTuple), "object": describeType(cty.EmptyObject),
		}[m[2]])
	} else if m := unsupported.FindStringSubmatch(said); m != nil {
		t = text.Say("%s does not write this value: %s", m[1], borrowed(m[2]))
	} else if m := noInteger.FindStringSubmatch(said); m != nil {
		t = text.Say("%s is no whole number in base %s", m[1], m[2])
	} else if m := instead.FindStringSubmatch(said); m != nil {
		t = text.Of(m[1])
	}
	t.EN = said
	if stop {
		t = text.Say("%s.", t)
	}
	return t
}

func functionCount(d *hcl.Diagnostic) text.Text {
	name := ""
	if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		name = call.CalledFunctionName()
	}
	return text.Say("%s is given another number of values than it takes; docs/recipes.md shows how each function is called.", name)
}

func interpolated(d *hcl.Diagnostic) text.Text {
	return text.Of("Between ${ and } stands a text, a number, or true or false; this is a list, an object, or nothing. Lists are put into a text with join(\", \", list).")
}

// theirs are sentences of the libraries that pass through plainly and are said
// as they come out of it.
var theirs = []string{
	text.Key("a text is needed"), text.Key("a number is needed"), text.Key("true or false is needed"), text.Key("an object is needed"), text.Key("a list is needed"),
	text.Key("a list of texts is needed"), text.Key("a list of numbers is needed"), text.Key("a list of true or false is needed"),
	text.Key("pattern did not match any part of the given text"), text.Key("cannot use element function with an empty list"),
	text.Key("all values must have the same type"), text.Key("no non-null values"), text.Key("value must not be null"),
	text.Key("must pass at least one number"), text.Key("values must be objects"), text.Key("all values must be lists"),
	text.Key("start index must not be greater than the length of the list"), text.Key("end index must not be greater than the length of the list"),
	text.Key("start index must not be greater than end index"),
}

// plainly replaces words that only the library's authors use.
var plainly = strings.NewReplacer(
	"list of string required", "a list of texts is needed", "list of number required", "a list of numbers is needed", "list of bool required", "a list of true or false is needed",
	"string literal", "text", "a string", "a text", "string required", "a text is needed", "string", "text",
	"a bool is required", "true or false is needed", "bool required", "true or false is needed", "a bool", "true or false", "bool", "true or false",
	"number required", "a number is needed", "a number is required", "a number is needed",
	"must have map or object type", "an object is needed", "values() requires a map as the first argument", "an object is needed",
	"argument must be list, tuple, or set", "a list is needed", "arguments must be maps or objects", "values must be objects",
	"all arguments must be lists or tuples", "all values must be lists",
	"lists or tuples", "lists", "list or tuple", "list", "a tuple", "a list", "tuple", "list", "a map", "an object", "map of", "object of", "list of any single type required", "a list is needed",
	"configuration", "file", "argument", "value", "interpolation", "expression",
).Replace
