package sheet

import (
	"fmt"
	"strings"
	"time"

	"ronron/internal/text"
)

// words are the page's own, in both languages.
var words = map[string]text.Text{
	"hosts":      {FR: "Pour l'hébergeur", EN: "For hosts"},
	"sysadmins":  {FR: "Pour l'administration système", EN: "For sysadmins"},
	"replaces":   {FR: "Remplace", EN: "Replaces"},
	"licence":    {FR: "Licence", EN: "Licence"},
	"software":   {FR: "Logiciel", EN: "Software"},
	"source":     {FR: "sources", EN: "source"},
	"manual":     {FR: "manuel", EN: "manual"},
	"memory":     {FR: "Mémoire, au plus", EN: "Memory, at most"},
	"members":    {FR: "Ce que voient les membres", EN: "What members see"},
	"public":     {FR: "Sans compte", EN: "Without an account"},
	"accounts":   {FR: "Comptes", EN: "Accounts"},
	"admins":     {FR: "Qui administre", EN: "Who administers"},
	"exported":   {FR: "Un membre emporte", EN: "A member takes along"},
	"leaves":     {FR: "Après l'effacement d'un membre, il reste", EN: "After a member is erased, there remains"},
	"requests":   {FR: "Requêtes vers des tiers", EN: "Requests to third parties"},
	"asked":      {FR: "Tiers interrogés", EN: "Third parties that are asked"},
	"logs":       {FR: "Journaux du logiciel", EN: "The software's own logs"},
	"then":       {FR: "puis effacés", EN: "then deleted"},
	"nologs":     {FR: "il n'en écrit pas", EN: "it writes none"},
	"backup":     {FR: "Sauvegarde", EN: "Backup"},
	"copied":     {FR: "volumes copiés", EN: "volumes copied"},
	"dumped":     {FR: "bases exportées", EN: "databases dumped"},
	"without":    {FR: "sans", EN: "without"},
	"checked":    {FR: "une copie restaurée est vérifiée", EN: "a restored copy is checked"},
	"unchecked":  {FR: "rien ne vérifie une copie restaurée", EN: "nothing checks a restored copy"},
	"usage":      {FR: "Chiffres d'usage", EN: "Usage figures"},
	"from":       {FR: "Mise à jour directe depuis les versions", EN: "Can be upgraded to from the versions"},
	"stops":      {FR: "Versions à ne pas sauter", EN: "Versions not to be skipped"},
	"fixed":      {FR: "Ne change plus après le premier démarrage", EN: "Never changes after the first start"},
	"limits":     {FR: "Ce qu'il ne fait pas", EN: "What it does not do"},
	"data":       {FR: "Données conservées", EN: "Data kept"},
	"ports":      {FR: "Ports de la machine, en plus de ceux du web", EN: "Ports of the machine, besides those of the web"},
	"if":         {FR: "si", EN: "where"},
	"settings":   {FR: "Réglages", EN: "Settings"},
	"setting":    {FR: "réglage", EN: "setting"},
	"type":       {FR: "type", EN: "type"},
	"default":    {FR: "par défaut", EN: "default"},
	"meaning":    {FR: "sens", EN: "meaning"},
	"required":   {FR: "à donner", EN: "to be given"},
	"depends":    {FR: "selon les réglages", EN: "depends on the settings"},
	"bydefault":  {FR: "(Par défaut ; les réglages en décident.)", EN: "(By default; the settings decide.)"},
	"forexample": {FR: "(Par exemple, pour le domaine " + domain + ".)", EN: "(For example, with the domain " + domain + ".)"},
	"personal":   {FR: "données personnelles", EN: "personal data"},
	"units":      {FR: "Unités", EN: "Units"},
	"unit":       {FR: "unité", EN: "unit"},
	"image":      {FR: "image", EN: "image"},
	"built":      {FR: "construite depuis le Dockerfile de la recette", EN: "built from the recipe's Dockerfile"},
	"user":       {FR: "utilisateur", EN: "user"},
	"root":       {FR: "système de fichiers", EN: "file system"},
	"readonly":   {FR: "en lecture seule", EN: "read-only"},
	"writable":   {FR: "modifiable", EN: "writable"},
	"rights":     {FR: "capacités", EN: "capabilities"},
	"health":     {FR: "vérifiée par", EN: "checked by"},
	"needs":      {FR: "attend", EN: "waits for"},
	"volumes":    {FR: "Volumes", EN: "Volumes"},
	"parts":      {FR: "Parties communes à plusieurs recettes", EN: "Parts shared with other recipes"},
	"network":    {FR: "Réseau", EN: "Network"},
	"closed":     {FR: "aucune connexion sortante", EN: "no outgoing connection"},
	"open":       {FR: "connexions sortantes permises", EN: "outgoing connections allowed"},
	"openif":     {FR: "connexions sortantes permises si", EN: "outgoing connections allowed where"},
	"jobs":       {FR: "Tâches au premier démarrage (first) et aux mises à jour (upgrade)", EN: "Jobs at the first start (first) and at upgrades (upgrade)"},
	"schedules":  {FR: "Tâches régulières", EN: "Scheduled work"},
	"tools":      {FR: "Outils", EN: "Tools"},
	"none":       {FR: "aucun", EN: "none"},
	"noright":    {FR: "aucune", EN: "none"},
	"nothing":    {FR: "rien", EN: "nothing"},
	"every":      {FR: "toutes les", EN: "every"},
	"every 1h":   {FR: "toutes les heures", EN: "every hour"},
	"every 1m":   {FR: "toutes les minutes", EN: "every minute"},
	"days":       {FR: "jours", EN: "days"},
	"; ":         {FR: " ; ", EN: "; "},
	"in":         {FR: "dans", EN: "in"},
	"kinds.ldap": {FR: "ceux du chaton, par l'annuaire (LDAP)", EN: "the chaton's, from the directory (LDAP)"},
	"kinds.oidc": {
		FR: "ceux du chaton, par le portail (OpenID Connect)", EN: "the chaton's, by the portal (OpenID Connect)"},
	"kinds.none": {FR: "aucun", EN: "none"},
	"kinds.header": {
		FR: "ceux du chaton, donnés par la passerelle (en-têtes)", EN: "the chaton's, told by the gateway (headers)"},
	"kinds.basic": {
		FR: "ceux du chaton, demandés par la passerelle", EN: "the chaton's, asked for by the gateway"},
}

