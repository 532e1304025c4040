package recipes

import (
	"ronron/internal/hclread"
	"ronron/internal/text"
)

// fileSchema is everything that can stand in recipe.hcl. docs/recipes.md is
// made from it, so what an entry says of itself is what people read.
var fileSchema = &hclread.Schema{
	Blocks: []hclread.BlockSchema{
		{Type: "recipe", Schema: recipeSchema, Required: true, Single: true},
	},
}

var recipeSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "The name is the folder's.",
	Attributes: []hclread.Attribute{
		{Name: "version", Kind: hclread.Text, Required: true, Fixed: true, Help: "Of the recipe, not of the software."},
		{Name: "public", Kind: hclread.Bilingual, Required: true, Help: "What somebody without an account can do."},
		{Name: "members", Kind: hclread.Bilingual, Default: "none", Help: "What members see and do, for the page about the recipe."},
		{Name: "limits_note", Kind: hclread.Bilingual, Default: "none", Help: "What the software cannot do here, honestly."},
		{Name: "parts", Kind: hclread.TextList, Default: "`[]`", Fixed: true, Help: "Shared parts of Ronron's own that the recipe uses, by name; see below. Their files are seen at `parts/NAME/`, as if they lay in the recipe's folder."},
		{Name: "builtin", Kind: hclread.Bool, Default: "`false`", Fixed: true, Help: "A part of every chaton. Only for recipes that come with Ronron."},
	},
	Blocks: []hclread.BlockSchema{
		{Type: "software", Schema: softwareSchema, Required: true, Single: true},
		{Type: "setting", Schema: settingSchema},
		{Type: "secret", Schema: secretSchema},
		{Type: "accounts", Schema: accountsSchema, Required: true, Single: true},
		{Type: "data", Schema: dataSchema},
		{Type: "volume", Schema: volumeSchema},
		{Type: "companion", Schema: companionSchema},
		{Type: "unit", Schema: unitSchema, Required: true},
		{Type: "route", Schema: routeSchema},
		{Type: "listen", Schema: listenSchema},
		{Type: "job", Schema: jobSchema},
		{Type: "schedule", Schema: scheduleSchema},
		{Type: "tool", Schema: toolSchema},
		{Type: "backup", Schema: backupSchema, Single: true},
		{Type: "restore", Schema: restoreSchema, Single: true},
		{Type: "export", Schema: exportSchema},
		{Type: "erase", Schema: eraseSchema},
		{Type: "usage", Schema: usageSchema},
		{Type: "retention", Schema: retentionSchema, Single: true},
		{Type: "requests", Schema: requestsSchema, Single: true},
		{Type: "upgrade", Schema: upgradeSchema, Single: true},
	},
	Refused: map[string]string{
		"network":  text.Key("Every service has one network of its own, made by Ronron; write egress = true in the unit that must call out."),
		"networks": text.Key("Every service has one network of its own, made by Ronron; write egress = true in the unit that must call out."),
		"variable": text.Key(`What a host may choose is a setting: setting "name" { … }.`),
		"locals":   text.Key("There are no local values; a setting with a default comes nearest."),
	},
}

var softwareSchema = &hclread.Schema{
	Help: "What the recipe runs.",
	Attributes: []hclread.Attribute{
		{Name: "name", Kind: hclread.Text, Required: true, Fixed: true, Help: "As upstream calls it."},
		{Name: "version", Kind: hclread.Text, Required: true, Fixed: true, Help: "As upstream counts."},
		{Name: "licence", Kind: hclread.Text, Required: true, Fixed: true, Help: "SPDX: `\"AGPL-3.0-or-later\"`."},
		{Name: "source", Kind: hclread.Text, Required: true, Fixed: true, Help: "Address of the source code."},
		{Name: "documentation", Kind: hclread.Text, Default: "none", Fixed: true, Help: "Address of the documentation."},
		{Name: "category", Kind: hclread.Text, Required: true, Fixed: true, Help: "One word: `pads`, `polls`, `video`, `wiki`, `pages`."},
		{Name: "replaces", Kind: hclread.TextList, Default: "`[]`", Fixed: true, Help: "What people used before."},
		{Name: "title", Kind: hclread.Bilingual, Required: true, Fixed: true, Help: "What it is, for members: a word."},
		{Name: "summary", Kind: hclread.Bilingual, Required: true, Fixed: true, Help: "The same in a sentence."},
	},
	Refused: map[string]string{"license": text.Key(`It is spelt "licence" here.`)},
}

var settingSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "What a host may choose. Settings are for choices that anybody may see, never for secrets.",
	Attributes: []hclread.Attribute{
		{Name: "type", Kind: hclread.Text, Required: true, Fixed: true, Help: "`\"string\"`, `\"number\"`, `\"bool\"`, or `\"list\"` (of texts)."},
		{Name: "default", Kind: hclread.Any, Default: "none: the host must choose", Help: "May use `chaton.*`, `service.*`, `directory.*`, `mail.*` and the settings above."},
		{Name: "label", Kind: hclread.Bilingual, Required: true, Fixed: true, Help: "What it is called."},
		{Name: "help", Kind: hclread.Bilingual, Default: "none", Fixed: true, Help: "What it does."},
	},
	Blocks: []hclread.BlockSchema{{Type: "check", Schema: checkSchema}},
}

var checkSchema = &hclread.Schema{
	Help: "What a value must be.",
	Attributes: []hclread.Attribute{
		{Name: "condition", Kind: hclread.Bool, Required: true, Help: "True for values that are accepted."},
		{Name: "message", Kind: hclread.Bilingual, Required: true, Fixed: true, Help: "Shown to the host where it is false."},
	},
}

var secretSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help: "Made once by Ronron, different for each service. Whatever is made from a secret is secret: a text with it inside, its hash, a list " +
		"that holds it. A secret may go into a `file`, and into `environment` where the unit says `secret_environment = true`; anywhere else it is an " +
		"error. `directory.bind_password`, `mail.password`, `oidc.client_secret` and a companion's `password` and `url` are secrets too.",
	Attributes: []hclread.Attribute{
		{Name: "kind", Kind: hclread.Text, Default: "`\"text\"`", Fixed: true, Help: "`\"text\"`, `\"hex\"`, `\"base64\"`, `\"uuid\"`, or a pair of keys in PEM, `\"ed25519\"` or `\"rsa\"`: `secret.NAME.private` and `secret.NAME.public`, of which the second is not secret."},
		{Name: "length", Kind: hclread.Number, Default: "`32`; of `\"rsa\"` `3072`", Fixed: true, Help: "Characters of a text, 12 to 512; random bytes of `\"hex\"` and `\"base64\"`, 16 to 256; bits of `\"rsa\"`, 2048, 3072 or 4096."},
		{Name: "alphabet", Kind: hclread.Text, Default: "letters and digits that need no quoting", Fixed: true, Help: "Of a text: at least 10 different visible ASCII characters."},
		{Name: "rotate", Kind: hclread.Bool, Default: "`false`", Fixed: true, Help: "It may be made anew, with `ronron secret rotate`, and nothing is lost but sessions."},
	},
	Refused: map[string]string{
		"value":   text.Key("A secret is made up by Ronron, differently for each chaton, and never stands in a recipe."),
		"default": text.Key("A secret is made up by Ronron, differently for each chaton, and never stands in a recipe."),
	},
}

