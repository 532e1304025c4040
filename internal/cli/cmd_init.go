package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/atomicfile"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
)

func (a *App) initCommand() *cli.Command {
	return &cli.Command{
		Name:  "init",
		Usage: "write a commented chaton.hcl, after five questions",
		Description: `Without a terminal the answers come from the options. A file that is there
already is never overwritten.`,
		Flags: []cli.Flag{
			fileFlag,
			&cli.StringFlag{Name: "name", Usage: "the `NAME` of the chaton, as members see it"},
			&cli.StringFlag{Name: "domain", Usage: "its `DOMAIN`; each service gets a name below it"},
			&cli.StringFlag{Name: "language", Usage: "`LANGUAGE` of the pages, fr or en"},
			&cli.StringFlag{Name: "contact", Usage: "public mail `ADDRESS` of the host"},
			&cli.StringFlag{Name: "services", Usage: "`RECIPES` to begin with, separated by commas; none for none"},
		},
		Action: a.init,
	}
}

func (a *App) init(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	path, _ := fileOf(c)
	if exists(path) {
		return usage("The file %s is there already; it was not touched.", path).
			WithHint("Edit it, or write another: ronron init --file FILE")
	}
	answers, err := a.answers(c)
	if err != nil {
		return err
	}
	content := a.env.Language.Template(answers)
	// What init writes is valid, or the answers were not: the same check as anywhere.
	w := api.Wanted{File: path, Content: content, Who: a.env.Who}
	if _, diags := a.env.Language.Read(w); diags.HasErrors() {
		a.showDiagnostics(diags, sources(w))
		return &shownError{usage("The answers do not make a valid file; nothing was written.")}
	}
	if err := atomicfile.Write(path, content, 0o644); err != nil {
		return errs.Wrap(err, errs.Failed, "The file %s could not be written.", path)
	}
	file := ""
	if path != defaultFile {
		file = " --file " + path
	}
	a.note("%s is written. Read it; every line is explained. Then:\n  ronron validate%s\n  ronron doctor%s\n  ronron up%s", path, file, file, file)
	return nil
}

func (a *App) answers(c *cli.Context) (Answers, error) {
	names, summaries := a.offered()
	services := c.String("services")
	given := Answers{Name: c.String("name"), Domain: c.String("domain"), Language: c.String("language"), Contact: c.String("contact")}
	if a.env.Terminal.In {
		var err error
		if given, services, err = a.fiveQuestions(given, services, names, summaries); err != nil {
			return given, err
		}
	}
	for _, must := range []struct{ value, flag string }{{given.Name, "--name"}, {given.Domain, "--domain"}, {given.Contact, "--contact"}} {
		if must.value == "" {
			return given, usage("%s is missing.", must.flag).WithHint("Without a terminal init needs --name, --domain and --contact.")
		}
	}
	if given.Language == "" {
		given.Language = "fr"
	}
	given.Recipes = recipesIn(services)
	return given, knownRecipes(given.Recipes, names)
}

func knownRecipes(asked, known []string) error {
	for _, name := range asked {
		if !slices.Contains(known, name) {
			return usage("There is no recipe named %q.", name).WithHint("Those that come with Ronron: %s", strings.Join(known, ", "))
		}
	}
	return nil
}

func recipesIn(answer string) []string {
	if answer == "none" {
		return nil
	}
	return strings.FieldsFunc(answer, func(r rune) bool { return r == ',' || r == ' ' })
}

// refused says what a file with these answers would be refused for.
func (a *App) refused(with Answers) error {
	_, diags := a.env.Language.Read(api.Wanted{File: defaultFile, Content: a.env.Language.Template(with), Who: a.env.Who})
	for _, d := range diags {
		if d.Severity == diag.SeverityError {
			_, detail := d.Text()
			return usage("%s", detail)
		}
	}
	return nil
}

// offered are the recipes that a host can choose from.
func (a *App) offered() (names, summaries []string) {
	offers, _ := a.env.Language.Offers(api.Wanted{})
	for _, o := range offers {
		names = append(names, o.Recipe)
		summaries = append(summaries, fmt.Sprintf("  %-10s %s (%s)", o.Recipe, a.in(o.Summary), o.Software))
	}
	return names, summaries
}

// fiveQuestions asks for what no option gave. What the file would be refused for
// is said at once, and asked again.
func (a *App) fiveQuestions(given Answers, services string, known, offered []string) (Answers, string, error) {
	// Each answer is looked at in a file whose other answers are right.
	alone := func(put func(*Answers, string)) func(string) error {
		return func(answer string) error {
			with := Answers{Name: "x", Domain: "chaton.localhost", Language: "fr", Contact: "contact@chaton.localhost"}
			put(&with, answer)
			return a.refused(with)
		}
	}
	steps := []struct {
		value    *string
		question text.Text
		usual    string
		before   []string
		check    func(string) error
	}{
		{&given.Name, text.Of("What is your chaton called?"), "", nil, alone(func(with *Answers, s string) { with.Name = s })},
		{&given.Domain, text.Of("Which domain does it have? (chaton.localhost to try it on this machine)"), "chaton.localhost", nil, alone(func(with *Answers, s string) { with.Domain = s })},
		{&given.Language, text.Of("Which language do its pages speak, fr or en?"), "fr", nil, alone(func(with *Answers, s string) { with.Language = s })},
		{&given.Contact, text.Of("At which mail address can the host be reached?"), "", nil, alone(func(with *Answers, s string) { with.Contact = s })},
		{&services, text.Of("Which services? (names separated by commas, or none)"), "dokuwiki, pages", offered, func(s string) error { return knownRecipes(recipesIn(s), known) }},
	}
	for _, s := range steps {
		if *s.value != "" {
			continue
		}
		for _, line := range s.before {
			a.note("%s", line)
		}
		answer, err := a.checkedQuestion(s.question, s.usual, s.check)
		if err != nil {
			return given, services, err
		}
		*s.value = answer
	}
	return given, services, nil
}

// checkedQuestion is question for an answer that can be wrong: it says why, and
// asks again, three times at most.
func (a *App) checkedQuestion(asked text.Text, usual string, check func(string) error) (string, error) {
	for left := 2; ; left-- {
		answer, err := a.question(asked, usual)
		if err != nil {
			return "", err
		}
		wrong := check(answer)
		if wrong == nil || left == 0 {
			return answer, wrong
		}
		a.note("%s", errs.Sentence(wrong))
	}
}

// question asks until there is an answer, three times at most; an empty one
// means the usual, where there is one.
func (a *App) question(asked text.Text, usual string) (string, error) {
	prompt := a.in(asked) + " "
	if usual != "" {
		prompt += "[" + usual + "] "
	}
	for range 3 {
		fmt.Fprint(a.env.Stderr, prompt)
		answer, err := a.ask()
		if err != nil {
			return "", err
		}
		if answer != "" {
			return answer, nil
		}
		if usual != "" {
			return usual, nil
		}
	}
	return "", usage("No answer was given; nothing was changed.")
}
