package recipetest

import (
	"context"
	"maps"
	"net/http"
	"slices"
)

// software is one kind of software, as the test uses it. Every refusal is a
// *Refused; any other error is a fault of the software or of the test.
type software interface {
	// SignIn lets somebody in, or refuses.
	SignIn(ctx context.Context, who Person) (visitor, error)
	// Stranger is somebody without an account.
	Stranger() visitor
}

// visitor is somebody who uses the software.
type visitor interface {
	Write(ctx context.Context, c content) error
	// Read succeeds when the visitor is shown the content's text.
	Read(ctx context.Context, c content) error
	// Do does what a scenario says, once.
	Do(ctx context.Context, s Step, c content) error
	Close()
}

// content is a page, an event, a message: something that a member wrote.
type content struct {
	author string // login
	name   string // fit for an address
	text   string
	kept   map[string]string // what writing it told: the address that the software gave it
}

// newContent is something that the author is about to write.
func newContent(author, name, text string) content {
	return content{author: author, name: name, text: text, kept: map[string]string{}}
}

func (c content) words() map[string]string {
	words := map[string]string{"author": c.author, "name": c.name, "text": c.text}
	maps.Copy(words, c.kept)
	return words
}

// web is software that is used over HTTP, as its scenario says.
type web struct {
	door
	Scenario
	member Person // whose name and password a stranger may try
	inside func(ctx context.Context, i Inside) (string, error)
}

var _ software = web{}

func (w web) session(who Person) *webVisitor {
	s := w.door.session(who, w.Basic)
	s.inside = w.inside
	s.words["member"], s.words["member_password"] = w.member.Login, w.member.Password.Reveal()
	return &webVisitor{s, w.Scenario}
}

func (w web) Stranger() visitor { return w.session(Person{}) }

// SignIn is done when what only a member sees is shown. Where that is shown to
// a stranger too, nothing would be proven, so it is looked at before.
func (w web) SignIn(ctx context.Context, who Person) (visitor, error) {
	v := w.session(who)
	v.words["author"] = who.Login
	if err := v.run(ctx, w.Scenario.SignIn); err != nil {
		return nil, err
	}
	if err := v.run(ctx, w.SignedIn); err != nil {
		return nil, err
	}
	return v, nil
}

type webVisitor struct {
	*session
	scenario Scenario
}

func (v *webVisitor) Write(ctx context.Context, c content) error {
	in := v.with(c.words())
	err := in.run(ctx, v.scenario.Write)
	for word, value := range in.words {
		if _, known := v.words[word]; !known && c.words()[word] != value {
			c.kept[word] = value
		}
	}
	return err
}

func (v *webVisitor) Read(ctx context.Context, c content) error {
	return v.with(c.words()).run(ctx, v.scenario.Read)
}

func (v *webVisitor) Do(ctx context.Context, s Step, c content) error {
	in := v.with(c.words())
	err := in.patiently(ctx, s)
	for word, value := range in.words { // what it keeps is for later steps
		if _, own := c.words()[word]; !own {
			v.words[word] = value
		}
	}
	return err
}

func (v *webVisitor) Close() { v.close() }

// cookies are what a browser needs to be signed in as this visitor.
func (v *webVisitor) cookies() []*http.Cookie {
	request, err := http.NewRequest(http.MethodGet, v.url("/"), nil)
	if err != nil {
		return nil
	}
	return slices.Clone(v.client.Jar.Cookies(request.URL))
}
