package archtest

import (
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leonelquinteros/gotext"
	load "golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "add what has no French yet to internal/text/fr, for translators to fill in")

// sayers are the functions that take sentences, and which of their
// parameters those are, counted from 0.
var sayers = map[string][]int{
	"ronron/internal/text.Of":                     {0},
	"ronron/internal/text.Say":                    {0},
	"ronron/internal/text.Key":                    {0},
	"ronron/internal/text.Errorf":                 {0},
	"ronron/internal/text.Plural":                 {1, 2},
	"ronron/internal/errs.New":                    {1},
	"ronron/internal/errs.Wrap":                   {2},
	"(*ronron/internal/errs.Error).WithHint":      {0},
	"ronron/internal/diag.Error":                  {0},
	"ronron/internal/diag.Warning":                {0},
	"(*ronron/internal/hclread.Eval).Errorf":      {1, 2},
	"(*ronron/internal/hclread.Declaring).Errorf": {1, 2},
	"ronron/internal/hclread.tooLarge":            {1},
	"ronron/internal/hclread.fixed":               {0, 1},
	"ronron/internal/hclread.withDetail":          {0},
	"(*ronron/recipes.parser).wrong":              {0, 1},
	"(*ronron/recipetest.run).check":              {1},
	"(*ronron/recipetest.run).leave":              {1, 3},
	"(*ronron/recipetest.run).crawl":              {1},
	"ronron/recipetest.refused":                   {0},
	"ronron/recipetest.wrapped":                   {0},
	"ronron/services/docker.fault":                {1},
	"ronron/internal/source.refuse":               {0},
	"ronron/internal/cli.usage":                   {0},
	"(*ronron/internal/cli.App).note":             {0},
	"(ronron/internal/cli.tongue).say":            {0},
	"ronron/internal/cli.ok":                      {1},
	"ronron/internal/cli.warning":                 {2},
	"ronron/internal/cli.problem":                 {2},
}

// helps are the fields of the command table that people read.
var helps = []string{"Usage", "Description", "ArgsUsage"}

// areas say which file a sentence of a package belongs into; the first that fits.
var areas = []struct{ folder, file string }{
	{"internal/cli", "cli"}, {"internal/text", "common"}, {"internal/errs", "common"}, {"internal/diag", "common"},
	{"chaton", "files"}, {"internal/hclread", "files"}, {"recipes/lint", "lint"}, {"recipes", "files"}, {"recipetest", "recipetest"},
	{"services", "engine"}, {"gateway", "engine"}, {"ldap", "engine"}, {"account", "engine"}, {"acme", "engine"},
	{"", "daemon"},
}

// sentence is one that a person can come to read.
type sentence struct {
	english string
	place   string
	file    string
}

// TestFrench_EverySentenceHasIts reads the code for what people read, and the
// files of translations for its French.
func TestFrench_EverySentenceHasIts(t *testing.T) {
	spoken := sentences(t)
	known := translations(t)
	missing := map[string][]sentence{}
	for _, s := range spoken {
		f, ok := known[s.english]
		switch {
		case !ok:
			missing[s.file] = append(missing[s.file], s)
		case f == "":
			t.Errorf("%s: %q waits for its French in internal/text/fr", s.place, s.english)
		}
	}
	for file, list := range missing {
		if *update {
			add(t, file, list)
		}
		for _, s := range list {
			t.Errorf("%s: %q has no French in internal/text/fr/%s.po (go test ./internal/archtest -run French -update adds the empty entry)", s.place, s.english, s.file)
		}
	}
	said := map[string]bool{}
	for _, s := range spoken {
		said[s.english] = true
	}
	for english, french := range known {
		if !said[english] {
			t.Errorf("internal/text/fr: nobody says %q any more; remove it", english)
		}
		if french != "" {
			sameVerbs(t, english, french)
		}
	}
}

// sentences loads the whole program with its types, so that constants and
// sentences put together from several pieces are read as the compiler does.
func sentences(t *testing.T) []sentence {
	t.Helper()
	var out []sentence
	seen := map[string]bool{}
	for _, p := range loaded(t) {
		dir := strings.TrimPrefix(p.PkgPath, module)
		r := reader{p: p, add: func(n ast.Node, english string) {
			if english == "" || seen[english] || !wordy(english) {
				return
			}
			seen[english] = true
			at := p.Fset.Position(n.Pos())
			out = append(out, sentence{english, fmt.Sprintf("%s/%s:%d", dir, filepath.Base(at.Filename), at.Line), area(dir)})
		}}
		for _, f := range p.Syntax {
			ast.Inspect(f, r.node)
		}
	}
	if len(out) < 500 {
		t.Fatalf("only %d sentences were found", len(out))
	}
	return out
}

func loaded(t *testing.T) []*load.Package {
	t.Helper()
	all, err := load.Load(&load.Config{
		Mode: load.NeedName | load.NeedFiles | load.NeedSyntax | load.NeedTypes | load.NeedTypesInfo | load.NeedImports | load.NeedExportFile | load.NeedModule,
		Dir:  "../..",
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, e := range p.Errors {
			t.Fatalf("%s: %v", p.PkgPath, e)
		}
	}
	return all
}

func area(dir string) string {
	for _, a := range areas {
		if a.folder == "" || dir == a.folder || strings.HasPrefix(dir, a.folder+"/") {
			return a.file
		}
	}
	return "common"
}

type reader struct {
	p   *load.Package
	add func(ast.Node, string)
}

func (r reader) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		f := r.callee(n)
		for _, i := range sayers[f] {
			if i < len(n.Args) {
				r.constant(n.Args[i])
			}
		}
	case *ast.CompositeLit:
		of := types.Unalias(r.p.TypesInfo.TypeOf(n))
		if pointer, ok := of.(*types.Pointer); ok { // &T in a list, where T need not be written
			of = types.Unalias(pointer.Elem())
		}
		if named, ok := of.(*types.Named); ok && named.Obj().Pkg() != nil && strings.HasPrefix(named.Obj().Pkg().Path(), "github.com/urfave/cli") {
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && slices.Contains(helps, fmt.Sprint(kv.Key)) {
					r.constant(kv.Value)
				}
			}
		}
	}
	return true
}

