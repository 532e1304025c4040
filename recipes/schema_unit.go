package recipes

import (
	"ronron/internal/hclread"
	"ronron/internal/text"
)

var (
	noHostFolders = text.Key(`A recipe sees no folder of the host, so that no recipe can read or change what is not its own. Declare volume "data" {} in the recipe and mount "data" { path = "/…" } in the unit.`)
	noHostRights  = text.Key("A unit never has rights over the host, so that a recipe from a stranger can do no harm outside its service. Name the single capabilities it needs: capabilities = [\"NET_BIND_SERVICE\"].")
	noHostNetwork = text.Key("A unit lives in its service's own network, so that services cannot reach each other. Calling out is egress = true; being reached from outside is a route block.")
	noHostDevices = text.Key("A unit sees no device of the host, which would be a way out of its container.")
	noSocket      = text.Key("A unit never gets the engine's socket: whoever holds it owns the host.")
)

var unitSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "One container; at least one. Its name is its host name in the service's network: other units reach it as `http://web:8080`. Its address can change at each `ronron up`, so what keeps addresses (nginx does) has to look the name up again.",
	Attributes: []hclread.Attribute{
		{Name: "image", Kind: hclread.Text, Default: "this or `build`", Help: "`\"name:tag\"`, or with the digest, `\"name:tag@sha256:…\"`. A tag alone is pinned to a digest by `ronron recipe lock`, or by the first `ronron up`."},
		{Name: "user", Kind: hclread.Text, Default: "the image's", Help: "`\"33:33\"`, or a name that the image knows."},
		{Name: "entrypoint", Kind: hclread.TextList, Default: "the image's", Help: "Visible to everybody on the machine."},
		{Name: "command", Kind: hclread.TextList, Default: "the image's", Help: "Visible to everybody on the machine."},
		{Name: "environment", Kind: hclread.TextMap, Default: "`{}`", Help: "Numbers and true or false are taken as written."},
		{Name: "secret_environment", Kind: hclread.Bool, Default: "`false`", Help: "The software can take secrets only from its environment."},
		{Name: "capabilities", Kind: hclread.TextList, Default: "`[]`", Help: "Kept of those that are all dropped: `[\"NET_BIND_SERVICE\"]`. Those that reach the host are refused."},
		{Name: "egress", Kind: hclread.Bool, Default: "`false`", Help: "May the service call out?"},
		{Name: "read_only", Kind: hclread.Bool, Default: "`false`", Help: "The container's own files cannot be written."},
		{Name: "tmpfs", Kind: hclread.TextList, Default: "`[]`", Help: "Paths kept in memory, lost at each start."},
		{Name: "needs", Kind: hclread.TextList, Default: "`[]`", Help: "Units and companions of this recipe that must be healthy first."},
		{Name: "stop_timeout", Kind: hclread.Duration, Default: "`\"10s\"`", Help: "Time to stop by itself."},
	},
	Blocks: []hclread.BlockSchema{
		{Type: "build", Schema: buildSchema, Single: true},
		{Type: "mount", Schema: mountSchema},
		{Type: "file", Schema: unitFileSchema},
		{Type: "port", Schema: portSchema},
		{Type: "health", Schema: healthSchema, Single: true},
		{Type: "limits", Schema: limitsSchema, Single: true},
	},
	Refused: map[string]string{
		"privileged": noHostRights, "security_opt": noHostRights, "cap_add": noHostRights, "userns_mode": noHostRights,
		"network_mode": noHostNetwork, "network": noHostNetwork, "networks": noHostNetwork, "ports": text.Key(`A unit's ports are port "http" { number = 8080 } blocks; the way from outside is a route block.`),
		"pid": noHostRights, "ipc": noHostRights, "cgroup_parent": noHostRights, "sysctls": noHostRights,
		"volumes": noHostFolders, "volume": noHostFolders, "mounts": noHostFolders, "bind": noHostFolders, "binds": noHostFolders,
		"devices": noHostDevices, "device": noHostDevices, "gpus": noHostDevices,
		"docker_socket": noSocket,
		"env":           text.Key(`It is written environment = { NAME = "value" }.`),
		"env_file":      text.Key(`It is written environment = { NAME = "value" }; no file of the host is read.`),
		"healthcheck":   text.Key(`It is written health { http = { port = "http", path = "/" } }.`),
		"restart":       text.Key("Every unit is started again when it ends; there is nothing to choose."),
		"depends_on":    text.Key(`It is written needs = ["unit"].`),
		"labels":        text.Key("Labels of containers are Ronron's own."),
	},
}

