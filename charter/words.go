package charter

import "ronron/internal/text"

// The words of the page.

var statusWords = map[Status]text.Text{
	Proven:        {FR: "prouvé", EN: "proven"},
	Observed:      {FR: "observé", EN: "observed"},
	Declared:      {FR: "déclaré", EN: "declared"},
	Excepted:      {FR: "excepté", EN: "excepted"},
	Missing:       {FR: "manquant", EN: "missing"},
	Stale:         {FR: "périmé", EN: "stale"},
	NotApplicable: {FR: "sans objet", EN: "not applicable"},
}

var statusMeanings = map[Status]text.Text{
	Proven:        {FR: "établi par le système en marche", EN: "established by the running system"},
	Observed:      {FR: "constaté de l’extérieur", EN: "seen from outside"},
	Declared:      {FR: "l’hébergeur le dit ; rien ne l’a vérifié", EN: "the host says so; nothing has checked it"},
	Excepted:      {FR: "non tenu, pour une raison publiée", EN: "not met, for a published reason"},
	Missing:       {FR: "non tenu, ou rien n’est connu", EN: "not met, or nothing is known"},
	Stale:         {FR: "vrai il y a trop longtemps", EN: "true too long ago"},
	NotApplicable: {FR: "ne concerne pas ce chaton", EN: "does not concern this chaton"},
}

var levelWords = map[Level]text.Text{
	Must:      {FR: "requis", EN: "required"},
	Should:    {FR: "recommandé", EN: "recommended"},
	Principle: {FR: "principe", EN: "principle"},
	Expected:  {FR: "attendu à l’examen", EN: "expected at review"},
	Law:       {FR: "loi", EN: "law"},
}

var wordingWords = map[Wording]text.Text{
	Read:        {FR: "formulation comparée au texte", EN: "wording compared with the text"},
	Reported:    {FR: "formulation rapportée", EN: "reported wording"},
	Unconfirmed: {FR: "formulation non confirmée", EN: "unconfirmed wording"},
}

var meansWords = map[Means]text.Text{
	ByHost:        {FR: "système", EN: "system"},
	ByOutside:     {FR: "extérieur", EN: "outside"},
	ByPresence:    {FR: "présence", EN: "presence"},
	ByDeclaration: {FR: "déclaration", EN: "declaration"},
	ByPeople:      {FR: "jugement", EN: "judgement"},
}

// fromWords says where an image comes from: a reference stays as it is.
func fromWords(from string) text.Text {
	switch from {
	case "built from its recipe":
		return text.Text{FR: "construite d’après sa recette", EN: "built from its recipe"}
	case "ronron":
		return text.Text{FR: "livrée avec Ronron", EN: "comes with Ronron"}
	}
	return text.Text{FR: from, EN: from}
}
