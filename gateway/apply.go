package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"ronron/internal/atomicfile"
	"ronron/internal/errs"
	"ronron/internal/logkey"
)

// Apply checks a configuration as a whole, takes it into use and keeps it on
// disk. A configuration that is refused changes nothing.
func (s *Server) Apply(ctx context.Context, c Config) error {
	if err := c.Validate(s.now()); err != nil {
		return err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	if err := s.swap(ctx, c, Health{}); err != nil {
		return err
	}
	s.waiting = nil
	if s.kept = s.keep(c); s.kept != nil {
		return errs.Wrap(s.kept, errs.Failed, "The gateway uses the new configuration but could not keep it on disk.").
			WithHint("Look whether the disk is full. Until it is kept, a restart of the gateway goes back to the one before.")
	}
	s.damaged = ""
	return nil
}

// swap opens what has to be opened, and only when that is done changes what
// requests see.
func (s *Server) swap(ctx context.Context, c Config, predecessor Health) error {
	next, err := newTable(c, s.stats)
	if err != nil {
		return err
	}
	ours := []string{s.https.addr, s.http.addr, predecessor.HTTPSAddr, predecessor.HTTPAddr}
	https, err := s.https.prepare(ctx, c.HTTPSAddr, ours, s.inherited)
	if err != nil {
		return err
	}
	http, err := s.http.prepare(ctx, c.HTTPAddr, ours, s.inherited)
	if err != nil {
		https.undo()
		return err
	}
	streams, err := s.streams.prepare(ctx, c.Streams, predecessor.Streams, s.inherited)
	if err != nil {
		https.undo()
		http.undo()
		return err
	}
	old := s.state.Swap(&state{table: next, sum: c.Sum(), replaced: make(chan struct{})})
	close(old.replaced)
	s.https.use(https)
	s.http.use(http)
	s.streams.use(streams)
	s.inherited.close()
	s.log.Info("Configuration in use", logkey.Count, len(c.Hosts))
	return nil
}

func (s *Server) keep(c Config) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encode configuration: %w", err)
	}
	return atomicfile.Write(s.path(ConfigFile), append(b, '\n'), 0o600)
}

// load takes the configuration on disk into use, unless the daemon has sent
// one meanwhile. No file is no error; a damaged one is put aside, and the
// daemon will send another.
func (s *Server) load(ctx context.Context, predecessor Health) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.state.Load().sum != "" {
		return nil
	}
	b, err := os.ReadFile(s.path(ConfigFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		s.waiting = fmt.Errorf("read stored configuration: %w", err)
		return s.waiting
	}
	var c Config
	err = json.Unmarshal(b, &c)
	if err == nil {
		err = problemsError(c.problems())
	}
	if err != nil {
		s.setAside(err)
		return nil
	}
	for _, p := range c.expired(s.now()) {
		s.log.Warn("Stored certificate is not valid now", logkey.Reason, p)
	}
	s.waiting = s.swap(ctx, c, predecessor)
	return s.waiting
}

// setAside moves a configuration that cannot be used out of the way, where a
// person can look at it.
func (s *Server) setAside(why error) {
	aside := ConfigFile + ".damaged-" + s.now().UTC().Format("20060102T150405Z")
	s.damaged = fmt.Sprintf("The stored configuration was damaged and is kept as %s; the gateway waits for the daemon to send another.", aside)
	if err := os.Rename(s.path(ConfigFile), s.path(aside)); err != nil {
		s.damaged = "The stored configuration is damaged; the gateway waits for the daemon to send another."
	}
	s.log.Error("Stored configuration is damaged", logkey.Error, why, logkey.Path, aside)
}

// predecessor asks a gateway that serves from the same directory what it
// listens on. Its zero answer means that there is none.
func (s *Server) predecessor(ctx context.Context) Health {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	h, err := NewClient(s.path(SocketFile)).Health(ctx)
	if err != nil {
		return Health{}
	}
	return h
}
