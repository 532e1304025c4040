package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/services"
)

// recipeView shows what is about recipes and their tools.
type recipeView interface {
	Tools(service services.Name, tools []api.Tool) error
	Ran(r api.RunReply) error
}

var (
	_ recipeView = jsonView{}
	_ recipeView = humanView{}
)

func (a *App) recipeView(c *cli.Context) recipeView {
	if c.Bool("json") {
		return jsonView{w: a.env.Stdout}
	}
	return humanView{w: a.env.Stdout, paint: a.paint(a.env.Terminal.Out), now: a.env.Now}
}

// Tools lists what can be run.
func (v humanView) Tools(service services.Name, tools []api.Tool) error {
	if len(tools) == 0 {
		_, err := fmt.Fprintf(v.w, "The recipe of %s has no tools.\n", service)
		return err
	}
	rows := [][]string{{"TOOL", "RUNS", "IN", "WHAT IT IS FOR"}}
	for _, t := range tools {
		rows = append(rows, []string{string(t.Name), strings.Join(t.Command, " "), string(t.Unit), printable(t.Help.EN)})
	}
	return v.table(rows, nil)
}

// Ran shows the output as it came.
func (v humanView) Ran(r api.RunReply) error {
	_, err := v.w.Write(r.Output)
	return err
}

func (v jsonView) Tools(_ services.Name, tools []api.Tool) error { return v.put(list(tools)) }

// Ran gives the output as a text; what is not UTF-8 in it is replaced.
func (v jsonView) Ran(r api.RunReply) error {
	return v.put(struct {
		ExitCode int    `json:"exit_code"`
		Output   string `json:"output"`
	}{r.ExitCode, string(r.Output)})
}
