package recipes

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ronron/internal/diag"
	"ronron/services"
)

func TestResolve_PinsImagesByTheLockFile(t *testing.T) {
	const tag = "docker.io/library/redis:8.0"
	pinned := tag + "@sha256:" + strings.Repeat("a", 64)
	files := wrap(`"x"`)
	files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), `"x/y:1@sha256:`+strings.Repeat("0", 64)+`"`, `"`+tag+`"`, 1))
	r, diags := Parse("x", files)
	if r == nil {
		t.Fatal(diags)
	}
	for name, tc := range map[string]struct {
		images    map[string]string
		reference string
		unlocked  []string
		summary   string
	}{
		"not noted yet": {nil, tag, []string{tag}, ""},
		"noted":         {map[string]string{tag: pinned}, pinned, nil, ""},
		"another image": {map[string]string{tag: "evil/redis:8.0@sha256:" + strings.Repeat("a", 64)}, "", nil, "Lock file not usable"},
		"no digest":     {map[string]string{tag: tag}, "", nil, "Lock file not usable"},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(r)
			in.Images = tc.images
			resolved, diags := r.Resolve(in)
			if tc.summary != "" {
				if len(diags) != 1 || diags[0].Summary != tc.summary {
					t.Errorf("got %v", diags)
				}
				return
			}
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			if got := resolved.Service.Units[0].Image.Reference; got != tc.reference || !cmp.Equal(resolved.Unlocked, tc.unlocked) {
				t.Errorf("image %s, unlocked %v", got, resolved.Unlocked)
			}
		})
	}
}

// A base that somebody else publishes is pinned like an image that a unit runs; the
// house's own is not, so that its security updates come with each build.
func TestResolve_PinsTheBasesOfABuild(t *testing.T) {
	const tag = "example/pad:2.1"
	pinned := tag + "@sha256:" + strings.Repeat("a", 64)
	build := func(dockerfile string, images map[string]string) (string, []string, diag.List) {
		files := wrap(`"x"`)
		files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]), `image = "x/y:1@sha256:`+strings.Repeat("0", 64)+`"`, `build {}`, 1))
		files["Dockerfile"] = []byte(dockerfile)
		r, diags := Parse("x", files)
		if r == nil {
			return "", nil, diags
		}
		in := input(r)
		in.Images = images
		resolved, diags := r.Resolve(in)
		if diags.HasErrors() {
			return "", nil, diags
		}
		return string(resolved.Service.Units[0].Image.Build.Files["Dockerfile"]), resolved.Unlocked, nil
	}
	dockerfile := "FROM " + tag + " AS a\nFROM debian:trixie-slim\nFROM a\n"
	if got, unlocked, diags := build(dockerfile, nil); got != dockerfile || !slices.Equal(unlocked, []string{tag}) || diags != nil {
		t.Errorf("not noted: %q %q %v", got, unlocked, diags)
	}
	if got, unlocked, diags := build(dockerfile, map[string]string{tag: pinned}); got != strings.Replace(dockerfile, tag, pinned, 1) || unlocked != nil || diags != nil {
		t.Errorf("noted: %q %q %v", got, unlocked, diags)
	}
	if got, _, _ := build("FROM "+pinned+"\n", nil); got != "FROM "+pinned+"\n" {
		t.Errorf("with its digest: %q", got)
	}
	for _, bad := range []string{"FROM debian\n", "FROM example/pad:latest\n", "FROM $BASE\n", "FROM debian:trixie-slim\nCOPY --from=example/pad:1 /a /b\n"} {
		_, _, diags := build(bad, nil)
		if len(diags) != 1 || diags[0].Summary != "Base not pinned" || diags[0].Range.File != "x/Dockerfile" {
			t.Errorf("%q: %v", bad, diags)
		}
	}
}

// What is built depends on the content of a source, not on where it is fetched.
func TestBuild_ATagCoversTheSourcesSum(t *testing.T) {
	build := func(url, sum string) string {
		b := services.Build{Name: "x", Sources: []services.Source{{Name: "a", URL: url, Sum: sum}}}
		return b.Tag()
	}
	if build("https://a", "h1:1") != build("https://b", "h1:1") || build("https://a", "h1:1") == build("https://a", "h1:2") {
		t.Error("the tag is made from something else than the sum")
	}
}

func TestResolve_GivesTheSourcesOfABuild(t *testing.T) {
	r := pad(t)
	resolved, diags := r.Resolve(padInput(r))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := []services.Source{{Name: "pad", URL: "https://example.org/pad-1.2.tar.gz", Sum: "h1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", Strip: 1}}
	if got := resolved.Service.Units[2].Image.Build.Sources; len(got) != 1 || got[0].Name != want[0].Name || got[0].URL != want[0].URL || got[0].Sum != want[0].Sum || got[0].Strip != 1 {
		t.Errorf("sources %+v", got)
	}
	// They are known without a chaton too, for whoever fetches ahead.
	if got := r.Outline().Service.Units[2].Image.Build.Sources; len(got) != 1 || got[0].Sum != want[0].Sum {
		t.Errorf("without a chaton: %+v", got)
	}
}

func TestParse_KeepsTheSourcesFolderToRonron(t *testing.T) {
	files := folder(t, "testdata/good/pad")
	files["sources/pad/evil.sh"] = []byte("x")
	if r, diags := Parse("pad", files); r != nil || len(diags) != 1 || diags[0].Summary != "Folder taken" {
		t.Errorf("got %v", diags)
	}
}
