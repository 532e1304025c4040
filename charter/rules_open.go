package charter

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The rules about software, licences and what travels the wire.

func libre(f Facts) answer {
	if len(f.Services) == 0 {
		return answer{status: Missing}.and(ByHost, "Aucun service n’est connu.", "No service is known.")
	}
	var bad, open []string
	for _, s := range f.Services {
		label := licenceOf(s)
		switch LicenceFree(s.Licence) {
		case NotFree:
			bad = appendNew(bad, label)
		case Undecided:
			open = appendNew(open, label)
		}
	}
	a := answer{status: Proven}
	if free := len(those(f.Services, func(s ServiceFacts) bool { return LicenceFree(s.Licence) == Free })); free > 0 {
		a = a.and(ByHost,
			fmt.Sprintf("Licence libre au sens de la FSF pour %d services sur %d.", free, len(f.Services)),
			fmt.Sprintf("Licence free in the FSF’s sense for %d of %d services.", free, len(f.Services)))
	}
	if len(open) > 0 {
		a.status = Missing
		a = a.and(ByPeople,
			"La FSF ne s’est pas prononcée, ou la licence n’est pas reconnue : "+list(open, "et")+". Cela reste à juger.",
			"The FSF has not pronounced, or the licence is not recognised: "+list(open, "and")+". People judge.")
	}
	if len(bad) > 0 {
		a.status, a.contrary = Missing, true
		a = a.and(ByHost, "Pas libre : "+list(bad, "et")+".", "Not libre: "+list(bad, "and")+".")
		if !f.Declared.Declarations["O-02"].IsZero() {
			a.status = Excepted
			a = a.and(ByDeclaration, "L’exception est décrite au critère O-02.", "The exception is described under criterion O-02.")
		}
	}
	return a
}

func exceptions(f Facts) answer {
	bad := those(f.Services, func(s ServiceFacts) bool { return LicenceFree(s.Licence) == NotFree })
	open := those(f.Services, func(s ServiceFacts) bool { return LicenceFree(s.Licence) == Undecided })
	switch {
	case len(bad) > 0:
		return answer{status: Missing}.and(ByHost,
			"Concerne : "+bad.fr()+".", "This concerns: "+bad.en()+".")
	case len(open) > 0:
		return answer{status: Missing}.and(ByPeople,
			"Dépend du jugement porté sur : "+open.fr()+" (voir O-01).", "Depends on what people judge of: "+open.en()+" (see O-01).")
	case len(f.Services) == 0:
		return answer{status: Missing}
	}
	return answer{status: NotApplicable}.and(ByHost, "Tout est libre : il n’y a rien à excepter.", "All is libre: there is nothing to except.")
}

func sources(f Facts) answer {
	without := those(f.Services, func(s ServiceFacts) bool { return !webAddress(s.Source) })
	switch {
	case len(f.Services) == 0:
		return answer{status: Missing}
	case len(without) > 0:
		return answer{status: Missing}.and(ByHost,
			"Sans lien vers le code source : "+without.fr()+".", "Without a link to the source: "+without.en()+".")
	}
	return answer{status: Proven}.and(ByHost,
		"Cette page lie le code source de chaque service.", "This page links the source of each service.")
}

func licencesNamed(f Facts) answer {
	without := those(f.Services, func(s ServiceFacts) bool { return s.Licence == "" || !webAddress(s.Source) })
	switch {
	case len(f.Services) == 0:
		return answer{status: Missing}
	case len(without) > 0:
		return answer{status: Missing}.and(ByHost,
			"Sans licence ou sans lien : "+without.fr()+".", "Without a licence or a link: "+without.en()+".")
	}
	return answer{status: Proven}.and(ByHost,
		"Cette page nomme la licence et lie le code source de chaque service.", "This page names the licence and links the source of each service.")
}

// libreSystems are distributions made of free software by default. Of others
// people judge.
var libreSystems = []string{"debian", "devuan", "trisquel", "guix", "pureos", "parabola", "hyperbola"}

