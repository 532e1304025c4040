package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ronron/gateway"
)

// project is the name under which docker compose runs the copy.
const project = "ronron-bench"

// compose is the other side: the chaton's containers as docker compose runs them.
type compose struct {
	command   []string // "docker compose" or "docker-compose"
	version   string
	dir, file string
	unordered string // the same file, where nothing waits for anything
	urls      []string
	directory string // address:port
	hosts     []gateway.Host
}

// findCompose prefers the plugin, which is what its makers maintain.
func findCompose(ctx context.Context, dir string) (*compose, error) {
	c := &compose{dir: filepath.Join(dir, "compose")}
	for _, command := range [][]string{{"docker", "compose"}, {"docker-compose"}} {
		c.command = command
		out, err := c.run(ctx, "version", "--short")
		if err == nil {
			c.version = strings.TrimPrefix(out, "v")
			return c, os.Mkdir(c.dir, 0o700)
		}
	}
	return nil, fmt.Errorf("there is no docker compose; install Debian's docker-compose, or run: make bench")
}

func (c *compose) run(ctx context.Context, args ...string) (string, error) {
	all := append(c.command[1:len(c.command):len(c.command)], args...)
	return command(ctx, c.command[0], all...)
}

func (c *compose) project(ctx context.Context, file string, args ...string) error {
	_, err := c.run(ctx, append([]string{"-p", project, "-f", file}, args...)...)
	return err
}

// describe writes the compose file for the chaton that runs now, with the files
// of its containers beside it.
func (c *compose) describe(ctx context.Context) error {
	ids, err := docker(ctx, "ps", "-q", "--filter", "label="+ronronLabel)
	if err != nil {
		return err
	}
	out, err := docker(ctx, append([]string{"inspect"}, strings.Fields(ids)...)...)
	if err != nil {
		return err
	}
	var containers []inspected
	if err := json.Unmarshal([]byte(out), &containers); err != nil {
		return fmt.Errorf("read docker inspect: %w", err)
	}
	for i := range containers {
		if err := containers[i].nameImage(ctx); err != nil {
			return err
		}
	}
	t := newTranslation(containers, c.dir)
	for _, of := range containers {
		t.add(of)
	}
	for _, f := range t.files {
		if err := copyOut(ctx, f, t.address); err != nil {
			return err
		}
	}
	if c.hosts, err = readHosts(filepath.Join(c.dir, "gateway", "config.json")); err != nil {
		return err
	}
	for _, h := range c.hosts {
		c.urls = append(c.urls, fmt.Sprintf("https://%s:%d/", h.Name, httpsPort))
	}
	c.directory = t.directory
	c.file, c.unordered = filepath.Join(c.dir, "compose.json"), filepath.Join(c.dir, "unordered.json")
	if err := writeJSON(c.file, t.file); err != nil {
		return err
	}
	for _, service := range t.file["services"].(object) {
		delete(service.(object), "depends_on")
	}
	return writeJSON(c.unordered, t.file)
}

// writeJSON writes a compose file: every JSON file is a YAML file.
func writeJSON(file string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// nameImage puts the image's tag, where it has one, in place of its id: not
// every docker compose takes ids.
func (c *inspected) nameImage(ctx context.Context) error {
	tags, err := docker(ctx, "image", "inspect", "--format", "{{join .RepoTags \" \"}}", c.Image)
	if tags != "" {
		c.Image = strings.Fields(tags)[0]
	}
	return err
}

func readHosts(file string) ([]gateway.Host, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config gateway.Config
	if err := json.Unmarshal(data, &config); err != nil {
		return nil, fmt.Errorf("read the gateway's configuration: %w", err)
	}
	return config.Hosts, nil
}

// copyOut takes a file or folder out of a container, with addresses as they
// are in the copy's networks. Everybody may read them, since a bind mount keeps
// the owner that it has here; the folder around them is closed.
func copyOut(ctx context.Context, f copied, address func(string) string) error {
	if err := os.MkdirAll(filepath.Dir(f.to), 0o700); err != nil {
		return err
	}
	if _, err := docker(ctx, "cp", f.container+":"+f.from, f.to); err != nil {
		return err
	}
	return filepath.WalkDir(f.to, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(address(string(data))), 0o644)
	})
}

// up brings the copy up, until the command ends and until all answers.
func (c *compose) up(ctx context.Context, file string) (ended, answers time.Duration, err error) {
	began := time.Now()
	if err := c.project(ctx, file, "up", "-d"); err != nil {
		return 0, 0, err
	}
	ended = time.Since(began)
	if err := cmp.Or(listening(ctx, c.directory), ready(ctx, httpsPort, c.urls)); err != nil {
		logs, _ := c.run(ctx, "-p", project, "-f", file, "logs", "--no-color", "--tail", "20")
		return 0, 0, fmt.Errorf("the copy under docker compose: %w\n%s", err, logs)
	}
	return ended, time.Since(began), nil
}

func (c *compose) down(ctx context.Context) error { return c.project(ctx, c.file, "down", "--volumes") }

// round brings the copy up without an order and removes it; then in order,
// changes nothing some times, and removes it again.
func (c *compose) round(ctx context.Context, again int) (s side, err error) {
	if _, s.unordered, err = c.up(ctx, c.unordered); err != nil {
		return s, err
	}
	if err := c.down(ctx); err != nil {
		return s, err
	}
	began := time.Now()
	if s.command, s.up, err = c.up(ctx, c.file); err != nil {
		return s, err
	}
	if s.started, err = startedAfter(ctx, composeLabel, `{{index .Config.Labels "com.docker.compose.service"}}`, began); err != nil {
		return s, err
	}
	if s.again, err = repeated(again, func() error { return c.project(ctx, c.file, "up", "-d") }); err != nil {
		return s, err
	}
	s.down, err = timed(func() error { return c.down(ctx) })
	return s, err
}
