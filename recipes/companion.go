package recipes

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

// Companion is a database beside the software, made from a building block. It
// becomes a unit, a volume and a network name, all of them its own name.
type Companion struct {
	Kind  string // of the building block: "postgresql", …
	Name  string
	Major int // of the database's version, which decides what its files look like
	Range diag.Range
}

// companionCommands are what the building block brings for keeping its data.
// Each runs in the companion's unit.
type companionCommands struct {
	Dump    []string // writes the content to its output
	Restore []string // reads it again, into an empty database
	Check   []string // ends with 0 when the content can be read
}

// Bounds of companions.
const mostCompanions = 8

// companions reads which building blocks the recipe uses.
func (d declarations) companions(b *hclread.Block) {
	taken := map[string]diag.Range{}
	for _, kind := range []string{"unit", "volume"} {
		for _, other := range b.Blocks(kind) {
			taken[other.Name()] = other.Range
		}
	}
	kinds := blockKinds()
	for _, x := range b.Blocks("companion") {
		label := x.Label(1)
		major := d.Int(x, "major")
		if why := serviceName(label.Text); !why.IsZero() {
			d.Errorf(label.Range, "Bad name", "%q is not a name. %s", label.Text, why)
			continue
		}
		if first, twice := taken[label.Text]; twice {
			d.Errorf(label.Range, "Name used twice", "A companion gives its name to a unit and a volume, and line %d uses %q already.", first.Start.Line, label.Text)
			continue
		}
		taken[label.Text] = x.Range
		known := blocks().byKind[x.Name()]
		if known == nil {
			d.Errorf(x.NameRange(), "Unknown kind of companion", "There is no building block %q.%s Other databases are a unit of the recipe's own.", x.Name(), diag.ElseThereAre(x.Name(), kinds))
			continue
		}
		if !major.Known {
			continue
		}
		if !slices.Contains(known.majors, major.V) {
			d.Errorf(major.Range, "Unknown major version", "The building block %q has the major version %s, not %d.", x.Name(), numbers(known.majors), major.V)
			continue
		}
		d.r.Companions = append(d.r.Companions, Companion{Kind: x.Name(), Name: label.Text, Major: major.V, Range: x.Range})
		for _, s := range known.secrets {
			s.Name = label.Text + "." + s.Name // no secret of a recipe has a dot in its name
			s.Companion = label.Text
			d.r.Secrets = append(d.r.Secrets, s)
		}
	}
	if n := len(d.r.Companions); n > mostCompanions {
		d.Errorf(d.r.Companions[n-1].Range, "Too many companions", "A recipe has at most %d companions.", mostCompanions)
	}
}

// numbers lists what can be chosen from.
func numbers(list []int) text.Text {
	var words []string
	for _, n := range list {
		words = append(words, strconv.Itoa(n))
	}
	last := len(words) - 1
	if last < 1 {
		return text.Text{EN: strings.Join(words, "")}
	}
	return text.Say("%s or %s", strings.Join(words[:last], ", "), words[last])
}

// companions makes a unit and a volume of each, and the variables companion.*.
func (e *evaluation) companions(root *hclread.Block) {
	all := map[string]cty.Value{}
	for _, c := range e.r.Companions {
		i := slices.IndexFunc(root.Blocks("companion"), func(b *hclread.Block) bool { return b.Label(1).Text == c.Name })
		all[c.Name] = e.companion(root.Blocks("companion")[i], c)
	}
	e.Define("companion", object(all))
}

