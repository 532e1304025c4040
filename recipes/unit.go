package recipes

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

func (e *evaluation) units(root *hclread.Block) {
	for _, b := range root.Blocks("unit") {
		e.out.Service.Egress = e.Bool(b, "egress").V || e.out.Service.Egress
		e.out.Service.Units = append(e.out.Service.Units, e.unit(b, services.Name(b.Name()), e.image(b)))
	}
}

func (e *evaluation) unit(b *hclread.Block, name services.Name, image services.Image) services.Unit {
	u := services.Unit{
		Name:         name,
		Image:        image,
		Entrypoint:   e.command(b, "entrypoint"),
		Command:      e.command(b, "command"),
		User:         e.user(b),
		ReadOnly:     e.Bool(b, "read_only").V,
		Capabilities: e.capabilities(b),
		Tmpfs:        e.tmpfs(b),
		Environment:  e.environment(b),
		Limits:       e.limits(b),
		StopTimeout:  e.Duration(b, "stop_timeout").V,
	}
	for _, p := range b.Blocks("port") {
		u.Ports = append(u.Ports, e.port(p))
	}
	for _, m := range b.Blocks("mount") {
		u.Mounts = append(u.Mounts, e.mount(m))
	}
	for _, f := range b.Blocks("file") {
		if file, ok := e.file(f, u.User); ok {
			u.Files = append(u.Files, file)
		}
	}
	if h := b.Block("health"); h != nil {
		u.Health = e.health(h, u)
	}
	return u
}

// needs is read once all units are known.
func (e *evaluation) needs(root *hclread.Block) {
	var names []string
	for _, u := range e.out.Service.Units {
		names = append(names, string(u.Name))
	}
	for i, b := range root.Blocks("unit") {
		needs := e.Strings(b, "needs")
		for _, n := range needs.V {
			switch {
			case n == b.Name():
				e.Errorf(needs.Range, "Unit needs itself", "A unit cannot wait for itself; remove %q.", n)
			case !slices.Contains(names, n):
				e.Errorf(needs.Range, "Unknown unit", "The recipe has no unit %q.%s", n, diag.DidYouMean(n, names))
			default:
				u := &e.out.Service.Units[len(e.r.Companions)+i] // these come first
				u.Needs = append(u.Needs, services.Name(n))
			}
		}
	}
	if _, err := e.out.Service.StartOrder(); err != nil && !e.Diags.HasErrors() {
		e.Errorf(e.r.Range, "Units wait for each other", "Each of these units needs another to be healthy first, in a ring, so none could ever start. Remove one from needs.")
	}
}

func (e *evaluation) command(b *hclread.Block, name string) []string {
	words := e.Strings(b, name)
	for _, w := range words.V {
		if strings.ContainsRune(w, 0) {
			e.Errorf(words.Range, "Unusable character", "%q holds a character (NUL) that no command line can.", name)
		}
	}
	if words.Known && (len(words.V) == 0 || words.V[0] == "" && name == "entrypoint") {
		e.Errorf(words.Range, "Empty command", "%q holds no program. Remove the line to use the image's own.", name)
	}
	return words.V
}

var userRule = regexp.MustCompile(`^([0-9]{1,9}(:[0-9]{1,9})?|[a-z_][a-z0-9_-]{0,31}(:[a-z_][a-z0-9_-]{0,31})?)$`)

func (e *evaluation) user(b *hclread.Block) string {
	user := e.String(b, "user")
	if user.Known && !userRule.MatchString(user.V) {
		e.Errorf(user.Range, "Bad user", "%q is not a user: write numbers, \"33:33\", or a name that the image knows.", user.V)
	}
	return user.V
}

// dangerous are capabilities that open the way out of a container.
var dangerous = []string{"SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_PTRACE", "SYS_BOOT", "SYS_TIME", "NET_ADMIN", "MAC_ADMIN", "MAC_OVERRIDE", "DAC_READ_SEARCH", "BPF", "PERFMON", "SYSLOG", "MKNOD", "ALL"}

var capabilityRule = regexp.MustCompile(`^[A-Z][A-Z_]*$`)

func (e *evaluation) capabilities(b *hclread.Block) []string {
	caps := e.Strings(b, "capabilities")
	for i, c := range caps.V {
		short := strings.TrimPrefix(strings.ToUpper(c), "CAP_")
		switch {
		case slices.Contains(dangerous, short):
			e.Errorf(caps.Range, "Not allowed here", "%s gives rights over the host itself. %s", c, text.Of(noHostRights))
		case c != short || !capabilityRule.MatchString(c):
			e.Errorf(caps.Range, "Bad capability", "%q: write the name in capitals and without CAP_, such as \"NET_BIND_SERVICE\".", c)
		case slices.Contains(caps.V[:i], c):
			e.Errorf(caps.Range, "Name used twice", "%q is in the list already.", c)
		}
	}
	return caps.V
}

