package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

// agreed asks whether the plan may be carried out. A plan that can lose data
// needs the chaton's domain, typed or given by --confirm: --yes is not enough.
func (a *App) agreed(c *cli.Context, d *daemon, p plan.Plan) error {
	left := asBefore
	if d.started {
		left = daemonStays
	}
	if p.LosesData() {
		return a.domainTyped(c, d.chaton, text.Of("Data will be lost for good (marked above)."), left)
	}
	if c.Bool("yes") {
		return nil
	}
	return a.saidYes(text.Of("Do this?"), text.Of("Say so beforehand with --yes."), left)
}

// left is what the machine is like for somebody who does not agree.
type left struct {
	declined, nobody string
}

var (
	asBefore = left{
		declined: text.Key("Not agreed; nothing was changed."),
		nobody:   text.Key("There is nobody to ask: this is not a terminal. Nothing was changed."),
	}
	daemonStays = left{
		declined: text.Key("Not agreed; no service was changed. The daemon, started just now, stays."),
		nobody:   text.Key("There is nobody to ask: this is not a terminal. No service was changed. The daemon, started just now, stays."),
	}
)

func (l left) refused() *errs.Error {
	return errs.Said(errs.Failed, text.Of(l.declined), text.Text{}, nil)
}

// saidYes asks a question that y answers.
func (a *App) saidYes(question, instead text.Text, l left) error {
	if !a.env.Terminal.In {
		return errs.Said(errs.Invalid, text.Of(l.nobody), instead, nil)
	}
	fmt.Fprint(a.env.Stderr, a.say("%s Type y to go on: ", question))
	answer, err := a.ask()
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes", "o", "oui":
		return nil
	}
	return l.refused()
}

// domainTyped asks for the domain of the chaton that is about to lose data.
func (a *App) domainTyped(c *cli.Context, id services.ChatonID, what text.Text, l left) error {
	given := c.String("confirm")
	if given == "" {
		if !a.env.Terminal.In {
			return usage("%s %s", what, text.Of(l.nobody)).
				WithHint("Agree beforehand with: --confirm %s", id)
		}
		fmt.Fprint(a.env.Stderr, a.say("%s Type %s to go on: ", what, id))
		answer, err := a.ask()
		if err != nil {
			return err
		}
		given = answer
	}
	if given != string(id) {
		return l.refused().WithHint("What has to be given is the whole domain: %s", id)
	}
	return nil
}

// ask reads one line, a byte at a time so that nothing behind it is swallowed.
// Ctrl-C ends it together with the command.
func (a *App) ask() (string, error) {
	type answer struct {
		line string
		err  error
	}
	answered := make(chan answer, 1)
	pressed := make(chan struct{}, 1)
	defer a.interrupts.take(func() {
		select {
		case pressed <- struct{}{}:
		default:
		}
	})()
	go func() {
		line, err := readLine(a.env.Stdin)
		answered <- answer{line, err}
	}()
	select {
	case <-pressed:
		fmt.Fprintln(a.env.Stderr)
		return "", errInterrupted
	case got := <-answered:
		if got.err != nil {
			return "", usage("The answer could not be read.")
		}
		return got.line, nil
	}
}

func readLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(oneByte{r}).ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return strings.TrimSpace(line), err
}

// oneByte keeps a buffered reader from reading ahead.
type oneByte struct{ io.Reader }

func (r oneByte) Read(p []byte) (int, error) {
	if len(p) > 1 {
		p = p[:1]
	}
	return r.Reader.Read(p)
}
