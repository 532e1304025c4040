package cli

import (
	"context"
	"errors"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
)

// Exit codes. They are written in every help.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitPending     = 3
	exitChanged     = 4
	exitUnavailable = 5
	exitInterrupted = 130
)

const exitHelp = `Exit codes:
  0    done
  1    failed
  2    used wrongly, or the file has a problem; nothing was changed
  3    changes are pending (plan --detailed-exitcode)
  4    the chaton changed since the plan was shown
  5    something that is needed does not answer: the engine, a registry, a mirror
  130  interrupted
`

// errPending is how `plan --detailed-exitcode` says that there is something to do.
var errPending = text.Errorf("changes are pending")

// exitCode is the only place that maps an error to an exit code.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errPending) {
		return exitPending
	}
	if _, ok := errors.AsType[*diag.ListError](err); ok {
		return exitUsage
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if tool, ok := errors.AsType[*toolError](err); ok {
		return tool.code
	}
	code := errs.CodeOf(err)
	if told, ok := errors.AsType[*api.Error](err); ok {
		code = told.Code
	}
	switch code {
	case errs.Unavailable:
		return exitUnavailable
	case errs.Invalid:
		return exitUsage
	case errs.Changed:
		return exitChanged
	case errs.Interrupted:
		return exitInterrupted
	}
	return exitFailed
}

// usage is a command that was written wrongly.
func usage(format string, args ...any) *errs.Error { return errs.New(errs.Invalid, format, args...) }
