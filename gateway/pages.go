package gateway

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"ronron/internal/text"
)

// page is what the gateway says itself, in place of a service.
type page struct {
	kind
	service string // its title; "" where no service is meant
	limit   string // of the body, for people; "" where none is meant
	brief   bool   // JSON although the client did not ask for it: it is a program
	basic   bool   // asks for login and password
}

// kind is one reason for such a page. In its texts, {service} is the title of
// the service, {limit} the largest body.
type kind struct {
	status int
	code   string // for programs
	title  text.Text
	what   text.Text // what happened
	next   text.Text // what the reader can do
	retry  int       // seconds after which trying again makes sense; 0 is never
	// contact says whether writing to the host helps.
	contact bool
}

var (
	pageUnknownHost = kind{
		status: http.StatusNotFound, code: "unknown_host", contact: true,
		title: text.Text{FR: "Rien à cette adresse", EN: "Nothing at this address"},
		what: text.Text{FR: "Aucun service ne porte ce nom ici.",
			EN: "No service has this name here."},
		next: text.Text{FR: "Vérifiez l’adresse : une faute de frappe est vite arrivée.",
			EN: "Check the address: a letter may be wrong."},
	}
	pageNotFound = kind{
		status: http.StatusNotFound, code: "not_found",
		title: text.Text{FR: "Page introuvable", EN: "Page not found"},
		what: text.Text{FR: "Il n’y a pas de page à cette adresse.",
			EN: "There is no page at this address."},
		next: text.Text{FR: "Vérifiez l’adresse, ou revenez à la page d’accueil.",
			EN: "Check the address, or go back to the home page."},
	}
	pageBadRequest = kind{
		status: http.StatusBadRequest, code: "bad_request",
		title: text.Text{FR: "Demande incompréhensible", EN: "Request not understood"},
		what: text.Text{FR: "L’adresse contient des caractères qui n’ont rien à y faire.",
			EN: "The address holds characters that do not belong there."},
		next: text.Text{FR: "Vérifiez l’adresse, ou revenez à la page d’accueil.",
			EN: "Check the address, or go back to the home page."},
	}
	pageMethod = kind{
		status: http.StatusMethodNotAllowed, code: "method_not_allowed",
		title: text.Text{FR: "Demande refusée", EN: "Request refused"},
		what: text.Text{FR: "Ce genre de demande n’est pas accepté ici.",
			EN: "This kind of request is not accepted here."},
		next: text.Text{FR: "Revenez à la page d’accueil.", EN: "Go back to the home page."},
	}
	pageMisdirected = kind{
		status: http.StatusMisdirectedRequest, code: "misdirected",
		title: text.Text{FR: "Mauvaise porte", EN: "Wrong door"},
		what: text.Text{FR: "La connexion a été ouverte pour une autre adresse.",
			EN: "The connection was opened for another address."},
		next: text.Text{FR: "Rechargez la page.", EN: "Reload the page."},
	}
	pageSlow = kind{
		status: http.StatusRequestTimeout, code: "request_timeout",
		title: text.Text{FR: "Envoi interrompu", EN: "Sending was interrupted"},
		what: text.Text{FR: "Votre appareil a cessé d’envoyer des données avant la fin.",
			EN: "Your device stopped sending data before the end."},
		next: text.Text{FR: "Vérifiez votre connexion à Internet, puis recommencez l’envoi.",
			EN: "Check your connection to the Internet, then send again."},
	}
	pageTooLarge = kind{
		status: http.StatusRequestEntityTooLarge, code: "too_large", contact: true,
		title: text.Text{FR: "Fichier trop volumineux", EN: "File too large"},
		what: text.Text{FR: "« {service} » accepte jusqu’à {limit} par envoi ; le vôtre a été refusé.",
			EN: "“{service}” accepts up to {limit} at once; yours was refused."},
		next: text.Text{FR: "Réduisez le fichier ou envoyez-le en plusieurs fois.",
			EN: "Make the file smaller, or send it in several parts."},
	}
	pageNotRunning = kind{
		status: http.StatusServiceUnavailable, code: "not_running", retry: 10, contact: true,
		title: text.Text{FR: "De retour dans un instant", EN: "Back in a moment"},
		what: text.Text{FR: "« {service} » ne répond pas pour le moment : le service démarre, est mis à jour ou a un problème.",
			EN: "“{service}” does not answer right now: it is starting, being updated, or has a problem."},
		next: text.Text{FR: "Si cela dure plus de quelques minutes, prévenez l’équipe.",
			EN: "If it lasts more than a few minutes, tell the team."},
	}
	pageBroken = kind{
		status: http.StatusBadGateway, code: "broken_answer", contact: true,
		title: text.Text{FR: "Le service a eu un problème", EN: "The service had a problem"},
		what: text.Text{FR: "« {service} » a interrompu sa réponse. Ce que vous avez envoyé n’a peut-être pas été enregistré.",
			EN: "“{service}” broke off its answer. What you sent may not have been saved."},
		next: text.Text{FR: "Revenez en arrière, vérifiez, et réessayez. Si cela se répète, prévenez l’équipe.",
			EN: "Go back, check, and try again. If it happens again, tell the team."},
	}
	pageTimeout = kind{
		status: http.StatusGatewayTimeout, code: "timeout", contact: true,
		title: text.Text{FR: "Le service met trop de temps", EN: "The service takes too long"},
		what: text.Text{FR: "« {service} » n’a pas répondu à temps. Ce que vous avez envoyé a peut-être tout de même été enregistré.",
			EN: "“{service}” did not answer in time. What you sent may have been saved all the same."},
		next: text.Text{FR: "Attendez une minute, vérifiez, et réessayez. Si cela se répète, prévenez l’équipe.",
			EN: "Wait a minute, check, and try again. If it happens again, tell the team."},
	}
)