func (e *evaluation) tmpfs(b *hclread.Block) []string {
	paths := e.Strings(b, "tmpfs")
	for _, p := range paths.V {
		e.cleanPath(p, paths.Range)
	}
	return paths.V
}

// cleanPath checks a path inside a container.
func (e *evaluation) cleanPath(p string, at diag.Range) {
	if !path.IsAbs(p) || path.Clean(p) != p || p == "/" || strings.ContainsAny(p, "\x00\n\r:") {
		e.Errorf(at, "Bad path", "%q must be a whole path inside the container, such as \"/var/lib/data\": beginning with /, without .. and without a / at its end.", p)
		return
	}
	for _, kernel := range []string{"/proc", "/sys", "/dev"} {
		if p == kernel || strings.HasPrefix(p, kernel+"/") {
			e.Errorf(at, "Bad path", "%q belongs to the system's kernel; nothing is put there.", p)
		}
	}
}

var variableRule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environment lets a secret in only where the recipe says that the software has
// no other way: anyone who may inspect containers can read it.
func (e *evaluation) environment(b *hclread.Block) map[string]string {
	secretsAllowed := e.Bool(b, "secret_environment").V
	e.RepeatedItems(b, "environment")
	items, ok := e.Items(b, "environment")
	if !ok || len(items) == 0 {
		return nil
	}
	env := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(items)) {
		item := items[name]
		if !variableRule.MatchString(name) {
			e.Errorf(item.Key, "Bad name", "%q is not the name of an environment variable: letters, digits and underscores, not beginning with a digit.", name)
		}
		if hclread.IsSecret(item.Value) && !secretsAllowed {
			e.Errorf(item.Range, "Secret in the open", "The environment can be read by everybody who may inspect containers. Put the secret into a file block; only where the software has no other way, write secret_environment = true in the unit.")
			continue
		}
		v, _ := item.Value.UnmarkDeep()
		if !v.IsKnown() {
			continue
		}
		s, err := hclread.AsLooseString(v)
		switch {
		case err != nil:
			e.Errorf(item.Range, "Wrong kind of value", "An environment variable is a text, a number, or true or false. Lists are put into a text with join(\",\", list).")
		case strings.ContainsRune(s, 0):
			e.Errorf(item.Range, "Unusable character", "The value holds a character (NUL) that no environment variable can.")
		default:
			env[name] = s
		}
	}
	return env
}

// Bounds of limits: what Docker accepts, and what no recipe needs.
const (
	leastMemory = 6 << 20
	mostPIDs    = 100_000
	mostCPUs    = 1024
)

func (e *evaluation) limits(b *hclread.Block) services.Limits {
	l := services.Limits{Memory: services.DefaultMemory, PIDs: services.DefaultPIDs}
	b = b.Block("limits")
	if b == nil {
		return l
	}
	if memory := e.Size(b, "memory"); memory.Known {
		if memory.V < leastMemory {
			e.Errorf(memory.Range, "Too little memory", "A unit has at least 6M, the least that Docker accepts.")
		}
		l.Memory = memory.V
	}
	if pids := e.Int(b, "pids"); pids.Known {
		if pids.V < 1 || pids.V > mostPIDs {
			e.Errorf(pids.Range, "Out of range", "pids counts processes and threads: 1 to %d; this is %d.", mostPIDs, pids.V)
		}
		l.PIDs = int64(pids.V)
	}
	if cpus := e.Float(b, "cpus"); cpus.Known {
		if cpus.V < 0.01 || cpus.V > mostCPUs {
			e.Errorf(cpus.Range, "Out of range", "cpus counts cores: 0.01 to %d; this is %g.", mostCPUs, cpus.V)
		}
		l.CPUs = cpus.V
	}
	return l
}

func (e *evaluation) port(b *hclread.Block) services.Port {
	n := e.Int(b, "number")
	if n.Known && (n.V < 1 || n.V > 65535) {
		e.Errorf(n.Range, "Port out of range", "A port is a number from 1 to 65535; %d is not.", n.V)
	}
	return services.Port{Name: services.Name(b.Name()), Number: n.V}
}

func (e *evaluation) mount(b *hclread.Block) services.Mount {
	if strings.HasPrefix(b.Name(), "/") || strings.HasPrefix(b.Name(), ".") {
		e.Errorf(b.NameRange(), "Not allowed here", "%s", text.Of(noHostFolders))
	} else {
		e.knownVolume(b.Name(), b.NameRange())
	}
	p := e.String(b, "path")
	if p.Known {
		e.cleanPath(p.V, p.Range)
	}
	return services.Mount{Volume: services.Name(b.Name()), Path: p.V, ReadOnly: e.Bool(b, "read_only").V}
}
