package gateway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"ronron/internal/pass"
)

// Question is what the gateway asks the portal, over the portal's own network.
type Question struct {
	Kind     AskKind `json:"kind"`
	Host     string  `json:"host"`
	Way      string  `json:"way"`               // comes back in the pass, so that an old answer is none
	Session  string  `json:"session,omitempty"` // AskRenew
	Login    string  `json:"login,omitempty"`   // AskBasic
	Password string  `json:"password,omitempty"`
}

// String keeps the password out of whatever prints a Question.
func (q Question) String() string { return "[question " + string(q.Kind) + "]" }

// AskKind is one thing that can be asked.
type AskKind string

// The questions: does this sign-in still hold, and whose login and password are these.
const (
	AskRenew AskKind = "renew"
	AskBasic AskKind = "basic"
)

// Answer is what the portal says to a Question, with status 200. It answers
// 403 where nobody may enter, and 429 where there were too many attempts.
type Answer struct {
	Pass string `json:"pass"`
}

// Where and how the portal is asked. Clients cannot send this header: names
// that begin so are removed from every request (trustedPrefixes).
const (
	AskPath   = "/enter/ask"
	AskHeader = "Ronron-Gateway" // carries GateKeys.Secret
)

type said int

const (
	saidNothing said = iota // the portal does not answer
	saidYes
	saidNo
	saidSlower
)

type hearing struct {
	result said
	pass   pass.Pass
}

// answers keeps what the portal said for as long as it may be believed, and
// asks once where many wait for the same.
type answers struct {
	mu  sync.Mutex
	all map[answerKey]*asked
}

type answerKey [sha256.Size]byte

type asked struct {
	done  chan struct{} // closed when the answer is there
	reply hearing
	until time.Time
}

const (
	maxAnswers = 4096
	maxAsking  = 16 // questions at once
	askFor     = 12 * time.Second
	basicFresh = time.Minute
)

// ask returns what the portal says.
func (s *Server) ask(ctx context.Context, g *gate, q Question) hearing {
	key := g.answerKey(q)
	now := s.now()
	s.answers.mu.Lock()
	a := s.answers.all[key]
	mine := a == nil || !a.pending() && !now.Before(a.until)
	if mine {
		a = &asked{done: make(chan struct{})}
		s.answers.put(key, a, now)
	}
	s.answers.mu.Unlock()
	if mine {
		// Not the request's own context: others wait for the same answer.
		s.asks.Go(func() {
			defer close(a.done)
			a.reply, a.until = s.askPortal(g, q)
		})
	}
	select {
	case <-a.done:
		return a.reply
	case <-ctx.Done():
		return hearing{}
	}
}

func (a *asked) pending() bool {
	select {
	case <-a.done:
		return false
	default:
		return true
	}
}

// put makes room first: answers that are old, or else any.
func (a *answers) put(key answerKey, one *asked, now time.Time) {
	if a.all == nil {
		a.all = map[answerKey]*asked{}
	}
	if len(a.all) >= maxAnswers {
		for k, v := range a.all {
			if !v.pending() && !now.Before(v.until) {
				delete(a.all, k)
			}
		}
	}
	for k := range a.all {
		if len(a.all) < maxAnswers {
			break
		}
		delete(a.all, k)
	}
	a.all[key] = one
}

// answerKey is made with the secret, so that passwords cannot be guessed from
// what is kept.
func (g *gate) answerKey(q Question) answerKey {
	b, err := json.Marshal(q) // without Way: that comes later
	if err != nil {
		panic("gateway: a question is plain data: " + err.Error())
	}
	mac := hmac.New(sha256.New, []byte(g.secret))
	mac.Write(b)
	return answerKey(mac.Sum(nil))
}

// askPortal asks, and says until when the answer counts.
func (s *Server) askPortal(g *gate, q Question) (hearing, time.Time) {
	s.asking <- struct{}{}
	defer func() { <-s.asking }()
	ctx, cancel := context.WithTimeout(context.Background(), askFor)
	defer cancel()
	r := s.askOnce(ctx, g, q)
	now := s.now()
	switch {
	case r.result == saidYes && q.Kind == AskRenew:
		return r, time.Unix(r.pass.Made, 0).Add(gateFresh)
	case r.result == saidYes, r.result == saidNo && q.Kind == AskBasic:
		// A program that has an old password sends it again and again: told
		// from memory, it does not lock its member out.
		return r, now.Add(basicFresh)
	case r.result == saidNo:
		return r, now.Add(5 * time.Second)
	}
	return r, now.Add(time.Second)
}

func (s *Server) askOnce(ctx context.Context, g *gate, q Question) hearing {
	if g.portal == "" {
		return hearing{}
	}
	secret := pass.NewID()
	q.Way = pass.Mark(secret)
	b, err := json.Marshal(q)
	if err != nil {
		return hearing{}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+g.portal+AskPath, bytes.NewReader(b))
	if err != nil {
		return hearing{}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(AskHeader, g.secret)
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return hearing{}
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusForbidden:
		return hearing{result: saidNo}
	case http.StatusTooManyRequests:
		return hearing{result: saidSlower}
	case http.StatusOK:
	default:
		return hearing{}
	}
	var a Answer
	if json.NewDecoder(io.LimitReader(resp.Body, 2*pass.MaxSize)).Decode(&a) != nil {
		return hearing{}
	}
	p, err := pass.Open(g.key, a.Pass, s.now())
	if err != nil || p.Host != q.Host || p.Way != q.Way || q.Kind == AskRenew && p.Session != q.Session {
		return hearing{}
	}
	return hearing{saidYes, p}
}
