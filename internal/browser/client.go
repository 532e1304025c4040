package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// client speaks the browser's own protocol over two pipes: one JSON object
// after the other, each ended by a NUL (Chromium's --remote-debugging-pipe).
// https://chromedevtools.github.io/devtools-protocol/
type client struct {
	process *exec.Cmd
	to      io.WriteCloser

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	events  chan event // of pages; dropped when nobody listens
	gone    chan struct{}
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

type event struct {
	Method  string
	Session string
}

func start(ctx context.Context, program, home string) (*client, error) {
	// The browser reads orders on 3 and answers on 4.
	orders, to, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	from, answers, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, flags(home)...)
	cmd.Env = append(os.Environ(), "HOME="+home)
	cmd.ExtraFiles = []*os.File{orders, answers}
	err = cmd.Start()
	orders.Close()
	answers.Close()
	if err != nil {
		to.Close()
		from.Close()
		return nil, fmt.Errorf("start the browser: %w", err)
	}
	c := &client{process: cmd, to: to, waiting: map[int]chan reply{}, events: make(chan event, 256), gone: make(chan struct{})}
	go c.read(from)
	return c, nil
}

func (c *client) close() {
	c.to.Close() // the browser ends with its pipe
	select {
	case <-c.gone:
	case <-time.After(5 * time.Second):
		c.process.Process.Kill()
	}
	c.process.Wait()
}

func (c *client) read(from io.ReadCloser) {
	defer from.Close()
	defer close(c.gone)
	r := bufio.NewReaderSize(from, 1<<16)
	for {
		message, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			reply
			ID        int
			Method    string
			SessionID string `json:"sessionId"`
		}
		if json.Unmarshal(bytes.TrimSuffix(message, []byte{0}), &m) != nil {
			continue
		}
		if m.ID == 0 {
			if m.Method != "Page.loadEventFired" {
				continue // there are thousands
			}
			select {
			case c.events <- event{m.Method, m.SessionID}:
			default:
			}
			continue
		}
		c.mu.Lock()
		waiting := c.waiting[m.ID]
		delete(c.waiting, m.ID)
		c.mu.Unlock()
		if waiting != nil {
			waiting <- m.reply
		}
	}
}

var errSlow = errors.New("the page does not end loading")

var errGone = errors.New("the browser ended")

