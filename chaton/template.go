package chaton

import (
	"fmt"
	"strings"

	"ronron/internal/hclread"
	"ronron/internal/text"
)

// TemplateInput is what `ronron init` asks.
type TemplateInput struct {
	Name     string
	Domain   string
	Language text.Lang // of the comments, and of the chaton's pages
	Contact  string
	Services []TemplateService
}

// TemplateService is a service that the host chose.
type TemplateService struct {
	Name   string // "wiki"; becomes the host name too
	Recipe string
	Title  text.Text // of the recipe, for the comment
}

// Template returns the text of a chaton.hcl with these answers, a comment for
// each thing that a host may want to change, and only what Read accepts as
// long as the answers themselves are right.
func Template(in TemplateInput) []byte {
	if in.Language == "" {
		in.Language = text.Langs[0]
	}
	w := &templateWriter{lang: in.Language}
	w.comment(sentences.head)
	w.line("")
	w.host(in)
	w.gateway()
	w.accounts(in)
	w.mail(in)
	w.services(in)
	w.charter(in)
	return []byte(w.b.String())
}

type templateWriter struct {
	b    strings.Builder
	lang text.Lang
}

func (w *templateWriter) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format+"\n", args...)
}

// comment writes sentences, one comment line for each of theirs.
func (w *templateWriter) comment(t text.Text) { w.commentAt("", t) }

func (w *templateWriter) commentAt(indent string, t text.Text) {
	for line := range strings.SplitSeq(t.In(w.lang), "\n") {
		w.line("%s# %s", indent, oneLine(line))
	}
}

// oneLine keeps a text from ending its comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (w *templateWriter) host(in TemplateInput) {
	q := hclread.Quote
	w.line("chaton {")
	w.line("  name     = %s", q(in.Name))
	w.line("  domain   = %s", q(in.Domain))
	w.line("  language = %s", q(string(in.Language)))
	w.line("  contact  = %s", q(in.Contact))
	w.line("")
	w.commentAt("  ", sentences.description)
	w.line("  # description = { fr = \"…\", en = \"…\" }")
	w.line("")
	w.commentAt("  ", sentences.recipes)
	w.line("  # recipes = \"recipes\"")
	w.line("}")
	w.line("")
}

func (w *templateWriter) gateway() {
	w.comment(sentences.gateway)
	w.line("# gateway {")
	w.line("#   https_port = %d", DefaultHTTPSPort)
	w.line("#   http_port  = %d", DefaultHTTPPort)
	w.line("# }")
	w.line("")
	w.comment(sentences.certificates)
	w.line("certificates {")
	w.line("  authority = \"internal\"")
	w.line("}")
	w.line("")
}

func (w *templateWriter) accounts(in TemplateInput) {
	w.comment(sentences.accounts)
	w.line("accounts {")
	w.line("  administrator {")
	w.line("    login = \"admin\"")
	w.line("    name  = %s", hclread.Quote(sentences.administrator.In(in.Language)))
	w.line("    mail  = %s", hclread.Quote(in.Contact))
	w.line("  }")
	w.line("}")
	w.line("")
}

func (w *templateWriter) mail(in TemplateInput) {
	w.comment(sentences.mail)
	w.line("# mail {")
	w.line("#   host          = \"smtp.example.org\"")
	w.line("#   port          = %d", mailPorts[StartTLS])
	w.line("#   encryption    = %s", hclread.Quote(string(StartTLS)))
	w.line("#   from          = %s", hclread.Quote(in.Contact))
	w.line("#   user          = %s", hclread.Quote(in.Contact))
	w.line("#   password_file = \"mail.password\"")
	w.line("# }")
	w.line("")
}

func (w *templateWriter) services(in TemplateInput) {
	w.comment(sentences.services)
	for _, s := range in.Services {
		w.line("")
		if !s.Title.IsZero() {
			colon := map[text.Lang]string{text.FR: " :", text.EN: ":"}[in.Language]
			w.line("# %s%s https://%s.%s/", oneLine(s.Title.In(in.Language)), colon, oneLine(s.Name), oneLine(in.Domain))
		}
		w.line("service %s {", hclread.Quote(s.Name))
		w.line("  recipe = %s", hclread.Quote(s.Recipe))
		w.line("  # host     = %s", hclread.Quote(s.Name))
		w.line("  # enter    = [\"members\"]")
		w.line("  # settings = { … }")
		w.line("}")
	}
	w.line("")
}

