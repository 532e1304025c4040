package charter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ronron/internal/text"
)

// answer is what a rule makes of the facts.
type answer struct {
	status   Status
	contrary bool // the facts prove the criterion is not met; a declaration cannot outweigh them
	proof    []Evidence
}

func (a answer) and(by Means, fr, en string) answer {
	a.proof = append(slices.Clip(a.proof), Evidence{By: by, Text: text.Text{FR: fr, EN: en}})
	return a
}

// rules answer the criteria about which the facts say something. The others
// have the host's declaration or nothing.
var rules = map[string]func(Facts) answer{
	"H-01": control,
	"H-02": controlPublished,
	"H-03": providerNamed,
	"H-05": whereDataIs,
	"A-05": noOutsideRequests,
	"T-01": infrastructure,
	"T-03": backups,
	"T-07": offer,
	"T-08": terms,
	"T-11": funding,
	"T-14": legalNotice,
	"T-15": memberCount,
	"T-16": dataCollected,
	"O-01": libre,
	"O-02": exceptions,
	"O-03": sources,
	"O-06": distribution,
	"O-07": packages,
	"O-11": licencesNamed,
	"N-03": encryption,
	"S-02": recipesPublished,
	"S-08": help,
}

func control(f Facts) answer {
	if f.Engine.Version == "" {
		return answer{status: Missing}.and(ByHost,
			"Le moteur de conteneurs n’a pas répondu.", "The container engine did not answer.")
	}
	if f.Engine.Rootless {
		return answer{status: Missing}.and(ByHost,
			"Le moteur de conteneurs fonctionne sans droits d’administration : il ne montre pas qui les a.",
			"The container engine runs without administrator rights, so it does not show who has them.")
	}
	return answer{status: Proven}.
		and(ByHost,
			fmt.Sprintf("Le programme qui écrit cette page pilote le moteur de conteneurs %s de la machine, ce qui demande les droits d’administration.", f.Engine.Version),
			fmt.Sprintf("The program that writes this page drives the machine’s container engine %s, which takes administrator rights.", f.Engine.Version)).
		and(ByPeople,
			"Savoir si quelqu’un d’autre y a aussi accès, par exemple un fournisseur de machine virtuelle, reste à juger.",
			"Whether somebody else has access too, such as the provider of a virtual machine, is for people to judge.")
}

var controls = map[string]text.Text{
	"owned":     {FR: "le matériel appartient à l’hébergeur", EN: "the hardware belongs to the host"},
	"dedicated": {FR: "le serveur est loué en entier", EN: "the whole server is rented"},
	"virtual":   {FR: "c’est une machine virtuelle, dont le fournisseur peut lire les disques", EN: "it is a virtual machine, whose provider can read the disks"},
}

func controlPublished(f Facts) answer {
	if f.Declared.Control == "" {
		return answer{status: Missing}
	}
	said, ok := controls[f.Declared.Control]
	if !ok {
		said = text.Text{FR: f.Declared.Control}
	}
	return answer{status: Declared}.and(ByDeclaration,
		"L’hébergeur déclare : "+said.In(text.FR)+".", "The host declares: "+said.In(text.EN)+".")
}

func providerNamed(f Facts) answer {
	if f.Declared.Provider == "" {
		return answer{status: Missing}
	}
	return answer{status: Declared}.and(ByDeclaration,
		"Le matériel est hébergé par "+f.Declared.Provider+".", "The hardware is housed by "+f.Declared.Provider+".")
}

func whereDataIs(f Facts) answer {
	if f.Declared.Country == "" || f.Declared.Provider == "" {
		return answer{status: Missing}.and(ByDeclaration,
			"Le pays ou l’hébergeur du matériel n’est pas déclaré.", "The country or the hardware host is not declared.")
	}
	return answer{status: Declared}.and(ByDeclaration,
		fmt.Sprintf("Les données sont sur cette machine (%s, %s). Aucun autre sous-traitant n’est déclaré.", f.Declared.Provider, f.Declared.Country),
		fmt.Sprintf("The data is on this machine (%s, %s). No other processor is declared.", f.Declared.Provider, f.Declared.Country))
}

func noOutsideRequests(f Facts) answer {
	open := those(f.Services, func(s ServiceFacts) bool { return s.Egress })
	a := answer{status: Missing}
	if len(open) == 0 && len(f.Services) > 0 {
		a = a.and(ByHost, "Aucun service ne peut appeler l’extérieur depuis le serveur : leurs réseaux sont fermés.",
			"No service can call out from the server: their networks are closed.")
	} else if len(open) > 0 {
		a = a.and(ByHost, "Peuvent appeler l’extérieur depuis le serveur : "+open.fr()+".",
			"Can call out from the server: "+open.en()+".")
	}
	return a.and(ByOutside, "Ce que leurs pages font charger aux navigateurs n’a pas encore été observé.",
		"What their pages make browsers load has not been observed yet.")
}

func infrastructure(f Facts) answer {
	if f.Engine.OS == "" || len(f.Services) == 0 {
		return answer{status: Missing}.and(ByHost,
			"Le système ou les services ne sont pas connus.", "The system or the services are not known.")
	}
	return answer{status: Proven}.and(ByHost,
		fmt.Sprintf("Cette page publie le système (%s, noyau %s) et les %d logiciels en service.", f.Engine.OS, f.Engine.Kernel, len(f.Services)),
		fmt.Sprintf("This page publishes the system (%s, kernel %s) and the %d pieces of software in service.", f.Engine.OS, f.Engine.Kernel, len(f.Services)))
}

