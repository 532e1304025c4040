package chaton

import (
	"path"
	"slices"
	"strings"

	"ronron/account"
	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
)

// Settings are the settings of a service as they are written.
type Settings = hclread.Settings

// Ports that the gateway uses where the file says nothing.
const (
	DefaultHTTPSPort = 443
	DefaultHTTPPort  = 80
)

// Read checks the text of a chaton.hcl; name is the file's, for messages. The
// Chaton is nil when there are errors; warnings may stand beside one.
func Read(name string, src []byte) (*Chaton, diag.List) {
	c, diags := ReadPart(name, src)
	if diags.HasErrors() {
		return nil, diags
	}
	return c, diags
}

// ReadPart is Read for who wants to go on looking: with errors it returns what
// could be understood, the rest left zero. It is nil when that is nothing.
func ReadPart(name string, src []byte) (c *Chaton, diags diag.List) {
	root, diags := hclread.Parse(name, src, schema)
	if root != nil {
		r := reader{Eval: hclread.NewEval(nil, nil)}
		c = r.chaton(root)
		diags = diags.Append(r.Diags...)
	}
	return c, finish(diags, name, src)
}

func finish(diags diag.List, name string, src []byte) diag.List {
	return diags.Sorted().WithSource(map[string][]byte{name: src})
}

// reader turns blocks into a Chaton, noting every problem on the way.
type reader struct{ *hclread.Eval }

func (r reader) chaton(root *hclread.Block) *Chaton {
	c := &Chaton{
		HTTPSPort: DefaultHTTPSPort, HTTPPort: DefaultHTTPPort,
		Language:     text.Langs[0],
		Certificates: Certificates{Authority: "internal"},
	}
	if b := root.Block("chaton"); b != nil {
		r.host(c, b)
	}
	if b := root.Block("gateway"); b != nil {
		r.gateway(c, b)
	}
	if b := root.Block("certificates"); b != nil {
		c.Certificates.Range = b.Range
		r.oneOf(b, "authority", "internal")
	}
	if b := root.Block("accounts"); b != nil {
		if b = b.Block("administrator"); b != nil {
			c.Administrator = r.administrator(b)
		}
	}
	if b := root.Block("mail"); b != nil {
		c.Mail = r.sending(b)
		r.mailTogether(c)
	}
	for _, b := range root.Blocks("service") {
		c.Services = append(c.Services, r.service(b, c.Domain))
	}
	r.servicesTogether(c)
	if b := root.Block("charter"); b != nil {
		c.Charter = r.charter(b)
	}
	return c
}

func (r reader) host(c *Chaton, b *hclread.Block) {
	c.Range = b.Range
	c.Name = r.line(b, "name")
	if domain := r.String(b, "domain"); domain.Known {
		if wrong := checkDomain(domain.V); !wrong.IsZero() {
			r.Errorf(domain.Range, "Bad domain", "%s", wrong)
		} else {
			c.Domain = domain.V
		}
	}
	if lang := r.String(b, "language"); lang.Known {
		r.language(c, lang)
	}
	c.Contact = r.mail(b, "contact")
	c.Description = r.Bilingual(b, "description").V
	if folder := r.String(b, "recipes"); folder.Known {
		if path.IsAbs(folder.V) || folder.V == "" || path.Clean(folder.V) != folder.V || strings.HasPrefix(folder.V, "..") {
			r.Errorf(folder.Range, "Bad folder", "The folder of your own recipes lies beside or below this file: write its name, such as \"recipes\", without a slash at either end and without \"..\".")
		} else {
			c.RecipeFolder = folder.V
		}
	}
}

func (r reader) language(c *Chaton, lang hclread.Got[string]) {
	var known []string
	for _, l := range text.Langs {
		known = append(known, string(l))
	}
	if !slices.Contains(known, lang.V) {
		r.Errorf(lang.Range, "Unknown language", "Pages are written in %s; %q is neither.", diag.OneOf(known), lang.V)
		return
	}
	c.Language = text.Lang(lang.V)
}