// Page is docs/recipes/NAME.md: for hosts and for sysadmins, in French and then
// in English.
func (s Sheet) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s (`%s`)\n\n", s.Software.Name, s.Recipe)
	b.WriteString("Made from the recipe by `go test ./recipes/sheet -update`; do not edit.\n\n[Français](#français) · [English](#english)\n")
	for _, lang := range text.Langs {
		heading := map[text.Lang]string{text.FR: "Français", text.EN: "English"}[lang]
		fmt.Fprintf(&b, "\n## %s\n\n%s", heading, s.In(lang))
	}
	return b.String()
}

// In is the page in one language, without its head.
func (s Sheet) In(lang text.Lang) string {
	p := page{lang: lang}
	p.host(s)
	p.sysadmin(s)
	return p.b.String()
}

type page struct {
	lang text.Lang
	b    strings.Builder
}

func (p *page) word(key string) string {
	w, ok := words[key]
	if !ok {
		return key
	}
	return w.In(p.lang)
}

// text is a sentence of the recipe, or what it says by default where settings
// decide that.
func (p *page) text(t, byDefault text.Text) string {
	switch {
	case !t.IsZero():
		return t.In(p.lang)
	case byDefault.IsZero():
		return p.word("depends")
	}
	said, why := byDefault.In(p.lang), "bydefault"
	if strings.Contains(said, domain) {
		why = "forexample"
	}
	return said + " " + p.word(why)
}

func (p *page) line(key, value string) {
	colon := ":"
	if p.lang == text.FR {
		colon = " :"
	}
	fmt.Fprintf(&p.b, "- **%s**%s %s\n", p.word(key), colon, value)
}

func (p *page) section(key string) { fmt.Fprintf(&p.b, "\n#### %s\n\n", p.word(key)) }

