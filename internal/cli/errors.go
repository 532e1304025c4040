package cli

import (
	"errors"
	"fmt"
	"io"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
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
		writeFailure(w, paint, wire)
		return
	}
	known, ok := errors.AsType[*errs.Error](err)
	if !ok {
		fmt.Fprintf(w, "%s Internal error: %v\n", paint.bad("Error:"), err)
		return
	}
	fmt.Fprintf(w, "%s %s\n", paint.bad("Error:"), printableLines(known.Message))
	if known.Err != nil {
		fmt.Fprintf(w, "  because: %s\n", printableLines(known.Err.Error()))
	}
	writeHint(w, paint, errs.HintOf(known))
}

// writeFailure shows a failure that the daemon told, with its place and log.
func writeFailure(w io.Writer, paint paint, e *api.Error) {
	fmt.Fprintf(w, "%s %s\n", paint.bad("Error:"), printableLines(e.Message))
	if e.Service != "" {
		fmt.Fprintf(w, "  service %s", e.Service)
		if e.Step != "" {
			fmt.Fprintf(w, ", step %s", e.Step)
		}
		fmt.Fprintln(w)
	}
	if len(e.Log) > 0 {
		fmt.Fprintln(w, "  the last it said:")
		for _, line := range e.Log {
			fmt.Fprintf(w, "    %s %s\n", paint.faint("│"), printable(line))
		}
	}
	writeHint(w, paint, e.Hint)
}

func writeHint(w io.Writer, paint paint, hint string) {
	if hint != "" {
		fmt.Fprintf(w, "%s %s\n", paint.strong("What to do:"), hint)
	}
}

// showDiagnostics draws the problems of a file with their source lines.
func (a *App) showDiagnostics(list diag.List, files map[string][]byte) {
	if len(list) > 0 {
		diag.Render(a.env.Stderr, list.WithSource(files), diag.Options{Color: a.paint(a.env.Terminal.Err).on})
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
