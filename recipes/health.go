package recipes

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

// probes lists what each kind of probe may hold.
var probes = map[services.HealthKind][]string{
	services.HealthHTTP: {"port", "path", "host", "status"},
	services.HealthTCP:  {"port"},
	services.HealthExec: {"command"},
}

func (e *evaluation) health(b *hclread.Block, u services.Unit) services.Health {
	h := services.Health{Timeout: e.Duration(b, "timeout").V, Within: e.Duration(b, "within").V}
	for _, kind := range []services.HealthKind{services.HealthHTTP, services.HealthTCP, services.HealthExec} {
		if !b.Has(string(kind)) {
			continue
		}
		if h.Kind != "" {
			e.Errorf(b.RangeOf(string(kind)), "Two probes", "A unit is probed in one way: keep one of http, tcp and exec.")
			continue
		}
		h.Kind = kind
		e.probe(b, &h, u)
	}
	if h.Kind == "" {
		e.Errorf(b.Range, "No probe", "Say how to tell that the unit works: http = { port = \"http\", path = \"/\" }, tcp = { port = \"…\" } or exec = { command = [\"…\"] }.")
	}
	return h
}

func (e *evaluation) probe(b *hclread.Block, h *services.Health, u services.Unit) {
	kind := string(h.Kind)
	e.RepeatedItems(b, kind)
	items, ok := e.Items(b, kind)
	if !ok {
		return
	}
	allowed := probes[h.Kind]
	for _, key := range slices.Sorted(maps.Keys(items)) {
		if !slices.Contains(allowed, key) {
			hint := diag.DidYouMean(key, allowed)
			if hint.IsZero() {
				hint = text.Say(" It holds: %s.", strings.Join(allowed, ", "))
			}
			e.Errorf(items[key].Key, "Unknown name", "A probe by %s has no %q.%s", kind, key, hint)
		}
	}
	p := probe{e, items, b.RangeOf(kind)}
	switch h.Kind {
	case services.HealthExec:
		h.Command = p.texts("command")
		return
	case services.HealthHTTP:
		h.Path, h.Host, h.Status = p.path(), p.text("host"), p.status()
	}
	h.Port = services.Name(p.text("port"))
	if _, written := items["port"]; !written {
		e.Errorf(p.at, "Missing port", "Say which port to probe: port = \"…\", the name of a port block of this unit.")
	} else if h.Port != "" {
		e.knownPort(u, h.Port, items["port"].Range)
	}
}

func (e *evaluation) knownPort(u services.Unit, port services.Name, at diag.Range) (number int) {
	var names []string
	for _, p := range u.Ports {
		if p.Name == port {
			return p.Number
		}
		names = append(names, string(p.Name))
	}
	hint := diag.DidYouMean(string(port), names)
	switch {
	case hint.IsZero() && len(names) == 0:
		hint = text.Of(" It has none: write port \"http\" { number = 8080 }.")
	case hint.IsZero():
		hint = text.Say(" It has: %s.", strings.Join(names, ", "))
	}
	e.Errorf(at, "Unknown port", "The unit %q has no port %q.%s", string(u.Name), string(port), hint)
	return 0
}

// probe reads the items of one probe.
type probe struct {
	*evaluation
	items hclread.Settings
	at    diag.Range
}

// item returns the known value under a name as a type.
func (p probe) item(name string, t cty.Type, form hclread.Kind) (cty.Value, bool) {
	item, ok := p.items[name]
	if !ok || item.Value.IsNull() {
		return cty.NilVal, false
	}
	if hclread.IsSecret(item.Value) {
		p.Errorf(item.Range, "Secret in the open", "A probe is shown in plans and logs, so nothing secret may stand in it.")
		return cty.NilVal, false
	}
	v, _ := item.Value.UnmarkDeep()
	if !v.IsWhollyKnown() {
		return cty.NilVal, false
	}
	exact, err := convert.Convert(v, t)
	if err != nil || t.IsPrimitiveType() && v.Type() != t {
		p.Errorf(item.Range, "Wrong kind of value", "%q takes %s.", name, form.Form())
		return cty.NilVal, false
	}
	return exact, true
}

func (p probe) text(name string) string {
	v, ok := p.item(name, cty.String, hclread.Text)
	if !ok {
		return ""
	}
	if strings.ContainsAny(v.AsString(), "\r\n\x00 ") {
		p.Errorf(p.items[name].Range, "Unusable character", "%q can hold neither blanks nor line breaks.", name)
	}
	return v.AsString()
}

func (p probe) path() string {
	if _, written := p.items["path"]; !written {
		return "/"
	}
	s := p.text("path")
	if s != "" && !strings.HasPrefix(s, "/") {
		p.Errorf(p.items["path"].Range, "Bad path", "The path of an address begins with /; write \"/%s\".", s)
	}
	return s
}

func (p probe) status() []int {
	v, ok := p.item("status", cty.List(cty.Number), hclread.NumberList)
	if !ok {
		return nil
	}
	var codes []int
	for _, n := range v.AsValueSlice() {
		code, _ := n.AsBigFloat().Int64()
		if code < 100 || code > 599 || n.IsNull() {
			p.Errorf(p.items["status"].Range, "Out of range", "The status of an HTTP answer is a number from 100 to 599.")
			return nil
		}
		codes = append(codes, int(code))
	}
	return codes
}

func (p probe) texts(name string) []string {
	v, ok := p.item(name, cty.List(cty.String), hclread.TextList)
	if !ok {
		if _, written := p.items[name]; !written {
			p.Errorf(p.at, "Empty command", "Say which command to run: command = [\"…\"].")
		}
		return nil
	}
	var words []string
	for _, w := range v.AsValueSlice() {
		if w.IsNull() {
			p.Errorf(p.items[name].Range, "Wrong kind of value", "%q takes %s.", name, hclread.TextList.Form())
			return nil
		}
		words = append(words, w.AsString())
	}
	if len(words) == 0 {
		p.Errorf(p.items[name].Range, "Empty command", "Say which command to run: command = [\"…\"].")
	}
	return words
}
