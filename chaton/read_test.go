package chaton

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ronron/internal/diag"
	"ronron/internal/diag/diagtest"
	"ronron/internal/hclread"
	"ronron/internal/text"
)

// Each fixture says which problem each of its lines has.
func TestRead_ReportsEveryProblemOfTheFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.hcl")
	if err != nil || len(files) < 6 {
		t.Fatalf("fixtures are missing: %v %v", files, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "syntax.hcl" {
			continue // its comments would be part of the broken text
		}
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c, diags := Read(name, src)
			diagtest.Check(t, map[string][]byte{name: src}, diags)
			if (c == nil) != diags.HasErrors() {
				t.Errorf("a chaton is returned exactly when there are no errors; got %v with %d problems", c, len(diags))
			}
			for _, d := range diags {
				if d.Source == "" {
					t.Errorf("%s has no source line", d.Summary)
				}
			}
		})
	}
}

func TestRead_SpeaksPlainlyOfBrokenSyntax(t *testing.T) {
	src, err := os.ReadFile("testdata/syntax.hcl")
	if err != nil {
		t.Fatal(err)
	}
	c, diags := Read("chaton.hcl", src)
	if c != nil || len(diags) == 0 {
		t.Fatalf("broken text was read as %v", c)
	}
	if diags[0].Summary != "Quote not closed" || diags[0].Range.Start.Line != 2 {
		t.Errorf("the first problem is %q in line %d; want the open quote in line 2", diags[0].Summary, diags[0].Range.Start.Line)
	}
	for _, d := range diags {
		diagtest.Plain(t, d)
	}
}

