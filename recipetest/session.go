package recipetest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"ronron/internal/secret"
	"ronron/internal/text"
)

// Who does a step.
const (
	asMember   = "member"
	asOther    = "other"
	asNew      = "new" // a member who was made just now and never signed in
	asStranger = "stranger"
)

// Person is somebody with an account, or with none: the zero Person.
type Person struct {
	Login    string
	Password secret.String
}

// Refused is an answer that a step did not want. Anything else that goes wrong
// (no answer, an error of the server's) is a fault and no refusal.
type Refused struct{ Why text.Text }

func (r *Refused) Error() string { return r.Why.EN }

// In is Error in a language.
func (r *Refused) In(lang text.Lang) string { return r.Why.In(lang) }

func refused(format string, args ...any) error { return &Refused{text.Say(format, args...)} }

// longer is an error as a part of a longer sentence.
type longer struct {
	text.Text
	err error
}

func (l *longer) Error() string { return l.EN }
func (l *longer) Unwrap() error { return l.err }

// wrapped is fmt.Errorf in both languages; the last of args is the error.
func wrapped(format string, args ...any) error {
	err, _ := args[len(args)-1].(error)
	return &longer{text.Say(format, args...), err}
}

// wasRefused tells a refusal from a fault.
func wasRefused(err error) bool { _, is := errors.AsType[*Refused](err); return is }

// door is where a service is reached: through the gateway, by name.
type door struct {
	host  string // app.test-dokuwiki.localhost
	port  int
	roots *x509.CertPool
}

func (d door) url(path string) string {
	return "https://" + net.JoinHostPort(d.host, fmt.Sprint(d.port)) + path
}

// session is somebody at the door, with the cookies of one browser.
type session struct {
	door
	who    Person
	basic  bool
	client *http.Client
	words  map[string]string
	inside func(ctx context.Context, i Inside) (string, error)
}

func (d door) session(who Person, basic bool) *session {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic("recipetest: a jar for cookies could not be made: " + err.Error()) // it cannot fail without options
	}
	return &session{door: d, who: who, basic: basic, words: map[string]string{
		"login": who.Login, "password": who.Password.Reveal(), "host": d.host, "url": d.url(""),
		"mail": who.Login + "@" + strings.SplitN(d.host, ".", 2)[1],
	}, client: &http.Client{Jar: jar, Timeout: 60 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: d.roots}, ForceAttemptHTTP2: true, IdleConnTimeout: 10 * time.Second,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			// Every name of the chaton is this machine, and no other name is asked for.
			return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		},
	}}}
}

// close ends the connections that are kept for reuse.
func (s *session) close() { s.client.CloseIdleConnections() }

