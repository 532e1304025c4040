package oidc

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"ronron/account"
)

// The bounds of memory: the oldest grants give way.
const (
	maxGrants          = 20_000
	maxGrantsPerMember = 100
)

// grant is what a member's sign-in gives to one client: at first a code, then
// an access token.
type grant struct {
	id        string
	client    string
	redirect  string
	nonce     string
	challenge string // of PKCE, S256; "" without
	scopes    []string
	login     account.Login
	session   string // at the portal
	signedIn  time.Time
	made      time.Time
	ends      time.Time
	spent     bool // the code was used
}

// grants keeps them in memory.
type grants struct {
	now func() time.Time

	mu  sync.Mutex
	all map[string]grant
}

func newGrants(now func() time.Time) *grants { return &grants{now: now, all: map[string]grant{}} }

// add keeps a grant and gives it its name.
func (g *grants) add(one grant) grant {
	one.id, one.made = rand.Text()+rand.Text(), g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.makeRoom(one.login)
	g.all[one.id] = one
	return one
}

// spend uses up the code of a grant, once. A code that comes a second time was
// seen by somebody whom it was not for, so what it gave ends (RFC 6749, 4.1.2).
func (g *grants) spend(id string) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	one, ok := g.all[id]
	if !ok || one.spent || g.over(one) {
		delete(g.all, id)
		return grant{}, false
	}
	one.spent = true
	g.all[id] = one
	return one, true
}

// token returns the grant of an access token.
func (g *grants) token(id string) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	one, ok := g.all[id]
	if !ok || !one.spent || g.over(one) {
		return grant{}, false
	}
	return one, true
}

func (g *grants) end(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.all, id)
}

func (g *grants) over(one grant) bool {
	now := g.now()
	return !now.Before(one.ends) || !one.spent && now.Sub(one.made) >= codeLife
}

func (g *grants) makeRoom(login account.Login) {
	mine := 0
	var oldest, oldestOfMine grant
	for id, one := range g.all {
		if g.over(one) {
			delete(g.all, id)
			continue
		}
		if oldest.id == "" || one.made.Before(oldest.made) {
			oldest = one
		}
		if one.login != login {
			continue
		}
		if mine++; oldestOfMine.id == "" || one.made.Before(oldestOfMine.made) {
			oldestOfMine = one
		}
	}
	if mine >= maxGrantsPerMember {
		delete(g.all, oldestOfMine.id)
	} else if len(g.all) >= maxGrants {
		delete(g.all, oldest.id)
	}
}

// asked is a grant in the library's words.
type asked struct {
	grant
	member account.Member // as they are now; set before claims are made
}

func (a *asked) GetID() string          { return a.id }
func (a *asked) GetACR() string         { return "" }
func (a *asked) GetAMR() []string       { return []string{"pwd"} }
func (a *asked) GetAudience() []string  { return []string{a.client} }
func (a *asked) GetAuthTime() time.Time { return a.signedIn }
func (a *asked) GetClientID() string    { return a.client }
func (a *asked) GetNonce() string       { return a.nonce }
func (a *asked) GetRedirectURI() string { return a.redirect }
func (a *asked) GetScopes() []string    { return a.scopes }
func (a *asked) GetState() string       { return "" }
func (a *asked) GetSubject() string     { return string(a.login) }
func (a *asked) Done() bool             { return true }

func (a *asked) GetResponseType() oidc.ResponseType { return oidc.ResponseTypeCode }
func (a *asked) GetResponseMode() oidc.ResponseMode { return oidc.ResponseModeQuery }

func (a *asked) GetCodeChallenge() *oidc.CodeChallenge {
	if a.challenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: a.challenge, Method: oidc.CodeChallengeMethodS256}
}