var buildSchema = &hclread.Schema{
	Help: "Builds the folder's `Dockerfile`, which sees every file of the folder but the recipe's text and `*.tmpl`, the recipe's `parts` below `parts/`, and the sources below `sources/`. The engine's classic builder does it, which knows nothing of BuildKit: no `COPY --chmod`, `RUN --mount` or `<<EOT`. The images that it starts `FROM` are pinned as `image` is: write name:tag, and chaton.lock gets the digest. `debian:…-slim` alone is taken as it is when the image is made, with its security updates.",
	Attributes: []hclread.Attribute{
		{Name: "args", Kind: hclread.TextMap, Default: "`{}`", Help: "Arguments of the build; never a secret."},
	},
	Blocks: []hclread.BlockSchema{{Type: "source", Schema: sourceSchema}},
	Refused: map[string]string{
		"context":    text.Key("The build sees the recipe's own folder and nothing else."),
		"dockerfile": text.Key("The file is named Dockerfile and lies in the recipe's folder."),
		"parts":      text.Key(`Parts are named once for the whole recipe: parts = ["name"] beside its version.`),
	},
}

var sourceSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help: "An archive by address and sum, unpacked by Ronron into the build context at `sources/NAME/`. The sum is of the content: " +
		"an archive that was packed anew from the same files passes, and one with another file does not.",
	Attributes: []hclread.Attribute{
		{Name: "url", Kind: hclread.Text, Required: true, Fixed: true, Help: "`https://…`, an archive: tar, tar.gz or zip, whatever it is called."},
		{Name: "sum", Kind: hclread.Text, Required: true, Fixed: true, Help: "`\"h1:…\"`, as a failed build says it. Look at the content before you believe it."},
		{Name: "strip", Kind: hclread.Number, Default: "`0`", Fixed: true, Help: "Folders to leave out at the beginning of each path."},
	},
}

var mountSchema = &hclread.Schema{
	Labels: []string{"volume"},
	Help:   "Shows a volume of the recipe.",
	Attributes: []hclread.Attribute{
		{Name: "path", Kind: hclread.Text, Required: true, Help: "Where in the container."},
		{Name: "read_only", Kind: hclread.Bool, Default: "`false`", Help: "It cannot be written there."},
	},
	Refused: map[string]string{"source": noHostFolders, "host_path": noHostFolders},
}

var unitFileSchema = &hclread.Schema{
	Labels: []string{"path"},
	Help:   "Puts a file into the container before it starts.",
	Attributes: []hclread.Attribute{
		{Name: "template", Kind: hclread.Text, Default: "this or `content`", Help: "A `.tmpl` file of the folder, or of a part (`\"parts/NAME/x.tmpl\"`): text with `${…}`, `%{ if … }…%{ else }…%{ endif }`, `%{ for x in … }…%{ endfor }`; `~` inside the braces takes the blanks beside it away."},
		{Name: "content", Kind: hclread.Text, Default: "this or `template`", Help: "The content itself."},
		{Name: "owner", Kind: hclread.Text, Default: "`\"0:0\"`; of a secret file the unit's `user` if in numbers", Help: "`\"uid:gid\"`."},
		{Name: "mode", Kind: hclread.Text, Default: "`\"0644\"`; of a secret file `\"0400\"`", Help: "A secret file is never readable by all."},
	},
	Refused: map[string]string{"source": text.Key(`A file comes from a template of the recipe's folder, template = "name.tmpl", or from content = "…".`)},
}

var portSchema = &hclread.Schema{
	Labels:     []string{"name"},
	Help:       "A port that the unit listens on in its network.",
	Attributes: []hclread.Attribute{{Name: "number", Kind: hclread.Number, Required: true, Help: "1 to 65535."}},
}

var healthSchema = &hclread.Schema{
	Help: "How to tell that the unit works: one of `http`, `tcp` and `exec`. Without the block a unit is healthy while it runs.",
	Attributes: []hclread.Attribute{
		{Name: "http", Kind: hclread.Object, Default: "none", Help: "`{ port, path, host, status }`; `path` is `\"/\"` and `status` 200 to 399 where not written."},
		{Name: "tcp", Kind: hclread.Object, Default: "none", Help: "`{ port }`: somebody listens."},
		{Name: "exec", Kind: hclread.Object, Default: "none", Help: "`{ command }` ends with 0. It costs far more than the others."},
		{Name: "timeout", Kind: hclread.Duration, Default: "`\"5s\"`", Help: "Of one probe."},
		{Name: "within", Kind: hclread.Duration, Default: "`\"60s\"`", Help: "From start to healthy."},
	},
}

var limitsSchema = &hclread.Schema{
	Help: "What the unit may take of the machine.",
	Attributes: []hclread.Attribute{
		{Name: "memory", Kind: hclread.Size, Default: "`\"256M\"`", Help: "At least `\"6M\"`."},
		{Name: "pids", Kind: hclread.Number, Default: "`200`", Help: "Processes and threads."},
		{Name: "cpus", Kind: hclread.Decimal, Default: "no bound", Help: "Cores."},
	},
}