func (r reader) gateway(c *Chaton, b *hclread.Block) {
	https, http := r.Int(b, "https_port"), r.Int(b, "http_port")
	c.HTTPSPort, c.HTTPPort = https.Or(DefaultHTTPSPort), http.Or(DefaultHTTPPort)
	if https.Known && (https.V < 1 || https.V > 65535) {
		r.Errorf(https.Range, "Port out of range", "A port is a number from 1 to 65535; %d is not. Browsers expect %d.", https.V, DefaultHTTPSPort)
	}
	if http.Known && (http.V < 0 || http.V > 65535) {
		r.Errorf(http.Range, "Port out of range", "A port is a number from 1 to 65535, or 0 for none; %d is not. Browsers expect %d.", http.V, DefaultHTTPPort)
	}
	if c.HTTPSPort == c.HTTPPort {
		at := http.Range
		if !http.Known {
			at = https.Range
		}
		r.Errorf(at, "One port for two things", "https_port and http_port are both %d, but each needs its own. Write http_port = 0 to listen on no port without encryption.", c.HTTPPort)
	}
}

func (r reader) administrator(b *hclread.Block) Administrator {
	a := Administrator{Mail: r.mail(b, "mail"), Name: r.line(b, "name"), Range: b.Range}
	if login := r.String(b, "login"); login.Known {
		if err := account.Login(login.V).Validate(); err != nil {
			r.Errorf(login.Range, "Bad login", "%s.", err)
		}
		a.Login = login.V
	}
	if a.Name == "" {
		a.Name = a.Login
	}
	return a
}

func (r reader) charter(b *hclread.Block) Charter {
	c := Charter{
		LegalName: r.line(b, "legal_name"),
		LegalForm: r.line(b, "legal_form"),
		Provider:  r.line(b, "provider"),
		Control:   r.oneOf(b, "control", "owned", "dedicated", "virtual"),
		Funding:   r.Bilingual(b, "funding").V,
		Range:     b.Range,
	}
	if country := r.String(b, "country"); country.Known {
		if len(country.V) != 2 || strings.ToUpper(country.V) != country.V || strings.Trim(country.V, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			r.Errorf(country.Range, "Bad country", "The country is its code of two capital letters (ISO 3166), such as \"FR\"; %q is not.", country.V)
		}
		c.Country = country.V
	}
	if terms := r.String(b, "terms"); terms.Known {
		if wrong := checkURL(terms.V); !wrong.IsZero() {
			r.Errorf(terms.Range, "Bad address", "%s", wrong)
		}
		c.Terms = terms.V
	}
	r.RepeatedItems(b, "declarations")
	c.Declarations = r.Bilinguals(b, "declarations").V
	for _, id := range sortedKeys(c.Declarations) {
		if !criterionRule.MatchString(id) {
			r.Errorf(b.RangeOf("declarations"), "Not a criterion", "%q is not the name of a criterion of the charter; they are written as \"S-01\": one or two capital letters, a hyphen, two digits.", id)
		}
	}
	return c
}

// line reads a text that is shown on one line and must say something.
func (r reader) line(b *hclread.Block, name string) string {
	got := r.String(b, name)
	if !got.Known {
		return ""
	}
	if strings.TrimSpace(got.V) == "" {
		r.Errorf(got.Range, "Empty text", "%q says nothing; write a text, or remove the line if it is not needed.", name)
	} else if strings.ContainsAny(got.V, "\r\n\x00") {
		r.Errorf(got.Range, "More than one line", "%q is shown on one line; remove the line break.", name)
	}
	return got.V
}

func (r reader) mail(b *hclread.Block, name string) string {
	got := r.String(b, name)
	if got.Known {
		if wrong := checkMail(got.V); !wrong.IsZero() {
			r.Errorf(got.Range, "Bad mail address", "%s", wrong)
		}
	}
	return got.V
}

func (r reader) oneOf(b *hclread.Block, name string, allowed ...string) string {
	got := r.String(b, name)
	if got.Known && !slices.Contains(allowed, got.V) {
		r.Errorf(got.Range, "Unknown value", "%q is %s; %q is not.%s", name, diag.OneOf(allowed), got.V, diag.DidYouMean(got.V, allowed))
	}
	return got.V
}

// CheckRecipes reports services whose recipe is not among names. One without a
// recipe was reported by Read; what is wrong with the broken ones is told where
// they are read.
func CheckRecipes(c *Chaton, names, broken []string) diag.List {
	var diags diag.List
	for _, s := range c.Services {
		if s.Recipe == "" || slices.Contains(names, s.Recipe) || slices.Contains(broken, s.Recipe) {
			continue
		}
		diags = diags.Append(diag.Error("Unknown recipe", text.Say("There is no recipe %q.%s", s.Recipe, diag.ElseThereAre(s.Recipe, names)), s.RecipeRange))
	}
	return diags
}
