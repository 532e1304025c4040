// Package api is what CLI and daemon say to each other: HTTP with JSON over the
// daemon's unix socket. Long work answers with a stream of Events, one JSON
// object a line. A failure is an Error with the code of internal/errs.
package api

import (
	"time"

	"ronron/account"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

// Version is the form of this API. CLI and daemon are one binary and `up`
// replaces an older daemon, so equal versions are the rule.
const Version = 1

// Wanted is a chaton.hcl on its way to the daemon.
type Wanted struct {
	File    string            `json:"file"` // its name, for diagnostics
	Content []byte            `json:"content"`
	Recipes map[string][]byte `json:"recipes,omitempty"` // the host's own, by path below the recipe folder
	Lock    map[string]string `json:"lock,omitempty"`    // digests that were noted: "name:tag" to "name:tag@sha256:…"
	Who     string            `json:"who"`               // user@machine, for the lock and the journal
	// MailPassword is what stands in the file that the mail block names.
	MailPassword Passage `json:"mail_password,omitzero"`
}

// PlanReply is a plan, or the problems of the file.
type PlanReply struct {
	Plan        *plan.Plan `json:"plan,omitempty"`
	Diagnostics diag.List  `json:"diagnostics,omitempty"`
}

// ApplyRequest asks to carry out the plan that was shown: Base is its base,
// and the daemon refuses with errs.Changed when that has moved.
type ApplyRequest struct {
	Wanted Wanted `json:"wanted"`
	Base   string `json:"base"`
}

// Event is one line of a stream of progress.
type Event struct {
	Time    time.Time     `json:"time"`
	Kind    EventKind     `json:"kind"`
	Service services.Name `json:"service,omitempty"`
	Step    string        `json:"step,omitempty"` // id of the plan's step
	Message string        `json:"message,omitempty"`
	Elapsed time.Duration `json:"elapsed,omitempty"` // of the step or the service, nanoseconds
	Error   *Error        `json:"error,omitempty"`
	Report  *Report       `json:"report,omitempty"` // with Done and Failed
	French  *French       `json:"fr,omitempty"`
}

// Saying returns the event with a message.
func (e Event) Saying(message text.Text) Event {
	e.Message, e.French = message.EN, french(message.FR, "")
	return e
}

// Text is the message in both languages.
func (e Event) Text() text.Text { return text.Text{EN: e.Message, FR: e.French.message()} }

// French is what stands in English beside it; what is empty nobody has
// translated yet. Programs read the English.
type French struct {
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"` // or what mends a check
}

func french(message, hint string) *French {
	if message == "" && hint == "" {
		return nil
	}
	return &French{Message: message, Hint: hint}
}

func (f *French) message() string {
	if f == nil {
		return ""
	}
	return f.Message
}

func (f *French) hint() string {
	if f == nil {
		return ""
	}
	return f.Hint
}

// EventKind is what an event tells.
type EventKind string

// The kinds of events. A stream ends with exactly one of Done and Failed.
const (
	StepStarted   EventKind = "step_started"
	StepProgress  EventKind = "step_progress"
	StepDone      EventKind = "step_done"
	StepFailed    EventKind = "step_failed"
	ServiceDone   EventKind = "service_done"
	ServiceFailed EventKind = "service_failed"
	Warning       EventKind = "warning"
	Done          EventKind = "done"
	Failed        EventKind = "failed"
)

// Report is what an `up` leaves the person with.
type Report struct {
	Addresses     []Address         `json:"addresses"`
	Administrator *NewAdministrator `json:"administrator,omitempty"` // only when it was made just now
	Failed        []services.Name   `json:"failed,omitempty"`
	Unseen        account.Login     `json:"unseen,omitempty"` // as in Status
}

// Address is a place to go.
type Address struct {
	Service services.Name `json:"service"`
	Title   string        `json:"title"`
	URL     string        `json:"url"`
}

// NewAdministrator is shown once; the password is stored nowhere but hashed.
type NewAdministrator struct {
	Login    account.Login `json:"login"`
	Password string        `json:"password"`
}

// Status is the chaton as it runs.
type Status struct {
	Chaton   string          `json:"chaton"`
	Name     string          `json:"name"`
	URL      string          `json:"url"`
	Version  string          `json:"version"` // of the daemon
	Lock     *Lock           `json:"lock,omitempty"`
	Services []ServiceStatus `json:"services"`
	Applied  *time.Time      `json:"applied,omitempty"` // when the last `up` ended
	// Unseen is the first administrator while nobody is known to have seen the
	// password: whoever asked for it was cut off.
	Unseen account.Login `json:"unseen,omitempty"`
}

// Lock says who is changing the chaton.
type Lock struct {
	Who   string    `json:"who"`
	What  string    `json:"what"`
	Since time.Time `json:"since"`
}

// ServiceStatus is one service as it runs.
type ServiceStatus struct {
	Name    services.Name `json:"name"`
	Recipe  string        `json:"recipe"`
	Builtin bool          `json:"builtin"`
	URL     string        `json:"url,omitempty"`
	State   string        `json:"state"`         // "healthy", "unhealthy", "starting", "stopped", "missing"
	Why     string        `json:"why,omitempty"` // of anything but healthy
	Units   []UnitStatus  `json:"units"`
	French  *French       `json:"fr,omitempty"`
}

// Saying returns the status with why it is not healthy.
func (s ServiceStatus) Saying(why text.Text) ServiceStatus {
	s.Why, s.French = why.EN, french(why.FR, "")
	return s
}

// Text is why it is not healthy, in both languages.
func (s ServiceStatus) Text() text.Text { return text.Text{EN: s.Why, FR: s.French.message()} }

// StateText is the state of a service as people read it.
func StateText(state string) text.Text {
	switch state {
	case "healthy":
		return text.Of("healthy")
	case "unhealthy":
		return text.Of("unhealthy")
	case "stopped":
		return text.Of("stopped")
	case "missing":
		return text.Of("missing")
	}
	return text.Text{EN: state}
}

// UnitStatus is one container as it runs.
type UnitStatus struct {
	Name     services.Name      `json:"name"`
	State    services.UnitState `json:"state"`
	Healthy  bool               `json:"healthy"`
	Why      string             `json:"why,omitempty"`
	Image    string             `json:"image"`
	Started  time.Time          `json:"started"`
	Restarts int                `json:"restarts"`
	Address  string             `json:"address,omitempty"`
	French   *French            `json:"fr,omitempty"`
}

// Saying returns the status with why it is not healthy.
func (u UnitStatus) Saying(why text.Text) UnitStatus {
	u.Why, u.French = why.EN, french(why.FR, "")
	return u
}

// Text is why it is not healthy, in both languages.
func (u UnitStatus) Text() text.Text { return text.Text{EN: u.Why, FR: u.French.message()} }

// Check is one line of `ronron doctor`.
type Check struct {
	Name    string  `json:"name"`
	Level   string  `json:"level"` // "ok", "warning", "problem"
	Message string  `json:"message"`
	Fix     string  `json:"fix,omitempty"`
	French  *French `json:"fr,omitempty"`
}

// NewCheck returns a check that says and advises in both languages.
func NewCheck(name, level string, message, fix text.Text) Check {
	return Check{Name: name, Level: level, Message: message.EN, Fix: fix.EN, French: french(message.FR, fix.FR)}
}

// Text returns what the check says and what mends it.
func (c Check) Text() (message, fix text.Text) {
	return text.Text{EN: c.Message, FR: c.French.message()}, text.Text{EN: c.Fix, FR: c.French.hint()}
}

// MemberRequest makes or changes a member.
type MemberRequest struct {
	Member   account.Member `json:"member"`
	Password string         `json:"password,omitempty"` // empty: the daemon generates one
}

// MemberReply answers with the password where the daemon generated it.
type MemberReply struct {
	Member   account.Member `json:"member"`
	Password string         `json:"password,omitempty"`
}

// Secret is one that the daemon made up for a service; its value goes nowhere.
type Secret struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Rotates bool   `json:"rotates"` // may be made anew
}

