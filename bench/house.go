package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ronron/internal/api"
)

// A domain and ports that no demo has.
const (
	domain    = "bench.localhost"
	httpsPort = 27443
	httpPort  = 27080
)

// house is Ronron's side.
type house struct {
	binary, file string
}

// upRun is one measured `ronron up`.
type upRun struct {
	began time.Time
	took  time.Duration // until everything answers through the gateway
	said  time.Duration // until the command ended
	steps []step
	urls  []string
}

// step is one step of the plan, measured from the start of the command.
type step struct {
	id          string
	began, took time.Duration
}

// newHouse writes the demo's file for another domain and other ports.
func newHouse(dir, binary string) (*house, error) {
	example, err := os.ReadFile("examples/demo/chaton.hcl")
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(string(example), "chaton.localhost", domain)
	for key, port := range map[string]int{"https_port": httpsPort, "http_port": httpPort} {
		text = regexp.MustCompile(`(?m)^(\s*`+key+`\s*=\s*)\d+`).ReplaceAllString(text, "${1}"+strconv.Itoa(port))
	}
	h := &house{binary: binary, file: filepath.Join(dir, "chaton.hcl")}
	return h, os.WriteFile(h.file, []byte(text), 0o644)
}

func (h *house) up(ctx context.Context) (upRun, error) {
	run := upRun{began: time.Now()}
	out, err := command(ctx, h.binary, "up", "--file", h.file, "--yes", "--json")
	if err != nil {
		return run, err
	}
	run.said = time.Since(run.began)
	run.read(out)
	if len(run.urls) == 0 {
		return run, fmt.Errorf("ronron up named no addresses:\n%s", out)
	}
	if err := ready(ctx, httpsPort, run.urls); err != nil {
		return run, err
	}
	run.took = time.Since(run.began)
	return run, nil
}

// read takes the steps and the addresses from the events, one a line.
func (r *upRun) read(out string) {
	for line := range strings.Lines(out) {
		var e api.Event
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		switch {
		case e.Kind == api.StepDone:
			r.steps = append(r.steps, step{id: e.Step, began: e.Time.Add(-e.Elapsed).Sub(r.began), took: e.Elapsed})
		case e.Report != nil:
			for _, a := range e.Report.Addresses {
				r.urls = append(r.urls, a.URL)
			}
		}
	}
}

func (h *house) destroy(ctx context.Context) error {
	_, err := command(ctx, h.binary, "destroy", "--chaton", domain, "--confirm", domain)
	return err
}

// round brings the chaton up, changes nothing some times, and leaves it running.
func (h *house) round(ctx context.Context, again int) (side, error) {
	s := side{}
	up, err := h.up(ctx)
	if err != nil {
		return s, err
	}
	s.up, s.command, s.steps = up.took, up.said, up.steps
	if s.started, err = startedAfter(ctx, ronronLabel, `{{index .Config.Labels "ronron.service"}}`, up.began); err != nil {
		return s, err
	}
	if s.again, err = repeated(again, func() error {
		_, err := command(ctx, h.binary, "up", "--file", h.file, "--yes", "--json")
		return err
	}); err != nil {
		return s, err
	}
	if s.plan, err = repeated(again, func() error {
		_, err := command(ctx, h.binary, "plan", "--file", h.file, "--json")
		return err
	}); err != nil {
		return s, err
	}
	return s, h.dial(ctx, again, &s)
}

// dial measures how the CLI reaches the daemon: a command in the daemon's
// container that joins its ends to the socket. Beside it stands a command that
// does nothing, which is what Docker itself takes.
func (h *house) dial(ctx context.Context, again int, s *side) error {
	daemon := domain + "-ronron-daemon"
	pages, err := docker(ctx, "ps", "-q", "--filter", "label="+ronronLabel, "--filter", "label=ronron.service=pages")
	if err != nil {
		return err
	}
	const request = "GET /v1/version HTTP/1.0\r\nHost: daemon\r\n\r\n"
	if s.dial, err = repeated(again, func() error {
		out, err := commandWith(ctx, request, "docker", "exec", "-i", daemon, "/ronron", "dial")
		if err == nil && !strings.Contains(out, " 200 ") {
			return fmt.Errorf("the daemon answered: %s", out)
		}
		return err
	}); err != nil {
		return err
	}
	s.exec, err = repeated(again, func() error {
		_, err := docker(ctx, "exec", "-i", pages, "true")
		return err
	})
	return err
}

// startedAfter says when each container's process was started, by the name
// that the template gives.
func startedAfter(ctx context.Context, label, name string, began time.Time) (map[string]time.Duration, error) {
	ids, err := docker(ctx, "ps", "-q", "--filter", "label="+label)
	if err != nil {
		return nil, err
	}
	out, err := docker(ctx, append([]string{"inspect", "--format", name + " {{.State.StartedAt}}"}, strings.Fields(ids)...)...)
	if err != nil {
		return nil, err
	}
	started := map[string]time.Duration{}
	for line := range strings.Lines(out) {
		service, at, _ := strings.Cut(strings.TrimSpace(line), " ")
		t, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			return nil, fmt.Errorf("when %s was started: %w", service, err)
		}
		started[service] = t.Sub(began)
	}
	return started, nil
}