// backupAge is how old the last backup may be.
const backupAge = 7 * 24 * time.Hour

func backups(f Facts) answer {
	if f.Backups == nil || f.Backups.Last.IsZero() {
		return answer{status: Missing}.and(ByHost,
			"Aucune sauvegarde : ce chaton n’en fait pas encore.", "No backup: this chaton does not make any yet.")
	}
	status := Proven
	if f.At.Sub(f.Backups.Last) > backupAge {
		status = Stale
	}
	a := answer{status: status, contrary: status == Stale}.and(ByHost,
		"Dernière sauvegarde réussie le "+Day(text.FR, f.Backups.Last)+".", "Last successful backup on "+Day(text.EN, f.Backups.Last)+".")
	if f.Backups.Restored.IsZero() {
		return a.and(ByHost, "Aucune restauration n’a encore été essayée.", "No restore has been tried yet.")
	}
	return a.and(ByHost, "Dernière restauration essayée le "+Day(text.FR, f.Backups.Restored)+".", "Last restore tried on "+Day(text.EN, f.Backups.Restored)+".")
}

func offer(f Facts) answer {
	n := len(those(f.Services, func(s ServiceFacts) bool { return !s.Builtin }))
	a := answer{status: Missing}
	if n > 0 {
		a = a.and(ByHost, fmt.Sprintf("La liste des services (%d) est sur cette page et en page d’accueil.", n),
			fmt.Sprintf("The list of services (%d) is on this page and on the home page.", n))
	}
	if f.Declared.Declarations["T-07"].IsZero() {
		a = a.and(ByDeclaration, "Aucun tarif n’est déclaré.", "No price is declared.")
	}
	return a
}

func terms(f Facts) answer {
	if f.Declared.Terms == "" {
		return answer{status: Missing}.and(ByDeclaration,
			"Aucune adresse de conditions d’utilisation n’est déclarée.", "No address of terms of use is declared.")
	}
	return answer{status: Declared}.and(ByDeclaration,
		"Les conditions sont à l’adresse "+f.Declared.Terms+" ; leur clarté reste à juger.",
		"The terms are at "+f.Declared.Terms+"; whether they are clear is for people to judge.")
}

func funding(f Facts) answer {
	if f.Declared.Funding.IsZero() {
		return answer{status: Missing}
	}
	return answer{status: Declared, proof: []Evidence{{By: ByDeclaration, Text: f.Declared.Funding}}}
}

func legalNotice(f Facts) answer {
	d, a := f.Declared, answer{status: Missing}
	if d.LegalName != "" {
		who := d.LegalName
		if d.LegalForm != "" {
			who += " (" + d.LegalForm + ")"
		}
		a = a.and(ByDeclaration, "Répond du chaton : "+who+".", "Answers for the chaton: "+who+".")
	}
	return a.and(ByPresence, "Il n’y a pas encore de page de mentions légales avec adresse et téléphone.",
		"There is no legal notice with address and telephone yet.")
}

func memberCount(f Facts) answer {
	m := countMembers(f.Members)
	if m == nil {
		return answer{status: Missing}.and(ByHost, "L’annuaire n’a pas répondu.", "The directory did not answer.")
	}
	if m.Below > 0 {
		return answer{status: Proven}.and(ByHost,
			fmt.Sprintf("L’annuaire compte moins de %d comptes ; le nombre exact est tu pour ne désigner personne.", m.Below),
			fmt.Sprintf("The directory has fewer than %d accounts; the exact number is withheld so that it reveals nobody.", m.Below))
	}
	return answer{status: Proven}.and(ByHost,
		fmt.Sprintf("L’annuaire compte %d comptes.", m.Count), fmt.Sprintf("The directory has %d accounts.", m.Count))
}

func dataCollected(f Facts) answer {
	offered := those(f.Services, func(s ServiceFacts) bool { return !s.Builtin || len(s.Data) > 0 })
	silent := those(f.Services, func(s ServiceFacts) bool { return !s.Builtin && len(s.Data) == 0 })
	switch {
	case len(offered) == 0:
		return answer{status: Missing}
	case len(silent) > 0:
		return answer{status: Missing}.and(ByHost,
			"La recette ne dit pas ce qui est gardé pour : "+silent.fr()+".", "The recipe does not say what is kept for: "+silent.en()+".")
	}
	return answer{status: Declared}.and(ByHost,
		"La recette de chaque service dit ce qu’il garde et combien de temps ; c’est repris sur cette page.",
		"The recipe of each service says what it keeps and for how long; this page repeats it.")
}

// titles names services in both languages.
type titles []text.Text

// those returns the titles of the services to keep.
func those(services []ServiceFacts, keep func(ServiceFacts) bool) titles {
	var found titles
	for _, s := range services {
		if !keep(s) {
			continue
		}
		title := s.Title
		if title.IsZero() {
			title = text.Text{FR: s.Name, EN: s.Name}
		}
		found = append(found, title)
	}
	return found
}

func (t titles) fr() string { return list(t.in(text.FR), "et") }
func (t titles) en() string { return list(t.in(text.EN), "and") }

func (t titles) in(lang text.Lang) []string {
	all := make([]string, len(t))
	for i, one := range t {
		all[i] = one.In(lang)
	}
	return all
}

func list(items []string, and string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + and + " " + items[len(items)-1]
}
