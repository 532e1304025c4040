package ldap

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"ronron/internal/errs"
)

// answers plays a server that says yes to everything, until n questions were
// asked on one connection; then it hangs up without an answer.
func answers(n int) func(net.Conn) {
	return func(conn net.Conn) {
		buf := make([]byte, 4096)
		for range n {
			size, err := conn.Read(buf)
			if err != nil {
				return
			}
			// SEQUENCE, INTEGER id, then the question's tag; all lengths here are short.
			head := bytes.IndexByte(buf[:size], 0x02)
			id, tag := buf[head+2], buf[head+3]
			done := map[byte]byte{0x60: 0x61, 0x63: 0x65, 0x66: 0x67}[tag] // bind, search, modify
			if _, err := conn.Write([]byte{0x30, 0x0c, 0x02, 0x01, id, done, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00}); err != nil {
				return
			}
		}
		conn.Read(buf)
	}
}

func counted(serve func(net.Conn), connections *atomic.Int32) func(net.Conn) {
	return func(conn net.Conn) {
		connections.Add(1)
		serve(conn)
	}
}

func ask(ctx context.Context, p *pool) error {
	return p.do(ctx, func(conn *ldap.Conn) error {
		_, err := conn.Search(ldap.NewSearchRequest("dc=x", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(a=*)", nil, nil))
		return err
	})
}

func TestPool_AsksAgainOnceWhenAKeptConnectionBreaks(t *testing.T) {
	var connections atomic.Int32
	p := newPool(listen(t, counted(answers(2), &connections))) // a bind and a search each
	for i := range 5 {
		if err := ask(t.Context(), p); err != nil {
			t.Fatalf("question %d: %v", i+1, err)
		}
	}
	if n := connections.Load(); n != 5 {
		t.Errorf("%d connections; want 5, one after each that broke", n)
	}
}

func TestPool_DoesNotAskAgainOnANewConnection(t *testing.T) {
	var connections atomic.Int32
	p := newPool(listen(t, counted(answers(1), &connections))) // breaks at the first search
	err := ask(t.Context(), p)
	if errs.CodeOf(failure(t.Context(), err)) != errs.Unavailable {
		t.Errorf("%v; want Unavailable", err)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections; want 1", n)
	}
}

func TestPool_KeepsFewConnections(t *testing.T) {
	var connections atomic.Int32
	p := newPool(listen(t, counted(answers(1000), &connections)))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := ask(t.Context(), p); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(p.idle); n < 1 || n > keptConnections {
		t.Errorf("%d connections are kept; want 1 to %d", n, keptConnections)
	}
	opened := connections.Load()
	for range 20 {
		if err := ask(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != opened {
		t.Errorf("%d more connections for questions one after the other; want none", n-opened)
	}
	p.close()
	if len(p.idle) != 0 {
		t.Error("connections are left after close")
	}
}

func TestPool_AnAnswerIsNotABreak(t *testing.T) {
	var connections atomic.Int32
	p := newPool(listen(t, counted(answers(1000), &connections)))
	refused := ldap.NewError(ldap.LDAPResultNoSuchObject, errors.New("no such object"))
	for range 3 {
		if err := p.do(t.Context(), func(*ldap.Conn) error { return refused }); !errors.Is(err, refused) {
			t.Errorf("%v; want the server's own answer", err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections; want 1, kept", n)
	}
}
