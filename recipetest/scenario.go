package recipetest

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/recipes"
)

// Scenario is how one recipe is tested: what its kind of software does not
// already say. It lies beside the recipe as scenario.json.
type Scenario struct {
	Kind string `json:"kind"` // see kinds.go: gives whatever of the rest is not written
	// Base are the settings that the recipe is tested with, where defaults will not do.
	Base map[string]any `json:"base,omitempty"`
	Home Steps          `json:"home,omitempty"` // what anybody gets who opens the service

	// Basic sends login and password with each request, instead of signing in
	// once by SignIn. SignedIn holds for a member and for nobody else.
	Basic    bool  `json:"basic,omitempty"`
	SignIn   Steps `json:"sign_in,omitempty"`
	SignedIn Steps `json:"signed_in,omitempty"`

	// ChatPort is where apps come, of a chat; 0 is 5222.
	ChatPort int `json:"chat_port,omitempty"`

	// Write puts {text} where Read finds it. Public says that strangers may read
	// it too; where it is false they are checked not to.
	Write  Steps `json:"write,omitempty"`
	Read   Steps `json:"read,omitempty"`
	Public *bool `json:"public,omitempty"`
	// Open says that anybody may write: pads, polls, a drop of files.
	Open *bool `json:"open,omitempty"`

	// SessionStays is why a session that is open when its member is suspended goes
	// on, of software that cannot be told. Without it, it is checked to end.
	SessionStays string `json:"session_stays,omitempty"`
	// SessionEnds is how long that may take; 0 is half a minute.
	SessionEnds Wait `json:"session_ends,omitempty"`

	// Closed are the doors that must be shut, each a step of its own: the
	// installer, the sign-up, what is another member's. None is a reason to
	// say NothingClosed.
	Closed        Steps  `json:"closed,omitempty"`
	NothingClosed string `json:"nothing_closed,omitempty"`

	Settings map[string]Setting `json:"settings,omitempty"`
	Crawl    Crawl              `json:"crawl,omitempty"`
}

// Setting is how the effect of a setting is seen. See holds with the value and
// does not hold without it; both are checked.
type Setting struct {
	Value any            `json:"value"`
	With  map[string]any `json:"with,omitempty"`  // other settings that the value needs
	Alone bool           `json:"alone,omitempty"` // it would hide the effect of others: it is tried by itself
	See   Steps          `json:"see"`
	// Why it cannot be tested here, instead of the rest.
	NotTested string `json:"not_tested,omitempty"`
}

// Crawl is where the browser begins, signed out and in. Expect is what the
// first page of each must show.
type Crawl struct {
	Out       []string `json:"out,omitempty"`
	ExpectOut string   `json:"expect_out,omitempty"`
	In        []string `json:"in,omitempty"`
	ExpectIn  string   `json:"expect_in,omitempty"`
	// Where the software signs in by a script of its own, the browser does it:
	// fields of the first page of In by CSS selector, the button, and what the
	// page says then.
	Fill      map[string]string `json:"fill,omitempty"`
	Press     string            `json:"press,omitempty"`
	Inside    string            `json:"inside,omitempty"`
	Skip      string            `json:"skip,omitempty"` // pattern of links that are not followed
	NotTested string            `json:"not_tested,omitempty"`
}