var accountsSchema = &hclread.Schema{
	Labels: []string{"kind"},
	Help: "How members sign in. `\"ldap\"`: the directory; the service gets an account of its own there, and its units reach it as " +
		"`directory.host`. `\"header\"`: the gateway signs members in before the routes with `enter`, and tells the software who is there. " +
		"`\"basic\"`: the same, and programs may send login and password with each request (WebDAV, calendars). `\"oidc\"`: the portal signs " +
		"members in and tells the software by OpenID Connect (authorization code flow, `oidc.*`); its units reach the portal under its public address. `\"none\"`: not by the chaton's accounts. " +
		"Of `\"header\"` and `\"basic\"`: a suspended member is out within five minutes, and `/.ronron/leave` on the service's host signs out. Another member may then come in the same browser: " +
		"software that keeps a session in a cookie must look at the header again, or be made to forget.",
	Attributes: []hclread.Attribute{
		{Name: "identity", Kind: hclread.Text, Default: "none", Fixed: true, Help: "What the software keys people by: `\"uid\"`, `\"mail\"`."},
		{Name: "administrators", Kind: hclread.Bilingual, Default: "none", Fixed: true, Help: "How members of the group `admins` become administrators."},
		{Name: "sign_up", Kind: hclread.Text, Default: "`\"closed\"`; of `\"none\"` nobody has an account", Fixed: true, Help: "`\"closed\"`, or with `\"none\"` also `\"software\"`: the software has accounts of its own."},
		{Name: "header", Kind: hclread.Object, Default: "needed for `\"header\"` and `\"basic\"`", Fixed: true, Help: "Headers that say who is there: `{ user, name, mail, groups }`, of which `user` is needed. What visitors send under these names is removed."},
		{Name: "redirect", Kind: hclread.TextList, Default: "needed for `\"oidc\"`", Help: "Where the portal may send members back to: paths of `service.url` such as `\"/auth/callback\"`, or whole addresses of the recipe's routes. Compared letter by letter."},
		{Name: "signed_out", Kind: hclread.TextList, Default: "`[\"/\"]`", Help: "Of `\"oidc\"`: where members may be sent after signing out, in the same form."},
	},
}

var dataSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "Each kind of data that is kept.",
	Attributes: []hclread.Attribute{
		{Name: "what", Kind: hclread.Bilingual, Required: true, Help: "What is kept."},
		{Name: "personal", Kind: hclread.Bool, Required: true, Help: "Does it say anything about a person?"},
		{Name: "kept", Kind: hclread.Bilingual, Required: true, Help: "For how long."},
		{Name: "volume", Kind: hclread.Text, Default: "none", Help: "The volume it is in, or the companion."},
	},
}

var volumeSchema = &hclread.Schema{Labels: []string{"name"}, Help: "A place for data that outlives containers."}

var routeSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "A way in through the gateway. Websockets pass.",
	Attributes: []hclread.Attribute{
		{Name: "unit", Kind: hclread.Text, Required: true, Help: "Where requests go."},
		{Name: "port", Kind: hclread.Text, Required: true, Help: "The name of a `port` block of that unit."},
		{Name: "host", Kind: hclread.Text, Default: "`service.host`", Help: "That name, a name below it, or one beside it that begins with it and a hyphen (`\"wiki-api\"`)."},
		{Name: "hosts", Kind: hclread.TextList, Default: "`[]`", Help: "More names, by the same rule; at most 20."},
		{Name: "path", Kind: hclread.Text, Default: "`\"/\"`", Help: "Matches whole segments; the longest path wins."},
		{Name: "enter", Kind: hclread.Text, Default: "`\"anyone\"`", Help: "`\"members\"` of the groups of `service.enter`, or `\"administrators\"`: the gateway's own sign-in stands before the route."},
		{Name: "upload", Kind: hclread.Size, Default: "`\"64M\"`", Help: "Largest request body."},
		{Name: "timeout", Kind: hclread.Duration, Default: "`\"60s\"`", Help: "How long the service may take to begin its answer."},
		{Name: "headers", Kind: hclread.TextMap, Default: "`{}`", Help: "Set on every answer; `\"\"` removes the header."},
		{Name: "deny", Kind: hclread.TextList, Default: "`[]`", Help: "Paths that are always answered with 404: installers, status pages. Compared without regard to capital letters."},
	},
	Refused: map[string]string{
		"websocket":  text.Key("Websockets always pass; remove the line."),
		"websockets": text.Key("Websockets always pass; remove the line."),
	},
}
