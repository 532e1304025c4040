// Package errs gives an error a code for machines and a sentence for people.
//
// Whatever reaches a person carries one of these codes; an error without one
// is shown as Internal and its text goes to the log.
package errs

import (
	"errors"

	"ronron/internal/text"
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

// Error is a failure that a person may read, in either language.
type Error struct {
	Code    Code
	Message string // a whole sentence in English: what is wrong
	Hint    string // what to do next; may be empty
	Err     error  // the cause, for logs; may be nil

	message, hint string // in French; empty where nobody has translated it
}

// New returns an error with a code and a sentence.
func New(code Code, format string, args ...any) *Error {
	return Said(code, text.Say(format, args...), text.Text{}, nil)
}

// Wrap returns an error with a code and a sentence, caused by err.
func Wrap(err error, code Code, format string, args ...any) *Error {
	return Said(code, text.Say(format, args...), text.Text{}, err)
}

// Said returns an error whose sentences were made before, or far away.
func Said(code Code, message, hint text.Text, err error) *Error {
	return &Error{Code: code, Message: message.EN, Hint: hint.EN, Err: err, message: message.FR, hint: hint.FR}
}

// WithHint returns a copy of e that says what to do next.
func (e *Error) WithHint(format string, args ...any) *Error {
	return e.Advising(text.Say(format, args...))
}

// Advising is WithHint with a sentence that was made before.
func (e *Error) Advising(hint text.Text) *Error {
	c := *e
	c.Hint, c.hint = hint.EN, hint.FR
	return &c
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + " (" + e.Err.Error() + ")"
	}
	return e.Message
}

// Text is the sentence, without the cause.
func (e *Error) Text() text.Text { return text.Text{EN: e.Message, FR: e.message} }

// In is Error in a language: sentences that name an error in them say it so.
func (e *Error) In(lang text.Lang) string {
	said := e.Text().In(lang)
	if e.Err != nil {
		return said + " (" + In(e.Err, lang) + ")"
	}
	return said
}

// In is what err says in a language. What is not of this package speaks English.
func In(err error, lang text.Lang) string {
	if e, ok := err.(interface{ In(text.Lang) string }); ok {
		return e.In(lang)
	}
	return err.Error()
}

// Sentence is what a person reads of err: the sentence of the outermost
// Error, or else all that err says.
func Sentence(err error) text.Text {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Text()
	}
	return text.Text{EN: err.Error()}
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

// HintOf returns the English of Advice.
func HintOf(err error) string { return Advice(err).EN }

// Advice returns the first hint found in err's chain, or none.
func Advice(err error) text.Text {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			break
		}
		if e.Hint != "" {
			return text.Text{EN: e.Hint, FR: e.hint}
		}
		err = e.Err
	}
	return text.Text{}
}