func (p *page) host(s Sheet) {
	fmt.Fprintf(&p.b, "### %s\n\n%s\n\n", p.word("hosts"), s.Summary.In(p.lang))
	links := []string{fmt.Sprintf("[%s](%s)", p.word("source"), s.Software.Source)}
	if s.Software.Documentation != "" {
		links = append(links, fmt.Sprintf("[%s](%s)", p.word("manual"), s.Software.Documentation))
	}
	p.line("software", fmt.Sprintf("%s %s (%s)", s.Software.Name, s.Software.Version, strings.Join(links, ", ")))
	p.line("licence", s.Software.Licence)
	if len(s.Software.Replaces) > 0 {
		p.line("replaces", strings.Join(s.Software.Replaces, ", "))
	}
	p.line("memory", p.size(s.Memory))
	p.line("accounts", p.word("kinds."+s.Accounts))
	if !s.Admins.IsZero() {
		p.line("admins", s.Admins.In(p.lang))
	}
	if !s.Members.IsZero() || !s.Sample.Members.IsZero() {
		p.line("members", p.text(s.Members, s.Sample.Members))
	}
	p.line("public", p.text(s.Public, s.Sample.Public))
	if !s.Limits.IsZero() || !s.Sample.Limits.IsZero() {
		p.line("limits", p.text(s.Limits, s.Sample.Limits))
	}
	if len(s.Ports) > 0 {
		var ports []string
		for _, port := range s.Ports {
			one := port.String()
			if port.If != "" {
				one += " (" + p.word("if") + " `" + port.If + "`)"
			}
			ports = append(ports, one)
		}
		p.line("ports", strings.Join(ports, ", "))
	}
	if len(s.Settings) > 0 {
		p.section("settings")
		p.row("setting", "type", "default", "meaning")
		for _, one := range s.Settings {
			p.setting(one)
		}
	}
	if len(s.Data) > 0 {
		p.section("data")
		for _, d := range s.Data {
			personal := ""
			if d.Personal {
				personal = " (" + p.word("personal") + ")"
			}
			said := s.Sample.Data[d.Name]
			fmt.Fprintf(&p.b, "- %s%s\n  %s\n", p.text(d.What, said.What), personal, p.text(d.Kept, said.Kept))
		}
	}
	p.rights(s)
}

// rights is what of the data matters to members.
func (p *page) rights(s Sheet) {
	k := s.Kept
	if k.Exported.IsZero() && k.Leaves.IsZero() && k.Requests.IsZero() {
		return
	}
	p.b.WriteString("\n")
	for _, one := range []struct {
		key string
		t   text.Text
	}{{"exported", k.Exported}, {"leaves", k.Leaves}, {"requests", k.Requests}} {
		if !one.t.IsZero() {
			p.line(one.key, one.t.In(p.lang))
		}
	}
	if len(k.Asked) > 0 {
		p.line("asked", strings.Join(k.Asked, ", "))
	}
}

// kept is how sysadmins keep the service.
func (p *page) kept(k Kept) {
	var parts []string
	for _, one := range []struct {
		key   string
		names []string
	}{{"copied", k.Backup}, {"dumped", k.Dumped}, {"without", k.Exclude}} {
		if len(one.names) > 0 {
			parts = append(parts, p.word(one.key)+" `"+strings.Join(one.names, "`, `")+"`")
		}
	}
	if len(k.Backup) > 0 {
		parts = append(parts, p.word(map[bool]string{true: "checked", false: "unchecked"}[k.Checked]))
	}
	if len(parts) > 0 {
		p.line("backup", strings.Join(parts, p.word("; ")))
	}
	switch k.Logs {
	case "":
	case "0s":
		p.line("logs", p.word("nologs"))
	default:
		p.line("logs", p.span(k.Logs)+", "+p.word("then"))
	}
	var figures []string
	for _, u := range k.Usage {
		figures = append(figures, u.In(p.lang))
	}
	for _, one := range []struct {
		key   string
		names []string
	}{{"usage", figures}, {"from", k.From}, {"stops", k.Stops}, {"fixed", k.Fixed}} {
		if len(one.names) > 0 {
			p.line(one.key, strings.Join(one.names, ", "))
		}
	}
}

func (p *page) setting(s Setting) {
	def := "`" + s.Default + "`"
	if s.Required {
		def = p.word("required")
	}
	meaning := s.Label.In(p.lang) + "."
	if !s.Help.IsZero() {
		meaning += " " + s.Help.In(p.lang)
	}
	p.cells("`"+s.Name+"`", s.Type, def, meaning)
}

