package recipes

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"ronron/account"
	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
)

// Accounts says how members sign in, and what of a member the software takes.
type Accounts struct {
	Kind           string    // "ldap", "oidc", "header", "basic", "none"
	Identity       string    // what the software keys people by: "uid", "mail"
	Administrators text.Text // how a member of admins becomes administrator
	// SignUp is "closed" where the chaton's accounts are the only ones, "software"
	// where the software has its own, and "" where nobody has any.
	SignUp  string
	Headers GateHeaders // which the software takes for who is there
}

var (
	provided = []string{"ldap", "oidc", "header", "basic", "none"} // the ways to sign in that a chaton has
	signUps  = []string{"closed", "software"}
)

// Central says whether members have one account for this and other services.
func (a Accounts) Central() bool { return a.Kind != "" && a.Kind != "none" }

// gated says whether the gateway signs members in.
func (a Accounts) gated() bool { return a.Kind == "header" || a.Kind == "basic" }

func (d declarations) accounts(b *hclread.Block) {
	a := &d.r.Accounts
	a.Kind = b.Name()
	if !slices.Contains(provided, a.Kind) {
		d.Errorf(b.NameRange(), "Unknown kind of accounts", "Members sign in by %s; %q is none of them.%s", diag.OneOf(provided), a.Kind, diag.DidYouMean(a.Kind, provided))
	}
	a.Identity = d.line(b, "identity")
	a.Administrators = d.Bilingual(b, "administrators").V
	d.signUp(b, a)
	d.identityHeaders(b, a)
	d.addressesOfClient(b, a)
}

func (d declarations) signUp(b *hclread.Block, a *Accounts) {
	got := d.String(b, "sign_up")
	a.SignUp = got.V
	switch {
	case got.Known && !slices.Contains(signUps, got.V):
		d.Errorf(got.Range, "Unknown way to sign up", "Signing up is %s; %q is neither.%s", diag.OneOf(signUps), got.V, diag.DidYouMean(got.V, signUps))
	case a.Central() && got.Known && got.V != "closed":
		d.Errorf(got.Range, "Two kinds of accounts", "Where members sign in with their account of the chaton, nobody signs up in the software: an account outside of the directory would outlive its member. Close it, and write \"closed\".")
	case a.Central():
		a.SignUp = "closed"
	}
}

// identityHeaders reads which headers the gateway sends to say who is there.
func (d declarations) identityHeaders(b *hclread.Block, a *Accounts) {
	d.RepeatedItems(b, "header")
	items, ok := d.Items(b, "header")
	switch {
	case !ok:
		return
	case len(items) == 0:
		if a.gated() {
			d.Errorf(b.Range, "Missing header", "Say in which header the software reads who is there: header = { user = \"Remote-User\" }.")
		}
		return
	case !a.gated():
		d.Errorf(b.RangeOf("header"), "Nobody sends it", "The gateway tells who is there for accounts \"header\" and \"basic\" only.")
		return
	}
	places := map[string]*string{"user": &a.Headers.User, "name": &a.Headers.Name, "mail": &a.Headers.Mail, "groups": &a.Headers.Groups}
	known := slices.Sorted(maps.Keys(places))
	taken := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(items)) {
		to, item := places[key], items[key]
		plain, _ := item.Value.UnmarkDeep()
		switch {
		case to == nil:
			d.Errorf(item.Key, "Unknown name", "The gateway tells %s of a member; %q is none of them.%s", diag.OneOf(known), key, diag.DidYouMean(key, known))
		case plain.IsNull() || plain.Type() != cty.String:
			d.Errorf(item.Range, "Wrong kind of value", "%q takes %s.", key, hclread.Text.Form())
		case !headerRule.MatchString(plain.AsString()) || slices.Contains(framing, strings.ToLower(plain.AsString())) || slices.Contains(notIdentity, strings.ToLower(plain.AsString())):
			d.Errorf(item.Range, "Bad header", "%q is not the name of a header for this, such as \"Remote-User\".", plain.AsString())
		case taken[strings.ToLower(plain.AsString())]:
			d.Errorf(item.Range, "Name used twice", "%q tells something else already.", plain.AsString())
		default:
			*to = plain.AsString()
			taken[strings.ToLower(plain.AsString())] = true
		}
	}
	if _, written := items["user"]; !written {
		d.Errorf(b.RangeOf("header"), "Missing header", "Say in which header the software reads who is there: user = \"Remote-User\".")
	}
}

// notIdentity are headers that mean something else to every server.
var notIdentity = []string{"cookie", "authorization", "accept", "content-type", "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "range", "origin", "referer", "user-agent", "upgrade-insecure-requests"}

// entries are who may use a route.
var entries = []string{"anyone", "members", "administrators"}

// gate reads who may use a route; nil is anyone.
func (e *evaluation) gate(b *hclread.Block) *Gate {
	enter := e.String(b, "enter")
	g := &Gate{Headers: e.r.Accounts.Headers, Basic: e.r.Accounts.Kind == "basic"}
	switch enter.Or(entries[0]) {
	case "anyone":
		return nil
	case "members":
		return g
	case "administrators":
		g.Groups = []string{account.Admins}
		return g
	}
	e.Errorf(enter.Range, "Unknown group", "A route is for %s; %q is none of them.%s", diag.OneOf(entries), enter.V, diag.DidYouMean(enter.V, entries))
	return nil
}

// gates checks that members who sign in at the gateway meet it somewhere.
func (e *evaluation) gates(root *hclread.Block) {
	if !e.r.Accounts.gated() || slices.ContainsFunc(e.routes, func(b *hclread.Block) bool { return b.Has("enter") }) {
		return
	}
	if b := root.Block("accounts"); b != nil {
		e.Errorf(b.NameRange(), "Nobody can sign in", "With accounts %q the gateway signs members in before a route: write enter = \"members\" in one.", e.r.Accounts.Kind)
	}
}
