package lint

import "slices"

// Rule is one thing that a good recipe has.
type Rule struct {
	ID    string
	Level Level
	Title string // a few words
	Why   string // whole sentences: why it matters, and what to write
}

// Rules lists every rule, in the order of the reference page.
func Rules() []Rule { return slices.Clone(rules) }

func ruleOf(id string) (Rule, bool) {
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}

var rules = []Rule{
	{"licence-not-free", Error, "The licence is not free",
		"A chaton offers free software only. Choose another software, or correct the SPDX name if it is misspelt."},
	{"licence-unknown", Warning, "The licence is not known to be free",
		"Nobody could check that members may use, study, change and share it. Write the SPDX name of the licence as upstream states it; where people have judged it and lists have not, say who on the line above."},
	{"no-documentation", Warning, "No documentation is named",
		"A host looks for the software's own manual when something is unclear. Write documentation = \"https://…\" in the software block."},
	{"no-members", Advice, "Nothing says what members see and do",
		"The page for hosts has nothing to say of it. Write members = { fr = \"…\", en = \"…\" }."},
	{"one-language", Warning, "A sentence is there in one language only",
		"Hosts and members read French or English. Write { fr = \"…\", en = \"…\" } with both."},
	{"setting-no-help", Warning, "A setting is not explained",
		"The label names the setting; what it changes, and what can be written, is said by help = { fr = \"…\", en = \"…\" }."},
	{"setting-no-check", Advice, "A setting takes any value",
		"A wrong value is best refused before anything is changed. Add check { condition = …  message = { … } }."},

	{"accounts-none", Warning, "Members have no account in it, and nothing says why",
		"One account for every service is what members expect. Where the software cannot, or needs none, say so in a comment above accounts \"none\"."},
	{"sign-up-open", Warning, "Nothing says that sign-up is closed",
		"An account of the software's own, made beside the directory's, stays when the member is suspended. Close it in the software's configuration and write sign_up = \"closed\" in accounts."},
	{"no-administrators", Advice, "Nothing says how administrators are recognised",
		"A host wants to know who may administer the software. Write administrators = { fr = \"…\", en = \"…\" } in accounts, in words."},

	{"oidc-not-told", Warning, "The software is not told how to sign members in",
		"With accounts \"oidc\" the software asks the portal itself, with a secret of its own. Put oidc.client_id and oidc.client_secret into a file that it reads."},
	{"oidc-not-trusted", Warning, "The software is not told whose certificate to trust",
		"The portal's certificate is signed by the chaton's own authority, which no software trusts by itself; turning the check off would let anybody be the portal. Put oidc.ca into a file, and name that file in the software's configuration."},

	{"no-data", Warning, "A volume holds data that is not described",
		"Members have a right to know what is kept of them. Write a data block with volume = … for each volume."},
	{"no-export", Warning, "A member's data cannot be handed over",
		"Who leaves takes their data along, by law too (GDPR, article 20). Write export \"member\" { unit = …  command = … }, which writes a tar to its output."},
	{"no-erase", Warning, "A member's data cannot be erased",
		"Who leaves can ask to be forgotten (GDPR, article 17). Write erase \"member\" { unit = …  command = …  leaves = { … } } and say what stays."},
	{"no-retention", Warning, "Nothing says how long logs are kept",
		"Logs name people, and the charter promises an end to them. Write retention { logs = \"14d\" }, and enforce it in the software's files."},
	{"no-requests", Warning, "Nothing is said of requests to third parties",
		"A page that loads a font from elsewhere tells others who reads it; telemetry tells who hosts. Switch both off and write requests { none = true  off = { … } }."},
	{"no-backup", Warning, "Nothing says how the data is backed up",
		"A volume copied while a database writes is not a backup. Write backup { … } with what has to be done before, or with the volumes as they are."},
	{"no-backup-check", Warning, "Nothing proves that a backup can be read again",
		"A backup that nobody restored is a hope. Write check { unit = …  command = …  expect = … } in backup; it runs on a restored copy."},
	{"no-usage", Advice, "It cannot be said how much it is used",
		"Hosts show how many accounts, documents or bytes there are. Write usage \"accounts\" { … } with SQL, HTTP or a command."},
	{"no-upgrade", Warning, "Nothing says from which versions one can come",
		"A step that must not be skipped loses data when it is. Write upgrade { from = […] }; from = [] for a first version."},

	{"image-not-pinned", Advice, "An image is named by a tag alone",
		"Each chaton notes the digest in its chaton.lock, but the digest that was tested is known to the recipe alone. Write name:tag@sha256:… with the digest in that file."},
	{"build-downloads", Warning, "The build fetches files that nothing verifies",
		"What is fetched could be another file tomorrow, and a closed network cannot build. Name it with its checksum: source \"name\" { url = …  sum = … } in the build block."},
	{"no-health", Error, "A unit has no health check",
		"Without one a unit counts as well as long as it runs, even when it answers nobody. Write health { http = { port = …  path = … } }, or tcp, or exec."},
	{"no-limits", Warning, "A unit has no limits of its own",
		"One service must not take the machine from the others. Measure it, and write limits { memory = \"256M\"  pids = 100 }."},
	{"root-user", Error, "A unit runs as root",
		"Whoever breaks into it is root in the container. Write user = \"uid:gid\" of a user that owns nothing but its data."},
	{"no-user", Warning, "Nothing says who a unit runs as",
		"Most images run as root where nobody says otherwise. Write user = \"uid:gid\"."},
	{"writable-root", Warning, "A unit can write its whole file system",
		"What is written outside volumes is lost at the next upgrade, and an intruder can stay there. Write read_only = true with tmpfs = [\"/tmp\"], or say above read_only = false why it cannot be."},
	{"capabilities", Warning, "A unit has capabilities, and nothing says why",
		"Each is a right over the container that an intruder gets too. Do without (listen above 1024), or say why on the line above."},
	{"egress", Warning, "A unit can call out, and nothing says why",
		"A service that can reach the world can be made to send data there. Remove egress, or say on the line above what it calls and why."},
	{"secret-environment", Warning, "A secret is in the environment, and nothing says why",
		"Whoever may inspect containers can read it. Put it into a file block, or say on the line above why the software has no other way."},

	{"template-unused", Warning, "A template is used by no file",
		"It misleads whoever reads the recipe. Use it in a file block, or remove it."},
	{"file-unused", Warning, "A file of the folder is used by nothing",
		"It misleads whoever reads the recipe, and changes the built image's name. Copy it in the Dockerfile, or remove it."},
}
