// Package mailrelay tries a mail server as a service would use it, up to the point
// where a mail would be sent, and says what is wrong in words for the host. It
// sends nothing.
package mailrelay

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
)

// Relay is a mail server and how to use it.
type Relay struct {
	Host       string
	Port       int
	Encryption string // "starttls", "tls" or "none"
	From       string
	User       string // "" where the server asks for none
	Password   secret.String

	Roots *x509.CertPool // nil: those of this machine
}

// patience bounds the whole attempt where ctx does not end it sooner.
const patience = 20 * time.Second

// greeting is how long a server may take to speak first. Some make strangers
// wait on purpose, but not longer than this.
const greeting = 8 * time.Second

// Try connects, encrypts, signs in and asks whether the sender is accepted. The
// error is fit for people.
func Try(ctx context.Context, r Relay) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: greeting}).DialContext(ctx, "tcp", r.address())
	if err != nil {
		return r.unreachable(err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, err := r.greet(conn)
	if err != nil {
		return err
	}
	if err := c.Hello(r.ownName()); err != nil {
		return r.refused(err, text.Of("answers, but does not want to talk to this machine"))
	}
	if r.Encryption == "starttls" {
		if err := r.startTLS(c); err != nil {
			return err
		}
	}
	if err := r.signIn(c); err != nil {
		return err
	}
	if err := r.sender(c); err != nil {
		return err
	}
	c.Quit() // what follows the last answer is of no consequence
	return nil
}

func (r Relay) address() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// ownName is how Try introduces itself: servers like a name with a dot, and the
// sender's domain is the one that the host answers for.
func (r Relay) ownName() string {
	_, domain, _ := strings.Cut(r.From, "@")
	return cmp.Or(domain, "localhost")
}

func (r Relay) tls() *tls.Config {
	return &tls.Config{ServerName: r.Host, RootCAs: r.Roots, MinVersion: tls.VersionTLS12}
}

func (r Relay) unreachable(err error) error {
	if _, is := errors.AsType[*net.DNSError](err); is {
		return errs.Wrap(err, errs.Unavailable, "The name %s leads nowhere.", r.Host).
			WithHint("Compare host in the mail block with what your mail provider says.")
	}
	return errs.Wrap(err, errs.Unavailable, "Nothing answers at %s.", r.address()).
		WithHint("Compare host and port in the mail block with what your mail provider says. Many hosters close port 25 and some close 465 and 587: ask yours, or use another of the provider's ports.")
}

// greet waits for the server's first words, over TLS where it is there from
// the beginning.
func (r Relay) greet(conn net.Conn) (*smtp.Client, error) {
	conn.SetDeadline(time.Now().Add(greeting))
	defer conn.SetDeadline(time.Time{})
	if r.Encryption == "tls" {
		secured := tls.Client(conn, r.tls())
		if err := secured.Handshake(); err != nil {
			return nil, r.untrusted(err)
		}
		conn = secured
	}
	c, err := smtp.NewClient(conn, r.Host)
	if err == nil {
		return c, nil
	}
	if _, answered := errors.AsType[*textproto.Error](err); answered {
		return nil, r.refused(err, text.Of("answers, but does not want to talk to this machine"))
	}
	e := errs.Wrap(err, errs.Unavailable, "%s takes the connection, but says nothing that a mail server says.", r.address())
	if r.Encryption != "tls" {
		return nil, e.WithHint("It may expect encryption from the first byte, as is usual on port 465: write encryption = \"tls\" in the mail block.")
	}
	return nil, e.WithHint("Compare host and port in the mail block with what your mail provider says.")
}

func (r Relay) startTLS(c *smtp.Client) error {
	if ok, _ := c.Extension("STARTTLS"); !ok {
		return errs.New(errs.Failed, "%s offers no encryption.", r.address()).
			WithHint("Its provider may have another port for it: 465 with encryption = \"tls\", or 587 with \"starttls\". \"none\" is for a server in your own network only.")
	}
	if err := c.StartTLS(r.tls()); err != nil {
		return r.untrusted(err)
	}
	return nil
}

// untrusted says why encryption did not come about.
func (r Relay) untrusted(err error) error {
	if _, is := errors.AsType[x509.HostnameError](err); is {
		return errs.Wrap(err, errs.Failed, "%s shows a certificate for another name.", r.address()).
			WithHint("Write in host the name that the certificate is for; your mail provider says which.")
	}
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is && invalid.Reason == x509.Expired {
		return errs.Wrap(err, errs.Failed, "The certificate of %s has run out, or this machine's clock is wrong.", r.address()).
			WithHint("Look at the clock with `date`; otherwise tell whoever runs the mail server.")
	}
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return errs.Wrap(err, errs.Failed, "The certificate of %s is signed by nobody that this machine trusts.", r.address()).
			WithHint("Services would refuse it too. The server needs a certificate of a public authority, such as Let's Encrypt.")
	}
	if _, is := errors.AsType[tls.RecordHeaderError](err); is {
		return errs.Wrap(err, errs.Failed, "%s does not begin with encryption.", r.address()).
			WithHint("It may begin in the open and then change over, as is usual on port 587: write encryption = \"starttls\" in the mail block.")
	}
	return errs.Wrap(err, errs.Failed, "No encrypted connection to %s came about: %v.", r.address(), err).
		WithHint("Compare host, port and encryption in the mail block with what your mail provider says.")
}