// words in braces are replaced in all that a step sends and expects.
// {hour ZONE} is the date and hour in a time zone.
func (s *session) fill(text string) string {
	for name, value := range s.words {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return hourIn.ReplaceAllStringFunc(text, func(found string) string {
		zone, err := time.LoadLocation(hourIn.FindStringSubmatch(found)[1])
		if err != nil {
			return found
		}
		return time.Now().In(zone).Format("2006-01-02 15:")
	})
}

// shown is fill for messages: without passwords.
func (s *session) shown(text string) string {
	return s.with(map[string]string{"password": "…", "member_password": "…"}).fill(text)
}

var hourIn = regexp.MustCompile(`\{hour ([A-Za-z_/+-]+)\}`)

// with returns the session with more words, for one piece of content.
func (s *session) with(more map[string]string) *session {
	c := *s
	c.words = maps.Clone(s.words)
	maps.Copy(c.words, more)
	return &c
}

// run does the steps one after the other.
func (s *session) run(ctx context.Context, steps Steps) error {
	for _, step := range steps {
		if err := s.patiently(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) patiently(ctx context.Context, step Step) error {
	end := time.Now().Add(time.Duration(step.Within))
	for {
		err := s.do(ctx, step)
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// answer is what came of one request.
type answer struct {
	status int
	header http.Header
	body   string
	at     *url.URL
}

func (s *session) do(ctx context.Context, step Step) error {
	what := text.Text{EN: cmp.Or(step.Method, "GET") + " " + s.shown(step.Path)}
	if step.Inside != nil {
		what = text.Say("in %s: %s", step.Inside.Unit, s.shown(strings.Join(step.Inside.Command, " ")))
	}
	a, err := s.ask(ctx, step)
	if err != nil {
		if wasRefused(err) {
			return refused("%s %s", what, err)
		}
		return wrapped("%s: %v", what, err)
	}
	if why := s.judge(a, step); !why.IsZero() {
		if a.status >= 500 && a.status != http.StatusInsufficientStorage {
			return text.Errorf("%s answers %d", what, a.status)
		}
		return refused("%s %s", what, why)
	}
	return s.keep(a, step, what)
}

var titled = regexp.MustCompile(`(?is)<title[^>]*>\s*([^<]*[^<\s])\s*</title>`)

// judge says why the answer is not what the step wants, or nothing.
func (s *session) judge(a answer, step Step) text.Text {
	if len(step.Status) == 0 && a.status >= 400 || len(step.Status) > 0 && !slices.Contains(step.Status, a.status) {
		return text.Say("answers %d", a.status)
	}
	for _, part := range step.Contains {
		if want := s.fill(part); !strings.Contains(a.body, want) {
			if title := titled.FindStringSubmatch(a.body); title != nil {
				return text.Say("shows no %q, but the page %q", want, html.UnescapeString(title[1]))
			}
			return text.Say("shows no %q", want)
		}
	}
	for _, part := range step.Lacks {
		if bad := s.fill(part); strings.Contains(a.body, bad) {
			return text.Say("shows %q", bad)
		}
	}
	for name, part := range step.Answers {
		if want := s.fill(part); !strings.Contains(strings.Join(a.header.Values(name), "\n"), want) {
			return text.Say("has no header %s with %q", name, want)
		}
	}
	return text.Text{}
}

func (s *session) keep(a answer, step Step, what text.Text) error {
	for word, pattern := range step.Keep {
		found := regexp.MustCompile(pattern).FindStringSubmatch(a.body) // checked with the scenario
		if len(found) < 2 {
			return refused("%s shows nothing like %s", what, pattern)
		}
		s.words[word] = found[1]
	}
	return nil
}

func (s *session) ask(ctx context.Context, step Step) (answer, error) {
	if step.Inside != nil {
		command := make([]string, 0, len(step.Inside.Command))
		for _, word := range step.Inside.Command {
			command = append(command, s.fill(word))
		}
		output, err := s.inside(ctx, Inside{step.Inside.Unit, command})
		return answer{status: http.StatusOK, body: output}, err
	}
	at := s.url(s.fill(step.Path))
	if len(step.Form) > 0 || step.Press != "" {
		return s.sendForm(ctx, at, step)
	}
	body := s.fill(step.Body)
	if missing := step.Size - len(body); missing > 0 {
		body += strings.Repeat("x", missing)
	}
	return s.request(ctx, cmp.Or(step.Method, http.MethodGet), at, []byte(body), s.headers(step))
}

func (s *session) headers(step Step) map[string]string {
	all := map[string]string{}
	for name, value := range step.Headers {
		all[name] = s.fill(value)
	}
	return all
}

// sendForm opens a page, fills its form and sends it off, as a browser does.
func (s *session) sendForm(ctx context.Context, at string, step Step) (answer, error) {
	page, err := s.request(ctx, http.MethodGet, at, nil, s.headers(step))
	if err != nil || page.status >= 500 {
		return page, err
	}
	fields := map[string]string{}
	for name, value := range step.Form {
		fields[name] = s.fill(value)
	}
	f, found := formWith(page.body, fields, step.Press)
	if !found {
		return page, refused("(%d) has no form with %s", page.status, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
	}
	to, err := page.at.Parse(f.action)
	if err != nil {
		return page, wrapped("the form is sent to %q: %v", f.action, err)
	}
	values := f.filled(fields, step.Press)
	if f.method != http.MethodPost {
		to.RawQuery = values.Encode()
		return s.request(ctx, http.MethodGet, to.String(), nil, nil)
	}
	kind, body := "application/x-www-form-urlencoded", []byte(values.Encode())
	if f.multipart {
		if kind, body, err = inParts(values); err != nil {
			return page, err
		}
	}
	// What is sent with a form says where it comes from; some software insists.
	return s.request(ctx, http.MethodPost, to.String(), body, map[string]string{
		"Content-Type": kind, "Referer": page.at.String(), "Origin": page.at.Scheme + "://" + page.at.Host,
	})
}

func inParts(values url.Values) (kind string, body []byte, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			if err := w.WriteField(name, value); err != nil {
				return "", nil, err
			}
		}
	}
	return w.FormDataContentType(), b.Bytes(), w.Close()
}

// mostBody bounds what is read of one answer.
const mostBody = 8 << 20

func (s *session) request(ctx context.Context, method, at string, body []byte, headers map[string]string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, at, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if s.basic && s.who.Login != "" {
		r.SetBasicAuth(s.who.Login, s.who.Password.Reveal())
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, mostBody))
	if err != nil {
		return answer{}, err
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: string(b), at: resp.Request.URL}, nil
}