func (r reader) constant(e ast.Expr) {
	if v := r.p.TypesInfo.Types[e].Value; v != nil && v.Kind() == constant.String {
		r.add(e, constant.StringVal(v))
	}
}

func (r reader) callee(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		fun = sel.Sel
	}
	id, ok := fun.(*ast.Ident)
	if !ok {
		return ""
	}
	f, ok := r.p.TypesInfo.Uses[id].(*types.Func)
	if !ok {
		return ""
	}
	return f.FullName()
}

var verb = regexp.MustCompile(`%(?:%|[-+# 0]*(?:\[(\d+)\])?[\d*]*(?:\.[\d*]+)?([a-zA-Z]))`)

// wordy says whether there is anything to translate besides what is filled in.
func wordy(s string) bool {
	return regexp.MustCompile(`\pL{2}`).MatchString(verb.ReplaceAllString(s, ""))
}

// sameVerbs checks that a French sentence takes the values of the English.
func sameVerbs(t *testing.T, english, french string) {
	t.Helper()
	if en, fr := verbs(english), verbs(french); !maps.Equal(en, fr) {
		t.Errorf("internal/text/fr: the values of %q and %q differ: %v, %v", english, french, en, fr)
	}
}

// verbs returns how each argument is printed.
func verbs(s string) map[int]string {
	out, next := map[int]string{}, 1
	for _, m := range verb.FindAllStringSubmatch(s, -1) {
		if m[2] == "" {
			continue // %%
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		out[next] = m[2]
		next++
	}
	return out
}

// translations reads the files as they are, the empty entries too.
func translations(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../text/fr/*.po")
	if err != nil || len(files) == 0 {
		t.Fatalf("no translations: %v", err)
	}
	all := map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		po := gotext.NewPo()
		po.Parse(b)
		entries := strings.Count(string(b), "\nmsgid ") - strings.Count(string(b), "\n#~ msgid ")
		if got := len(po.GetDomain().GetTranslations()) - 1; got != entries { // the head is one
			t.Errorf("%s: %d entries were read of %d; is a quote not closed?", file, got, entries)
		}
		for id, e := range po.GetDomain().GetTranslations() {
			if id == "" {
				continue
			}
			if other, twice := all[id]; twice {
				t.Errorf("%s: %q is translated twice (%q)", file, id, other)
			}
			all[id] = e.Trs[0]
		}
	}
	return all
}

// printers of the standard library know one language only.
var printers = map[string]int{
	"fmt.Sprintf": 0, "fmt.Sprint": 0, "fmt.Sprintln": 0, "fmt.Errorf": 0, "errors.New": 0,
	"fmt.Fprintf": 1, "fmt.Fprint": 1, "fmt.Fprintln": 1, "io.WriteString": 1,
	"(*strings.Builder).WriteString": 0,
}

// plain are the packages that a person's words pass, where nothing may be
// printed past the translations, and what there is no sentence: names and forms.
var plain = map[string][]string{
	"internal/cli":       {},
	"account":            {"wrong login or password", "account suspended"}, // asked for, never read
	"internal/mailrelay": {},
	"internal/registry":  {},
	"services/probe":     {},
}

// TestFrench_NothingIsPrintedPastIt finds words that are printed as they stand.
func TestFrench_NothingIsPrintedPastIt(t *testing.T) {
	for _, p := range loaded(t) {
		dir := strings.TrimPrefix(p.PkgPath, module)
		allowed, watched := plain[dir]
		if !watched {
			continue
		}
		r := reader{p: p}
		for _, f := range p.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				from, prints := printers[r.callee(call)]
				if !prints {
					return true
				}
				for _, arg := range call.Args[min(from, len(call.Args)):] {
					v := p.TypesInfo.Types[arg].Value
					if v == nil || v.Kind() != constant.String || !wordy(constant.StringVal(v)) || slices.Contains(allowed, constant.StringVal(v)) {
						continue
					}
					at := p.Fset.Position(arg.Pos())
					t.Errorf("%s/%s:%d: %q is printed in English only; say it with package text, or name it in this test if it is no sentence", dir, filepath.Base(at.Filename), at.Line, constant.StringVal(v))
				}
				return true
			})
		}
	}
}

// add appends empty entries to a file of translations.
func add(t *testing.T, file string, list []sentence) {
	t.Helper()
	path := filepath.Join("../text/fr", file+".po")
	b, err := os.ReadFile(path)
	if err != nil {
		b = []byte("msgid \"\"\nmsgstr \"\"\n\"Language: fr\\n\"\n\"MIME-Version: 1.0\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n")
	}
	text := strings.Builder{}
	text.Write(b)
	slices.SortFunc(list, func(a, b sentence) int { return strings.Compare(a.place, b.place) })
	for _, s := range list {
		fmt.Fprintf(&text, "\n#: %s\nmsgid %s\nmsgstr \"\"\n", strings.SplitN(s.place, ":", 2)[0], quoted(s.english))
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// quoted writes a sentence as PO does, a line of it a line.
func quoted(s string) string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 1 {
		return strconv.Quote(s)
	}
	out := `""`
	for _, l := range lines {
		out += "\n" + strconv.Quote(l)
	}
	return out
}
