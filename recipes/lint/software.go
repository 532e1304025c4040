package lint

import (
	"bytes"
	"strings"

	"ronron/charter"
	"ronron/internal/hclread"
	"ronron/internal/text"
)

func (c *checker) software() {
	s := c.Root.Block("software")
	switch licence := c.r.Software.Licence; charter.LicenceFree(licence) {
	case charter.NotFree:
		c.found("licence-not-free", s.RangeOf("licence"), text.Say("%q is not a free licence.", licence))
	case charter.Undecided:
		if !c.explained(s.RangeOf("licence")) {
			c.found("licence-unknown", s.RangeOf("licence"), text.Say("Whether %q is free is not known.", licence))
		}
	}
	if c.r.Software.Documentation == "" {
		c.found("no-documentation", s.Range, text.Of("The software block has no documentation."))
	}
	if !c.Root.Has("members") && !c.r.Builtin {
		c.found("no-members", c.Root.Range, text.Of("The recipe does not say what members see."))
	}
}

func (c *checker) settings() {
	for _, s := range c.Root.Blocks("setting") {
		if !s.Has("help") {
			c.found("setting-no-help", s.Range, text.Say("The setting %q has no help.", s.Name()))
		}
		if kind := c.Written(s.RangeOf("type")); kind != `"bool"` && len(s.Blocks("check")) == 0 {
			c.found("setting-no-check", s.Range, text.Say("The setting %q has no check.", s.Name()))
		}
	}
}

// texts finds sentences written as one text for both languages. A word or two
// can be the same in both: "Wiki".
func (c *checker) texts() {
	c.eachText(c.Root, func(b *hclread.Block, name string) {
		written := strings.TrimSpace(c.Written(b.RangeOf(name)))
		if strings.HasPrefix(written, `"`) && strings.HasSuffix(written, `"`) && len(strings.Fields(written)) > 2 {
			c.found("one-language", b.RangeOf(name), text.Say("%s is one text for both languages.", name))
		}
	})
}

func (c *checker) eachText(b *hclread.Block, see func(b *hclread.Block, name string)) {
	for _, name := range b.Bilinguals() {
		if b.Has(name) {
			see(b, name)
		}
	}
	for _, inner := range b.All() {
		c.eachText(inner, see)
	}
}

func (c *checker) accounts() {
	a := c.Root.Block("accounts")
	if c.r.Builtin || a == nil {
		return
	}
	if c.r.Accounts.Kind == "none" {
		if !c.explained(a.Range) {
			c.found("accounts-none", a.Range, text.Of("Members have no account in this software."))
		}
		return
	}
	if c.Written(a.RangeOf("sign_up")) != `"closed"` {
		c.found("sign-up-open", a.Range, text.Of("accounts does not say sign_up = \"closed\"."))
	}
	if c.r.Accounts.Kind == "oidc" {
		c.told(a, "oidc-not-told", "oidc.client_secret")
		c.told(a, "oidc-not-trusted", "oidc.ca")
	}
	if !a.Has("administrators") {
		c.found("no-administrators", a.Range, text.Of("accounts does not say who administers."))
	}
}

// told finds that a variable stands nowhere in the recipe or its templates.
func (c *checker) told(at *hclread.Block, id, variable string) {
	for name, content := range c.Folder {
		if (name == c.Main || strings.HasSuffix(name, ".tmpl")) && bytes.Contains(content, []byte(variable)) {
			return
		}
	}
	c.found(id, at.Range, text.Say("%s is used nowhere.", variable))
}