// call sends one order and reads its answer into out, unless that is nil.
func (c *client) call(ctx context.Context, session, method string, params, out any) error {
	answer := make(chan reply, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = answer
	message, err := json.Marshal(struct {
		ID        int    `json:"id"`
		Method    string `json:"method"`
		Params    any    `json:"params,omitempty"`
		SessionID string `json:"sessionId,omitempty"`
	}{id, method, params, session})
	if err == nil {
		_, err = c.to.Write(append(message, 0))
	}
	c.mu.Unlock()
	if err != nil {
		return fmt.Errorf("ask the browser: %w", err)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.gone:
		return errGone
	case r := <-answer:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if out == nil {
			return nil
		}
		return json.Unmarshal(r.Result, out)
	}
}

// page is one tab.
type page struct {
	*client
	session string
}

type object map[string]any

// page opens a tab whose requests, and no others, go through the proxy.
func (c *client) page(ctx context.Context, proxy string) (*page, error) {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	var apart struct {
		ID string `json:"browserContextId"`
	}
	if err := c.call(ctx, "", "Target.createBrowserContext", object{"proxyServer": "http://" + proxy, "proxyBypassList": "<-loopback>"}, &apart); err != nil {
		return nil, err
	}
	var target struct {
		TargetID string `json:"targetId"`
	}
	if err := c.call(ctx, "", "Target.createTarget", object{"url": "about:blank", "browserContextId": apart.ID}, &target); err != nil {
		return nil, err
	}
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	if err := c.call(ctx, "", "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached); err != nil {
		return nil, err
	}
	p := &page{client: c, session: attached.SessionID}
	for _, domain := range []string{"Page.enable", "Network.enable"} {
		if err := p.do(ctx, domain, nil, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *page) do(ctx context.Context, method string, params, out any) error {
	return p.call(ctx, p.session, method, params, out)
}

// dress gives the tab what somebody who is signed in has.
func (p *page) dress(ctx context.Context, cookies []Cookie, headers map[string]string) error {
	for _, c := range cookies {
		if err := p.do(ctx, "Network.setCookie", object{"name": c.Name, "value": c.Value, "url": c.URL, "secure": true}, nil); err != nil {
			return err
		}
	}
	if len(headers) == 0 {
		return nil
	}
	return p.do(ctx, "Network.setExtraHTTPHeaders", object{"headers": headers}, nil)
}

// shown is what a page became.
type shown struct {
	HTML   string
	Links  []string
	Ahead  []string // hosts to be connected to before they are needed
	Status int
}

const lookAtPage = `JSON.stringify({
	HTML: document.documentElement.outerHTML,
	Links: [...document.querySelectorAll("a[href]")].map(a => a.href),
	Ahead: [...document.querySelectorAll("link[rel~=preconnect], link[rel~=dns-prefetch]")].filter(l => l.href).map(l => new URL(l.href).hostname),
	Status: (performance.getEntriesByType("navigation")[0] || {}).responseStatus || 0,
})`

// visit opens an address, waits until it is loaded and its scripts have had a
// moment, and looks at it.
func (p *page) visit(ctx context.Context, at string) (s shown, err error) {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	went, err := p.open(ctx, at)
	if err != nil {
		return s, err
	}
	switch went.ErrorText {
	case "net::ERR_ABORTED": // a download
		return s, nil
	case "net::ERR_INVALID_AUTH_CREDENTIALS":
		return s, ErrPassword
	case "net::ERR_HTTP_RESPONSE_CODE_FAILURE": // an error with nothing to show
		s.Status = http.StatusBadRequest
		return s, nil
	}
	if went.ErrorText != "" {
		return s, errors.New(went.ErrorText)
	}
	if went.Loader != "" { // otherwise only the place in the page changed
		if err := p.loaded(ctx); errors.Is(err, context.DeadlineExceeded) {
			return s, errSlow
		} else if err != nil {
			return s, err
		}
	}
	select {
	case <-ctx.Done():
		return s, ctx.Err()
	case <-time.After(quiet):
	}
	return p.look(ctx)
}

func (p *page) look(ctx context.Context) (s shown, err error) {
	text, err := p.evaluate(ctx, lookAtPage)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("look at the page: %w", err)
	}
	return s, nil
}

// evaluate runs a script in the page and returns the text that it leaves.
func (p *page) evaluate(ctx context.Context, script string) (string, error) {
	var value struct {
		Result struct{ Value string }
	}
	err := p.do(ctx, "Runtime.evaluate", object{"expression": script, "returnByValue": true, "awaitPromise": true}, &value)
	return value.Result.Value, err
}

// typeAndPress waits for a button that the page enables by a script of its own,
// some time after what was typed.
const typeAndPress = `async (fields, button) => {
	for (const f of fields) {
		const e = document.querySelector(f.Selector)
		if (!e) return "there is no " + f.Selector
		e.value = f.Value
		e.dispatchEvent(new Event("input", {bubbles: true}))
		e.dispatchEvent(new Event("change", {bubbles: true}))
	}
	const b = document.querySelector(button)
	if (!b) return "there is no " + button
	for (let n = 0; b.disabled && n < 100; n++) await new Promise(done => setTimeout(done, 50))
	if (b.disabled) return "the button " + button + " stays disabled"
	b.click()
	return ""
}`

// signIn types, presses and waits until the page's text holds inside.
func (p *page) signIn(ctx context.Context, fields []Field, button, inside string) (s shown, err error) {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	arguments, err := json.Marshal([]any{fields, button})
	if err != nil {
		return s, err
	}
	problem, err := p.evaluate(ctx, "("+typeAndPress+")(..."+string(arguments)+")")
	if err == nil && problem != "" {
		err = errors.New(problem)
	}
	for err == nil {
		select {
		case <-ctx.Done():
			return s, fmt.Errorf("%q is not shown: %w", inside, ctx.Err())
		case <-time.After(quiet):
		}
		var text string
		if text, err = p.evaluate(ctx, "document.body ? document.body.innerText : ''"); err == nil && strings.Contains(text, inside) {
			return p.look(ctx)
		}
	}
	return s, err
}

// opened is what the browser says of an address.
type opened struct {
	ErrorText string `json:"errorText"`
	Loader    string `json:"loaderId"`
}

// open tries again where the browser gave up because an interface of the machine
// came or went: with an engine at work, they do all the time.
func (p *page) open(ctx context.Context, at string) (went opened, err error) {
	for {
		p.forget()
		went = opened{}
		err = p.do(ctx, "Page.navigate", object{"url": at}, &went)
		if err != nil || went.ErrorText != "net::ERR_NETWORK_CHANGED" {
			return went, err
		}
		select {
		case <-ctx.Done():
			return went, ctx.Err()
		case <-time.After(quiet):
		}
	}
}

// forget drops the events of the page before.
func (p *page) forget() {
	for {
		select {
		case <-p.events:
		default:
			return
		}
	}
}

func (p *page) loaded(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.gone:
			return errGone
		case e := <-p.events:
			if e.Session == p.session && e.Method == "Page.loadEventFired" {
				return nil
			}
		}
	}
}
