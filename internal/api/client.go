package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/services"
)

// base names nobody: the connection is dialled by the client's own function.
const base = "http://daemon"

// VersionReply says which daemon answers.
type VersionReply struct {
	Version string `json:"version"`
	API     int    `json:"api"`
}

// InterruptRequest stops what runs: after the running steps, or at once.
type InterruptRequest struct {
	Now bool `json:"now"`
}

// DownRequest removes the services, and with Data what they keep.
type DownRequest struct {
	Data bool   `json:"data"`
	Who  string `json:"who"`
}

// GroupRequest makes a group.
type GroupRequest struct {
	Name string `json:"name"`
}

// LogsRequest says which lines are wanted; without a unit, those of all the
// units of the service.
type LogsRequest struct {
	Service    services.Name
	Unit       services.Name
	Tail       int // last lines only; 0 is all
	Follow     bool
	Timestamps bool
}

// Client speaks to one daemon. It may be used from several goroutines.
//
// Its errors carry the code, sentence and hint that the daemon gave; the *Error
// itself, with service, step and log, is found by errors.As. A daemon that does not
// answer, or goes away in the middle, is errs.Unavailable.
type Client struct{ http *http.Client }

// NewClient returns a client that reaches the daemon by dial.
func NewClient(dial func(ctx context.Context) (net.Conn, error)) *Client {
	transport := &http.Transport{
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		DisableCompression: true,
	}
	return &Client{http: &http.Client{Transport: transport}}
}

// Close ends the connections that are kept for reuse.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Version asks who answers.
func (c *Client) Version(ctx context.Context) (v VersionReply, err error) {
	return v, c.call(ctx, http.MethodGet, "/v1/version", nil, &v)
}

// Plan asks for the way from what runs to what is wanted.
func (c *Client) Plan(ctx context.Context, w Wanted) (r PlanReply, err error) {
	return r, c.call(ctx, http.MethodPost, "/v1/plan", w, &r)
}

// Apply carries out a plan and calls each with every event in order, the last
// one included. It fails as that one says.
func (c *Client) Apply(ctx context.Context, r ApplyRequest, each func(Event)) error {
	return c.stream(ctx, "/v1/apply", r, each)
}

// Interrupt stops a running Apply or Down: after its running steps, or now.
func (c *Client) Interrupt(ctx context.Context, now bool) error {
	return c.call(ctx, http.MethodPost, "/v1/interrupt", InterruptRequest{Now: now}, nil)
}

// Down removes the services; events are as with Apply.
func (c *Client) Down(ctx context.Context, r DownRequest, each func(Event)) error {
	return c.stream(ctx, "/v1/down", r, each)
}

// Secrets lists what was made up for a service.
func (c *Client) Secrets(ctx context.Context, service services.Name) (s []Secret, err error) {
	return s, c.call(ctx, http.MethodGet, "/v1/services/"+url.PathEscape(string(service))+"/secrets", nil, &s)
}

// Rotate makes a secret anew; events are as with Apply.
func (c *Client) Rotate(ctx context.Context, r RotateRequest, each func(Event)) error {
	return c.stream(ctx, "/v1/rotate", r, each)
}

// Status asks how the chaton runs.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.call(ctx, http.MethodGet, "/v1/status", nil, &s)
}

// Seen says that the first administrator's password was shown to somebody.
func (c *Client) Seen(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/v1/administrator/seen", nil, nil)
}

// Doctor asks for the daemon's own checks.
func (c *Client) Doctor(ctx context.Context) (checks []Check, err error) {
	return checks, c.call(ctx, http.MethodGet, "/v1/doctor", nil, &checks)
}

// Ports asks which ports of the machine the gateway holds, as "tcp/443".
func (c *Client) Ports(ctx context.Context) (ports []string, err error) {
	return ports, c.call(ctx, http.MethodGet, "/v1/ports", nil, &ports)
}

// Charter returns the charter as JSON.
func (c *Client) Charter(ctx context.Context) (j json.RawMessage, err error) {
	return j, c.call(ctx, http.MethodGet, "/v1/charter", nil, &j)
}

// CA returns the root certificate of the built-in authority, in PEM.
func (c *Client) CA(ctx context.Context) (string, error) {
	var b bytes.Buffer
	err := c.text(ctx, "/v1/ca", &b)
	return b.String(), err
}

// Logs copies log lines to w; with Follow until ctx is done.
func (c *Client) Logs(ctx context.Context, r LogsRequest, w io.Writer) error {
	q := url.Values{}
	if r.Service != "" {
		q.Set("service", string(r.Service))
	}
	if r.Unit != "" {
		q.Set("unit", string(r.Unit))
	}
	if r.Tail > 0 {
		q.Set("tail", strconv.Itoa(r.Tail))
	}
	if r.Follow {
		q.Set("follow", "true")
	}
	if r.Timestamps {
		q.Set("timestamps", "true")
	}
	return c.text(ctx, "/v1/logs?"+q.Encode(), w)
}

