package mailrelay

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/internal/secret"
)

// server is a mail server that is as difficult as it is told to be.
type server struct {
	implicit   bool   // TLS from the first byte
	noStartTLS bool   // offers no encryption
	auth       string // what it offers after AUTH
	mustAuth   bool   // takes mail from nobody who did not sign in
	refuses    string // answer to the sender
	banner     string
	silent     bool

	mu   sync.Mutex
	said []string // commands it was given
}

const password = "correct horse battery"

// start returns where it listens, and who it shows itself as.
func (s *server) start(t *testing.T) (r Relay) {
	t.Helper()
	lender := httptest.NewTLSServer(nil) // for its certificate, which is for example.com and 127.0.0.1
	t.Cleanup(lender.Close)
	config := &tls.Config{Certificates: lender.TLS.Certificates}
	roots := x509.NewCertPool()
	roots.AddCert(lender.Certificate())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, config)
		}
	}()
	encryption := "starttls"
	if s.implicit {
		encryption = "tls"
	}
	return Relay{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Encryption: encryption, From: "chaton@example.org",
		User: "chaton", Password: secret.New(password), Roots: roots}
}

func (s *server) serve(conn net.Conn, config *tls.Config) {
	defer func() { conn.Close() }()
	if s.silent {
		conn.Read(make([]byte, 1))
		return
	}
	if s.implicit {
		conn = tls.Server(conn, config)
	}
	secured, signedIn := s.implicit, false
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
	if s.banner != "" {
		say("%s", s.banner)
		return
	}
	say("220 mail.test ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "EHLO":
			say("250-mail.test")
			if !s.noStartTLS && !secured {
				say("250-STARTTLS")
			}
			if s.auth != "" && secured {
				say("250-AUTH %s", s.auth)
			}
			say("250 SIZE 1000")
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, config)
			in, secured = bufio.NewReader(conn), true
		case "AUTH":
			if signedIn = s.signIn(rest, in, say); signedIn {
				say("235 welcome")
			} else {
				say("535 5.7.8 no")
			}
		case "MAIL":
			switch {
			case s.mustAuth && !signedIn:
				say("530 5.7.0 Authentication required")
			case s.refuses != "":
				say("%s", s.refuses)
			default:
				say("250 fine")
			}
		case "RSET":
			say("250 forgotten")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("500 what?")
		}
	}
}

func (s *server) signIn(rest string, in *bufio.Reader, say func(string, ...any)) bool {
	way, initial, _ := strings.Cut(rest, " ")
	if way == "PLAIN" {
		got, _ := base64.StdEncoding.DecodeString(initial)
		return string(got) == "\x00chaton\x00"+password
	}
	say("334 %s", base64.StdEncoding.EncodeToString([]byte("Username:")))
	user, _ := in.ReadString('\n')
	say("334 %s", base64.StdEncoding.EncodeToString([]byte("Password:")))
	given, _ := in.ReadString('\n')
	u, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(user))
	p, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(given))
	return string(u) == "chaton" && string(p) == password
}

func TestTry_SaysWhatIsWrong(t *testing.T) {
	cases := map[string]struct {
		server *server
		change func(*Relay)
		want   string // in the sentence; "" is none
		hint   string
	}{
		"all is well":            {&server{auth: "PLAIN LOGIN"}, nil, "", ""},
		"all is well with LOGIN": {&server{auth: "LOGIN"}, nil, "", ""},
		"tls from the beginning": {&server{auth: "PLAIN", implicit: true}, nil, "", ""},
		"no user, none asked":    {&server{}, func(r *Relay) { r.User = "" }, "", ""},
		"no encryption, no user": {&server{noStartTLS: true}, func(r *Relay) { r.User, r.Encryption = "", "none" }, "", ""},
		"wrong password":         {&server{auth: "PLAIN"}, func(r *Relay) { r.Password = secret.New("x") }, "does not accept the user chaton with this password", "password_file"},
		"wrong password, LOGIN":  {&server{auth: "LOGIN"}, func(r *Relay) { r.Password = secret.New("x") }, "does not accept the user chaton with this password", "password_file"},
		"no sign-in":             {&server{}, nil, "takes no user and password", "587"},
		"sign-in wanted":         {&server{auth: "PLAIN", mustAuth: true}, func(r *Relay) { r.User = "" }, "wants a user and a password", "password_file"},
		"no encryption":          {&server{noStartTLS: true}, nil, "offers no encryption", "465"},
		"not the sender's":       {&server{auth: "PLAIN", refuses: "553 5.7.1 Sender address rejected: not owned by user chaton"}, nil, "does not take mail from chaton@example.org: 553 5.7.1 Sender address rejected: not owned by user chaton.", "words"},
		"not this machine":       {&server{banner: "554 5.7.1 You are on a list"}, nil, "does not want to talk to this machine: 554", "words"},
		"another name":           {&server{auth: "PLAIN"}, func(r *Relay) { r.Host = "localhost" }, "certificate for another name", "host"},
		"a stranger's signature": {&server{auth: "PLAIN"}, func(r *Relay) { r.Roots = x509.NewCertPool() }, "signed by nobody that this machine trusts", "Let's Encrypt"},
		"tls where starttls is":  {&server{auth: "PLAIN"}, func(r *Relay) { r.Encryption = "tls" }, "does not begin with encryption", `"starttls"`},
		"nobody there":           {&server{}, func(r *Relay) { r.Port = 1 }, "Nothing answers at 127.0.0.1:1", "port"},
		"no such name":           {&server{}, func(r *Relay) { r.Host = "smtp.invalid" }, "The name smtp.invalid leads nowhere", "host"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := c.server
			r := s.start(t)
			if c.change != nil {
				c.change(&r)
			}
			err := Try(t.Context(), r)
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(errs.HintOf(err), c.hint) {
				t.Errorf("error: %v\n hint: %s\n want: %s, %s", err, errs.HintOf(err), c.want, c.hint)
			}
			if err != nil && strings.Contains(err.Error(), password) {
				t.Error("the password is in the error")
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, said := range s.said {
				if strings.HasPrefix(said, "RCPT") || strings.HasPrefix(said, "DATA") {
					t.Errorf("a mail was begun in earnest: %s", said)
				}
			}
		})
	}
}

// A port that expects encryption at once waits for the client, and would for ever.
func TestTry_LeavesASilentServer(t *testing.T) {
	s := &server{silent: true}
	r := s.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := Try(ctx, r)
	if err == nil || !strings.Contains(err.Error(), "says nothing") || !strings.Contains(errs.HintOf(err), `encryption = "tls"`) {
		t.Errorf("error: %v; hint: %s", err, errs.HintOf(err))
	}
}