// RotateRequest asks for a secret to be made anew and put to use at once.
type RotateRequest struct {
	Service services.Name `json:"service"`
	Secret  string        `json:"secret"`
	Who     string        `json:"who"`
}

// Error is a failure on the wire.
type Error struct {
	Code        errs.Code `json:"code"`
	Message     string    `json:"message"`
	Hint        string    `json:"hint,omitempty"`
	Diagnostics diag.List `json:"diagnostics,omitempty"`
	// Service, Step and Log say where an apply failed and what the unit printed last.
	Service services.Name `json:"service,omitempty"`
	Step    string        `json:"step,omitempty"`
	Log     []string      `json:"log,omitempty"`
	French  *French       `json:"fr,omitempty"`
}

// Saying returns the error with these words.
func (e *Error) Saying(message, hint text.Text) *Error {
	c := *e
	c.Message, c.Hint, c.French = message.EN, hint.EN, french(message.FR, hint.FR)
	return &c
}

// Text returns the sentence and what to do next in both languages.
func (e *Error) Text() (message, hint text.Text) {
	return text.Text{EN: e.Message, FR: e.French.message()}, text.Text{EN: e.Hint, FR: e.French.hint()}
}

func (e *Error) Error() string { return e.Message }

// In is Error in a language.
func (e *Error) In(lang text.Lang) string {
	message, _ := e.Text()
	return message.In(lang)
}
