package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// Client speaks to a gateway through its admin socket. It keeps no connection
// open and may be used by many at once.
//
// Its errors have the code that the gateway gave them. A gateway that cannot
// be reached is errs.Unavailable; a configuration with problems is errs.Invalid
// and wraps a *ConfigError.
type Client struct {
	http *http.Client
}

// NewClient returns a client for the socket at that path.
func NewClient(socket string) *Client {
	var dialer net.Dialer
	return &Client{http: &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, "unix", socket)
			},
			// The gateway may be another one next time.
			DisableKeepAlives: true,
		},
	}}
}

// PutConfig has the gateway take a configuration into use. When it returns nil
// the gateway serves it and has it on disk.
func (c *Client) PutConfig(ctx context.Context, config Config) error {
	b, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("encode configuration: %w", err)
	}
	return c.do(ctx, http.MethodPut, "/config", b, nil)
}

// Health asks how the gateway does.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var h Health
	err := c.do(ctx, http.MethodGet, "/health", nil, &h)
	return h, err
}

// Config asks for the configuration in use, without its keys.
func (c *Client) Config(ctx context.Context) (Config, error) {
	var config Config
	err := c.do(ctx, http.MethodGet, "/config", nil, &config)
	return config, err
}

// Stats asks what the gateway counted since it started.
func (c *Client) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	err := c.do(ctx, http.MethodGet, "/stats", nil, &s)
	return s, err
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://gateway"+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask gateway for %s: %w", path, err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return fmt.Errorf("ask gateway for %s: %w", path, cause)
		}
		return errs.Wrap(err, errs.Unavailable, "The gateway does not answer.").
			WithHint("'ronron status' tells whether it runs, 'ronron logs gateway' why not.")
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return readError(resp)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("read the gateway's answer for %s: %w", path, err)
	}
	return nil
}

func readError(resp *http.Response) error {
	var e wireError
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxConfig))
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	if err != nil || e.Code == "" {
		return errs.New(errs.Internal, "The gateway answered with status %d and no explanation.", resp.StatusCode)
	}
	var cause error
	if len(e.Problems) > 0 {
		cause = &ConfigError{Problems: e.Problems}
	}
	return errs.Said(e.Code, text.Text{EN: e.Message, FR: e.MessageFR}, text.Text{EN: e.Hint, FR: e.HintFR}, cause)
}
