package lint

import (
	"slices"

	"ronron/internal/text"
)

// Rule is one thing that a good recipe has.
type Rule struct {
	ID    string
	Level Level
	Title text.Text // a few words
	Why   text.Text // whole sentences: why it matters, and what to write
}

// Rules lists every rule, in the order of the reference page.
func Rules() []Rule {
	all := make([]Rule, len(rules))
	for i, r := range rules {
		all[i] = r.inBoth()
	}
	return all
}

func ruleOf(id string) (Rule, bool) {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.id == id })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i].inBoth(), true
}

// rule is a Rule as it is written here, in English.
type rule struct {
	id         string
	level      Level
	title, why string
}

func (r rule) inBoth() Rule {
	return Rule{ID: r.id, Level: r.level, Title: text.Of(r.title), Why: text.Of(r.why)}
}

var rules = []rule{
	{"licence-not-free", Error, text.Key("The licence is not free"),
		text.Key("A chaton offers free software only. Choose another software, or correct the SPDX name if it is misspelt.")},
	{"licence-unknown", Warning, text.Key("The licence is not known to be free"),
		text.Key("Nobody could check that members may use, study, change and share it. Write the SPDX name of the licence as upstream states it; where people have judged it and lists have not, say who on the line above.")},
	{"no-documentation", Warning, text.Key("No documentation is named"),
		text.Key("A host looks for the software's own manual when something is unclear. Write documentation = \"https://…\" in the software block.")},
	{"no-members", Advice, text.Key("Nothing says what members see and do"),
		text.Key("The page for hosts has nothing to say of it. Write members = { fr = \"…\", en = \"…\" }.")},
	{"one-language", Warning, text.Key("A sentence is there in one language only"),
		text.Key("Hosts and members read French or English. Write { fr = \"…\", en = \"…\" } with both.")},
	{"setting-no-help", Warning, text.Key("A setting is not explained"),
		text.Key("The label names the setting; what it changes, and what can be written, is said by help = { fr = \"…\", en = \"…\" }.")},
	{"setting-no-check", Advice, text.Key("A setting takes any value"),
		text.Key("A wrong value is best refused before anything is changed. Add check { condition = …  message = { … } }.")},

	{"accounts-none", Warning, text.Key("Members have no account in it, and nothing says why"),
		text.Key("One account for every service is what members expect. Where the software cannot, or needs none, say so in a comment above accounts \"none\".")},
	{"sign-up-open", Warning, text.Key("Nothing says that sign-up is closed"),
		text.Key("An account of the software's own, made beside the directory's, stays when the member is suspended. Close it in the software's configuration and write sign_up = \"closed\" in accounts.")},
	{"no-administrators", Advice, text.Key("Nothing says how administrators are recognised"),
		text.Key("A host wants to know who may administer the software. Write administrators = { fr = \"…\", en = \"…\" } in accounts, in words.")},

	{"oidc-not-told", Warning, text.Key("The software is not told how to sign members in"),
		text.Key("With accounts \"oidc\" the software asks the portal itself, with a secret of its own. Put oidc.client_id and oidc.client_secret into a file that it reads.")},
	{"oidc-not-trusted", Warning, text.Key("The software is not told whose certificate to trust"),
		text.Key("The portal's certificate is signed by the chaton's own authority, which no software trusts by itself; turning the check off would let anybody be the portal. Put oidc.ca into a file, and name that file in the software's configuration.")},

	{"no-data", Warning, text.Key("A volume holds data that is not described"),
		text.Key("Members have a right to know what is kept of them. Write a data block with volume = … for each volume.")},
	{"no-export", Warning, text.Key("A member's data cannot be handed over"),
		text.Key("Who leaves takes their data along, by law too (GDPR, article 20). Write export \"member\" { unit = …  command = … }, which writes a tar to its output.")},
	{"no-erase", Warning, text.Key("A member's data cannot be erased"),
		text.Key("Who leaves can ask to be forgotten (GDPR, article 17). Write erase \"member\" { unit = …  command = …  leaves = { … } } and say what stays.")},
	{"no-retention", Warning, text.Key("Nothing says how long logs are kept"),
		text.Key("Logs name people, and the charter promises an end to them. Write retention { logs = \"14d\" }, and enforce it in the software's files.")},
	{"no-requests", Warning, text.Key("Nothing is said of requests to third parties"),
		text.Key("A page that loads a font from elsewhere tells others who reads it; telemetry tells who hosts. Switch both off and write requests { none = true  off = { … } }.")},
	{"no-backup", Warning, text.Key("Nothing says how the data is backed up"),
		text.Key("A volume copied while a database writes is not a backup. Write backup { … } with what has to be done before, or with the volumes as they are.")},
	{"no-backup-check", Warning, text.Key("Nothing proves that a backup can be read again"),
		text.Key("A backup that nobody restored is a hope. Write check { unit = …  command = …  expect = … } in backup; it runs on a restored copy.")},
	{"no-usage", Advice, text.Key("It cannot be said how much it is used"),
		text.Key("Hosts show how many accounts, documents or bytes there are. Write usage \"accounts\" { … } with SQL, HTTP or a command.")},
	{"no-upgrade", Warning, text.Key("Nothing says from which versions one can come"),
		text.Key("A step that must not be skipped loses data when it is. Write upgrade { from = […] }; from = [] for a first version.")},

	{"image-not-pinned", Advice, text.Key("An image is named by a tag alone"),
		text.Key("Each chaton notes the digest in its chaton.lock, but the digest that was tested is known to the recipe alone. Write name:tag@sha256:… with the digest in that file.")},
	{"build-downloads", Warning, text.Key("The build fetches files that nothing verifies"),
		text.Key("What is fetched could be another file tomorrow, and a closed network cannot build. Name it with its checksum: source \"name\" { url = …  sum = … } in the build block.")},
	{"no-health", Error, text.Key("A unit has no health check"),
		text.Key("Without one a unit counts as well as long as it runs, even when it answers nobody. Write health { http = { port = …  path = … } }, or tcp, or exec.")},
	{"no-limits", Warning, text.Key("A unit has no limits of its own"),
		text.Key("One service must not take the machine from the others. Measure it, and write limits { memory = \"256M\"  pids = 100 }.")},
	{"root-user", Error, text.Key("A unit runs as root"),
		text.Key("Whoever breaks into it is root in the container. Write user = \"uid:gid\" of a user that owns nothing but its data.")},
	{"no-user", Warning, text.Key("Nothing says who a unit runs as"),
		text.Key("Most images run as root where nobody says otherwise. Write user = \"uid:gid\".")},
	{"writable-root", Warning, text.Key("A unit can write its whole file system"),
		text.Key("What is written outside volumes is lost at the next upgrade, and an intruder can stay there. Write read_only = true with tmpfs = [\"/tmp\"], or say above read_only = false why it cannot be.")},
	{"capabilities", Warning, text.Key("A unit has capabilities, and nothing says why"),
		text.Key("Each is a right over the container that an intruder gets too. Do without (listen above 1024), or say why on the line above.")},
	{"egress", Warning, text.Key("A unit can call out, and nothing says why"),
		text.Key("A service that can reach the world can be made to send data there. Remove egress, or say on the line above what it calls and why.")},
	{"secret-environment", Warning, text.Key("A secret is in the environment, and nothing says why"),
		text.Key("Whoever may inspect containers can read it. Put it into a file block, or say on the line above why the software has no other way.")},

	{"template-unused", Warning, text.Key("A template is used by no file"),
		text.Key("It misleads whoever reads the recipe. Use it in a file block, or remove it.")},
	{"file-unused", Warning, text.Key("A file of the folder is used by nothing"),
		text.Key("It misleads whoever reads the recipe, and changes the built image's name. Copy it in the Dockerfile, or remove it.")},
	{"part-unused", Warning, text.Key("A shared part is used by nothing"),
		text.Key("It misleads whoever reads the recipe, and a change of the part voids the recipe's level. Copy a file of it in the Dockerfile or name a template of it in a file block, or take it out of parts.")},
}
