package recipes

import "ronron/internal/hclread"

// What a recipe says of its software beyond running it.

var (
	declaredUnit    = hclread.Attribute{Name: "unit", Kind: hclread.Text, Required: true, Help: "The unit in which it runs; a companion's name is possible too."}
	declaredCommand = hclread.Attribute{Name: "command", Kind: hclread.TextList, Required: true, Help: "The program and its words; visible to everybody on the machine."}
	declaredTimeout = hclread.Attribute{Name: "timeout", Kind: hclread.Duration, Default: "`\"10m\"`", Help: "How long it may take."}
)

func commandSchema(help string, more ...hclread.Attribute) *hclread.Schema {
	return &hclread.Schema{Help: help, Attributes: append([]hclread.Attribute{declaredUnit, declaredCommand, declaredTimeout}, more...)}
}

var backupSchema = &hclread.Schema{
	Help: "How the data is kept. Companions bring their own dump, restore and check.",
	Attributes: []hclread.Attribute{
		{Name: "volumes", Kind: hclread.TextList, Default: "all of the recipe's own", Help: "Which volumes are copied."},
		{Name: "exclude", Kind: hclread.TextList, Default: "`[]`", Help: "Paths that need not be kept, below a volume's name: `\"data/cache\"`."},
	},
	Blocks: []hclread.BlockSchema{
		{Type: "before", Single: true, Schema: commandSchema("Run before volumes are copied: to write out what is in memory, or a dump into a volume.")},
		{Type: "after", Single: true, Schema: commandSchema("Run afterwards, whether the copy went well or not.")},
		{Type: "check", Single: true, Schema: commandSchema("Run on a restored copy: proves that content is back.",
			hclread.Attribute{Name: "expect", Kind: hclread.Text, Default: "exit code 0 is enough", Help: "What its output holds."})},
	},
}

var restoreSchema = commandSchema("Run once volumes and companions are back, where the software needs it.")

var exportSchema = commandSchema("`export \"member\"`: writes all that the software keeps of one member, as a tar, to its output. The login is in the environment variable `MEMBER`.",
	hclread.Attribute{Name: "formats", Kind: hclread.TextList, Required: true, Help: "Media types of what is in it: `[\"text/plain\"]`."},
	hclread.Attribute{Name: "what", Kind: hclread.Bilingual, Required: true, Help: "What is in it, for the member."},
).Labelled("what")

var eraseSchema = commandSchema("`erase \"member\"`: removes what the software keeps of one member. The login is in the environment variable `MEMBER`.",
	hclread.Attribute{Name: "leaves", Kind: hclread.Bilingual, Required: true, Help: "What stays: versions of pages, names in lists."},
).Labelled("what")

var usageSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "One figure of how much the software is used: `accounts`, `documents`, `bytes`, … Exactly one of `sql`, `http` and `command` gives it.",
	Attributes: []hclread.Attribute{
		{Name: "label", Kind: hclread.Bilingual, Required: true, Help: "What is counted."},
		declaredUnit,
		{Name: "sql", Kind: hclread.Text, Default: "none", Help: "One `SELECT` that gives one number, asked of the companion `unit`."},
		{Name: "http", Kind: hclread.Object, Default: "none", Help: "`{ port, path, json }`: the answer is the number, or holds it under the names of `json`, joined by dots."},
		{Name: "command", Kind: hclread.TextList, Default: "none", Help: "Prints one number."},
	},
}

var retentionSchema = &hclread.Schema{
	Help: "How long the software's own logs live. Its files and schedules see to it.",
	Attributes: []hclread.Attribute{
		{Name: "logs", Kind: hclread.Duration, Required: true, Help: "`\"14d\"`; `\"0s\"` where it writes none."},
	},
}

var requestsSchema = &hclread.Schema{
	Help: "Requests of the software, and of the browsers that show it, to third parties; telemetry is one.",
	Attributes: []hclread.Attribute{
		{Name: "none", Kind: hclread.Bool, Required: true, Help: "Nobody else is asked anything, but what members themselves have it ask, such as the feeds that they follow."},
		{Name: "off", Kind: hclread.Bilingual, Default: "none", Help: "How they are switched off."},
		{Name: "exceptions", Kind: hclread.Bilinguals, Default: "`{}`", Help: "Those that are left: the name of the host that is asked, and why."},
	},
}

var upgradeSchema = &hclread.Schema{
	Help: "Which ways lead to this version of the recipe.",
	Attributes: []hclread.Attribute{
		{Name: "from", Kind: hclread.TextList, Default: "`[]`", Help: "Versions of the recipe that can be followed directly."},
		{Name: "stops", Kind: hclread.TextList, Default: "`[]`", Help: "Versions that must not be skipped on the way."},
		{Name: "fixed", Kind: hclread.TextList, Default: "`[]`", Help: "What can never change after the first start: `\"setting.x\"`, `\"service.host\"`. Ronron refuses the change. A companion's kind and major version are always fixed."},
	},
}
