package recipetest

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"html"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ronron/internal/text"
)

// chat is software that speaks XMPP: apps come to a port of the machine, not
// through the gateway's HTTPS. What it shows to browsers is tried as of any
// other software.
type chat struct{ web }

var _ software = chat{}

const (
	chatPort     = 5222
	chatPatience = 20 * time.Second
)

// SignIn connects as an app does: TLS with the host's own certificate, then login
// and password (SASL PLAIN), then a session.
func (c chat) SignIn(ctx context.Context, who Person) (visitor, error) {
	s, err := c.stream(ctx)
	if err != nil {
		return nil, err
	}
	secret := base64.StdEncoding.EncodeToString([]byte("\x00" + who.Login + "\x00" + who.Password.Reveal()))
	said, err := s.exchange(ctx, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"+secret+"</auth>", "<success", "</failure>", "</stream:error>")
	switch {
	case err != nil:
	case strings.Contains(said, "temporary-auth-failure"):
		err = text.Errorf("the server cannot ask the directory")
	case !strings.Contains(said, "<success"):
		err = refused("the server says %s", between(said, "<failure", "</failure>"))
	default:
		if err = s.open(ctx); err == nil {
			_, err = s.exchange(ctx, "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "</jid>")
		}
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	v := c.session(who)
	v.words["author"] = who.Login
	return &chatVisitor{v, s}, nil
}

// Stranger is connected and has not signed in.
func (c chat) Stranger() visitor {
	s, err := c.stream(context.Background())
	if err != nil {
		s = &stream{broken: err}
	}
	return &chatVisitor{c.session(Person{}), s}
}

type chatVisitor struct {
	*webVisitor
	stream *stream
}

// Write keeps a note with the member's account (XEP-0049), Read asks for it.
func (v *chatVisitor) Write(ctx context.Context, c content) error {
	return v.stream.ask(ctx, "<iq type='set' id='w'><query xmlns='jabber:iq:private'>"+note(c, html.EscapeString(c.text))+"</query></iq>", "", "")
}

func (v *chatVisitor) Read(ctx context.Context, c content) error {
	return v.stream.ask(ctx, "<iq type='get' id='r'><query xmlns='jabber:iq:private'>"+note(c, "")+"</query></iq>", html.EscapeString(c.text), "")
}

func note(c content, text string) string {
	return "<note xmlns='ronron:test:" + c.name + "'>" + text + "</note>"
}

// Do sends what stands in XMPP, and otherwise does a step of the web.
func (v *chatVisitor) Do(ctx context.Context, s Step, c content) error {
	if s.XMPP == "" {
		return v.webVisitor.Do(ctx, s, c)
	}
	in := v.with(c.words())
	var contains, lacks string
	if len(s.Contains) > 0 {
		contains = in.fill(s.Contains[0])
	}
	if len(s.Lacks) > 0 {
		lacks = in.fill(s.Lacks[0])
	}
	end := time.Now().Add(time.Duration(s.Within))
	for {
		err := v.stream.ask(ctx, in.fill(s.XMPP), contains, lacks)
		if err == nil || ctx.Err() != nil || v.stream.broken != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(300 * time.Millisecond)
	}
}

func (v *chatVisitor) Close() {
	v.stream.Close()
	v.webVisitor.Close()
}

// stream is one connection, over TLS.
type stream struct {
	host   string
	conn   net.Conn
	heard  string // and not looked at
	asked  int
	broken error
}

func (c chat) stream(ctx context.Context) (*stream, error) {
	conn, err := (&net.Dialer{Timeout: chatPatience}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(cmp.Or(c.ChatPort, chatPort))))
	if err != nil {
		return nil, err
	}
	s := &stream{host: c.host, conn: conn}
	if err = s.open(ctx); err == nil {
		_, err = s.exchange(ctx, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "<proceed")
	}
	if err == nil {
		secured := tls.Client(conn, &tls.Config{ServerName: c.host, RootCAs: c.roots})
		err = secured.HandshakeContext(ctx)
		s.conn, s.heard = secured, ""
	}
	if err == nil {
		err = s.open(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, wrapped("connect to %s: %v", c.host, err)
	}
	return s, nil
}

func (s *stream) open(ctx context.Context) error {
	s.heard = ""
	_, err := s.exchange(ctx, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='"+s.host+"'>", "</stream:features>")
	return err
}

// exchange sends and listens until one of these is heard.
func (s *stream) exchange(ctx context.Context, send string, until ...string) (string, error) {
	if s.broken != nil {
		return "", s.broken
	}
	deadline := time.Now().Add(chatPatience)
	if soon, set := ctx.Deadline(); set && soon.Before(deadline) {
		deadline = soon
	}
	s.conn.SetDeadline(deadline)
	if _, err := s.conn.Write([]byte(send)); err != nil {
		return "", err
	}
	buffer := make([]byte, 16<<10)
	for {
		for _, end := range until {
			if i := strings.Index(s.heard, end); i >= 0 {
				said := s.heard[:i+len(end)]
				s.heard = s.heard[i+len(end):]
				return said, nil
			}
		}
		n, err := s.conn.Read(buffer)
		s.heard += string(buffer[:n])
		if n == 0 && err != nil {
			return s.heard, &longer{text.Say("%v, after: %.200s", err, s.heard), err}
		}
	}
}

// question is a request that is answered under its own id.
var question = regexp.MustCompile(`^<iq [^>]*\bid='([^']+)'`)

// ask sends something and a ping after it, and judges what is heard until the ping
// is answered: an error is a refusal. Servers answer in parts, each at its own
// pace, so that the answer to a question is waited for before the ping.
func (s *stream) ask(ctx context.Context, send, contains, lacks string) error {
	s.asked++
	ping := fmt.Sprintf("ping%d", s.asked)
	var answer string
	if id := question.FindStringSubmatch(send); id != nil {
		var err error
		if answer, err = s.exchange(ctx, send, "id='"+id[1]+"'", `id="`+id[1]+`"`, "</stream:error>"); err != nil {
			return err
		}
		send = ""
	}
	said, err := s.exchange(ctx, send+"<iq type='get' id='"+ping+"' to='"+s.host+"'><ping xmlns='urn:xmpp:ping'/></iq>",
		"id='"+ping+"'", `id="`+ping+`"`, "</stream:error>")
	said = answer + said
	switch {
	case strings.Contains(said, "</stream:error>"):
		s.broken = refused("the server ended the connection: %s", between(said, "<stream:error>", "</stream:error>"))
		return s.broken
	case err != nil:
		return err
	case strings.Contains(said, "</error>"):
		return refused("the server says %s", between(said, "<error", "</error>"))
	case !strings.Contains(said, contains):
		return refused("the server shows no %q", contains)
	case lacks != "" && strings.Contains(said, lacks):
		return refused("the server shows %q", lacks)
	}
	return nil
}

func (s *stream) Close() {
	if s.conn != nil {
		s.conn.Close()
	}
}

func between(text, begin, end string) string {
	_, rest, _ := strings.Cut(text, begin)
	inner, _, _ := strings.Cut(rest, end)
	return strings.TrimSpace(inner)
}
