package cli

import (
	"cmp"
	"slices"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/recipes/level"
	"ronron/recipes/sheet"
	"ronron/services"
)

var langFlag = &cli.StringFlag{Name: "lang", Usage: "`LANGUAGE` of what is shown, fr or en (default: the terminal's)"}

func (a *App) recipeCommand() *cli.Command {
	return &cli.Command{
		Name:  "recipe",
		Usage: "look at recipes, and write good ones",
		Subcommands: []*cli.Command{
			{
				Name: "list", Usage: "list the recipes there are",
				Description: `Lists the recipes that come with Ronron and the host's own, with the level that
each has earned on the machine that tested it, and under which names they run.`,
				Flags:  []cli.Flag{fileFlag, chatonFlag, langFlag, jsonFlag},
				Action: a.recipeList,
			},
			{
				Name: "show", Usage: "show everything about a recipe", ArgsUsage: "NAME",
				Description: `Shows what the software is, whom it replaces, what members see, its settings and
the data it keeps; then what sysadmins want: units, volumes, jobs and tools.`,
				Flags:  []cli.Flag{fileFlag, langFlag, jsonFlag},
				Action: a.recipeShow,
			},
			a.recipeLintCommand(),
			a.recipeNewCommand(),
			a.recipeLockCommand(),
			a.recipeOutdatedCommand(),
			a.recipeTestCommand(),
			a.recipeSumCommand(),
		},
	}
}

// recipeEntry is a recipe in the list.
type recipeEntry struct {
	Recipe   string    `json:"recipe"`
	Title    text.Text `json:"title"`
	Category string    `json:"category"`
	Software string    `json:"software"`
	Version  string    `json:"version"`
	Licence  string    `json:"licence"`
	Level    string    `json:"level"`
	level    text.Text
	Own      bool            `json:"own"` // the host's own
	Services []services.Name `json:"services"`
}

func (a *App) recipeList(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	if _, err := a.spoken(c); err != nil {
		return err
	}
	catalog, _, err := a.recipes(c)
	if err != nil {
		return err
	}
	deployed, err := a.deployed(c)
	if err != nil {
		return err
	}
	entries := []recipeEntry{}
	for _, name := range catalog.Names() {
		r, _ := catalog.Get(name)
		earned := levelOf(r)
		entries = append(entries, recipeEntry{
			Recipe: name, Title: r.Software.Title, Category: r.Software.Category, Software: r.Software.Name,
			Version: r.Software.Version, Licence: r.Software.Licence, Level: earned.EN, level: earned, Own: catalog.Own(name),
			Services: list(deployed[name]),
		})
	}
	slices.SortStableFunc(entries, func(a, b recipeEntry) int {
		return cmp.Or(cmp.Compare(rank(a.Category), rank(b.Category)), cmp.Compare(a.Category, b.Category))
	})
	return a.recipeView(c).Recipes(entries)
}

// first are the categories that hosts look for first; others follow by name.
var first = []string{"pads", "polls", "video", "wiki", "pages"}

func rank(category string) int {
	if i := slices.Index(first, category); i >= 0 {
		return i
	}
	return len(first)
}

// levelOf is what the recipe has earned. A level counts for exactly the recipe
// that was tested.
func levelOf(r *recipes.Recipe) text.Text {
	record, err := level.Read(r.Tested())
	switch {
	case err != nil:
		return text.Of("unreadable")
	case record != nil && !record.Counts(r.Hash):
		return text.Of("changed since its test")
	}
	return record.Shown()
}

func (a *App) recipeShow(c *cli.Context) error {
	words, err := arguments(c, "NAME")
	if err != nil {
		return err
	}
	if _, err := a.spoken(c); err != nil {
		return err
	}
	catalog, _, err := a.recipes(c)
	if err != nil {
		return err
	}
	r, err := recipeNamed(catalog, words[0])
	if err != nil {
		return err
	}
	return a.recipeView(c).Recipe(sheet.Of(r), levelOf(r))
}

func recipeNamed(catalog *recipes.Catalog, name string) (*recipes.Recipe, error) {
	r, near := catalog.Get(name)
	if r != nil {
		return r, nil
	}
	e := errs.New(errs.NotFound, "There is no recipe named %q.", name)
	if len(near) > 0 {
		return nil, e.WithHint("Did you mean %q? Those there are: ronron recipe list", near[0])
	}
	return nil, e.WithHint("Those there are: ronron recipe list")
}

// recipes reads the catalog: what comes with Ronron, and the host's own where
// there is a file that names a folder of them. Problems of theirs are shown.
func (a *App) recipes(c *cli.Context) (*recipes.Catalog, api.Wanted, error) {
	var w api.Wanted
	if path, named := fileOf(c); named || exists(path) {
		var err error
		if w, _, _, err = a.read(path); err != nil {
			return nil, w, err
		}
	}
	catalog, diags := recipes.LoadCatalog(w.Recipes)
	a.showDiagnostics(notReplaced(diags), sources(w))
	return catalog, w, nil
}

// notReplaced leaves out that a recipe of the host's stands in for another:
// whoever looks at recipes sees that in the list.
func notReplaced(diags diag.List) (kept diag.List) {
	for _, d := range diags {
		if d.Summary != "Recipe replaced" {
			kept = append(kept, d)
		}
	}
	return kept
}

// spoken is the language of what is shown.
func (a *App) spoken(c *cli.Context) (text.Lang, error) {
	if asked := c.String("lang"); asked != "" {
		lang, known := text.Parse(asked)
		if !known {
			return "", usage("Ronron speaks fr and en, not %q.", asked)
		}
		return lang, nil
	}
	return a.lang, nil
}
