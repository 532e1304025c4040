package main

import (
	"fmt"
	"net/netip"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// inspected is what of a container matters to its copy.
type inspected struct {
	ID, Image string
	Config    struct {
		User, Hostname, WorkingDir string
		Env, Entrypoint, Cmd       []string
		Labels                     map[string]string
		StopTimeout                *int
	}
	HostConfig struct {
		NetworkMode        string
		ReadonlyRootfs     bool
		Init               *bool
		Memory, MemorySwap int64
		PidsLimit          *int64
		NanoCpus           int64
		CapAdd, CapDrop    []string
		SecurityOpt        []string
		Tmpfs              map[string]string
		RestartPolicy      struct{ Name string }
		LogConfig          struct {
			Type   string
			Config map[string]string
		}
	}
	Mounts []struct {
		Type, Name, Source, Destination string
		RW                              bool
	}
	NetworkSettings struct {
		Networks map[string]struct {
			IPAddress   string
			IPPrefixLen int
			Aliases     []string
		}
	}
}

func (c inspected) service() string { return c.Config.Labels["ronron.service"] }

type object = map[string]any

// copied is a file or folder to take out of a container.
type copied struct{ container, from, to string }

// translation turns containers into a compose file that makes the same ones:
// images, commands, networks with fixed addresses, volumes, limits, rights.
// Files become bind mounts, and the order of the start health checks, as people
// who write compose files have them.
type translation struct {
	dir       string
	file      object
	files     []copied
	directory string
	networks  map[string]object // of the chaton: its network in the file
	moved     map[string]string // address there: address here
	served    []string          // networks that the directory is in
}

const directoryPort = "636"

// pool is where the copy's networks lie, apart from those of any chaton.
var pool = netip.MustParseAddr("10.214.77.0")

func newTranslation(containers []inspected, dir string) *translation {
	t := &translation{
		dir:      dir,
		file:     object{"services": object{}, "networks": object{}, "volumes": object{}},
		networks: map[string]object{}, moved: map[string]string{},
	}
	var names []string
	for _, c := range containers {
		for name := range c.NetworkSettings.Networks {
			if name != "host" && !slices.Contains(names, name) {
				names = append(names, name)
			}
			if c.service() == "directory" {
				t.served = append(t.served, name)
			}
		}
	}
	slices.Sort(names)
	for i, name := range names {
		subnet := byte(16 * i)
		t.networks[name] = object{"internal": true, "ipam": object{"config": []object{{"subnet": offset(subnet) + "/28"}}}}
		t.file["networks"].(object)[short(name)] = t.networks[name]
		for _, c := range containers {
			if n, in := c.NetworkSettings.Networks[name]; in {
				last := netip.MustParseAddr(n.IPAddress).As4()[3] % 16
				t.moved[n.IPAddress] = offset(subnet + last)
			}
		}
	}
	return t
}

func offset(n byte) string {
	a := pool.As4()
	a[3] += n
	return netip.AddrFrom4(a).String()
}

// short takes the domain away: "bench.localhost-wiki" is "wiki".
func short(name string) string { return strings.TrimLeft(strings.TrimPrefix(name, domain), "-_") }

var addressPattern = regexp.MustCompile(`\b\d+\.\d+\.\d+\.\d+\b`)

// address moves every address of the chaton in the text to that of the copy.
func (t *translation) address(text string) string {
	return addressPattern.ReplaceAllStringFunc(text, func(a string) string {
		if to, known := t.moved[a]; known {
			return to
		}
		return a
	})
}

func (t *translation) add(c inspected) {
	h := c.HostConfig
	s := object{
		"image": c.Image, "entrypoint": literal(c.Config.Entrypoint), "command": literal(c.Config.Cmd),
		"environment": literal(c.Config.Env), "restart": h.RestartPolicy.Name,
		"read_only": h.ReadonlyRootfs, "security_opt": h.SecurityOpt,
		"mem_limit": h.Memory, "memswap_limit": h.MemorySwap,
		"logging":     object{"driver": h.LogConfig.Type, "options": h.LogConfig.Config},
		"healthcheck": object{"disable": true},
	}
	optional(s, "user", c.Config.User)
	optional(s, "working_dir", c.Config.WorkingDir)
	if len(h.CapAdd) > 0 {
		s["cap_add"] = h.CapAdd
	}
	if len(h.CapDrop) > 0 {
		s["cap_drop"] = h.CapDrop
	}
	if h.Init != nil {
		s["init"] = *h.Init
	}
	if h.PidsLimit != nil {
		s["pids_limit"] = *h.PidsLimit
	}
	if h.NanoCpus > 0 {
		s["cpus"] = float64(h.NanoCpus) / 1e9
	}
	if c.Config.StopTimeout != nil {
		s["stop_grace_period"] = fmt.Sprintf("%ds", *c.Config.StopTimeout)
	}
	var tmpfs []string
	for _, dir := range sortedKeys(h.Tmpfs) {
		tmpfs = append(tmpfs, dir+":"+h.Tmpfs[dir])
	}
	if len(tmpfs) > 0 {
		s["tmpfs"] = tmpfs
	}
	t.mounts(c, s)
	t.place(c, s)
	if c.service() == "directory" {
		// One second is as often as people ask. The image has no client to ask with.
		s["healthcheck"] = object{
			"test":     []string{"CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + directoryPort},
			"interval": "1s", "timeout": "2s", "retries": 30,
		}
	}
	t.file["services"].(object)[c.service()] = s
}

// mounts keeps the volumes. What Ronron copies into a container, or its daemon
// writes for it, lies beside the compose file instead.
func (t *translation) mounts(c inspected, s object) {
	beside := func(from string) object {
		to := filepath.Join(t.dir, c.service(), path.Base(from))
		t.files = append(t.files, copied{c.ID, from, to})
		return object{"type": "bind", "source": to, "target": from, "read_only": true}
	}
	var list []object
	for _, m := range c.Mounts {
		kind, source := m.Type, m.Source
		if m.Type == "volume" {
			if !strings.HasPrefix(m.Name, domain) || c.service() == "portal" {
				list = append(list, beside(m.Destination))
				continue
			}
			source = short(m.Name)
			t.file["volumes"].(object)[source] = object{}
		}
		list = append(list, object{"type": kind, "source": source, "target": m.Destination, "read_only": !m.RW})
		if c.service() == "gateway" {
			list = append(list, beside(m.Destination+"/config.json"))
		}
	}
	s["volumes"] = list
}

// place gives the container its networks, and lets it wait for the directory
// where Ronron does: when its network has the directory in it.
func (t *translation) place(c inspected, s object) {
	if c.HostConfig.NetworkMode == "host" {
		s["network_mode"] = "host"
		return
	}
	s["hostname"] = c.Config.Hostname
	networks := object{}
	for name, n := range c.NetworkSettings.Networks {
		aliases := slices.DeleteFunc(slices.Clone(n.Aliases), func(a string) bool { return strings.HasPrefix(c.ID, a) })
		slices.Sort(aliases)
		aliases = slices.Compact(aliases)
		networks[short(name)] = object{"ipv4_address": t.moved[n.IPAddress], "aliases": aliases}
		switch {
		case c.service() != "directory" && slices.Contains(t.served, name):
			s["depends_on"] = object{"directory": object{"condition": "service_healthy"}}
		case c.service() == "directory" && short(name) == "directory":
			t.directory = t.moved[n.IPAddress] + ":" + directoryPort
		}
	}
	s["networks"] = networks
}

// literal keeps compose from reading variables into the strings.
func literal(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ReplaceAll(s, "$", "$$")
	}
	return out
}

func optional(s object, key, value string) {
	if value != "" {
		s[key] = value
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
