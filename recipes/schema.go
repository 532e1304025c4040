package recipes

import "ronron/internal/hclread"

// fileSchema is everything that can stand in recipe.hcl. docs/recipes.md
// explains each line; a test keeps the two together.
var fileSchema = &hclread.Schema{
	Blocks: []hclread.BlockSchema{
		{Type: "recipe", Schema: recipeSchema, Required: true, Single: true},
	},
}

var recipeSchema = &hclread.Schema{
	Labels: []string{"name"},
	Attributes: []hclread.Attribute{
		{Name: "version", Kind: hclread.Text, Required: true},
		{Name: "public", Kind: hclread.Bilingual, Required: true},
		{Name: "builtin", Kind: hclread.Bool},
	},
	Blocks: []hclread.BlockSchema{
		{Type: "software", Schema: softwareSchema, Required: true, Single: true},
		{Type: "setting", Schema: settingSchema},
		{Type: "secret", Schema: secretSchema},
		{Type: "accounts", Schema: accountsSchema, Required: true, Single: true},
		{Type: "data", Schema: dataSchema},
		{Type: "volume", Schema: volumeSchema},
		{Type: "unit", Schema: unitSchema, Required: true},
		{Type: "companion", Schema: companionSchema},
		{Type: "route", Schema: routeSchema},
		{Type: "listen", Schema: listenSchema},
		{Type: "job", Schema: jobSchema},
		{Type: "schedule", Schema: scheduleSchema},
		{Type: "tool", Schema: toolSchema},
	},
	Refused: map[string]string{
		"network":  "Every service has one network of its own, made by Ronron; write egress = true in the unit that must call out.",
		"networks": "Every service has one network of its own, made by Ronron; write egress = true in the unit that must call out.",
		"variable": `What a host may choose is a setting: setting "name" { … }.`,
		"locals":   "There are no local values; a setting with a default comes nearest.",
	},
}

var softwareSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "name", Kind: hclread.Text, Required: true},
		{Name: "version", Kind: hclread.Text, Required: true},
		{Name: "licence", Kind: hclread.Text, Required: true},
		{Name: "source", Kind: hclread.Text, Required: true},
		{Name: "documentation", Kind: hclread.Text},
		{Name: "category", Kind: hclread.Text, Required: true},
		{Name: "replaces", Kind: hclread.TextList},
		{Name: "title", Kind: hclread.Bilingual, Required: true},
		{Name: "summary", Kind: hclread.Bilingual, Required: true},
	},
	Refused: map[string]string{"license": `It is spelt "licence" here.`},
}

var settingSchema = &hclread.Schema{
	Labels: []string{"name"},
	Attributes: []hclread.Attribute{
		{Name: "type", Kind: hclread.Text, Required: true},
		{Name: "default", Kind: hclread.Any},
		{Name: "label", Kind: hclread.Bilingual, Required: true},
		{Name: "help", Kind: hclread.Bilingual},
	},
	Blocks: []hclread.BlockSchema{{Type: "check", Schema: checkSchema}},
}

var checkSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "condition", Kind: hclread.Bool, Required: true},
		{Name: "message", Kind: hclread.Bilingual, Required: true},
	},
}

var secretSchema = &hclread.Schema{
	Labels: []string{"name"},
	Attributes: []hclread.Attribute{
		{Name: "length", Kind: hclread.Number},
		{Name: "alphabet", Kind: hclread.Text},
	},
	Refused: map[string]string{
		"value":   "A secret is made up by Ronron, differently for each chaton, and never stands in a recipe.",
		"default": "A secret is made up by Ronron, differently for each chaton, and never stands in a recipe.",
	},
}

var accountsSchema = &hclread.Schema{Labels: []string{"kind"}}

var dataSchema = &hclread.Schema{
	Labels: []string{"name"},
	Attributes: []hclread.Attribute{
		{Name: "what", Kind: hclread.Bilingual, Required: true},
		{Name: "personal", Kind: hclread.Bool, Required: true},
		{Name: "kept", Kind: hclread.Bilingual, Required: true},
		{Name: "volume", Kind: hclread.Text},
	},
}

var volumeSchema = &hclread.Schema{Labels: []string{"name"}}

const (
	noHostFolders = `A recipe sees no folder of the host, so that no recipe can read or change what is not its own. Declare volume "data" {} in the recipe and mount "data" { path = "/…" } in the unit.`
	noHostRights  = "A unit never has rights over the host, so that a recipe from a stranger can do no harm outside its service. Name the single capabilities it needs: capabilities = [\"NET_BIND_SERVICE\"]."
	noHostNetwork = "A unit lives in its service's own network, so that services cannot reach each other. Calling out is egress = true; being reached from outside is a route block."
	noHostDevices = "A unit sees no device of the host, which would be a way out of its container."
	noSocket      = "A unit never gets the engine's socket: whoever holds it owns the host."
)

