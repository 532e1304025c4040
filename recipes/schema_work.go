package recipes

import (
	"ronron/internal/hclread"
	"ronron/internal/text"
)

var unitOfWork = hclread.Attribute{Name: "unit", Kind: hclread.Text, Required: true, Help: "Whose image, mounts, files, user, environment and limits it has; a companion's name is possible too."}

var jobSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "Work that runs to its end: an installer, a migration. It waits for what its unit needs.",
	Attributes: []hclread.Attribute{
		{Name: "when", Kind: hclread.TextOrList, Required: true, Help: "`\"first\"`: once for new data; `\"upgrade\"`: each time the recipe's version or the unit's image is another than the last time; or a list of both."},
		unitOfWork,
		{Name: "inside", Kind: hclread.Bool, Default: "`false`", Help: "`true`: run in the unit once that is healthy. `false`: in a container like the unit's, before the unit starts and while nothing else of it runs."},
		{Name: "entrypoint", Kind: hclread.TextList, Default: "none", Help: "In place of the image's."},
		{Name: "command", Kind: hclread.TextList, Required: true, Help: "The program and its words; visible to everybody on the machine. Exit code 0 is success; anything else stops the service's start and is shown with the last lines."},
		{Name: "timeout", Kind: hclread.Duration, Default: "`\"10m\"`", Help: "How long it may take."},
	},
	Refused: map[string]string{"needs": text.Key(`A job waits for what its unit needs: write needs = ["…"] in the unit.`)},
}

var scheduleSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "Work that is done again and again while the unit runs.",
	Attributes: []hclread.Attribute{
		unitOfWork,
		{Name: "every", Kind: hclread.Duration, Required: true, Help: "Between two starts; at least `\"1m\"`."},
		{Name: "inside", Kind: hclread.Bool, Default: "`false`", Help: "`true`: in the unit itself. `false`: in a container like it."},
		{Name: "command", Kind: hclread.TextList, Required: true, Help: "The program and its words."},
		{Name: "timeout", Kind: hclread.Duration, Default: "`\"10m\"`", Help: "How long it may take."},
	},
	Refused: map[string]string{"cron": text.Key(`Say how often: every = "1h". The time of day is the daemon's choice.`), "when": text.Key(`Say how often: every = "1h".`)},
}

var toolSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "A command of the software that a host runs by name: `ronron run SERVICE NAME -- …`.",
	Attributes: []hclread.Attribute{
		unitOfWork,
		{Name: "command", Kind: hclread.TextList, Required: true, Help: "What the host types after `--` is added."},
		{Name: "help", Kind: hclread.Bilingual, Default: "none", Help: "What it is for."},
	},
}

var listenSchema = &hclread.Schema{
	Labels: []string{"name"},
	Help:   "A port of the machine that is not HTTP, opened by the gateway, which hands what comes in to the unit.",
	Attributes: []hclread.Attribute{
		{Name: "unit", Kind: hclread.Text, Required: true, Help: "Who answers."},
		{Name: "protocol", Kind: hclread.Text, Required: true, Help: "`\"tcp\"` or `\"udp\"`."},
		{Name: "port", Kind: hclread.Text, Default: "this or `ports`", Help: "The name of a `port` block of the unit."},
		{Name: "public", Kind: hclread.Number, Default: "the same number", Help: "The port of the machine."},
		{Name: "ports", Kind: hclread.Text, Default: "this or `port`", Help: "A range such as `\"10000-10010\"`, the same numbers outside and inside; at most 200."},
		{Name: "open", Kind: hclread.Bool, Default: "`true`", Help: "Whether it is opened at all, such as `open = setting.federation`."},
	},
}

var companionSchema = &hclread.Schema{
	Labels: []string{"kind", "name"},
	Help: "A database beside the software, made from a building block of Ronron's. Its name is the name of a unit, a volume and a " +
		"host name in the service's network; a unit that uses it writes `needs = [\"name\"]`.",
	Attributes: []hclread.Attribute{
		{Name: "major", Kind: hclread.Number, Required: true, Fixed: true, Help: "The database's major version, one that the building block has. It decides what the files of the volume look like."},
		{Name: "memory", Kind: hclread.Size, Default: "the block's", Help: "Its limit; what the database keeps in memory follows it."},
		{Name: "options", Kind: hclread.Object, Default: "`{}`", Help: "What the building block offers; see below."},
	},
	Refused: map[string]string{
		"version": text.Key("The major version is written major = 17; which release of it runs is the building block's business."),
		"image":   text.Key("The building block brings its image; write major = 17."),
	},
}

// Building blocks are read with the same words as recipes.

var blockFileSchema = &hclread.Schema{Blocks: []hclread.BlockSchema{{Type: "companion", Schema: blockSchema, Required: true, Single: true}}}

var blockSchema = &hclread.Schema{
	Labels: []string{"kind"},
	Attributes: []hclread.Attribute{
		{Name: "summary", Kind: hclread.Bilingual, Required: true},
		{Name: "least_memory", Kind: hclread.Size, Required: true},
	},
	Blocks: []hclread.BlockSchema{
		{Type: "software", Schema: blockSoftwareSchema, Required: true, Single: true},
		{Type: "major", Schema: majorSchema, Required: true},
		{Type: "option", Schema: settingSchema},
		{Type: "secret", Schema: secretSchema},
		{Type: "unit", Schema: blockUnitSchema, Required: true, Single: true},
		{Type: "gives", Schema: givesSchema, Required: true, Single: true},
		{Type: "backup", Schema: blockBackupSchema, Single: true},
	},
}

var blockSoftwareSchema = &hclread.Schema{Attributes: []hclread.Attribute{
	{Name: "name", Kind: hclread.Text, Required: true},
	{Name: "licence", Kind: hclread.Text, Required: true},
	{Name: "source", Kind: hclread.Text, Required: true},
	{Name: "documentation", Kind: hclread.Text},
}}

var majorSchema = &hclread.Schema{
	Labels:     []string{"number"},
	Attributes: []hclread.Attribute{{Name: "image", Kind: hclread.Text}},
	Blocks:     []hclread.BlockSchema{{Type: "build", Schema: buildSchema, Single: true}},
}

// blockUnitSchema is a unit without what the block's other parts say.
var blockUnitSchema = unitSchema.Without("image", "build", "needs", "egress").Labelled()

var givesSchema = &hclread.Schema{Attributes: []hclread.Attribute{
	{Name: "user", Kind: hclread.Text},
	{Name: "database", Kind: hclread.Text},
	{Name: "password", Kind: hclread.Any},
	{Name: "url", Kind: hclread.Any},
}}

var blockBackupSchema = &hclread.Schema{Attributes: []hclread.Attribute{
	{Name: "dump", Kind: hclread.TextList, Required: true},
	{Name: "restore", Kind: hclread.TextList, Required: true},
	{Name: "check", Kind: hclread.TextList, Required: true},
}}
