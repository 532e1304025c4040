package cli

import (
	"errors"
	"fmt"
	"io"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
)

// shownError was shown already; only its exit code is still wanted.
type shownError struct{ error }

func (e *shownError) Unwrap() error { return e.error }

// showError says what went wrong, where, and what to do next.
func (a *App) showError(err error) {
	if _, shown := errors.AsType[*shownError](err); shown || errors.Is(err, errPending) {
		return
	}
	w, paint := a.env.Stderr, a.paint(a.env.Terminal.Err)
	if list, ok := errors.AsType[*diag.ListError](err); ok {
		a.showDiagnostics(list.List, nil)
		return
	}
	if wire, ok := errors.AsType[*api.Error](err); ok {
		if len(wire.Diagnostics) > 0 {
			a.showDiagnostics(wire.Diagnostics, nil)
		}
		a.writeFailure(w, paint, wire)
		return
	}
	known, ok := errors.AsType[*errs.Error](err)
	if !ok {
		fmt.Fprintln(w, paint.bad(a.say("Error:")), a.say("Internal error: %v", err))
		return
	}
	fmt.Fprintln(w, paint.bad(a.say("Error:")), printableLines(a.in(known.Text())))
	if known.Err != nil {
		fmt.Fprintln(w, " ", a.say("because: %s", printableLines(errs.In(known.Err, a.lang))))
	}
	a.writeHint(w, paint, errs.Advice(known))
}

// writeFailure shows a failure that the daemon told, with its place and log.
func (t tongue) writeFailure(w io.Writer, paint paint, e *api.Error) {
	message, hint := e.Text()
	fmt.Fprintln(w, paint.bad(t.say("Error:")), printableLines(t.in(message)))
	switch {
	case e.Service != "" && e.Step != "":
		fmt.Fprintln(w, " ", t.say("service %s, step %s", e.Service, e.Step))
	case e.Service != "":
		fmt.Fprintln(w, " ", t.say("service %s", e.Service))
	}
	if len(e.Log) > 0 {
		fmt.Fprintln(w, " ", t.say("the last it said:"))
		for _, line := range e.Log {
			fmt.Fprintf(w, "    %s %s\n", paint.faint("│"), printable(line))
		}
	}
	t.writeHint(w, paint, hint)
}

func (t tongue) writeHint(w io.Writer, paint paint, hint text.Text) {
	if !hint.IsZero() {
		fmt.Fprintln(w, paint.strong(t.say("What to do:")), t.in(hint))
	}
}

// showDiagnostics draws the problems of a file with their source lines.
func (a *App) showDiagnostics(list diag.List, files map[string][]byte) {
	if len(list) > 0 {
		diag.Render(a.env.Stderr, list.WithSource(files), diag.Options{Color: a.paint(a.env.Terminal.Err).on, Lang: a.lang})
	}
}

// sources are the files that diagnostics of w may point into.
func sources(w api.Wanted) map[string][]byte {
	files := map[string][]byte{w.File: w.Content}
	for name, content := range w.Recipes {
		files[name] = content
	}
	return files
}
