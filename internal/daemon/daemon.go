// Package daemon is the only writer of a chaton: it plans, applies, keeps
// secrets and certificates, and tells gateway and portal what to serve.
//
// It listens on a unix socket inside its container and nowhere else. It holds
// nothing that is needed to keep serving: gateway and services go on while it is
// away, and whatever moment it is killed at, the next `up` goes on from there.
package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ronron/account"
	"ronron/gateway"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/state"
	"ronron/ldap"
	"ronron/services"
	"ronron/services/apply"
)

// Gateway is what the daemon needs of the gateway.
type Gateway interface {
	PutConfig(ctx context.Context, c gateway.Config) error
	Health(ctx context.Context) error
}

// Options is everything a daemon is made of. The zero values of the functions
// mean the real thing.
type Options struct {
	Chaton     services.ChatonID
	Version    string
	SelfID     string // id of the self image, for gateway and portal
	StateDir   string
	KeyDir     string
	Socket     string
	GatewayDir string // volume shared with the gateway
	SiteDir    string // volume shared with the portal
	Engine     services.Engine
	Prober     apply.Prober
	Gateway    Gateway
	Log        *slog.Logger
	Now        func() time.Time
	// OpenDirectory connects to the directory.
	OpenDirectory func(ldap.Config) account.Directory
	// ListenFree says whether the machine's port (of tcp or udp) can be taken;
	// nil when it can.
	ListenFree func(protocol string, port int) error
}

// Daemon is one chaton's daemon.
type Daemon struct {
	Options
	state   *state.Store
	hashKey []byte
	lock    lock
	held    held
	base    context.Context // runs outlive requests; it ends with the daemon
	abort   context.CancelCauseFunc

	directoryMu   sync.Mutex
	directoryConn account.Directory
	directoryAt   ldap.Config
}

// withDefaults fills in the real thing where nothing else is given.
func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OpenDirectory == nil {
		o.OpenDirectory = func(c ldap.Config) account.Directory { return ldap.New(c) }
	}
	if o.ListenFree == nil {
		o.ListenFree = listenFree
	}
	return o
}

// Open opens the state and returns a daemon that can serve.
func Open(ctx context.Context, o Options) (*Daemon, error) {
	o = o.withDefaults()
	store, err := state.Open(ctx, o.StateDir, o.KeyDir, o.Now)
	if err != nil {
		return nil, err
	}
	o.Engine = withSources(o.Engine, o.StateDir)
	return newDaemon(ctx, o, store)
}

// newDaemon returns a daemon with that state, which is closed where there is none.
func newDaemon(ctx context.Context, o Options, store *state.Store) (*Daemon, error) {
	d := &Daemon{Options: o, state: store}
	d.base, d.abort = context.WithCancelCause(context.WithoutCancel(ctx))
	var err error
	if d.hashKey, err = d.key(ctx, "unit hashes"); err != nil {
		store.Close()
		return nil, err
	}
	return d, nil
}

// Close stops what still runs and closes the state.
func (d *Daemon) Close() error {
	d.abort(errs.New(errs.Interrupted, "The daemon stopped."))
	return d.state.Close()
}

// Run serves until ctx is done, then lets running steps finish for a while.
func Run(ctx context.Context, o Options) error {
	d, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer d.Close()
	listener, err := listen(o.Socket)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: d.Handler(), ReadHeaderTimeout: 10 * time.Second}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error { return d.maintain(ctx) })
	group.Go(func() error {
		<-ctx.Done()
		d.lock.interrupt(false) // the running steps finish, no more begin
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		if err := server.Shutdown(stopping); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		d.abort(errs.New(errs.Interrupted, "The daemon stopped."))
		return server.Close()
	})
	d.Log.Info("daemon listens", logkey.Chaton, string(o.Chaton), logkey.Version, o.Version)
	return group.Wait()
}

// stopPatience is how long a running step and its stream of progress may take
// to end when the daemon stops; it is shorter than the 20 s after which the
// engine kills it.
const stopPatience = 15 * time.Second

func listen(socket string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		return nil, errs.Wrap(err, errs.Failed, "The folder of the daemon's socket cannot be made.")
	}
	// A socket left by a killed daemon would refuse the new one. Nobody else
	// can hold it: one daemon runs in a container.
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, errs.Wrap(err, errs.Failed, "The daemon's old socket cannot be removed.")
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, errs.Wrap(err, errs.Failed, "The daemon cannot listen on %s.", socket)
	}
	return l, os.Chmod(socket, 0o600)
}
