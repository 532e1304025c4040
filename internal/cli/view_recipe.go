package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/text"
	"ronron/recipes/lint"
	"ronron/recipes/sheet"
	"ronron/services"
)

// recipeView shows what is about recipes and their tools.
type recipeView interface {
	Tools(service services.Name, tools []api.Tool) error
	Ran(r api.RunReply) error
	Recipes(entries []recipeEntry) error
	Recipe(s sheet.Sheet, level string) error
	Findings(recipes int, findings []lint.Finding) error
	Lock(changes []lockChange, written bool) error
}

// recipeHuman answers in words, in the language that was asked for.
type recipeHuman struct{ humanView }

// recipeJSON answers with one JSON document.
type recipeJSON struct{ jsonView }

var (
	_ recipeView = recipeJSON{}
	_ recipeView = recipeHuman{}
)

func (a *App) recipeView(c *cli.Context) recipeView {
	if c.Bool("json") {
		return recipeJSON{jsonView{w: a.env.Stdout}}
	}
	lang, err := a.spoken(c)
	if err != nil {
		lang = text.EN // the command refused it before
	}
	return recipeHuman{humanView{tongue: tongue{lang}, w: a.env.Stdout, paint: a.paint(a.env.Terminal.Out), now: a.env.Now}}
}

// Tools lists what can be run.
func (v recipeHuman) Tools(service services.Name, tools []api.Tool) error {
	if len(tools) == 0 {
		_, err := fmt.Fprintf(v.w, "The recipe of %s has no tools.\n", service)
		return err
	}
	rows := [][]string{{"TOOL", "RUNS", "IN", "WHAT IT IS FOR"}}
	for _, t := range tools {
		rows = append(rows, []string{string(t.Name), printable(strings.Join(t.Command, " ")), string(t.Unit), printable(t.Help.In(v.lang))})
	}
	return v.table(rows, nil)
}

// Ran shows the output as it came.
func (v recipeHuman) Ran(r api.RunReply) error {
	_, err := v.w.Write(r.Output)
	return err
}

// Recipes is the table of the catalog. Licences, which can be long, are on the
// recipes' pages.
func (v recipeHuman) Recipes(entries []recipeEntry) error {
	rows := [][]string{{"CATEGORY", "RECIPE", "WHAT IT IS", "SOFTWARE", "LEVEL", "DEPLOYED AS"}}
	for _, e := range entries {
		as := "-"
		if len(e.Services) > 0 {
			var names []string
			for _, n := range e.Services {
				names = append(names, string(n))
			}
			as = strings.Join(names, ", ")
		}
		name := e.Recipe
		if e.Own {
			name += " (own)"
		}
		rows = append(rows, []string{e.Category, name, printable(e.Title.In(v.lang)), printable(e.Software + " " + e.Version), e.Level, as})
	}
	return v.table(rows, nil)
}

// Recipe is the page of the recipe, with the level on top.
func (v recipeHuman) Recipe(s sheet.Sheet, level string) error {
	_, err := fmt.Fprintf(v.w, "%s\nrecipe %s, version %s; level: %s\n\n%s",
		v.paint.strong(printable(s.Software.Name)), s.Recipe, printable(s.Version), level, printableLines(s.In(v.lang)))
	return err
}

// Findings are shown one after the other, each with its place and explanation.
func (v recipeHuman) Findings(recipes int, findings []lint.Finding) error {
	counts := map[lint.Level]int{}
	for _, f := range findings {
		counts[f.Level]++
		level := v.paint.faint(string(f.Level))
		switch f.Level {
		case lint.Error:
			level = v.paint.bad(string(f.Level))
		case lint.Warning:
			level = v.paint.warn(string(f.Level))
		}
		fmt.Fprintf(v.w, "%s:%d: %s %s: %s\n    %s\n", f.Range.File, f.Range.Start.Line, level, f.ID, printable(f.What), printable(f.Why))
	}
	if len(findings) == 0 {
		_, err := fmt.Fprintf(v.w, "%s Nothing is missing (recipes looked at: %d).\n", v.paint.good("✓"), recipes)
		return err
	}
	_, err := fmt.Fprintf(v.w, "Errors: %d, warnings: %d, advice: %d (recipes looked at: %d).\n",
		counts[lint.Error], counts[lint.Warning], counts[lint.Advice], recipes)
	return err
}

// Lock says what became of each tag.
func (v recipeHuman) Lock(changes []lockChange, written bool) error {
	if len(changes) == 0 {
		_, err := fmt.Fprintln(v.w, "No service has an image that is named by a tag alone; there is nothing to note.")
		return err
	}
	rows, moved := [][]string{{"IMAGE", "STATE", "NOTED", "NOW"}}, false
	for _, c := range changes {
		moved = moved || c.State != "same"
		rows = append(rows, []string{c.Image, c.State, short(c.Was), short(c.Now)})
	}
	if err := v.table(rows, nil); err != nil {
		return err
	}
	last := "Nothing moved."
	switch {
	case moved && written:
		last = "chaton.lock is written; ronron up makes it so."
	case moved:
		last = "To take what is new: ronron recipe lock, then ronron up."
	}
	_, err := fmt.Fprintln(v.w, last)
	return err
}

// short is a digest as people compare it.
func short(digest string) string {
	digest = strings.TrimPrefix(digest, "sha256:")
	if digest == "" {
		return "-"
	}
	return digest[:min(len(digest), 12)]
}

func (v recipeJSON) Lock(changes []lockChange, _ bool) error { return v.put(changes) }

func (v recipeJSON) Tools(_ services.Name, tools []api.Tool) error { return v.put(list(tools)) }
func (v recipeJSON) Recipes(entries []recipeEntry) error           { return v.put(entries) }

func (v recipeJSON) Recipe(s sheet.Sheet, level string) error {
	return v.put(struct {
		sheet.Sheet
		Level string `json:"level"`
	}{s, level})
}

func (v recipeJSON) Findings(_ int, findings []lint.Finding) error { return v.put(findings) }

// Ran gives the output as a text; what is not UTF-8 in it is replaced.
func (v recipeJSON) Ran(r api.RunReply) error {
	return v.put(struct {
		ExitCode int    `json:"exit_code"`
		Output   string `json:"output"`
	}{r.ExitCode, string(r.Output)})
}
