package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"ronron/account"
	"ronron/internal/errs"
)

// serve runs handler on a unix socket, as the daemon does.
func serve(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "daemon.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	c := NewClient(func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	})
	t.Cleanup(c.Close)
	return c
}

func TestClient_AsksForWhatItsMethodsSay(t *testing.T) {
	var asked, body string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b := new(bytes.Buffer)
		b.ReadFrom(r.Body)
		asked, body = r.Method+" "+r.URL.String(), strings.TrimSpace(b.String())
		w.Write([]byte("null"))
	})
	ctx := t.Context()
	cases := []struct {
		call func() error
		want string
		body string
	}{
		{func() error { _, err := c.Version(ctx); return err }, "GET /v1/version", ""},
		{func() error { _, err := c.Status(ctx); return err }, "GET /v1/status", ""},
		{func() error { _, err := c.Doctor(ctx); return err }, "GET /v1/doctor", ""},
		{func() error { _, err := c.Ports(ctx); return err }, "GET /v1/ports", ""},
		{func() error { _, err := c.Charter(ctx); return err }, "GET /v1/charter", ""},
		{func() error { _, err := c.CA(ctx); return err }, "GET /v1/ca", ""},
		{func() error { return c.Interrupt(ctx, true) }, "POST /v1/interrupt", `{"now":true}`},
		{func() error {
			return c.Logs(ctx, LogsRequest{Service: "wiki", Unit: "web", Tail: 3, Follow: true}, new(bytes.Buffer))
		},
			"GET /v1/logs?follow=true&service=wiki&tail=3&unit=web", ""},
		{func() error { _, err := c.Members(ctx); return err }, "GET /v1/members", ""},
		{func() error { _, err := c.Member(ctx, "ana"); return err }, "GET /v1/members/ana", ""},
		{func() error { _, err := c.Member(ctx, "../groups"); return err }, "GET /v1/members/..%2Fgroups", ""},
		{func() error { return c.Suspend(ctx, "ana") }, "POST /v1/members/ana/suspend", ""},
		{func() error { return c.Resume(ctx, "ana") }, "POST /v1/members/ana/resume", ""},
		{func() error { return c.RemoveMember(ctx, "ana") }, "DELETE /v1/members/ana", ""},
		{func() error { _, err := c.Groups(ctx); return err }, "GET /v1/groups", ""},
		{func() error { return c.AddGroup(ctx, "board") }, "POST /v1/groups", `{"name":"board"}`},
		{func() error { return c.RemoveGroup(ctx, "board") }, "DELETE /v1/groups/board", ""},
		{func() error { return c.AddToGroup(ctx, "board", "ana") }, "PUT /v1/groups/board/members/ana", ""},
		{func() error { return c.RemoveFromGroup(ctx, "board", "ana") }, "DELETE /v1/groups/board/members/ana", ""},
	}
	for _, want := range cases {
		if err := want.call(); err != nil {
			t.Errorf("%s: %v", want.want, err)
		}
		if asked != want.want || body != want.body {
			t.Errorf("asked %s with %q, want %s with %q", asked, body, want.want, want.body)
		}
	}
}

func TestClient_PasswordsTravelInTheBody(t *testing.T) {
	var url string
	var got MemberRequest
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		url = r.URL.String()
		json.NewDecoder(r.Body).Decode(&got)
		json.NewEncoder(w).Encode(MemberReply{Password: "made"})
	})
	in := MemberRequest{Member: account.Member{Login: "ana"}, Password: "correct horse battery"}
	reply, err := c.SetPassword(t.Context(), "ana", in)
	if err != nil || reply.Password != "made" || got.Password != in.Password {
		t.Errorf("reply %+v, %v; the daemon got %+v", reply, err, got)
	}
	if strings.Contains(url, "horse") {
		t.Errorf("the address holds the password: %s", url)
	}
}

func TestClient_RefusalsKeepCodeHintAndPlace(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		json.NewEncoder(w).Encode(Error{Code: errs.Changed, Message: "It changed.", Hint: "Again.", Service: "wiki", Log: []string{"x"}})
	})
	_, err := c.Status(t.Context())
	wire, ok := errors.AsType[*Error](err)
	if errs.CodeOf(err) != errs.Changed || errs.HintOf(err) != "Again." || !ok || wire.Service != "wiki" || len(wire.Log) != 1 {
		t.Errorf("error %#v", err)
	}
}

func TestClient_AnswerOfSomethingElse(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) })
	if _, err := c.Status(t.Context()); errs.CodeOf(err) != errs.Internal || !strings.Contains(err.Error(), "502") {
		t.Errorf("error %v, want one that names the status", err)
	}
}

func TestClient_StreamEndsWithItsLastEvent(t *testing.T) {
	cases := []struct {
		name   string
		events []Event
		want   errs.Code
		seen   int
	}{
		{"done", []Event{{Kind: StepStarted}, {Kind: Done}}, "", 2},
		{"failed", []Event{{Kind: Failed, Error: &Error{Code: errs.Failed, Message: "No."}}}, errs.Failed, 1},
		{"failed without saying why", []Event{{Kind: Failed}}, errs.Internal, 1},
		{"broken off", []Event{{Kind: StepStarted}}, errs.Unavailable, 1},
	}
	for _, want := range cases {
		t.Run(want.name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				for _, e := range want.events {
					json.NewEncoder(w).Encode(e)
				}
			})
			seen := 0
			err := c.Apply(t.Context(), ApplyRequest{}, func(Event) { seen++ })
			if errs.CodeOf(err) != want.want || seen != want.seen {
				t.Errorf("error %v after %d events, want code %q after %d", err, seen, want.want, want.seen)
			}
		})
	}
}

func TestClient_NobodyThere(t *testing.T) {
	c := NewClient(func(context.Context) (net.Conn, error) { return nil, errors.New("connection refused") })
	if _, err := c.Version(t.Context()); errs.CodeOf(err) != errs.Unavailable || errs.HintOf(err) == "" {
		t.Errorf("error %v, want Unavailable with a hint", err)
	}
	known := errs.New(errs.NotFound, "The container is gone.")
	c = NewClient(func(context.Context) (net.Conn, error) { return nil, known })
	if _, err := c.Version(t.Context()); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("error %v, want what the dial function said", err)
	}
}

func TestClient_CancelledWithItsCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errs.New(errs.Interrupted, "Interrupted."))
	c := serve(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := c.Version(ctx); errs.CodeOf(err) != errs.Interrupted {
		t.Errorf("error %v, want the cause", err)
	}
}
