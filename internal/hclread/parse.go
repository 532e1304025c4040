// Package hclread is the plumbing that the two languages, chaton.hcl and
// recipes, share: text to blocks checked against a schema, expressions to plain
// values, and every problem as a diagnostic in our own words.
//
// It promises that no text, however hostile, makes it panic, hang or take much
// memory: sizes and nesting are bounded before parsing, and evaluation is
// metered. Expressions see the variables and functions they are given, nothing
// else.
package hclread

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"ronron/internal/diag"
	"ronron/internal/text"
)

// Bounds of one file. An honest file stays far below; beyond, the parser's
// recursion or the evaluation could exhaust the machine.
const (
	MaxSize    = 256 << 10 // bytes
	maxTokens  = 50_000
	maxNesting = 64 // brackets, braces, quotes within one another
	maxUnary   = 8  // signs in a row: !!!!
	maxNumber  = 40 // characters of one number
)

// Parse reads a file and checks its structure against the schema: unknown,
// missing and repeated attributes and blocks. What it understood is returned
// even when there are problems, so that the reader can look for more; it is nil
// when the text could not be read as blocks at all.
func Parse(file string, src []byte, schema *Schema) (*Block, diag.List) {
	if d := bounds(file, src, hclsyntax.LexConfig); d != nil {
		return nil, d
	}
	f, hdiags := hclsyntax.ParseConfig(src, file, hcl.InitialPos)
	diags := Diagnostics(withNumbers(hdiags, src))
	if syntaxBroken(hdiags) {
		return nil, onePerLine(diags)
	}
	body := f.Body.(*hclsyntax.Body)
	instrumentBody(body)
	return newBlock(body, schema, Range(body.MissingItemRange()), &diags), diags
}

// Template is a parsed template.
type Template struct{ expr hclsyntax.Expression }

// ParseTemplate reads a template file.
func ParseTemplate(file string, src []byte) (Template, diag.List) {
	if d := bounds(file, src, hclsyntax.LexTemplate); d != nil {
		return Template{}, d
	}
	expr, hdiags := hclsyntax.ParseTemplate(src, file, hcl.InitialPos)
	if hdiags.HasErrors() {
		return Template{}, onePerLine(Diagnostics(withNumbers(hdiags, src)))
	}
	return Template{instrument(expr)}, nil
}

// syntaxBroken says whether the text could not be read as blocks: everything
// but an attribute that is there twice.
func syntaxBroken(hdiags hcl.Diagnostics) bool {
	for _, d := range hdiags {
		if d.Severity == hcl.DiagError && d.Summary != "Attribute redefined" {
			return true
		}
	}
	return false
}

// onePerLine keeps the first problem of each line: the parser's later ones on
// the same line are nearly always echoes of the first.
func onePerLine(diags diag.List) diag.List {
	var kept diag.List
	seen := map[int]bool{}
	for _, d := range diags.Sorted() {
		if !seen[d.Range.Start.Line] {
			kept = kept.Append(d)
		}
		seen[d.Range.Start.Line] = true
	}
	return kept
}

type lexer func(src []byte, file string, start hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)

func tooLarge(r hcl.Range, format string, args ...any) diag.List {
	return diag.List{diag.Error("Text too large or too deep", text.Say(format, args...), Range(r))}
}

// bounds refuses what could exhaust the parser. The lexer does not recurse, so
// it can look first.
func bounds(file string, src []byte, lex lexer) diag.List {
	start := hcl.Range{Filename: file, Start: hcl.InitialPos, End: hcl.InitialPos}
	if len(src) > MaxSize {
		return tooLarge(start, "The file has %d bytes; at most %d are read.", len(src), MaxSize)
	}
	tokens, _ := lex(src, file, hcl.InitialPos)
	if len(tokens) > maxTokens {
		return tooLarge(start, "The file has more than %d words and signs, which no honest one needs.", maxTokens)
	}
	depth, unary := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth--
		}
		unary++
		if t.Type != hclsyntax.TokenBang && t.Type != hclsyntax.TokenMinus {
			unary = 0
		}
		switch {
		case depth > maxNesting:
			return tooLarge(t.Range, "More than %d brackets, braces and quotes are open within one another here.", maxNesting)
		case unary > maxUnary:
			return tooLarge(t.Range, "More than %d signs follow one another here.", maxUnary)
		case t.Type == hclsyntax.TokenNumberLit && !sensibleNumber(t.Bytes):
			return tooLarge(t.Range, "This number is too long: at most %d characters, and three digits of exponent.", maxNumber)
		}
	}
	return nil
}

// sensibleNumber refuses numbers that are short to write and endless to print,
// such as 1e999999999.
func sensibleNumber(b []byte) bool {
	if len(b) > maxNumber {
		return false
	}
	for i, c := range b {
		if c == 'e' || c == 'E' {
			return len(b)-i <= 5
		}
	}
	return true
}

// Range turns a place of the parser's into one of ours.
func Range(r hcl.Range) diag.Range {
	pos := func(p hcl.Pos) diag.Pos { return diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }
	return diag.Range{File: r.Filename, Start: pos(r.Start), End: pos(r.End)}
}
