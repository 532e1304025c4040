package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "ronron/"

// floors of the house: a package imports only what lies lower, so that it can
// be read, tested and trusted without what stands above it.
var floors = map[string]int{
	"internal/errs": 0, "internal/secret": 0, "internal/atomicfile": 0, "internal/logkey": 0,
	"internal/text": -1, "internal/diag": 0, "internal/mailrelay": 1, "internal/source": 1, "internal/stock": 2, "internal/pass": 0, "recipes/catalog": 0, "recipes/companions": 0, "recipes/parts": 0,

	"recipes/level": 1, "internal/browser": 1, "services": 1, "account": 1, "internal/registry": 1, "internal/hclread": 1, "internal/diag/diagtest": 1,

	"chaton": 2, "recipes": 2, "services/plan": 2, "services/probe": 2, "services/memory": 2,
	"services/docker": 2, "services/enginetest": 2, "account/accounttest": 2,
	"ldap": 2, "acme": 2, "gateway": 2, "charter": 2, "internal/state": 2,

	"portal/oidc": 2, "portal": 3, "services/apply": 3, "internal/api": 3, "recipes/lint": 3, "recipes/skeleton": 2, "recipes/sheet": 3,

	"internal/daemon": 4, "recipetest": 4,
	"internal/cli": 5,
	// program puts the parts together, so it stands above them all.
	"internal/program": 6,
	"cmd/ronron":       7,

	"internal/archtest": 0, "e2e": 7, "bench": 7,
}

// homes say which packages alone may import a library, and why; nil is
// everybody. What is not here is not to be imported by anybody: a new dependency is a decision.
var homes = []struct {
	library string
	in      []string
	why     string
}{
	{"github.com/docker/", []string{"services/docker"}, "an engine is behind services.Engine, so that another can take its place and tests need no Docker"},
	{"github.com/containerd/errdefs", []string{"services/docker"}, "it is how the Docker client tells its errors apart"},
	{"github.com/hashicorp/hcl/", []string{"chaton", "recipes", "internal/hclread"}, "HCL is how files are read, not how the house thinks"},
	{"github.com/zclconf/go-cty/", []string{"chaton", "recipes", "internal/hclread"}, "cty values stay with the language"},
	{"github.com/go-ldap/", []string{"ldap"}, "the directory is behind account.Directory"},
	{"github.com/go-acme/lego/", []string{"acme"}, "authorities are behind package acme"},
	{"modernc.org/sqlite", []string{"internal/state"}, "what is stored has one door, which knows its versions"},
	{"filippo.io/age", []string{"internal/state"}, "secrets are sealed where they are stored, and nowhere else"},
	{"github.com/urfave/cli/", []string{"internal/cli"}, "the command table is the command line's own business"},
	{"golang.org/x/term", []string{"internal/cli"}, "only the command line talks to a terminal"},
	{"golang.org/x/crypto/", []string{"ldap"}, "passwords are hashed where they are written"},
	{"github.com/zitadel/oidc/", []string{"portal/oidc"}, "the protocol of signing in is behind the portal's own words, and what it offers is decided in one place"},
	{"github.com/go-jose/", []string{"portal/oidc"}, "tokens are signed where they are made"},
	{"github.com/leonelquinteros/gotext", []string{"internal/text"}, "translations are looked up in one place, whatever format they are kept in"},
	{"golang.org/x/sync/", nil, "who runs several things at once waits for them"},
}

// testLibraries are for tests and the packages that hold suites of tests.
var testLibraries = []string{"golang.org/x/tools/", "github.com/leonelquinteros/gotext", "github.com/google/go-cmp/", "github.com/chromedp/"}

type pkg struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module) }

// packages asks the go command, which knows the build as it is.
func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// floorOf is the floor of a package; what lies in an internal folder of another
// stands one below it.
func floorOf(name string) (int, bool) {
	if floor, known := floors[name]; known {
		return floor, true
	}
	if above, _, inside := strings.Cut(name, "/internal/"); inside {
		if floor, known := floors[above]; known {
			return floor - 1, true
		}
	}
	return 0, false
}

func TestFloors_ImportsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		mine, known := floorOf(p.name())
		if !known {
			t.Errorf("%s has no floor. Say in internal/archtest where it stands: as low as its imports allow, and below everything that uses it.", p.name())
			continue
		}
		for _, imported := range p.Imports {
			name, ours := strings.CutPrefix(imported, module)
			if floor, known := floorOf(name); ours && known && floor >= mine {
				t.Errorf("%s (floor %d) imports %s (floor %d). Imports point down: let the caller declare the small interface it needs, or move what both need to a lower floor.",
					p.name(), mine, name, floor)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			name, ours := strings.CutPrefix(imported, module)
			if floor, known := floorOf(name); ours && known && floor > mine && !isSuite(name) {
				t.Errorf("a test of %s (floor %d) imports %s (floor %d). What needs both belongs to a test up there, or in e2e.", p.name(), mine, name, floor)
			}
		}
	}
}

func TestLibraries_HaveOneHome(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			checkHome(t, p.name(), imported, isSuite(p.name()))
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			checkHome(t, p.name(), imported, true)
		}
	}
}

// isSuite says whether a package is only for tests: a suite that others run
// (enginetest), or a program that they run (testunit).
func isSuite(name string) bool {
	base := path.Base(name)
	return strings.HasSuffix(base, "test") || strings.HasPrefix(base, "test")
}

func checkHome(t *testing.T, name, imported string, testing bool) {
	t.Helper()
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") {
		return // ours, or the standard library's
	}
	if testing && slices.ContainsFunc(testLibraries, func(l string) bool { return strings.HasPrefix(imported, l) }) {
		return
	}
	for _, home := range homes {
		if !strings.HasPrefix(imported, home.library) {
			continue
		}
		if home.in != nil && !slices.ContainsFunc(home.in, func(in string) bool { return name == in || strings.HasPrefix(name, in+"/") }) {
			t.Errorf("%s imports %s, which only %s may: %s.", name, imported, strings.Join(home.in, ", "), home.why)
		}
		return
	}
	t.Errorf("%s imports %s, which has no home. Say in internal/archtest which one package may import it and why; docs/architecture.md lists what each library saves and costs.", name, imported)
}