func (r Relay) signIn(c *smtp.Client) error {
	if r.User == "" {
		return nil
	}
	ok, offered := c.Extension("AUTH")
	if !ok {
		return errs.New(errs.Failed, "%s takes no user and password.", r.address()).
			WithHint("Remove user and password_file from the mail block, or use the port that your mail provider names for signing in, mostly 587.")
	}
	var auth smtp.Auth = login{user: r.User, password: r.Password}
	if strings.Contains(" "+offered+" ", " PLAIN ") {
		auth = smtp.PlainAuth("", r.User, r.Password.Reveal(), r.Host)
	}
	err := c.Auth(auth)
	if answer, said := errors.AsType[*textproto.Error](err); said && (answer.Code == 535 || answer.Code == 534) {
		return errs.Wrap(err, errs.Denied, "%s does not accept the user %s with this password.", r.address(), r.User).
			WithHint("Look at user in the mail block and at the only line of its password_file. Some providers want a password made for programs.")
	}
	if err != nil {
		return r.refused(err, text.Say("did not let the user %s in", r.User))
	}
	return nil
}

// sender begins a mail and takes it back.
func (r Relay) sender(c *smtp.Client) error {
	err := c.Mail(r.From)
	if answer, said := errors.AsType[*textproto.Error](err); said && answer.Code == 530 && r.User == "" {
		return errs.Wrap(err, errs.Denied, "%s wants a user and a password.", r.address()).
			WithHint("Write user and password_file into the mail block.")
	}
	if err != nil {
		return r.refused(err, text.Say("does not take mail from %s", r.From))
	}
	c.Reset()
	return nil
}

// refused says in the server's own words what it did not want.
func (r Relay) refused(err error, what text.Text) error {
	said := text.Text{EN: strings.TrimSuffix(err.Error(), "."), FR: strings.TrimSuffix(errs.In(err, text.FR), ".")}
	if answer, is := errors.AsType[*textproto.Error](err); is {
		words := text.Text{EN: strings.TrimSuffix(strings.Join(strings.Fields(answer.Msg), " "), ".")}
		if words.IsZero() {
			words = text.Of("without a word")
		}
		said = text.Say("%d %s", answer.Code, words)
	}
	return errs.Wrap(err, errs.Failed, "%s %s: %s.", r.address(), what, said).
		WithHint("Ask whoever runs the mail server, with these words of its.")
}

// login is the way to sign in that some servers offer in place of PLAIN.
type login struct {
	user     string
	password secret.String
}

func (l login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS {
		return "", nil, text.Errorf("the connection is not encrypted")
	}
	return "LOGIN", nil, nil
}

func (l login) Next(question []byte, more bool) ([]byte, error) {
	switch asked := strings.ToLower(string(question)); {
	case !more:
		return nil, nil
	case strings.HasPrefix(asked, "user"):
		return []byte(l.user), nil
	case strings.HasPrefix(asked, "pass"):
		return []byte(l.password.Reveal()), nil
	default:
		return nil, text.Errorf("the server asks something unknown")
	}
}
