package recipes

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"ronron/account"
	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/services"
)

// directoryService is the service whose unit answers to those with accounts.
const directoryService services.Name = "directory"

// Resolve evaluates the recipe for one chaton. The same input gives the same
// result, byte for byte. Ranges point into the recipe's files, or into
// chaton.hcl where a setting is meant; the Source of the latter is filled in by
// whoever has that file.
func (r *Recipe) Resolve(in Input) (Resolved, diag.List) {
	e := newEvaluation(r, in, false)
	e.run()
	if !e.Diags.HasErrors() {
		e.lastCheck()
	}
	diags := e.Diags.Sorted().WithSource(r.sources())
	if diags.HasErrors() {
		return Resolved{}, diags
	}
	return e.out, diags
}

// evaluation is one pass over a recipe. In a try (dry) nothing of the chaton is known:
// what depends on it is skipped, everything else is checked.
type evaluation struct {
	*hclread.Eval
	r   *Recipe
	in  Input
	dry bool
	out Resolved

	volumes map[string]bool
	values  map[string]cty.Value // of settings
	routes  []*hclread.Block
}

func newEvaluation(r *Recipe, in Input, dry bool) *evaluation {
	if len(in.Service.Enter) == 0 {
		in.Service.Enter = []string{account.Members}
	}
	e := &evaluation{Eval: hclread.NewEval(nil, functions()), r: r, in: in, dry: dry, volumes: map[string]bool{}}
	e.out.Service = services.Service{Name: in.Service.Name, Recipe: r.Name, RecipeVersion: r.Version}
	return e
}

func (e *evaluation) run() {
	root := e.r.body.root
	e.defineFixed()
	e.settings(root)
	e.defineSecrets()
	e.checks(root)
	e.out.Public = e.Bilingual(root, "public").V
	for _, v := range root.Blocks("volume") {
		if !e.volumes[v.Name()] {
			e.out.Service.Volumes = append(e.out.Service.Volumes, services.Volume{Name: services.Name(v.Name())})
		}
		e.volumes[v.Name()] = true
	}
	e.data(root)
	e.defineRoutes(root)
	e.companions(root)
	e.units(root)
	e.needs(root)
	e.routesToUnits()
	e.work(root)
	e.listens(root)
	e.gates(root)
	e.client(root)
	e.declare(root)
	if e.r.Accounts.Kind == "ldap" {
		e.out.Service.Directory = true
		e.out.Service.AtDirectory = []string{e.in.Directory.Host}
		e.out.Service.Needs = []services.Name{directoryService}
	}
	e.out.Service = e.out.Service.WithDefaults()
}

// lastCheck is the check that the engine's side makes; what it still finds in a
// recipe's service we should have found, with a place.
func (e *evaluation) lastCheck() {
	if err := e.out.Service.Validate(); err != nil {
		e.Errorf(e.r.Range, "Fault of Ronron", "The recipe passed every check of the language, but the service made from it is wrong: %s. Please report this.", err)
	}
}

func (e *evaluation) data(root *hclread.Block) {
	for _, b := range root.Blocks("data") {
		volume := e.String(b, "volume")
		if volume.Known && !slices.ContainsFunc(e.r.Companions, func(c Companion) bool { return c.Name == volume.V }) {
			e.knownVolume(volume.V, volume.Range)
		}
		e.out.Data = append(e.out.Data, Data{
			Name: b.Name(), What: e.Bilingual(b, "what").V, Personal: e.Bool(b, "personal").V,
			Kept: e.Bilingual(b, "kept").V, Volume: volume.V,
		})
	}
}

func (e *evaluation) knownVolume(name string, at diag.Range) {
	if e.volumes[name] {
		return
	}
	var names []string
	for _, v := range e.out.Service.Volumes {
		if !e.volumes[string(v.Name)] {
			continue // a companion's, which nobody else mounts
		}
		names = append(names, string(v.Name))
	}
	e.Errorf(at, "Unknown volume", "The recipe declares no volume %q.%s Write volume %q {} in the recipe, beside its units.", name, diag.DidYouMean(name, names), name)
}