// about makes the page of a kind for the exchange's service.
func (x *exchange) about(k kind) page {
	return page{kind: k, service: x.route.name(), limit: size(x.route.maxBody)}
}

func (r *tableRoute) name() string {
	if r.Title != "" {
		return r.Title
	}
	return r.Service
}

func (p page) fill(t text.Text, lang text.Lang) string {
	return strings.NewReplacer("{service}", p.service, "{limit}", unit(p.limit, lang)).Replace(t.In(lang))
}

// page writes a page of the gateway's own in the form and language that the
// client asks for.
func (s *Server) page(w http.ResponseWriter, r *http.Request, p page) {
	t := s.state.Load().table
	lang := wantedLanguage(r.Header.Values("Accept-Language"), t.language)
	h := w.Header()
	clear(h) // nothing of a half-begun answer
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", string(lang))
	h.Set("Vary", "Accept, Accept-Language")
	h.Set("X-Content-Type-Options", "nosniff")
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	var body []byte
	if p.basic {
		h.Set("WWW-Authenticate", `Basic realm="`+t.config.Domain+`", charset="UTF-8"`)
	}
	if p.brief || wantsJSON(r.Header.Values("Accept")) {
		h.Set("Content-Type", "application/json")
		body = p.json(lang)
	} else {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		body = p.html(t, r, lang)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

func (p page) json(lang text.Lang) []byte {
	b, err := json.Marshal(map[string]any{"error": map[string]any{
		"status": p.status, "code": p.code, "message": p.fill(p.what, lang), "hint": p.fill(p.next, lang),
	}})
	if err != nil {
		panic("gateway: an error page is plain data: " + err.Error())
	}
	return b
}

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

func (p page) html(t *table, r *http.Request, lang text.Lang) []byte {
	view := map[string]any{
		"Lang": lang, "Status": p.status, "Chaton": t.config.Name,
		"Title": p.fill(p.title, lang), "What": p.fill(p.what, lang), "Next": p.fill(p.next, lang),
		"Write": text.Text{FR: "Écrire à l’équipe :", EN: "Write to the team:"}.In(lang),
		"Again": text.Text{FR: "Réessayer", EN: "Try again"}.In(lang),
		"Error": text.Text{FR: "Erreur", EN: "Error"}.In(lang),
		"Home":  text.Text{FR: "Page d’accueil", EN: "Home page"}.In(lang),
	}
	if p.retry > 0 {
		if r.Method == http.MethodGet { // asking again does no harm
			view["Retry"] = p.retry
			view["Wait"] = text.Text{FR: "Cette page réessaie toute seule toutes les 10 secondes.",
				EN: "This page tries again by itself every 10 seconds."}.In(lang)
		} else {
			view["Wait"] = text.Text{FR: "Ce que vous avez envoyé n’a pas été enregistré. Revenez en arrière et renvoyez-le plus tard.",
				EN: "What you sent was not saved. Go back and send it again later."}.In(lang)
		}
	}
	if h := t.hosts[t.config.Domain]; h != nil {
		view["HomeURL"] = "https://" + h.public + "/"
	}
	if p.contact {
		view["Contact"], view["ContactURL"] = t.config.Contact, contactURL(t.config.Contact)
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, view); err != nil {
		panic("gateway: an error page is made of plain data: " + err.Error())
	}
	return b.Bytes()
}

func contactURL(contact string) string {
	if strings.HasPrefix(contact, "https://") || strings.HasPrefix(contact, "http://") {
		return contact
	}
	return "mailto:" + contact
}

// size writes a number of bytes for people, with the unit B, K, M or G that
// unit then puts into words.
func size(n int64) string {
	switch {
	case n < 0:
		return ""
	case n >= 1<<30:
		return decimal(n, 1<<30) + " G"
	case n >= 1<<20:
		return decimal(n, 1<<20) + " M"
	case n >= 1<<10:
		return decimal(n, 1<<10) + " K"
	}
	return strconv.FormatInt(n, 10) + " B"
}

func decimal(n, of int64) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(n)/float64(of), 'f', 1, 64), ".0")
}

func unit(s string, lang text.Lang) string {
	number, letter, ok := strings.Cut(s, " ")
	if !ok {
		return s
	}
	if lang == text.FR {
		number = strings.Replace(number, ".", ",", 1)
		return number + "\u00a0" + map[string]string{"B": "octets", "K": "Ko", "M": "Mo", "G": "Go"}[letter]
	}
	return number + "\u00a0" + map[string]string{"B": "bytes", "K": "KB", "M": "MB", "G": "GB"}[letter]
}