var unitSchema = &hclread.Schema{
	Labels: []string{"name"},
	Attributes: []hclread.Attribute{
		{Name: "image", Kind: hclread.Text},
		{Name: "user", Kind: hclread.Text},
		{Name: "entrypoint", Kind: hclread.TextList},
		{Name: "command", Kind: hclread.TextList},
		{Name: "capabilities", Kind: hclread.TextList},
		{Name: "egress", Kind: hclread.Bool},
		{Name: "read_only", Kind: hclread.Bool},
		{Name: "tmpfs", Kind: hclread.TextList},
		{Name: "environment", Kind: hclread.TextMap},
		{Name: "secret_environment", Kind: hclread.Bool},
		{Name: "needs", Kind: hclread.TextList},
		{Name: "stop_timeout", Kind: hclread.Duration},
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
		"network_mode": noHostNetwork, "network": noHostNetwork, "networks": noHostNetwork, "ports": `A unit's ports are port "http" { number = 8080 } blocks; the way from outside is a route block.`,
		"pid": noHostRights, "ipc": noHostRights, "cgroup_parent": noHostRights, "sysctls": noHostRights,
		"volumes": noHostFolders, "volume": noHostFolders, "mounts": noHostFolders, "bind": noHostFolders, "binds": noHostFolders,
		"devices": noHostDevices, "device": noHostDevices, "gpus": noHostDevices,
		"docker_socket": noSocket,
		"env":           `It is written environment = { NAME = "value" }.`,
		"env_file":      `It is written environment = { NAME = "value" }; no file of the host is read.`,
		"healthcheck":   `It is written health { http = { port = "http", path = "/" } }.`,
		"restart":       "Every unit is started again when it ends; there is nothing to choose.",
		"depends_on":    `It is written needs = ["unit"].`,
		"labels":        "Labels of containers are Ronron's own.",
	},
}

var buildSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{{Name: "args", Kind: hclread.TextMap}},
	Refused: map[string]string{
		"context":    "The build sees the recipe's own folder and nothing else.",
		"dockerfile": "The file is named Dockerfile and lies in the recipe's folder.",
	},
}

var mountSchema = &hclread.Schema{
	Labels: []string{"volume"},
	Attributes: []hclread.Attribute{
		{Name: "path", Kind: hclread.Text, Required: true},
		{Name: "read_only", Kind: hclread.Bool},
	},
	Refused: map[string]string{"source": noHostFolders, "host_path": noHostFolders},
}

var unitFileSchema = &hclread.Schema{
	Labels: []string{"path"},
	Attributes: []hclread.Attribute{
		{Name: "template", Kind: hclread.Text},
		{Name: "content", Kind: hclread.Text},
		{Name: "owner", Kind: hclread.Text},
		{Name: "mode", Kind: hclread.Text},
	},
	Refused: map[string]string{"source": `A file comes from a template of the recipe's folder, template = "name.tmpl", or from content = "…".`},
}

var portSchema = &hclread.Schema{
	Labels:     []string{"name"},
	Attributes: []hclread.Attribute{{Name: "number", Kind: hclread.Number, Required: true}},
}

var healthSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "http", Kind: hclread.Object},
		{Name: "tcp", Kind: hclread.Object},
		{Name: "exec", Kind: hclread.Object},
		{Name: "timeout", Kind: hclread.Duration},
		{Name: "within", Kind: hclread.Duration},
	},
}

var limitsSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "memory", Kind: hclread.Size},
		{Name: "pids", Kind: hclread.Number},
		{Name: "cpus", Kind: hclread.Decimal},
	},
}

var routeSchema = &hclread.Schema{
	Labels: []string{"name"},
	Attributes: []hclread.Attribute{
		{Name: "unit", Kind: hclread.Text, Required: true},
		{Name: "port", Kind: hclread.Text, Required: true},
		{Name: "host", Kind: hclread.Text},
		{Name: "hosts", Kind: hclread.TextList},
		{Name: "path", Kind: hclread.Text},
		{Name: "upload", Kind: hclread.Size},
		{Name: "timeout", Kind: hclread.Duration},
		{Name: "headers", Kind: hclread.TextMap},
		{Name: "deny", Kind: hclread.TextList},
	},
}