func (p *page) sysadmin(s Sheet) {
	fmt.Fprintf(&p.b, "\n### %s\n\n", p.word("sysadmins"))
	network := p.word("closed")
	switch {
	case s.Egress:
		network = p.word("open")
	case len(s.Calls) > 0:
		network = p.word("openif") + " `" + strings.Join(s.Calls, "`, `") + "`"
	}
	p.line("network", network)
	volumes := p.word("none")
	if len(s.Volumes) > 0 {
		volumes = "`" + strings.Join(s.Volumes, "`, `") + "`"
	}
	p.line("volumes", volumes)
	if len(s.Parts) > 0 {
		p.line("parts", "`"+strings.Join(s.Parts, "`, `")+"`")
	}
	p.kept(s.Kept)
	p.section("units")
	p.row("unit", "image", "user", "root", "rights", "memory", "health", "needs")
	for _, u := range s.Units {
		p.unit(u)
	}
	p.work("jobs", s.Jobs)
	p.work("schedules", s.Schedules)
	if len(s.Tools) > 0 {
		p.section("tools")
		for _, t := range s.Tools {
			fmt.Fprintf(&p.b, "- `ronron run … %s` (%s `%s`) %s\n", t.Name, p.word("in"), t.Unit, t.Help.In(p.lang))
		}
	}
}

func (p *page) unit(u Unit) {
	image := "`" + u.Image + "`"
	if u.Image == "" {
		image = p.word("built")
	}
	root := p.word("writable")
	if u.ReadOnly {
		root = p.word("readonly")
	}
	p.cells("`"+u.Name+"`", image, u.User, root, p.list(u.Capabilities, "noright"), p.size(u.Memory), u.Health, p.list(u.Needs, "nothing"))
}

func (p *page) list(names []string, none string) string {
	if len(names) == 0 {
		return p.word(none)
	}
	return strings.Join(names, ", ")
}

func (p *page) work(key string, list []Work) {
	if len(list) == 0 {
		return
	}
	p.section(key)
	for _, w := range list {
		when := w.When
		if key == "schedules" {
			when = p.often(when)
		}
		fmt.Fprintf(&p.b, "- `%s` (%s, %s `%s`)\n", w.Name, when, p.word("in"), w.Unit)
	}
}

// often says at which intervals something is done.
func (p *page) often(written string) string {
	switch d, _ := time.ParseDuration(written); d {
	case time.Hour:
		return p.word("every 1h")
	case time.Minute:
		return p.word("every 1m")
	}
	return p.word("every") + " " + p.span(written)
}

// span is a duration without what is zero in it: "14 days", "24 h", "5 min".
func (p *page) span(written string) string {
	if days, ok := strings.CutSuffix(written, "d"); ok {
		return days + " " + p.word("days")
	}
	d, err := time.ParseDuration(written)
	switch {
	case err != nil:
		return written
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return written
}

// row is the head of a table; cells are one of its rows.
func (p *page) row(keys ...string) {
	var names, rule []string
	for _, k := range keys {
		names, rule = append(names, p.word(k)), append(rule, "---")
	}
	p.cells(names...)
	fmt.Fprintf(&p.b, "| %s |\n", strings.Join(rule, " | "))
}

func (p *page) cells(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.NewReplacer("|", "\\|", "\n", " ").Replace(c)
	}
	fmt.Fprintf(&p.b, "| %s |\n", strings.Join(cells, " | "))
}

// String is "udp 10000-10010".
func (p Port) String() string {
	if p.Count > 1 {
		return fmt.Sprintf("%s %d-%d", p.Protocol, p.First, p.First+p.Count-1)
	}
	return fmt.Sprintf("%s %d", p.Protocol, p.First)
}

// size is bytes as people read them.
func (p *page) size(bytes int64) string {
	unit, n := "M", bytes>>20
	if bytes >= 1<<30 && bytes%(1<<30) == 0 {
		unit, n = "G", bytes>>30
	}
	return fmt.Sprintf("%d %s%s", n, unit, map[text.Lang]string{text.FR: "io", text.EN: "iB"}[p.lang])
}
