package recipes

import (
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/services"
)

// An image's reference: name, tag, and perhaps the digest that names its content.
var imageRule = regexp.MustCompile(`^([a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?(?:/[a-z0-9][a-z0-9._-]*)*):([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})(@sha256:[0-9a-f]{64})?$`)

func (e *evaluation) image(b *hclread.Block) services.Image {
	build := b.Block("build")
	switch {
	case build != nil && b.Has("image"):
		e.Errorf(b.RangeOf("image"), "Two images", "A unit runs one image: keep image, which is pulled, or build {}, which is made from the recipe's Dockerfile.")
	case build != nil:
		return services.Image{Build: e.build(build)}
	case !b.Has("image"):
		e.Errorf(b.Range, "No image", "A unit needs image = \"name:tag\", or build {} with a Dockerfile in the recipe's folder.")
	}
	image := e.String(b, "image")
	if !image.Known {
		return services.Image{}
	}
	m := imageRule.FindStringSubmatch(image.V)
	switch {
	case m == nil:
		e.Errorf(image.Range, "Bad image", "%q does not name an image. Write name:tag, such as \"docker.io/library/postgres:17.2\", or name:tag@sha256:… with its digest.", image.V)
	case m[2] == "latest" && m[3] == "":
		e.Errorf(image.Range, "Image not pinned", "%q is another image every few days. Write the tag of one version; its digest is added by `ronron recipe lock`.", image.V)
	case m[3] == "":
		return services.Image{Reference: e.locked(image.V)}
	}
	return services.Image{Reference: image.V}
}

// locked adds the digest that was noted for a tag. One that has none yet is told to
// the caller, who resolves it before anything is pulled.
func (e *evaluation) locked(tag string) string {
	if pinned, ok := e.in.Images[tag]; ok {
		if digest, ok := strings.CutPrefix(pinned, tag); ok && imageRule.MatchString(pinned) && strings.HasPrefix(digest, "@") {
			return pinned
		}
		e.Errorf(e.r.Range, "Lock file not usable", "The lock file says %q for the image %q, which is not that image with a digest. Remove its line and run `ronron recipe lock`.", pinned, tag)
		return tag
	}
	if !slices.Contains(e.out.Unlocked, tag) {
		e.out.Unlocked = append(e.out.Unlocked, tag)
	}
	return tag
}

func (e *evaluation) build(b *hclread.Block) *services.Build {
	build := &services.Build{Name: "ronron/" + e.r.Name, Files: map[string][]byte{}, Args: e.TextMap(b, "args").V}
	for file, content := range e.r.files {
		if file != e.r.main && !isTemplate(file) && !isAside(file) {
			build.Files[file] = content
		}
	}
	if build.Files["Dockerfile"] == nil {
		e.Errorf(b.Range, "Missing Dockerfile", "The recipe's folder has no file named Dockerfile to build from.")
	}
	for _, name := range slices.Sorted(maps.Keys(build.Args)) {
		if !variableRule.MatchString(name) {
			e.Errorf(b.RangeOf("args"), "Bad name", "%q is not the name of a build argument: letters, digits and underscores, not beginning with a digit.", name)
		}
	}
	e.bases(build)
	e.sources(b, build)
	return build
}

// houseBase is the base of our own images. It has no digest: its security updates
// are wanted with each build, and where no registry can be reached it is made on
// the spot.
var houseBase = regexp.MustCompile(`^(?:docker\.io/library/)?debian:[a-z]+-slim$`)

// bases notes the digests of the images that the Dockerfile starts from, as of
// those that units run.
func (e *evaluation) bases(build *services.Build) {
	names := map[string]string{}
	for _, base := range services.Bases(build.Files["Dockerfile"]) {
		m := imageRule.FindStringSubmatch(base.Image)
		at := diag.Range{File: e.r.place("Dockerfile"), Start: diag.Pos{Line: base.Line, Column: 1}, End: diag.Pos{Line: base.Line, Column: len(base.Text) + 1}}
		switch {
		case base.Copied:
			e.Errorf(at, "Base not pinned", "What is copied out of %q is fixed by nothing. Begin a stage with it, FROM %s AS name, and copy --from=name.", base.Image, base.Image)
		case houseBase.MatchString(base.Image):
		case m == nil || m[2] == "latest" && m[3] == "":
			e.Errorf(at, "Base not pinned", "%q may be another image each time. Write FROM name:tag; its digest is added by `ronron recipe lock`.", base.Image)
		case m[3] == "":
			names[base.Image] = e.locked(base.Image)
		}
	}
	if len(names) == 0 {
		return
	}
	build.Files["Dockerfile"] = services.Rebase(build.Files["Dockerfile"], names)
}

const (
	mostSources = 20
	mostStrip   = 10
)

var sumRule = regexp.MustCompile(`^h1:[0-9a-f]{64}$`)

// sources reads the archives of a build.
func (e *evaluation) sources(b *hclread.Block, build *services.Build) {
	all := e.uniqueSources(b)
	if len(all) == 0 {
		return
	}
	for _, file := range slices.Sorted(maps.Keys(build.Files)) {
		if services.InSources(file) {
			e.Errorf(b.Range, "Folder taken", "The folder sources of the build is where Ronron unpacks sources; move %q elsewhere.", file)
		}
	}
	if len(all) > mostSources {
		e.Errorf(b.Range, "Too many sources", "A build has at most %d sources.", mostSources)
	}
	// The same for every chaton, so that they can be fetched ahead.
	fixed := hclread.NewEval(nil, functions())
	defer func() { e.Add(fixed.Diags...) }()
	for _, s := range all {
		address, sum, strip := fixed.String(s, "url"), fixed.String(s, "sum"), fixed.Int(s, "strip")
		if address.Known && !isArchiveAddress(address.V) {
			e.Errorf(address.Range, "Bad address", "%q is not the address of an archive that can be fetched: it begins with https:// and names a host, without user or fragment.", address.V)
		}
		if sum.Known && !sumRule.MatchString(sum.V) {
			e.Errorf(sum.Range, "Bad sum", "%q is not the sum of a source's content: h1: and 64 digits. `ronron recipe sum ARCHIVE` tells it of an archive that you have; look at the content before you believe it.", sum.V)
		}
		if strip.Known && (strip.V < 0 || strip.V > mostStrip) {
			e.Errorf(strip.Range, "Out of range", "strip counts folders: 0 to %d; this is %d.", mostStrip, strip.V)
		}
		build.Sources = append(build.Sources, services.Source{Name: services.Name(s.Name()), URL: address.V, Sum: sum.V, Strip: strip.V})
	}
}

// uniqueSources leaves out those whose name cannot be a folder of the context.
func (e *evaluation) uniqueSources(b *hclread.Block) []*hclread.Block {
	seen := map[string]bool{}
	var kept []*hclread.Block
	for _, s := range b.Blocks("source") {
		switch {
		case !serviceName(s.Name()).IsZero():
			e.Errorf(s.NameRange(), "Bad name", "%q is not a name. %s", s.Name(), serviceName(s.Name()))
		case seen[s.Name()]:
			e.Errorf(s.NameRange(), "Name used twice", "There is a source %q already; each needs a name of its own.", s.Name())
		default:
			kept = append(kept, s)
		}
		seen[s.Name()] = true
	}
	return kept
}

func isArchiveAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && hostRule.MatchString(strings.ToLower(u.Hostname())) && net.ParseIP(u.Hostname()) == nil && u.User == nil && u.Fragment == "" && !strings.ContainsAny(s, " \"'<>\\")
}
