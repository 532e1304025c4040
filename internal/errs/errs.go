// Package errs gives an error a code for machines and a sentence for people.
//
// Whatever reaches a person carries one of these codes; an error without one
// is shown as Internal and its text goes to the log.
package errs

import (
	"errors"
	"fmt"
)

// Code says what kind of failure happened. The CLI maps it to an exit code,
// the API to an HTTP status, each in one place.
type Code string

// The codes. Add one only when some caller must act differently on it.
const (
	Internal    Code = "internal"    // a fault of ours; the log has the details
	Invalid     Code = "invalid"     // the input is wrong; nothing was changed
	NotFound    Code = "not_found"   // the named thing does not exist
	Conflict    Code = "conflict"    // the named thing exists already, or is in use
	Changed     Code = "changed"     // the world moved since the plan was made
	Locked      Code = "locked"      // somebody else is changing this chaton
	Denied      Code = "denied"      // not allowed (rights, password, locked account)
	Unavailable Code = "unavailable" // something needed does not answer (engine, directory, registry)
	Failed      Code = "failed"      // a step was tried and failed; the message says which
	Interrupted Code = "interrupted" // a person or signal stopped it
)

// Error is a failure that a person may read.
type Error struct {
	Code    Code
	Message string // a whole sentence: what is wrong
	Hint    string // what to do next; may be empty
	Err     error  // the cause, for logs; may be nil
}

// New returns an error with a code and a sentence.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an error with a code and a sentence, caused by err.
func Wrap(err error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// WithHint returns a copy of e that says what to do next.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + " (" + e.Err.Error() + ")"
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the outermost Error in err's chain: Internal when
// there is none, and "" for a nil error.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// HintOf returns the first hint found in err's chain, or "".
func HintOf(err error) string {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}