func (w *templateWriter) charter(in TemplateInput) {
	w.comment(sentences.charter)
	w.line("charter {")
	w.line("  # legal_name = %s", hclread.Quote(in.Name))
	w.line("  # legal_form = \"association\"")
	w.line("  # country    = \"FR\"")
	w.line("  # provider   = \"…\"")
	w.line("  # control    = \"owned\"")
	w.line("  # terms      = %s", hclread.Quote("https://"+in.Domain+"/terms"))
	w.line("  # funding    = { fr = \"…\", en = \"…\" }")
	w.line("  # declarations = {")
	w.line("  #   \"S-01\" = { fr = \"…\", en = \"…\" }")
	w.line("  # }")
	w.line("}")
}

// sentences are the comments of the template.
var sentences = struct {
	head, description, recipes, gateway, certificates, accounts, administrator, mail, services, charter text.Text
}{
	head: text.Text{
		FR: "Votre chaton, en un fichier.\n« ronron validate » le vérifie, « ronron plan » montre ce qui changerait,\n« ronron up » le met en œuvre. Tout est expliqué dans docs/fr/chaton-hcl.md.",
		EN: "Your chaton in one file.\n\"ronron validate\" checks it, \"ronron plan\" shows what would change,\n\"ronron up\" makes it so. Everything is explained in docs/chaton-hcl.md.",
	},
	description: text.Text{
		FR: "Une phrase sur vous, pour la page d'accueil et la charte.",
		EN: "One sentence about you, for the home page and the charter.",
	},
	recipes: text.Text{
		FR: "Dossier de vos propres recettes, à côté de ce fichier.",
		EN: "Folder of your own recipes, beside this file.",
	},
	gateway: text.Text{
		FR: "Les ports de la passerelle, s'ils sont pris ou interdits ; http_port = 0 n'en ouvre aucun\nsans chiffrement.",
		EN: "The gateway's ports, where these are taken or not allowed; http_port = 0 opens none\nwithout encryption.",
	},
	certificates: text.Text{
		FR: "« internal » : votre propre autorité ; « ronron ca » donne la racine à installer\nsur les machines de vos membres.",
		EN: "\"internal\": an authority of your own; \"ronron ca\" prints the root to install\non your members' machines.",
	},
	accounts: text.Text{
		FR: "Le premier compte, créé s'il n'y en a aucun. Son mot de passe est affiché une\nseule fois, par « ronron up ».",
		EN: "The first account, made when there is none. Its password is shown once, by\n\"ronron up\".",
	},
	mail: text.Text{
		FR: "Le serveur par lequel les services envoient leurs courriels ; sans ce bloc, ils n'en\nenvoient pas. encryption : starttls, tls ou none. Le mot de passe est l'unique ligne\nd'un fichier à part, lisible par vous seul (chmod 600). « ronron doctor » l'essaie.",
		EN: "The server through which services send mail; without this block they send none.\nencryption: starttls, tls or none. The password is the only line of a file of its\nown, readable by you alone (chmod 600). \"ronron doctor\" tries it.",
	},
	administrator: text.Text{FR: "Administration", EN: "Administration"},
	services: text.Text{
		FR: "Ce que vous offrez. Quatre lignes par service ; host est le nom sous votre\ndomaine, enter les groupes dont les membres peuvent se connecter.",
		EN: "What you offer. Four lines for each service; host is the name below your\ndomain, enter the groups whose members may sign in.",
	},
	charter: text.Text{
		FR: "Ce qu'aucun programme ne peut savoir de vous ; publié dans la charte. Ce qui\nmanque y est dit manquant. control : owned (votre matériel), dedicated\n(une machine louée entière) ou virtual (une part de machine).",
		EN: "What no program can know about you; published in the charter, where what is\nmissing is said to be missing. control: owned (your hardware), dedicated\n(a whole rented machine) or virtual (a share of a machine).",
	},
}
