package chaton

import (
	"ronron/internal/hclread"
	"ronron/internal/text"
)

// schema is everything that can stand in chaton.hcl. docs/chaton-hcl.md
// explains each line; a test keeps the two together.
var schema = &hclread.Schema{
	Blocks: []hclread.BlockSchema{
		{Type: "chaton", Schema: chatonSchema, Required: true, Single: true},
		{Type: "gateway", Schema: gatewaySchema, Single: true},
		{Type: "certificates", Schema: certificatesSchema, Single: true},
		{Type: "accounts", Schema: accountsSchema, Single: true},
		{Type: "mail", Schema: mailSchema, Single: true},
		{Type: "service", Schema: serviceSchema},
		{Type: "charter", Schema: charterSchema, Single: true},
	},
}

var chatonSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "name", Kind: hclread.Text, Required: true},
		{Name: "domain", Kind: hclread.Text, Required: true},
		{Name: "language", Kind: hclread.Text},
		{Name: "contact", Kind: hclread.Text, Required: true},
		{Name: "description", Kind: hclread.Bilingual},
		{Name: "recipes", Kind: hclread.Text},
	},
}

var gatewaySchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "https_port", Kind: hclread.Number},
		{Name: "http_port", Kind: hclread.Number},
	},
}

var certificatesSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "authority", Kind: hclread.Text, Required: true},
	},
}

var accountsSchema = &hclread.Schema{
	Blocks: []hclread.BlockSchema{
		{Type: "administrator", Schema: administratorSchema, Single: true},
	},
}

var administratorSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "login", Kind: hclread.Text, Required: true},
		{Name: "name", Kind: hclread.Text},
		{Name: "mail", Kind: hclread.Text, Required: true},
	},
	Refused: map[string]string{
		"password": text.Key("No password stands in this file, which is easily copied and shown. The first password is made up when the account is created, and shown once."),
	},
}

var mailSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "host", Kind: hclread.Text, Required: true},
		{Name: "port", Kind: hclread.Number},
		{Name: "encryption", Kind: hclread.Text},
		{Name: "from", Kind: hclread.Text, Required: true},
		{Name: "user", Kind: hclread.Text},
		{Name: "password_file", Kind: hclread.Text},
	},
	Refused: map[string]string{
		"password": text.Key("No password stands in this file, which is easily copied and shown. Write it as the only line of a file beside this one that its owner alone can read (chmod 600), and name the file: password_file = \"mail.password\"."),
	},
}

var serviceSchema = &hclread.Schema{
	Labels: []string{"name"},
	Attributes: []hclread.Attribute{
		{Name: "recipe", Kind: hclread.Text, Required: true},
		{Name: "host", Kind: hclread.Text},
		{Name: "title", Kind: hclread.Bilingual},
		{Name: "enter", Kind: hclread.TextList},
		{Name: "settings", Kind: hclread.Object},
	},
}

var charterSchema = &hclread.Schema{
	Attributes: []hclread.Attribute{
		{Name: "legal_name", Kind: hclread.Text},
		{Name: "legal_form", Kind: hclread.Text},
		{Name: "country", Kind: hclread.Text},
		{Name: "provider", Kind: hclread.Text},
		{Name: "control", Kind: hclread.Text},
		{Name: "terms", Kind: hclread.Text},
		{Name: "funding", Kind: hclread.Bilingual},
		{Name: "declarations", Kind: hclread.Bilinguals},
	},
}