// companion evaluates the building block as a small recipe of its own: its
// expressions see its options and secrets, and nothing of the recipe's.
func (e *evaluation) companion(b *hclread.Block, c Companion) cty.Value {
	known := blocks().byKind[c.Kind]
	inner := newEvaluation(known.recipe, e.in, e.dry)
	root := known.recipe.body.root
	unit := root.Block("unit")

	limits := inner.limits(unit)
	if memory := e.Size(b, "memory"); memory.Known {
		if memory.V < known.least {
			e.Errorf(memory.Range, "Too little memory", "This companion works with at least %dM.", known.least>>20)
		}
		limits.Memory = memory.V
	}
	secrets := map[string]cty.Value{}
	for _, s := range known.secrets {
		secrets[s.Name] = e.secretValue(s, c.Name+"."+s.Name)
	}
	gives := root.Block("gives")
	user, database := inner.String(gives, "user").V, inner.String(gives, "database").V
	port := inner.Int(unit.Block("port"), "number").V
	inner.Define("chaton", cty.ObjectVal(map[string]cty.Value{"name": inner.text(e.in.Chaton.Name), "language": inner.text(e.in.Chaton.Language)}))
	inner.Define("service", cty.ObjectVal(map[string]cty.Value{"name": inner.text(string(e.in.Service.Name))}))
	inner.Define("secret", object(secrets))
	inner.Define("option", e.options(b, known, inner))
	inner.Define("companion", cty.ObjectVal(map[string]cty.Value{
		"kind": cty.StringVal(c.Kind), "host": cty.StringVal(c.Name), "major": cty.NumberIntVal(int64(c.Major)),
		"user": cty.StringVal(user), "database": cty.StringVal(database), "port": cty.NumberIntVal(int64(port)),
		"memory": cty.NumberIntVal(limits.Memory),
	}))
	inner.optionChecks(b, known, e)

	inner.volumes["data"] = true
	image := inner.image(majorBlock(root, c.Major))
	if image.Build != nil {
		image.Build.Name = "ronron/" + c.Kind
	}
	u := inner.unit(unit, services.Name(c.Name), image)
	u.Limits = limits
	for i := range u.Mounts {
		u.Mounts[i].Volume = services.Name(c.Name)
	}
	e.out.Service.Units = append(e.out.Service.Units, u)
	e.out.Service.Volumes = append(e.out.Service.Volumes, services.Volume{Name: services.Name(c.Name)})
	given := map[string]cty.Value{
		"kind": cty.StringVal(c.Kind), "host": cty.StringVal(c.Name), "major": cty.NumberIntVal(int64(c.Major)),
		"user": cty.StringVal(user), "database": cty.StringVal(database), "port": cty.NumberIntVal(int64(port)),
	}
	for _, name := range []string{"password", "url"} {
		given[name] = inner.given(gives, name)
	}
	for _, tag := range inner.out.Unlocked {
		e.locked(tag)
	}
	e.Add(inner.Diags...)
	return cty.ObjectVal(given)
}

// given is a text that may hold a secret.
func (e *evaluation) given(b *hclread.Block, name string) cty.Value {
	v, ok := e.Value(b, name)
	if !ok {
		return cty.StringVal("")
	}
	return v.Value
}

func majorBlock(root *hclread.Block, major int) *hclread.Block {
	all := root.Blocks("major")
	return all[slices.IndexFunc(all, func(b *hclread.Block) bool { return b.Name() == strconv.Itoa(major) })]
}

// options gives each option of a building block its value: the recipe's, or
// else the block's default.
func (e *evaluation) options(b *hclread.Block, known *buildingBlock, inner *evaluation) cty.Value {
	given, _ := e.Items(b, "options")
	e.RepeatedItems(b, "options")
	var names []string
	for _, o := range known.options {
		names = append(names, o.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(names, name) {
			hint := diag.DidYouMean(name, names)
			if hint.IsZero() {
				hint = text.Say(" It has: %s.", strings.Join(names, ", "))
			}
			e.Errorf(given[name].Key, "Unknown option", "The building block %q has no option %q.%s", b.Name(), name, hint)
		}
	}
	values := map[string]cty.Value{}
	for i, o := range known.options {
		item, written := given[o.Name]
		if !written || item.Value.IsNull() {
			def, _ := inner.Value(known.recipe.body.root.Blocks("option")[i], "default")
			values[o.Name], _ = toSetting(def.Value, o.Type)
			continue
		}
		if hclread.IsSecret(item.Value) {
			e.Errorf(item.Range, "Secret in the open", "An option of a companion is shown in plans, so nothing secret may stand in it.")
		}
		v, why := toSetting(item.Value, o.Type)
		if !why.IsZero() {
			e.Errorf(item.Range, "Wrong kind of value", "The option %q takes %s.", o.Name, why)
			v = cty.UnknownVal(types[o.Type])
		}
		values[o.Name] = v
	}
	return object(values)
}

// optionChecks evaluates the conditions that the building block sets; what they
// refuse stands in the recipe.
func (e *evaluation) optionChecks(b *hclread.Block, known *buildingBlock, outer *evaluation) {
	for _, o := range known.recipe.body.root.Blocks("option") {
		for _, check := range o.Blocks("check") {
			met := e.Bool(check, "condition")
			if met.Known && !met.V {
				outer.Errorf(b.RangeOf("options"), "Option not accepted", "The option %q: %s", o.Name(), e.Bilingual(check, "message").V)
			}
		}
	}
}