func distribution(f Facts) answer {
	os := f.Engine.OS
	if os == "" {
		return answer{status: Missing}.and(ByHost, "Le système n’est pas connu.", "The system is not known.")
	}
	lower := strings.ToLower(os)
	if slices.ContainsFunc(libreSystems, func(name string) bool { return strings.Contains(lower, name) }) {
		return answer{status: Proven}.and(ByHost, "La machine fonctionne sous "+os+".", "The machine runs "+os+".")
	}
	return answer{status: Missing}.and(ByPeople,
		"La machine fonctionne sous "+os+" ; savoir si cette distribution est libre reste à juger.",
		"The machine runs "+os+"; whether that distribution is libre is for people to judge.")
}

func packages(f Facts) answer {
	n := 0
	for _, s := range f.Services {
		n += len(s.Units)
	}
	a := answer{status: Missing}
	if n > 0 {
		a = a.and(ByHost,
			fmt.Sprintf("Les %d images en service sont publiées avec leur identifiant exact.", n),
			fmt.Sprintf("The %d images in service are published with their exact identifier.", n))
	}
	return a.and(ByHost, "La liste des paquets qu’elles contiennent ne l’est pas encore.", "The list of the packages inside them is not, yet.")
}

func encryption(f Facts) answer {
	if len(f.Certificates) == 0 {
		return answer{status: Missing}.and(ByHost, "Aucun certificat n’est servi.", "No certificate is served.")
	}
	var expired, internal []string
	for _, c := range f.Certificates {
		switch {
		case !c.Expires.After(f.At):
			expired = append(expired, c.Host)
		case !c.Public:
			internal = append(internal, c.Host)
		}
	}
	a := answer{status: Proven}
	if len(expired) > 0 {
		a = answer{status: Missing, contrary: true}.and(ByHost,
			"Certificat expiré : "+list(expired, "et")+".", "Certificate expired: "+list(expired, "and")+".")
	}
	if len(internal) > 0 {
		a.status = Missing
		a = a.and(ByHost,
			"Les échanges sont chiffrés, mais par un certificat de l’autorité interne du chaton, que les navigateurs ne connaissent pas : "+list(internal, "et")+".",
			"Traffic is encrypted, but with a certificate of the chaton’s own authority, which browsers do not know: "+list(internal, "and")+".")
	}
	if len(expired)+len(internal) == 0 {
		a = a.and(ByHost,
			"Chaque adresse a un certificat valide d’une autorité publique.", "Every address has a valid certificate from a public authority.")
	}
	return a.and(ByHost, "Le chiffrement du stockage n’est pas connu.", "Whether storage is encrypted is not known.")
}

func recipesPublished(f Facts) answer {
	if len(f.Services) == 0 {
		return answer{status: Missing}
	}
	return answer{status: Missing}.and(ByHost,
		"Chaque service est déployé par une recette, nommée sur cette page avec sa version ; son texte n’y est pas encore publié.",
		"Each service is deployed by a recipe, named on this page with its version; its text is not published here yet.")
}

func help(f Facts) answer {
	without := those(f.Services, func(s ServiceFacts) bool { return !s.Builtin && !webAddress(s.Documentation) })
	if f.Contact == "" || len(without) > 0 || len(f.Services) == 0 {
		a := answer{status: Missing}
		if f.Contact == "" {
			a = a.and(ByPresence, "Aucune adresse de contact.", "No contact address.")
		}
		if len(without) > 0 {
			a = a.and(ByPresence, "Sans documentation : "+without.fr()+".", "Without documentation: "+without.en()+".")
		}
		return a
	}
	return answer{status: Declared}.and(ByPresence,
		"Une adresse de contact et un lien vers la documentation de chaque service sont publiés.",
		"A contact address and a link to the documentation of each service are published.")
}

func licenceOf(s ServiceFacts) string {
	if s.Licence == "" {
		return s.Software + " (?)"
	}
	return s.Software + " (" + s.Licence + ")"
}

func appendNew(items []string, item string) []string {
	if slices.Contains(items, item) {
		return items
	}
	return append(items, item)
}

// webAddress says whether s is an address that a page may link.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
