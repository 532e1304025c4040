package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/text"
)

// maxConfig bounds a configuration on the wire: some thousand hosts.
const maxConfig = 32 << 20

// wireError is a failure as the admin socket tells it.
type wireError struct {
	Code      errs.Code `json:"code"`
	Message   string    `json:"message"`
	Hint      string    `json:"hint,omitempty"`
	MessageFR string    `json:"message_fr,omitempty"`
	HintFR    string    `json:"hint_fr,omitempty"`
	Problems  []string  `json:"problems,omitempty"`
}

// admin is the unix socket that the daemon speaks to. Whoever can open it may
// change everything; it lies in a folder that only daemon and gateway share.
type admin struct {
	server   *http.Server
	listener net.Listener
	path     string
	made     os.FileInfo
}

func (s *Server) openAdmin() (*admin, error) {
	// Made under another name and moved into place, so that there is no moment
	// without a socket when a successor takes over, and none with wrong rights.
	fresh := s.path(fmt.Sprintf(".%s.%d", SocketFile, os.Getpid()))
	os.Remove(fresh) // of a gateway that had the same process id and was killed
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: fresh, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen on admin socket: %w", err)
	}
	l.SetUnlinkOnClose(false)
	a := &admin{listener: l, path: s.path(SocketFile)}
	if err := os.Chmod(fresh, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("set rights of admin socket: %w", err)
	}
	if a.made, err = os.Lstat(fresh); err != nil {
		l.Close()
		return nil, fmt.Errorf("look at admin socket: %w", err)
	}
	if err := os.Rename(fresh, a.path); err != nil {
		l.Close()
		return nil, fmt.Errorf("put admin socket in place: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.health()) })
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.stats.read()) })
	mux.HandleFunc("GET /config", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, s.state.Load().table.config.Redacted())
	})
	mux.HandleFunc("PUT /config", s.putConfig)
	mux.HandleFunc(socketsPath, s.giveSockets)
	a.server = &http.Server{Handler: mux, ReadHeaderTimeout: s.limits.header}
	return a, nil
}

// run answers until ctx ends, then finishes the change under way.
func (a *admin) run(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- a.server.Serve(a.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve admin socket: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := a.server.Shutdown(last)
	<-ended
	if !a.replaced() {
		os.Remove(a.path)
	}
	return err
}

// replaced says whether a successor has put its own socket in place.
func (a *admin) replaced() bool {
	now, err := os.Lstat(a.path)
	return err == nil && !os.SameFile(now, a.made)
}

func (s *Server) putConfig(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxConfig))
	// A field that this gateway does not know is a wish that it would not keep.
	decoder.DisallowUnknownFields()
	var c Config
	if err := decoder.Decode(&c); err != nil {
		s.refuse(w, errs.Wrap(err, errs.Invalid, "The configuration is not in the form that this gateway knows.").
			WithHint("Daemon and gateway are of different versions; 'ronron up' makes them the same."))
		return
	}
	// Not the request's context: a change that began is carried through even if
	// the daemon is stopped now.
	if err := s.Apply(context.WithoutCancel(r.Context()), c); err != nil {
		s.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// statusOf is the one place that says which status a failure has here.
func statusOf(code errs.Code) int {
	switch code {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.Conflict:
		return http.StatusConflict
	case errs.Denied:
		return http.StatusForbidden
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func (s *Server) refuse(w http.ResponseWriter, err error) {
	s.log.Warn("Configuration refused", logkey.Error, err)
	message, hint := text.Of("Internal error of the gateway; its log has the details."), errs.Advice(err)
	if told, ok := errors.AsType[*errs.Error](err); ok {
		message = told.Text()
	}
	e := wireError{Code: errs.CodeOf(err), Message: message.EN, Hint: hint.EN, MessageFR: message.FR, HintFR: hint.FR}
	if all, ok := errors.AsType[*ConfigError](err); ok {
		e.Problems = all.Problems
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(statusOf(e.Code))
	json.NewEncoder(w).Encode(e)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
