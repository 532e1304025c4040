package recipes

import (
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

// declare reads what the recipe says of its software, once all units are known.
func (e *evaluation) declare(root *hclread.Block) {
	d := &e.out.Declared
	if b := root.Block("backup"); b != nil {
		d.Backup = e.backup(b)
	}
	if b := root.Block("restore"); b != nil {
		d.Restore = e.declaredCommand(b)
	}
	for _, b := range root.Blocks("export") {
		e.aboutMember(b)
		d.Export = &Export{Command: *e.declaredCommand(b), Formats: e.formats(b), What: e.Bilingual(b, "what").V, Range: b.Range}
	}
	for _, b := range root.Blocks("erase") {
		e.aboutMember(b)
		d.Erase = &Erase{Command: *e.declaredCommand(b), Leaves: e.Bilingual(b, "leaves").V, Range: b.Range}
	}
	for _, b := range root.Blocks("usage") {
		d.Usage = append(d.Usage, e.usage(b))
	}
	if b := root.Block("retention"); b != nil {
		d.Retention = &Retention{Logs: e.Duration(b, "logs").V, Range: b.Range}
	}
	if b := root.Block("requests"); b != nil {
		d.Requests = e.requests(b)
	}
	if b := root.Block("upgrade"); b != nil {
		d.Upgrade = e.upgrade(b)
	}
	d.Members, d.Limits = e.paragraph(root, "members"), e.paragraph(root, "limits_note")
	for _, c := range e.r.Companions {
		keep := blocks().byKind[c.Kind].commands
		d.Companions = append(d.Companions, DeclaredCompanion{Companion: c, Dump: keep.Dump, Restore: keep.Restore, Check: keep.Check})
	}
	e.fixedValues()
}

// aboutMember refuses labels for what no command asks for.
func (e *evaluation) aboutMember(b *hclread.Block) {
	if b.Name() != "member" {
		e.Errorf(b.NameRange(), "Unknown kind of data", "What is exported or erased is what the software keeps of one member: %s \"member\" { … }.", b.Type)
	}
}

func (e *evaluation) paragraph(b *hclread.Block, name string) text.Text {
	return e.Bilingual(b, name).V
}

func (e *evaluation) declaredCommand(b *hclread.Block) *Command {
	return &Command{Unit: e.workUnit(b), Command: e.command(b, "command"), Timeout: e.workTimeout(b)}
}

func (e *evaluation) backup(b *hclread.Block) *Backup {
	out := &Backup{Range: b.Range}
	volumes := e.Strings(b, "volumes")
	for _, name := range volumes.V {
		if slices.ContainsFunc(e.r.Companions, func(c Companion) bool { return c.Name == name }) {
			e.Errorf(volumes.Range, "Not copied but dumped", "%q is a companion, which brings its own dump: a copy of a running database's files could not be read again.", name)
			continue
		}
		e.knownVolume(name, volumes.Range)
		out.Volumes = append(out.Volumes, services.Name(name))
	}
	if !volumes.Known {
		for _, v := range e.out.Service.Volumes {
			if e.volumes[string(v.Name)] {
				out.Volumes = append(out.Volumes, v.Name)
			}
		}
	}
	exclude := e.Strings(b, "exclude")
	for _, p := range exclude.V {
		volume, rest, _ := strings.Cut(p, "/")
		switch {
		case rest == "" || path.Clean(p) != p || rest == ".." || strings.HasPrefix(rest, "../") || strings.ContainsAny(p, "\x00\r\n\\"):
			e.Errorf(exclude.Range, "Bad path", "%q must be the name of a volume and a path in it, such as \"data/cache\".", p)
		case !slices.Contains(out.Volumes, services.Name(volume)):
			e.Errorf(exclude.Range, "Unknown volume", "%q is not in a volume that is kept; write the volume's name first, such as \"data/cache\".", p)
		}
	}
	out.Exclude = exclude.V
	for kind, to := range map[string]**Command{"before": &out.Before, "after": &out.After} {
		if c := b.Block(kind); c != nil {
			*to = e.declaredCommand(c)
		}
	}
	if c := b.Block("check"); c != nil {
		out.Check = &Check{Command: *e.declaredCommand(c), Expect: e.String(c, "expect").V}
	}
	return out
}

var mediaRule = regexp.MustCompile(`^[a-z]+/[a-z0-9][a-z0-9.+-]*$`)

func (e *evaluation) formats(b *hclread.Block) []string {
	formats := e.Strings(b, "formats")
	for _, f := range formats.V {
		if !mediaRule.MatchString(f) {
			e.Errorf(formats.Range, "Bad media type", "%q is not a media type, such as \"text/plain\" or \"application/json\".", f)
		}
	}
	return formats.V
}

// databases are the companions that can be asked in SQL.
var databases = []string{"postgresql", "mariadb"}

func (e *evaluation) usage(b *hclread.Block) Usage {
	u := Usage{Name: b.Name(), Label: e.Bilingual(b, "label").V, Range: b.Range}
	unitRange := b.RangeOf("unit")
	u.Unit = e.workUnit(b)
	ways := slices.DeleteFunc([]string{"sql", "http", "command"}, func(way string) bool { return !b.Has(way) })
	if len(ways) != 1 {
		e.Errorf(b.Range, "One way to count", "A figure comes from exactly one of sql, http and command.")
		return u
	}
	switch ways[0] {
	case "command":
		u.Command = e.command(b, "command")
	case "http":
		u.HTTP = e.usageHTTP(b, u.Unit)
	case "sql":
		sql := e.String(b, "sql")
		u.SQL = strings.TrimSpace(sql.V)
		if sql.Known && (!strings.HasPrefix(strings.ToLower(u.SQL), "select ") || strings.Contains(u.SQL, ";")) {
			e.Errorf(sql.Range, "Not one question", "A figure is asked for by one SELECT, without a semicolon; it changes nothing.")
		}
		if u.Unit != "" && !slices.ContainsFunc(e.r.Companions, func(c Companion) bool {
			return c.Name == string(u.Unit) && slices.Contains(databases, c.Kind)
		}) {
			e.Errorf(unitRange, "No database", "SQL is asked of a companion %s; %q is none. A unit with a database of its own answers a command.", diag.OneOf(databases), string(u.Unit))
		}
	}
	return u
}

func (e *evaluation) usageHTTP(b *hclread.Block, unit services.Name) *UsageHTTP {
	e.RepeatedItems(b, "http")
	items, ok := e.Items(b, "http")
	if !ok {
		return nil
	}
	known := []string{"port", "path", "json"}
	for _, key := range slices.Sorted(maps.Keys(items)) {
		if !slices.Contains(known, key) {
			e.Errorf(items[key].Key, "Unknown name", "A question by HTTP has no %q.%s It holds: %s.", key, diag.DidYouMean(key, known), strings.Join(known, ", "))
		}
	}
	p := probe{e, items, b.RangeOf("http")}
	out := &UsageHTTP{Path: p.path(), JSON: p.text("json")}
	port := services.Name(p.text("port"))
	if _, written := items["port"]; !written {
		e.Errorf(p.at, "Missing port", "Say which port to ask: port = \"…\", the name of a port block of the unit.")
		return out
	}
	i := slices.IndexFunc(e.out.Service.Units, func(u services.Unit) bool { return u.Name == unit })
	if i >= 0 && port != "" {
		out.Port = e.knownPort(e.out.Service.Units[i], port, items["port"].Range)
	}
	return out
}

func (e *evaluation) requests(b *hclread.Block) *Requests {
	out := &Requests{None: e.Bool(b, "none").V, Off: e.Bilingual(b, "off").V, Exceptions: e.Bilinguals(b, "exceptions").V, Range: b.Range}
	for _, host := range slices.Sorted(maps.Keys(out.Exceptions)) {
		if !hostRule.MatchString(host) {
			e.Errorf(b.RangeOf("exceptions"), "Bad host name", "%q is not the name of a host, such as \"api.example.org\".", host)
		}
	}
	if out.None && len(out.Exceptions) > 0 {
		e.Errorf(b.RangeOf("none"), "None, but some", "With exceptions there are requests to others; write none = false.")
	}
	return out
}

var versionRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+~-]*$`)

func (e *evaluation) upgrade(b *hclread.Block) *Upgrade {
	out := &Upgrade{Range: b.Range}
	for name, to := range map[string]*[]string{"from": &out.From, "stops": &out.Stops} {
		list := e.Strings(b, name)
		for i, v := range list.V {
			switch {
			case !versionRule.MatchString(v):
				e.Errorf(list.Range, "Bad version", "%q is not a version of a recipe.", v)
			case v == e.r.Version:
				e.Errorf(list.Range, "Its own version", "%q is this version of the recipe; %s names earlier ones.", v, name)
			case slices.Contains(list.V[:i], v):
				e.Errorf(list.Range, "Name used twice", "%q is in the list already.", v)
			}
		}
		*to = list.V
	}
	fixed := e.Strings(b, "fixed")
	var known []string
	for _, s := range e.r.Settings {
		known = append(known, "setting."+s.Name)
	}
	known = append(known, "service.host")
	for _, f := range fixed.V {
		if !slices.Contains(known, f) {
			e.Errorf(fixed.Range, "Unknown setting", "%q cannot be fixed.%s What can: %s.", f, diag.DidYouMean(f, known), strings.Join(known, ", "))
		}
	}
	out.Fixed = fixed.V
	return out
}

// fixedValues are those that can never change once there is data.
func (e *evaluation) fixedValues() {
	if e.dry || e.Diags.HasErrors() {
		return
	}
	e.out.Fixed = map[string]string{}
	for _, c := range e.r.Companions {
		e.out.Fixed["companion."+c.Name] = c.Kind + " " + strconv.Itoa(c.Major)
	}
	if e.out.Declared.Upgrade == nil {
		return
	}
	for _, name := range e.out.Declared.Upgrade.Fixed {
		if name == "service.host" {
			e.out.Fixed[name] = e.in.Service.Host
			continue
		}
		e.out.Fixed[name] = e.settingText(strings.TrimPrefix(name, "setting."))
	}
}

// settingText is a setting's value in one form, to be compared and shown.
func (e *evaluation) settingText(name string) string {
	v := e.values[name]
	if v.Type() == cty.String {
		return v.AsString()
	}
	data, err := json.Marshal(ctyjson.SimpleJSONValue{Value: v})
	if err != nil {
		return "" // settings are texts, numbers, true or false, and lists of texts
	}
	return string(data)
}
