package lint

import (
	"slices"

	"ronron/internal/hclread"
	"ronron/internal/text"
	"ronron/recipes"
)

func (c *checker) data() {
	described := map[string]bool{}
	for _, d := range c.Root.Blocks("data") {
		described[unquoted(c.Written(d.RangeOf("volume")))] = true
	}
	for _, v := range c.Root.Blocks("volume") {
		if !described[v.Name()] {
			c.found("no-data", v.Range, text.Say("No data block describes what is on the volume %q.", v.Name()))
		}
	}
	for _, v := range c.Root.Blocks("companion") {
		if name := v.Label(1); !described[name.Text] {
			c.found("no-data", v.Range, text.Say("No data block describes what is in the database %q.", name.Text))
		}
	}
}

// declarations are what later commands will need of the recipe.
func (c *checker) declarations() {
	root := c.Root
	lacks := func(block, id string, what text.Text) {
		if root.Block(block) == nil {
			c.found(id, root.Range, what)
		}
	}
	if c.personal() {
		lacks("export", "no-export", text.Of("Personal data is kept, and there is no export."))
		if !c.r.Builtin { // accounts themselves are removed by name: ronron member remove
			lacks("erase", "no-erase", text.Of("Personal data is kept, and there is no erase."))
		}
	}
	lacks("retention", "no-retention", text.Of("There is no retention block."))
	lacks("requests", "no-requests", text.Of("There is no requests block."))
	lacks("upgrade", "no-upgrade", text.Of("There is no upgrade block."))
	lacks("usage", "no-usage", text.Of("There is no usage block."))
	if c.keepsData() {
		lacks("backup", "no-backup", text.Of("There is no backup block."))
		if b := root.Block("backup"); b != nil && b.Block("check") == nil {
			c.found("no-backup-check", b.Range, text.Of("backup has no check."))
		}
	}
}

func (c *checker) keepsData() bool {
	return len(c.Root.Blocks("volume")) > 0 || len(c.Root.Blocks("companion")) > 0
}

func (c *checker) personal() bool {
	return slices.ContainsFunc(c.Resolved.Data, func(d recipes.Data) bool { return d.Personal })
}

// unquoted is a text as it is written, without its quotes.
func unquoted(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// isTrue says whether an attribute is written as true.
func (c *checker) isTrue(b *hclread.Block, name string) bool {
	return b.Has(name) && c.Written(b.RangeOf(name)) == "true"
}