// Step is one request and what its answer must be. Words in braces stand for
// what they name: see words in session.go.
type Step struct {
	As      string            `json:"as,omitempty"` // "member", "other" (a second member), "new" (one who never signed in) or "stranger"; in a session: whoever it is of
	Method  string            `json:"method,omitempty"`
	Path    string            `json:"path,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	Size    int               `json:"size,omitempty"` // the body is filled up to so many bytes
	// Form fills these fields of the form on the page at Path that has them all,
	// keeps what else it holds, and sends it off; Press names the button.
	Form  map[string]string `json:"form,omitempty"`
	Press string            `json:"press,omitempty"`
	// Inside is a command in a unit, instead of a request; its output is the answer.
	Inside *Inside `json:"inside,omitempty"`

	// XMPP is sent instead of a request, by software of the kind chat.
	XMPP string `json:"xmpp,omitempty"`

	Status   []int             `json:"status,omitempty"` // nothing means any below 400; of Closed, a refusal
	Contains []string          `json:"contains,omitempty"`
	Lacks    []string          `json:"lacks,omitempty"`
	Answers  map[string]string `json:"answers,omitempty"` // headers of the answer, and what they contain
	Keep     map[string]string `json:"keep,omitempty"`    // words for later steps: the first group of a pattern, found in the answer
	Within   Wait              `json:"within,omitempty"`  // tried again for so long until it holds
}

// Inside is a command that runs in a unit of the service.
type Inside struct {
	Unit    string   `json:"unit"`
	Command []string `json:"command"`
}

// Wait is a duration, written as in recipes: "20s".
type Wait time.Duration

// UnmarshalText reads a Wait.
func (w *Wait) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	*w = Wait(d)
	return err
}

// Steps is one step or several.
type Steps []Step

// UnmarshalJSON reads one step where no list is written.
func (s *Steps) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		return strictly(b, (*[]Step)(s))
	}
	*s = make(Steps, 1)
	return strictly(b, &(*s)[0])
}

var unknownField = regexp.MustCompile(`unknown field ("[^"]*")`)

func strictly(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err != nil {
		if m := unknownField.FindStringSubmatch(err.Error()); m != nil {
			return text.Errorf("unknown field %s", m[1])
		}
	}
	return err
}

// ScenarioOf returns the scenario that lies beside a recipe, with what its kind
// says filled in. It fails where there is none, or where it leaves out what has
// to be tested.
func ScenarioOf(r *recipes.Recipe) (Scenario, error) {
	content := r.Scenario()
	if content == nil {
		return Scenario{}, errs.New(errs.NotFound, "The recipe %s has no %s: nothing says how to test it.", r.Name, recipes.ScenarioFile).
			WithHint("Write one; docs/scenario.md shows how, and the recipes dokuwiki and pages have one each.")
	}
	s, err := parseScenario(content)
	wrong := []error{err}
	if err == nil {
		wrong = s.check(r)
	}
	if len(wrong) > 0 {
		return s, errs.New(errs.Invalid, "%s/%s is not right: %s.", r.Name, recipes.ScenarioFile, together(wrong))
	}
	return s, nil
}

// together is one sentence of several faults.
func together(wrong []error) text.Text {
	var all []text.Text
	for _, err := range wrong {
		all = append(all, text.Text{EN: errs.In(err, text.EN), FR: errs.In(err, text.FR)})
	}
	return text.Text{EN: text.Join(all, "; ").EN, FR: text.Join(all, "\u202f; ").FR}
}

func parseScenario(content []byte) (s Scenario, err error) {
	if err := strictly(content, &s); err != nil {
		return s, err
	}
	kind, known := kinds[s.Kind]
	if !known {
		return s, text.Errorf("no kind %q; there are %s", s.Kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	kind(&s)
	return s, nil
}

// check says everything that is missing or cannot be meant.
func (s Scenario) check(r *recipes.Recipe) (all []error) {
	wrong := func(err error) { all = append(all, err) }
	declared := map[string]bool{}
	for _, setting := range r.Settings {
		declared[setting.Name] = true
		if _, tested := s.Settings[setting.Name]; !tested {
			wrong(text.Errorf("the setting %q has no value to change it to", setting.Name))
		}
	}
	for name, setting := range s.Settings {
		if !declared[name] {
			wrong(text.Errorf("the recipe has no setting %q", name))
		}
		if setting.NotTested == "" && (setting.Value == nil || len(setting.See) == 0) {
			wrong(text.Errorf("the setting %q needs a value and where its effect is seen", name))
		}
	}
	if len(s.Home) == 0 {
		wrong(text.Errorf("nothing says what the service answers (home)"))
	}
	chat := s.Kind == "chat" // where SASL and stored notes are the same for all
	if r.Accounts.Kind != "none" && !chat && (len(s.SignedIn) == 0 || !s.Basic && len(s.SignIn) == 0) {
		wrong(text.Errorf("members sign in to it, and nothing says how (sign_in, signed_in)"))
	}
	if !chat && (len(s.Write) == 0 || len(s.Read) == 0) {
		wrong(text.Errorf("nothing says how content is written and read (write, read)"))
	}
	if len(s.Closed) == 0 && s.NothingClosed == "" {
		wrong(text.Errorf("nothing says which doors must be shut (closed), nor why there is none (nothing_closed)"))
	}
	if s.SessionStays != "" && r.Outline().Declared.Limits.IsZero() {
		wrong(text.Errorf("a session outlives its member's suspension (session_stays), and the recipe's limits_note tells no host of it"))
	}
	if len(s.Crawl.Fill) > 0 && (s.Crawl.Press == "" || s.Crawl.Inside == "") {
		wrong(text.Errorf("crawl.fill needs press and inside"))
	}
	if _, err := regexp.Compile(s.Crawl.Skip); err != nil {
		wrong(wrapped("crawl.skip: %v", err))
	}
	for _, steps := range s.all() {
		for _, step := range steps {
			if err := step.check(); err != nil {
				all = append(all, err)
			}
		}
	}
	return all
}

func (s Scenario) all() []Steps {
	all := []Steps{s.Home, s.SignIn, s.SignedIn, s.Write, s.Read, s.Closed}
	for _, name := range slices.Sorted(maps.Keys(s.Settings)) {
		all = append(all, s.Settings[name].See)
	}
	return all
}

func (s Step) check() error {
	kinds := 0
	for _, has := range []bool{s.Path != "", s.Inside != nil, s.XMPP != ""} {
		if has {
			kinds++
		}
	}
	if kinds != 1 {
		return text.Errorf("a step has either a path or a command inside (or, of a chat, xmpp)")
	}
	if !slices.Contains([]string{"", asMember, asOther, asNew, asStranger}, s.As) {
		return text.Errorf("nobody is called %q: member, other, new or stranger", s.As)
	}
	for _, pattern := range s.Keep {
		if _, err := regexp.Compile(pattern); err != nil {
			return wrapped("keep: %v", err)
		}
	}
	return nil
}
