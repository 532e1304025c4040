package recipes

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/services"
)

var (
	ownerRule = regexp.MustCompile(`^([0-9]{1,9}):([0-9]{1,9})$`)
	modeRule  = regexp.MustCompile(`^0?[0-7]{3}$`)
)

// file evaluates a file block; ok is false while its content is not known.
func (e *evaluation) file(b *hclread.Block, user string) (f services.File, ok bool) {
	e.cleanPath(b.Name(), b.NameRange())
	f.Path = b.Name()
	content, at, ok := e.content(b)
	f.Secret = hclread.IsSecret(content)
	e.ownerAndMode(b, &f, user)
	if !ok {
		return f, false
	}
	plain, _ := content.UnmarkDeep()
	if !plain.IsKnown() {
		return f, false
	}
	s, err := hclread.AsLooseString(plain)
	if err != nil {
		e.Errorf(at, "Wrong kind of value", "The content of a file is a text. For structured files there are jsonencode(…) and yamlencode(…).")
		return f, false
	}
	f.Content = []byte(s)
	return f, true
}

func (e *evaluation) content(b *hclread.Block) (v cty.Value, at diag.Range, ok bool) {
	unknown := cty.UnknownVal(cty.String)
	switch {
	case b.Has("template") && b.Has("content"):
		e.Errorf(b.RangeOf("content"), "Two contents", "A file has template or content, not both.")
		return unknown, at, false
	case b.Has("content"):
		c, ok := e.Value(b, "content")
		if !ok {
			return unknown, at, false
		}
		return c.Value, c.Range, true
	case !b.Has("template"):
		e.Errorf(b.Range, "File without content", "Write template = \"name.tmpl\", a file of the recipe's folder, or content = \"…\".")
		return unknown, at, false
	}
	name := e.String(b, "template")
	if !name.Known {
		return unknown, at, false
	}
	t, ok := e.r.body.templates[name.V]
	if !ok {
		e.missingTemplate(name)
		return unknown, at, false
	}
	v, ok = e.Template(t)
	if !ok {
		return unknown, at, false
	}
	return v, name.Range, true
}

func (e *evaluation) missingTemplate(name hclread.Got[string]) {
	switch {
	case e.r.files[name.V] != nil && isTemplate(name.V):
		return // it is there but wrong, which was said already
	case e.r.files[name.V] != nil:
		e.Errorf(name.Range, "Not a template", "The names of templates end in .tmpl; rename %q to %q.", name.V, name.V+".tmpl")
		return
	}
	unknown := func(part string) bool { return sharedParts().byName[part] == nil }
	switch part := PartOf(name.V); {
	case part != "" && slices.ContainsFunc(e.r.Parts, unknown):
		return // one of its parts is misspelt, which was said already
	case !unknown(part) && !slices.Contains(e.r.Parts, part):
		e.Errorf(name.Range, "Missing template", "The recipe does not use the part %q. Add it beside its version: parts = [%q, …].", part, part)
		return
	}
	var names []string
	for _, file := range slices.Sorted(maps.Keys(e.r.files)) {
		if isTemplate(file) {
			names = append(names, file)
		}
	}
	e.Errorf(name.Range, "Missing template", "The recipe's folder has no template %q.%s", name.V, diag.ElseThereAre(name.V, names))
}

// ownerAndMode fills in owner and mode. A secret file that names no owner
// belongs to the unit's user, for with mode 0400 nobody else could read it.
func (e *evaluation) ownerAndMode(b *hclread.Block, f *services.File, user string) {
	owner := e.String(b, "owner")
	text := owner.V
	if owner.Known && !ownerRule.MatchString(text) {
		e.Errorf(owner.Range, "Bad owner", "%q is not an owner: write the numbers of user and group, such as \"0:33\". Names are known only inside the image.", text)
	}
	if !owner.Known && f.Secret {
		text = user
		if !strings.Contains(text, ":") {
			text += ":0"
		}
	}
	if m := ownerRule.FindStringSubmatch(text); m != nil {
		f.UID, _ = strconv.Atoi(m[1]) // at most nine digits
		f.GID, _ = strconv.Atoi(m[2])
	}
	mode := e.String(b, "mode")
	if !mode.Known {
		return
	}
	if !modeRule.MatchString(mode.V) {
		e.Errorf(mode.Range, "Bad mode", "%q is not a mode: write three digits from 0 to 7 after a 0, such as \"0640\".", mode.V)
		return
	}
	bits, _ := strconv.ParseUint(mode.V, 8, 32) // four octal digits
	f.Mode = uint32(bits)
	if f.Secret && bits&0o007 != 0 {
		e.Errorf(mode.Range, "Secret readable by all", "The file holds a secret, and with mode %q every user inside the container could read it. Write \"0400\", or \"0440\" with an owner whose group reads it.", mode.V)
	}
}
