package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

// listen answers each connection with serve, over TLS; it returns how to reach it.
func listen(t *testing.T, serve func(net.Conn)) Config {
	t.Helper()
	ca, chain, key := newCertificate(t, testHost)
	pair, err := tls.X509KeyPair([]byte(chain), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
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
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	base := BaseDN(testDomain)
	return Config{Address: l.Addr().String(), ServerName: testHost, CA: ca, BaseDN: base, BindDN: AdminDN(base), Password: secret.New("x")}
}

func TestHungServer_IsLeftWhenTheContextEnds(t *testing.T) {
	c := listen(t, func(conn net.Conn) { io.Copy(io.Discard, conn) }) // hears everything, says nothing
	for name, call := range map[string]func(context.Context) error{
		"Members": func(ctx context.Context) error { _, err := New(c).Members(ctx); return err },
		"Add": func(ctx context.Context) error {
			return New(c).Add(ctx, account.Member{Login: "ana", Mail: "ana@example.org"}, secret.New("correct horse battery"))
		},
		"SignIn": func(ctx context.Context) error {
			_, err := NewPortal(c).SignIn(ctx, "ana", secret.New("correct horse battery"))
			return err
		},
	} {
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		started := time.Now()
		err := call(ctx)
		stop()
		if errs.CodeOf(err) != errs.Unavailable || errs.HintOf(err) == "" {
			t.Errorf("%s after a deadline: %v; want Unavailable with a hint", name, err)
		}
		if took := time.Since(started); took > 3*time.Second {
			t.Errorf("%s went on for %v after its deadline", name, took)
		}

		ctx, stop = context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, stop)
		if err := call(ctx); errs.CodeOf(err) != errs.Interrupted {
			t.Errorf("%s after a cancel: %v; want Interrupted", name, err)
		}
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := listen(t, func(net.Conn) {})
	c.Address = l.Addr().String()
	l.Close()
	_, err = New(c).Members(t.Context())
	if errs.CodeOf(err) != errs.Unavailable || errs.HintOf(err) == "" {
		t.Errorf("nothing listens: %v; want Unavailable with a hint", err)
	}
	_, err = NewPortal(c).SignIn(t.Context(), "ana", secret.New("correct horse battery"))
	if errs.CodeOf(err) != errs.Unavailable || errors.Is(err, account.ErrWrongPassword) {
		t.Errorf("sign-in while nothing listens: %v; want Unavailable, not a wrong password", err)
	}
}

func TestServerThatHangsUp(t *testing.T) {
	c := listen(t, func(conn net.Conn) { conn.Read(make([]byte, 1)) }) // then closes
	if _, err := New(c).Members(t.Context()); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("Members: %v; want Unavailable", err)
	}
}

func TestAuthorityThatIsNoCertificate(t *testing.T) {
	c := listen(t, func(net.Conn) {})
	c.CA = []byte("no certificate")
	if _, err := New(c).Members(t.Context()); errs.CodeOf(err) != errs.Internal {
		t.Errorf("Members: %v; want Internal, since we made it", err)
	}
}

func TestFailure(t *testing.T) {
	ctx := context.Background()
	ended, end := context.WithCancel(ctx)
	end()
	known := errs.New(errs.Conflict, "Known already.")
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want errs.Code
	}{
		{ctx, nil, ""},
		{ctx, known, errs.Conflict},
		{ended, known, errs.Conflict},
		{ctx, ldap.NewError(ldap.ErrorNetwork, io.EOF), errs.Unavailable},
		{ctx, io.ErrUnexpectedEOF, errs.Unavailable},
		{ended, ldap.NewError(ldap.ErrorNetwork, io.EOF), errs.Interrupted},
		{ctx, ldap.NewError(ldap.LDAPResultBusy, io.EOF), errs.Unavailable},
		{ctx, ldap.NewError(ldap.LDAPResultNoSuchObject, io.EOF), errs.NotFound},
		{ctx, ldap.NewError(ldap.LDAPResultInvalidAttributeSyntax, io.EOF), errs.Invalid},
		{ctx, ldap.NewError(ldap.LDAPResultUnwillingToPerform, io.EOF), errs.Internal},
	} {
		if got := errs.CodeOf(failure(c.ctx, c.err)); got != c.want {
			t.Errorf("%v: %q; want %q", c.err, got, c.want)
		}
	}
}