// Members returns everybody with an account.
func (c *Client) Members(ctx context.Context) (m []account.Member, err error) {
	return m, c.call(ctx, http.MethodGet, "/v1/members", nil, &m)
}

// Member returns one member.
func (c *Client) Member(ctx context.Context, login account.Login) (m account.Member, err error) {
	return m, c.call(ctx, http.MethodGet, memberPath(login), nil, &m)
}

// AddMember makes a member.
func (c *Client) AddMember(ctx context.Context, r MemberRequest) (reply MemberReply, err error) {
	return reply, c.call(ctx, http.MethodPost, "/v1/members", r, &reply)
}

// SetPassword replaces a member's password.
func (c *Client) SetPassword(ctx context.Context, login account.Login, r MemberRequest) (reply MemberReply, err error) {
	return reply, c.call(ctx, http.MethodPost, memberPath(login)+"/password", r, &reply)
}

// Suspend keeps a member from signing in.
func (c *Client) Suspend(ctx context.Context, login account.Login) error {
	return c.call(ctx, http.MethodPost, memberPath(login)+"/suspend", nil, nil)
}

// Resume ends a suspension.
func (c *Client) Resume(ctx context.Context, login account.Login) error {
	return c.call(ctx, http.MethodPost, memberPath(login)+"/resume", nil, nil)
}

// RemoveMember deletes an account.
func (c *Client) RemoveMember(ctx context.Context, login account.Login) error {
	return c.call(ctx, http.MethodDelete, memberPath(login), nil, nil)
}

// Groups returns every group.
func (c *Client) Groups(ctx context.Context) (g []account.Group, err error) {
	return g, c.call(ctx, http.MethodGet, "/v1/groups", nil, &g)
}

// AddGroup makes a group.
func (c *Client) AddGroup(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, "/v1/groups", GroupRequest{Name: name}, nil)
}

// RemoveGroup removes a group; its members stay.
func (c *Client) RemoveGroup(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, groupPath(name), nil, nil)
}

// AddToGroup puts a member into a group.
func (c *Client) AddToGroup(ctx context.Context, name string, login account.Login) error {
	return c.call(ctx, http.MethodPut, groupPath(name)+"/members/"+url.PathEscape(string(login)), nil, nil)
}

// RemoveFromGroup takes a member out of a group.
func (c *Client) RemoveFromGroup(ctx context.Context, name string, login account.Login) error {
	return c.call(ctx, http.MethodDelete, groupPath(name)+"/members/"+url.PathEscape(string(login)), nil, nil)
}

func memberPath(login account.Login) string { return "/v1/members/" + url.PathEscape(string(login)) }
func groupPath(name string) string          { return "/v1/groups/" + url.PathEscape(name) }

// call sends one request and decodes its answer into out, unless that is nil.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	resp, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return gone(ctx, fmt.Errorf("decode answer of %s %s: %w", method, path, err))
	}
	return nil
}

func (c *Client) text(ctx context.Context, path string, w io.Writer) error {
	resp, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if _, err := io.Copy(w, resp.Body); err != nil {
		return gone(ctx, err)
	}
	return nil
}

func (c *Client) stream(ctx context.Context, path string, in any, each func(Event)) error {
	resp, err := c.send(ctx, http.MethodPost, path, in)
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	lines := json.NewDecoder(bufio.NewReader(resp.Body))
	for {
		var e Event
		if err := lines.Decode(&e); err != nil {
			return gone(ctx, fmt.Errorf("read events: %w", err))
		}
		each(e)
		switch e.Kind {
		case Done:
			return nil
		case Failed:
			return failure(e.Error)
		}
	}
}

// send returns an answer of success; any other becomes an error.
func (c *Client) send(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, gone(ctx, err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer drain(resp.Body)
	return nil, refusal(resp)
}

// refusal reads what the daemon says of a request that it did not carry out.
func refusal(resp *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	var e Error
	if err := json.Unmarshal(b, &e); err != nil || e.Message == "" {
		return errs.New(errs.Internal, "The daemon answered %s and not as Ronron's does: %s", resp.Status, strings.TrimSpace(string(b[:min(len(b), 200)])))
	}
	return failure(&e)
}

func failure(e *Error) error {
	if e == nil {
		return errs.New(errs.Internal, "The daemon failed without saying why.").WithHint("Its log may tell: ronron logs")
	}
	message, hint := e.Text()
	return errs.Said(e.Code, message, hint, e)
}

// gone is the error of a conversation that broke off.
func gone(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if known, ok := errors.AsType[*errs.Error](err); ok {
		return known // the dial function has said it better
	}
	return errs.Wrap(err, errs.Unavailable, "The daemon does not answer.").
		WithHint("See whether it runs: ronron status. If it was stopped, run the same command again: it goes on from where things are.")
}

func drain(body io.ReadCloser) {
	io.Copy(io.Discard, io.LimitReader(body, 64<<10)) // so that the connection can be used again
	body.Close()
}
