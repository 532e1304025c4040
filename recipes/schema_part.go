package recipes

import "ronron/internal/hclread"

// Shared parts are explained in the words of recipes.

var partFileSchema = &hclread.Schema{Blocks: []hclread.BlockSchema{{Type: "part", Schema: partSchema, Required: true, Single: true}}}

var partSchema = &hclread.Schema{
	Labels:     []string{"name"},
	Attributes: []hclread.Attribute{{Name: "summary", Kind: hclread.Bilingual, Required: true, Fixed: true}},
	Blocks:     []hclread.BlockSchema{{Type: "file", Schema: partFileBlockSchema, Required: true}},
}

var partFileBlockSchema = &hclread.Schema{
	Labels:     []string{"path"},
	Attributes: []hclread.Attribute{{Name: "help", Kind: hclread.Bilingual, Required: true, Fixed: true}},
}
