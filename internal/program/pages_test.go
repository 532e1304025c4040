package program

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const root = "../.."

// What a host reads, by its English page: each has a French one.
var forHosts = []string{
	"README.md", "docs/chaton-hcl.md", "docs/charter.md", "docs/lint.md", "docs/scenario.md", "docs/terms.md", "docs/tutorial-recipe.md",
}

// inFrench names the French page of an English one, whether it is there or not.
func inFrench(english string) string {
	if english == "README.md" {
		return "LISEZMOI.md"
	}
	return "docs/fr/" + strings.TrimPrefix(english, "docs/")
}

func TestPages_FrenchSaysWhatEnglishSays(t *testing.T) {
	for _, name := range forHosts {
		english, french := readPage(t, name), readPage(t, inFrench(name))
		for _, p := range []page{english, french} {
			other := map[string]string{english.name: french.name, french.name: english.name}[p.name]
			if !slices.Contains(p.head, other) {
				t.Errorf("%s does not lead to %s in its first lines", p.name, other)
			}
		}
		if len(english.sections) != len(french.sections) {
			t.Errorf("%s has %d headings, %s has %d", name, len(english.sections), french.name, len(french.sections))
			continue
		}
		for i, want := range english.sections {
			want.Links = linksInFrench(t, english, french, want.Links)
			got := french.sections[i]
			got.Links = slices.DeleteFunc(slices.Sorted(slices.Values(got.Links)), func(l string) bool { return l == name })
			if diff := cmp.Diff(want.shape, got.shape, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, %q, is not as %s, %q (-English +French):\n%s", french.name, got.title, name, want.title, diff)
			}
		}
	}
}

// linksInFrench are the links that the French page needs to have: to French
// pages where there are such, and there to the same heading, and to pictures
// with French words in them.
func linksInFrench(t *testing.T, english, french page, links []string) []string {
	t.Helper()
	var out []string
	for _, l := range links {
		file, fragment, _ := strings.Cut(l, "#")
		if l == french.name {
			continue // the one that leads from language to language
		}
		if picture := inFrench(file); strings.HasSuffix(file, ".svg") && isThere(picture) {
			out = append(out, picture)
			continue
		}
		if strings.Contains(l, ":") || !isFile(inFrench(file)) {
			out = append(out, l)
			continue
		}
		if fragment != "" {
			from, to := readPage(t, file), readPage(t, inFrench(file))
			if i := slices.Index(from.anchors, fragment); i >= 0 && i < len(to.anchors) {
				fragment = "#" + to.anchors[i]
			}
		}
		out = append(out, inFrench(file)+fragment)
	}
	slices.Sort(out)
	return out
}

// Links within the repository lead somewhere, in both languages.
func TestPages_LinksLeadSomewhere(t *testing.T) {
	names := []string{"README.md", "LISEZMOI.md", "CONTRIBUTING.md"}
	for _, pattern := range []string{"docs/*.md", "docs/fr/*.md"} {
		found, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, f := range found {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(f), root+"/"))
		}
	}
	for _, name := range names {
		for _, s := range readPage(t, name).sections {
			for _, l := range s.Links {
				file, fragment, _ := strings.Cut(l, "#")
				switch {
				case strings.Contains(l, ":"):
				case !isThere(file):
					t.Errorf("%s, %q: no file %s", name, s.title, file)
				case fragment != "" && !slices.Contains(readPage(t, file).anchors, fragment):
					t.Errorf("%s, %q: %s has no heading #%s", name, s.title, file, fragment)
				}
			}
		}
	}
}

func isThere(name string) bool { _, err := os.Stat(filepath.Join(root, name)); return err == nil }

func isFile(name string) bool { return strings.HasSuffix(name, ".md") && isThere(name) }

type page struct {
	name     string   // from the repository's root, as all links are
	head     []string // links before the second heading
	anchors  []string // of its headings, in order
	sections []section
}

// section is a heading with what follows until the next.
type section struct {
	title string
	shape
}

// shape is what does not depend on the language.
type shape struct {
	Level  int
	Items  int      // of lists
	Rows   int      // of tables
	Blocks []string // of code, without comments
	Spans  []string // of code in sentences, each once
	Links  []string
}

var (
	heading = regexp.MustCompile(`^(#+) (.+)$`)
	comment = regexp.MustCompile(`(^|\s+)#.*$`)
	span    = regexp.MustCompile("`([^`]+)`")
	target  = regexp.MustCompile(`\]\(([^)\s]+)\)|<(https?://[^>]+)>`)
)

func readPage(t *testing.T, name string) page {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	p := page{name: name}
	var block []string
	fenced := false
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\n")
		if h := heading.FindStringSubmatch(line); h != nil && !fenced {
			p.sections = append(p.sections, section{title: h[2], shape: shape{Level: len(h[1])}})
			p.anchors = append(p.anchors, anchor(h[2]))
		}
		if len(p.sections) == 0 {
			t.Fatalf("%s begins with something else than a heading: %q", name, line)
		}
		s := &p.sections[len(p.sections)-1]
		switch {
		case strings.HasPrefix(line, "```"):
			if fenced = !fenced; !fenced {
				s.Blocks = append(s.Blocks, strings.Join(block, "\n"))
			}
			block = []string{line}
		case fenced:
			if code := comment.ReplaceAllString(line, ""); code != "" || line == "" {
				block = append(block, code)
			}
		default:
			s.read(line, name)
		}
	}
	if fenced {
		t.Fatalf("%s ends within a block of code", name)
	}
	p.head = slices.Clone(p.sections[0].Links)
	for i := range p.sections {
		s := &p.sections[i]
		slices.Sort(s.Spans)
		s.Spans = slices.Compact(s.Spans)
		slices.Sort(s.Links)
	}
	return p
}

func (s *shape) read(line, page string) {
	switch {
	case strings.HasPrefix(line, "- "):
		s.Items++
	case strings.HasPrefix(line, "|"):
		s.Rows++
	}
	for _, m := range span.FindAllStringSubmatch(line, -1) {
		s.Spans = append(s.Spans, m[1])
	}
	for _, m := range target.FindAllStringSubmatch(line, -1) {
		switch l := m[1] + m[2]; {
		case strings.Contains(l, ":"):
			s.Links = append(s.Links, l)
		case strings.HasPrefix(l, "#"):
			s.Links = append(s.Links, page+l)
		default:
			s.Links = append(s.Links, path.Join(path.Dir(page), l))
		}
	}
}

// anchor is what forges make of a heading.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}
