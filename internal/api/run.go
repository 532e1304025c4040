package api

import (
	"context"
	"net/http"
	"net/url"

	"ronron/internal/text"
	"ronron/services"
)

// Bounds of what a tool is given. The output that comes back is bounded by the
// engine: see services.Engine.
const (
	MaxToolInput = 16 << 20  // bytes of standard input
	MaxToolArgs  = 128 << 10 // bytes of all words together
)

// Tool is a command of a service's software that a host may run by name.
type Tool struct {
	Name    services.Name `json:"name"`
	Unit    services.Name `json:"unit"`
	Command []string      `json:"command"` // what the host types is added
	Help    text.Text     `json:"help"`
}

// RunRequest runs a tool in the unit as it runs now.
type RunRequest struct {
	Tool  services.Name `json:"tool"`
	Args  []string      `json:"args,omitempty"`
	Input []byte        `json:"input,omitempty"` // standard input; empty is none
}

// RunReply is what the tool left behind.
type RunReply struct {
	ExitCode int    `json:"exit_code"`
	Output   []byte `json:"output"` // both streams as they came; the last 64 KiB
}

// Tools lists the tools of a service.
func (c *Client) Tools(ctx context.Context, service services.Name) (t []Tool, err error) {
	return t, c.call(ctx, http.MethodGet, toolsPath(service), nil, &t)
}

// Run runs a tool and waits for its end.
func (c *Client) Run(ctx context.Context, service services.Name, r RunRequest) (reply RunReply, err error) {
	return reply, c.call(ctx, http.MethodPost, toolsPath(service), r, &reply)
}

func toolsPath(service services.Name) string {
	return "/v1/services/" + url.PathEscape(string(service)) + "/tools"
}
