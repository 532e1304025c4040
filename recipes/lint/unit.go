package lint

import (
	"slices"
	"strings"

	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/services"
)

func (c *checker) units() {
	for _, b := range c.Root.Blocks("unit") {
		i := slices.IndexFunc(c.Service.Units, func(u services.Unit) bool { return string(u.Name) == b.Name() })
		if i < 0 {
			continue // Parse told why
		}
		c.unit(b, c.Service.Units[i])
	}
}

func (c *checker) unit(b *hclread.Block, u services.Unit) {
	if u.Image.Reference != "" && !strings.Contains(u.Image.Reference, "@") {
		c.found("image-not-pinned", b.RangeOf("image"), text.Say("%s has no digest.", u.Image.Reference))
	}
	if b.Block("health") == nil {
		c.found("no-health", b.Range, text.Say("The unit %q has no health check.", b.Name()))
	}
	switch limits := b.Block("limits"); {
	case limits == nil:
		c.found("no-limits", b.Range, text.Say("The unit %q has no limits.", b.Name()))
	case !limits.Has("memory") || !limits.Has("pids"):
		c.found("no-limits", limits.Range, text.Say("The limits of %q do not say memory and pids.", b.Name()))
	}
	switch owner, _, _ := strings.Cut(u.User, ":"); {
	case !b.Has("user"):
		c.found("no-user", b.Range, text.Say("The unit %q has no user.", b.Name()))
	case owner == "root" || owner != "" && strings.Trim(owner, "0") == "":
		c.found("root-user", b.RangeOf("user"), text.Say("The unit %q runs as root.", b.Name()))
	}
	switch {
	case !b.Has("read_only"):
		c.found("writable-root", b.Range, text.Say("The unit %q does not say read_only.", b.Name()))
	case !u.ReadOnly && c.Written(b.RangeOf("read_only")) == "false" && !c.explained(b.RangeOf("read_only")):
		c.found("writable-root", b.RangeOf("read_only"), text.Say("The unit %q can write everywhere.", b.Name()))
	}
	if len(u.Capabilities) > 0 && !c.explained(b.RangeOf("capabilities")) {
		c.found("capabilities", b.RangeOf("capabilities"), text.Say("The unit %q has %s.", b.Name(), strings.Join(u.Capabilities, ", ")))
	}
	for name, id := range map[string]string{"egress": "egress", "secret_environment": "secret-environment"} {
		if c.isTrue(b, name) && !c.explained(b.RangeOf(name)) {
			c.found(id, b.RangeOf(name), text.Say("The unit %q has %s = true.", b.Name(), name))
		}
	}
}