func TestRead_GivesEverythingThatIsWritten(t *testing.T) {
	src, err := os.ReadFile("testdata/good.hcl")
	if err != nil {
		t.Fatal(err)
	}
	got, diags := Read("good.hcl", src)
	if len(diags) > 0 {
		t.Fatal(diags.Err())
	}
	want := &Chaton{
		Name: "Le chaton de démo", Domain: "chaton.localhost", Language: "fr", Contact: "contact@chaton.localhost",
		Description: text.Text{FR: "Un chaton pour essayer.", EN: "A chaton to try."},
		HTTPSPort:   8443, HTTPPort: 8080, RecipeFolder: "recipes",
		Certificates:  Certificates{Authority: "internal"},
		Administrator: Administrator{Login: "admin", Name: "Ana", Mail: "admin@chaton.localhost"},
		Mail:          Mail{Host: "smtp.example.org", Port: 2525, Encryption: TLS, From: "chaton@example.org", User: "chaton", PasswordFile: "mail.password"},
		Services: []Service{
			{Name: "wiki", Recipe: "dokuwiki", Host: "wiki.chaton.localhost", Title: text.Text{FR: "Le wiki", EN: "The wiki"}, Enter: []string{"members", "board"}},
			{Name: "pages", Recipe: "pages", Host: "pages.chaton.localhost", Enter: []string{"members"}},
			{Name: "shop", Recipe: "pages", Host: "shop.example.org", Enter: []string{"members"}},
		},
		Charter: Charter{
			LegalName: "Association du chaton", LegalForm: "association", Country: "FR", Provider: "Chez nous", Control: "owned",
			Terms: "https://chaton.localhost/terms", Funding: text.Text{FR: "Dons / gifts", EN: "Dons / gifts"},
			Declarations: map[string]text.Text{"S-01": {FR: "oui", EN: "yes"}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(diag.Range{}, hclread.Settings{})); diff != "" {
		t.Errorf("chaton (-want +got):\n%s", diff)
	}
	title := got.Services[0].Settings["title"]
	if title.Value.AsString() != "Notre wiki" || title.Range.Start.Line != 35 || title.Key.Start.Column >= title.Range.Start.Column {
		t.Errorf("the setting title is %v at %v", title.Value, title.Range)
	}
}

func TestRead_NamesBothPlacesOfATakenHost(t *testing.T) {
	src, err := os.ReadFile("testdata/services.hcl")
	if err != nil {
		t.Fatal(err)
	}
	_, diags := Read("services.hcl", src)
	for _, d := range diags {
		if d.Summary == "Two services on one host name" {
			if d.Range.Start.Line != 19 || !strings.Contains(d.Detail, `"wiki" already (line 11)`) {
				t.Errorf("line %d: %s", d.Range.Start.Line, d.Detail)
			}
			return
		}
	}
	t.Error("the taken host was not found")
}

func TestRead_MailHasTheUsualPortOfItsEncryption(t *testing.T) {
	for written, want := range map[string]Mail{
		``:                        {Encryption: StartTLS, Port: 587},
		`encryption = "starttls"`: {Encryption: StartTLS, Port: 587},
		`encryption = "tls"`:      {Encryption: TLS, Port: 465},
		`encryption = "none"`:     {Encryption: NoEncryption, Port: 25},
	} {
		c, diags := Read("chaton.hcl", []byte(`chaton {
  name    = "x"
  domain  = "chaton.example.org"
  contact = "contact@example.org"
}
mail {
  host = "192.0.2.7"
  from = "chaton@example.org"
  `+written+`
}
`))
		if c == nil {
			t.Fatal(diags.Err())
		}
		want.Host, want.From = "192.0.2.7", "chaton@example.org"
		if diff := cmp.Diff(want, c.Mail, cmpopts.IgnoreTypes(diag.Range{})); diff != "" {
			t.Errorf("with %q (-want +got):\n%s", written, diff)
		}
	}
}

func TestCheckRecipes_SuggestsTheNearestName(t *testing.T) {
	c := &Chaton{Services: []Service{{Name: "a", Recipe: "dokuwki"}, {Name: "b", Recipe: "pages"}, {Name: "c", Recipe: "zzz"}}}
	diags := CheckRecipes(c, []string{"dokuwiki", "pages"}, nil)
	if len(diags) != 2 {
		t.Fatalf("%d problems, want 2", len(diags))
	}
	if !strings.Contains(diags[0].Detail, `Did you mean "dokuwiki"?`) || !strings.Contains(diags[1].Detail, "dokuwiki, pages") {
		t.Errorf("details: %q, %q", diags[0].Detail, diags[1].Detail)
	}
}

// What is wrong with it is told where it stands.
func TestCheckRecipes_ABrokenRecipeIsNotCalledUnknown(t *testing.T) {
	c := &Chaton{Services: []Service{{Name: "a", Recipe: "feeds"}, {Name: "b", Recipe: "zzz"}}}
	diags := CheckRecipes(c, []string{"dokuwiki"}, []string{"feeds"})
	if len(diags) != 1 || !strings.Contains(diags[0].Detail, `"zzz"`) {
		t.Errorf("problems: %v", diags)
	}
}

func TestTemplate_IsWhatReadAccepts(t *testing.T) {
	for _, lang := range text.Langs {
		in := TemplateInput{
			Name: "Chez \"nous\" ${env} %{if}\\ \n é", Domain: "chaton.example.org", Language: lang, Contact: "ana@example.org",
			Services: []TemplateService{
				{Name: "wiki", Recipe: "dokuwiki", Title: text.Text{FR: "Wiki\n}", EN: "Wiki\n}"}},
				{Name: "pages", Recipe: "pages"},
			},
		}
		src := Template(in)
		_, diags := Read("chaton.hcl", src)
		if len(diags) != 1 || diags[0].Summary != "More than one line" {
			t.Fatalf("only the line break in the name is wrong, got %v\n%s", diags.Err(), src)
		}
		in.Name = strings.ReplaceAll(in.Name, "\n", " ")
		c, diags := Read("chaton.hcl", Template(in))
		if len(diags) > 0 {
			t.Fatal(diags.Err())
		}
		if c.Name != in.Name || c.Language != lang || len(c.Services) != 2 || c.Administrator.Mail != in.Contact {
			t.Errorf("the answers came back as %+v", c)
		}
	}
}

func TestTemplate_IsRightOnceUncommented(t *testing.T) {
	src := string(Template(TemplateInput{Name: "x", Domain: "chaton.example.org", Language: "en", Contact: "a@example.org", Services: []TemplateService{{Name: "wiki", Recipe: "dokuwiki"}}}))
	code := false
	var lines []string
	for line := range strings.Lines(src) {
		bare, found := strings.CutPrefix(strings.TrimSpace(line), "# ")
		code = found && (strings.Contains(bare, " = ") || strings.HasSuffix(bare, "{") || strings.TrimSpace(bare) == "}") && !strings.Contains(bare, ";")
		if code {
			line = strings.ReplaceAll(bare, "settings = { … }", "settings = {}") + "\n"
			line = strings.TrimPrefix(strings.TrimLeft(line, " "), "#")
		}
		lines = append(lines, line)
	}
	if _, diags := Read("chaton.hcl", []byte(strings.Join(lines, ""))); len(diags) > 0 {
		t.Errorf("a host who takes the # away gets problems:\n%v\n%s", diags.Err(), strings.Join(lines, ""))
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.hcl")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, diags := Read("chaton.hcl", src)
		if (c == nil) != diags.HasErrors() {
			t.Errorf("chaton %v with %d problems", c, len(diags))
		}
		if err := diag.Render(&strings.Builder{}, diags, diag.Options{}); err != nil {
			t.Error(err)
		}
	})
}

// A command that only needs the domain, and a check of the recipes, go on with
// what could be read of a file with problems.
func TestReadPart_ReturnsWhatCouldBeUnderstood(t *testing.T) {
	c, diags := ReadPart("chaton.hcl", []byte(`chaton {
  name    = "x"
  domain  = "chaton.example.org"
  contact = "not a mail address"
  recipes = "recipes"
}
service "wiki" {
  recipe = "dokuwiki"
  hots   = "w"
}
`))
	if len(diags) != 2 {
		t.Errorf("problems: %v", diags)
	}
	if c == nil || c.Domain != "chaton.example.org" || c.RecipeFolder != "recipes" || len(c.Services) != 1 || c.Services[0].Recipe != "dokuwiki" {
		t.Errorf("read: %+v", c)
	}
}
