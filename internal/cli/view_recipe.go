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
	Recipe(s sheet.Sheet, level text.Text) error
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
		_, err := fmt.Fprintln(v.w, v.say("The recipe of %s has no tools.", service))
		return err
	}
	rows := [][]string{v.head(text.Of("TOOL"), text.Of("RUNS"), text.Of("IN"), text.Of("WHAT IT IS FOR"))}
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
	rows := [][]string{v.head(text.Of("CATEGORY"), text.Of("RECIPE"), text.Of("WHAT IT IS"), text.Of("SOFTWARE"), text.Of("LEVEL"), text.Of("DEPLOYED AS"))}
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
			name = v.say("%s (own)", name)
		}
		rows = append(rows, []string{e.Category, name, printable(e.Title.In(v.lang)), printable(e.Software + " " + e.Version), v.in(e.level), as})
	}
	return v.table(rows, nil)
}

// Recipe is the page of the recipe, with the level on top.
func (v recipeHuman) Recipe(s sheet.Sheet, level text.Text) error {
	_, err := fmt.Fprintf(v.w, "%s\n%s\n\n%s", v.paint.strong(printable(s.Software.Name)),
		v.say("recipe %s, version %s; level: %s", s.Recipe, printable(s.Version), level), v.page(printableLines(s.In(v.lang))))
	return err
}

// Findings are shown one after the other, each with its place and explanation.
func (v recipeHuman) Findings(recipes int, findings []lint.Finding) error {
	counts := map[lint.Level]int{}
	for _, f := range findings {
		counts[f.Level]++
		level := v.in(f.Level.Text())
		switch f.Level {
		case lint.Error:
			level = v.paint.bad(level)
		case lint.Warning:
			level = v.paint.warn(level)
		default:
			level = v.paint.faint(level)
		}
		what, why := f.Text()
		fmt.Fprintf(v.w, "%s:%d: %s\n    %s\n", f.Range.File, f.Range.Start.Line, v.colon(level+" "+f.ID, printable(v.in(what))), printable(v.in(why)))
	}
	if len(findings) == 0 {
		_, err := fmt.Fprintln(v.w, v.paint.good("✓"), v.say("Nothing is missing (recipes looked at: %d).", recipes))
		return err
	}
	_, err := fmt.Fprintln(v.w, v.say("Errors: %d, warnings: %d, advice: %d (recipes looked at: %d).",
		counts[lint.Error], counts[lint.Warning], counts[lint.Advice], recipes))
	return err
}

// Lock says what became of each tag.
func (v recipeHuman) Lock(changes []lockChange, written bool) error {
	if len(changes) == 0 {
		_, err := fmt.Fprintln(v.w, v.say("No service has an image that is named by a tag alone; there is nothing to note."))
		return err
	}
	rows, moved := [][]string{v.head(text.Of("IMAGE"), text.Of("STATE"), text.Of("NOTED"), text.Of("NOW"))}, false
	for _, c := range changes {
		moved = moved || c.State != "same"
		rows = append(rows, []string{c.Image, v.in(text.Of(lockStates[c.State])), short(c.Was), short(c.Now)})
	}
	if err := v.table(rows, nil); err != nil {
		return err
	}
	last := text.Of("Nothing moved.")
	switch {
	case moved && written:
		last = text.Of("chaton.lock is written; ronron up makes it so.")
	case moved:
		last = text.Of("To take what is new: ronron recipe lock, then ronron up.")
	}
	_, err := fmt.Fprintln(v.w, v.in(last))
	return err
}

// lockStates are the states of a lockChange, in words.
var lockStates = map[string]string{
	"new": text.Key("new"), "moved": text.Key("moved"), "same": text.Key("same"), "unused": text.Key("unused"),
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

func (v recipeJSON) Recipe(s sheet.Sheet, level text.Text) error {
	return v.put(struct {
		sheet.Sheet
		Level string `json:"level"`
	}{s, level.EN})
}

func (v recipeJSON) Findings(_ int, findings []lint.Finding) error { return v.put(findings) }

// Ran gives the output as a text; what is not UTF-8 in it is replaced.
func (v recipeJSON) Ran(r api.RunReply) error {
	return v.put(struct {
		ExitCode int    `json:"exit_code"`
		Output   string `json:"output"`
	}{r.ExitCode, string(r.Output)})
}
