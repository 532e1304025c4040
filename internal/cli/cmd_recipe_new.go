package cli

import (
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"ronron/internal/atomicfile"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/recipes/skeleton"
	"ronron/services"
)

func (a *App) recipeNewCommand() *cli.Command {
	return &cli.Command{
		Name: "new", Usage: "write the first files of a recipe, after a few questions", ArgsUsage: "NAME",
		Description: `Writes a folder NAME with a commented recipe that is valid from the beginning; lint
then says what is left to decide. Without a terminal the answers come from the
options. A folder that is there already is never touched.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "to", Usage: "the `FOLDER` in which the recipe's own folder is made (default: this one)"},
			&cli.StringFlag{Name: "software", Usage: "the `NAME` of the software, as its people write it"},
			&cli.StringFlag{Name: "version", Usage: "its `VERSION`"},
			&cli.StringFlag{Name: "licence", Usage: "its `LICENCE` as SPDX writes it, such as AGPL-3.0-or-later"},
			&cli.StringFlag{Name: "source", Usage: "the `ADDRESS` of its source code"},
			&cli.StringFlag{Name: "category", Usage: "the `CATEGORY`: pads, polls, video, wiki, pages, files…"},
			&cli.StringFlag{Name: "package", Usage: "the Debian `PACKAGE` that it is built from"},
			&cli.StringFlag{Name: "image", Usage: "instead of a package, the `IMAGE` as name:tag@sha256:…"},
		},
		Action: a.recipeNew,
	}
}

func (a *App) recipeNew(c *cli.Context) error {
	words, err := arguments(c, "NAME")
	if err != nil {
		return err
	}
	if err := services.Name(words[0]).Validate(); err != nil {
		return usage("%q cannot be the name of a recipe: %s.", words[0], err)
	}
	folder := filepath.Join(c.String("to"), words[0])
	if exists(folder) {
		return usage("The folder %s is there already; it was not touched.", folder)
	}
	answers, err := a.aboutSoftware(c, words[0])
	if err != nil {
		return err
	}
	files := skeleton.Files(answers)
	// What is written is valid, or the answers were not: the same check as anywhere.
	if _, diags := recipes.Parse(words[0], files); diags.HasErrors() {
		a.showDiagnostics(diags, nil)
		return &shownError{usage("The answers do not make a valid recipe; nothing was written.")}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return errs.Wrap(err, errs.Failed, "The folder %s cannot be made.", folder)
	}
	for name, content := range files {
		if err := atomicfile.Write(filepath.Join(folder, name), content, 0o644); err != nil {
			return errs.Wrap(err, errs.Failed, "The file %s could not be written.", filepath.Join(folder, name))
		}
	}
	a.note("%s is written. Complete the lines marked with #~, then:\n  ronron recipe lint %s\nTo offer it, name its parent folder in chaton.hcl: recipes = \"…\"", folder, folder)
	return nil
}

// fitting says what a recipe with these answers would be refused for, among
// others that are right: which file it stands in is of no use before it is written.
func fitting(name string, put func(*skeleton.Answers, string)) func(string) error {
	return func(answer string) error {
		with := skeleton.Answers{Name: name, Software: "x", Version: "1", Licence: "MIT", Source: "https://example.org", Category: "files", Package: "x"}
		put(&with, answer)
		_, diags := recipes.Parse(name, skeleton.Files(with))
		for _, d := range diags {
			if d.Severity == diag.SeverityError {
				_, detail := d.Text()
				return usage("%s", detail)
			}
		}
		return nil
	}
}

// aboutSoftware takes the options, and asks for what none gave. Options are
// looked at before anything is asked, and an answer when it is given.
func (a *App) aboutSoftware(c *cli.Context, name string) (skeleton.Answers, error) {
	s := skeleton.Answers{
		Name: name, Software: c.String("software"), Version: c.String("version"), Licence: c.String("licence"),
		Source: c.String("source"), Category: c.String("category"), Package: c.String("package"), Image: c.String("image"),
	}
	if s.Package != "" && s.Image != "" {
		return s, usage("A recipe is built from a package or pulled as an image, not both.")
	}
	steps := []struct {
		value    *string
		flag     string
		question text.Text
		usual    string
		put      func(with *skeleton.Answers, answer string)
	}{
		{&s.Software, "--software", text.Of("What is the software called?"), "", func(with *skeleton.Answers, answer string) { with.Software = answer }},
		{&s.Version, "--version", text.Of("Which version of it?"), "", func(with *skeleton.Answers, answer string) { with.Version = answer }},
		{&s.Licence, "--licence", text.Of("Under which licence, as SPDX writes it?"), "AGPL-3.0-or-later", func(with *skeleton.Answers, answer string) { with.Licence = answer }},
		{&s.Source, "--source", text.Of("Where is its source code?"), "", func(with *skeleton.Answers, answer string) { with.Source = answer }},
		{&s.Category, "--category", text.Of("Which category? (pads, polls, video, wiki, pages, files…)"), "files", func(with *skeleton.Answers, answer string) { with.Category = answer }},
		{&s.Package, "--package", text.Of("Which package of Debian is it?"), name, func(with *skeleton.Answers, answer string) { with.Package = answer }},
		{&s.Image, "--image", text.Text{}, "", func(with *skeleton.Answers, answer string) { with.Package, with.Image = "", answer }},
	}
	for _, step := range steps {
		if *step.value == "" {
			continue
		}
		if err := fitting(name, step.put)(*step.value); err != nil {
			return s, usage("The value of %s is not right. %s", step.flag, errs.Sentence(err))
		}
	}
	for _, step := range steps {
		switch {
		case step.value == &s.Image: // instead of a package, and never asked for
		case *step.value != "" || step.value == &s.Package && s.Image != "":
		case !a.env.Terminal.In:
			return s, usage("%s is missing.", step.flag).WithHint("Without a terminal all answers come from options. See: %s --help", c.Command.HelpName)
		default:
			answer, err := a.checkedQuestion(step.question, step.usual, fitting(name, step.put))
			if err != nil {
				return s, err
			}
			*step.value = answer
		}
	}
	return s, nil
}
