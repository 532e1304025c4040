package gateway

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"ronron/internal/pass"
)

// opened is a websocket through the gate.
type opened struct {
	t  *testing.T
	c  io.Writer
	in *bufio.Reader
}

func (k *gateKit) websocket(header string) opened {
	k.t.Helper()
	c := k.dial("poll.chaton.test")
	fmt.Fprintf(c, "GET /socket HTTP/1.1\r\nHost: poll.chaton.test\r\n%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", header)
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	must(k.t, err)
	if resp.StatusCode != 101 {
		k.t.Fatalf("upgrade is answered with %v", resp)
	}
	return opened{k.t, c, in}
}

// echoes says whether the service still answers.
func (o opened) echoes() bool {
	o.t.Helper()
	if _, err := o.c.Write([]byte{0x81, 0x81, 0, 0, 0, 0, 'm'}); err != nil {
		return false
	}
	back := make([]byte, 3)
	_, err := io.ReadFull(o.in, back)
	return err == nil && back[2] == 'm'
}

func TestGate_AWebsocketEndsWithItsMember(t *testing.T) {
	t.Parallel()
	out := pass.Member{Login: "ana", Name: "Ana", Groups: []string{"choir"}}
	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("ana:her password"))
	for name, c := range map[string]struct {
		basic  bool
		status int
		member pass.Member
		stays  bool
	}{
		"goes on while they may":        {status: 200, member: ana, stays: true},
		"suspended or signed out":       {status: 403, member: ana},
		"no longer in the group":        {status: 200, member: out},
		"the portal is away":            {status: 500, member: ana, stays: true},
		"by password, goes on":          {basic: true, status: 200, member: ana, stays: true},
		"by password, suspended":        {basic: true, status: 403, member: ana},
		"by password, too many at once": {basic: true, status: 429, member: ana, stays: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newGateKit(t, http.HandlerFunc(echoWebsocket), func(s *Server) { s.limits.again = 30 * time.Millisecond })
			k.config.Hosts[1].Routes[0].Gate.Basic = c.basic
			k.put()
			header := basic
			if !c.basic {
				header = "Cookie: " + k.inside()
			}
			socket := k.websocket(header)
			if !socket.echoes() {
				t.Fatal("the websocket does not work to begin with")
			}
			k.says(c.status, c.member)
			for range 2 { // the second time only who stayed is asked about
				k.clock.Add(int64((gateFresh + time.Second) / time.Second)) // what the portal said is old now
				before := k.asked.Load()
				wait(t, "the portal is asked again", func() bool { return k.asked.Load() > before })
				if !c.stays {
					break
				}
			}
			if c.stays {
				if !socket.echoes() {
					t.Error("the websocket was cut")
				}
				return
			}
			if _, err := socket.in.ReadByte(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the websocket goes on: %v", err)
			}
		})
	}
}
