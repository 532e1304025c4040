package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/errs"
	"ronron/recipes"
	"ronron/recipes/lint"
)

func (a *App) recipeLintCommand() *cli.Command {
	return &cli.Command{
		Name: "lint", Usage: "say what recipes lack", ArgsUsage: "[NAME|FOLDER]",
		Description: `Says everything that a recipe lacks to be one that a host can trust, with the
place, an explanation and an id. Without a name, every recipe there is. Errors
and warnings make it fail; advice does not. docs/lint.md lists the rules.`,
		Flags:  []cli.Flag{fileFlag, jsonFlag},
		Action: a.recipeLint,
	}
}

func (a *App) recipeLint(c *cli.Context) error {
	words, err := arguments(c, "[NAME|FOLDER]")
	if err != nil {
		return err
	}
	chosen, err := a.toLint(c, words[0])
	if err != nil {
		return err
	}
	findings := []lint.Finding{}
	for _, r := range chosen {
		findings = append(findings, lint.Check(r)...)
	}
	if err := a.recipeView(c).Findings(len(chosen), findings); err != nil {
		return err
	}
	if !lint.Clean(findings) {
		return &shownError{errs.New(errs.Failed, "The recipes are not clean.")}
	}
	return nil
}

// toLint are the recipes that are meant. A word with a slash, or the name of a
// folder with a recipe in it, is a folder.
func (a *App) toLint(c *cli.Context, word string) ([]*recipes.Recipe, error) {
	if strings.ContainsRune(word, filepath.Separator) || word == "." || exists(filepath.Join(word, "recipe.hcl")) && word != "" {
		r, err := a.recipeFolder(word)
		return []*recipes.Recipe{r}, err
	}
	catalog, _, err := a.recipes(c)
	if err != nil {
		return nil, err
	}
	if word != "" {
		r, err := recipeNamed(catalog, word)
		return []*recipes.Recipe{r}, err
	}
	var all []*recipes.Recipe
	for _, name := range catalog.All() {
		r, _ := catalog.Get(name)
		all = append(all, r)
	}
	return all, nil
}

// recipeFolder reads one recipe from a folder, and shows what is wrong with it.
func (a *App) recipeFolder(folder string) (*recipes.Recipe, error) {
	whole, err := filepath.Abs(folder)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "The folder %s cannot be found.", folder)
	}
	if info, err := os.Stat(whole); err != nil || !info.IsDir() {
		return nil, usage("There is no folder %s.", folder)
	}
	files, err := readRecipes(whole)
	if err != nil {
		return nil, err
	}
	r, diags := recipes.Parse(filepath.Base(whole), files)
	a.showDiagnostics(diags, nil)
	if err := diags.Err(); err != nil {
		return nil, &shownError{err}
	}
	return r, nil
}
