// Package cli is the command line: it reads what is asked, calls the daemon and
// shows what comes back. It is thin: nothing is decided here that the daemon does
// not decide again.
//
// Results go to Stdout, everything else to Stderr. The whole program is a value
// made by New from an Env, so that tests run it with fakes.
package cli

import (
	"context"
	"io"
	"net"
	"os"
	"time"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/mailrelay"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/recipetest"
	"ronron/services"
)

// Env is everything outside that a command can touch.
type Env struct {
	Version string // of this binary
	Self    string // its path
	Called  string // as it was typed; "" is ronron
	Who     string // user@machine, for the lock and the journal

	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       Terminal
	Getenv         func(string) string
	Now            func() time.Time
	Interrupts     <-chan os.Signal // Ctrl-C and kill

	Language Language
	Connect  func(ctx context.Context) (Host, error)
	Engine   func(id services.ChatonID) (recipetest.Engine, error) // of a chaton that recipes are tested in
	Store    func(id services.ChatonID) (ImageStore, error)        // that images are carried to and from
	Machine  Machine
	Roles    Roles

	// Preview is the plan of a chaton that has no daemon; kept are the services
	// that have data from before.
	Preview func(ctx context.Context, id services.ChatonID, w api.Wanted) (reply api.PlanReply, kept []services.Name, err error)
}

// Terminal says what is a terminal, and reads from it without showing.
type Terminal struct {
	In, Out, Err bool
	Width        func() int
	Password     func(ctx context.Context) (string, error)
}

// Language is chaton.hcl and the recipes, as far as commands need them.
type Language interface {
	// Read checks a file and returns it as far as it could be read, with
	// every problem.
	Read(w api.Wanted) (chaton.Chaton, diag.List)
	// Offers lists what can be offered: the recipes that come with Ronron,
	// but those of the house itself, and the recipes of w.
	Offers(w api.Wanted) ([]Offer, diag.List)
	// Resolve returns the services of w and the directory, as far as images and
	// ports go: what is secret in them is not the real one. A tag has the digest
	// that w.Lock notes for it.
	Resolve(w api.Wanted) ([]recipes.Resolved, diag.List)
	// Template returns a commented chaton.hcl.
	Template(a Answers) []byte
}

// Offer is a recipe, as far as somebody who chooses needs it.
type Offer struct {
	Recipe, Software, Version, Licence string
	Title, Summary                     text.Text
	Replaces                           []string
}

// Answers are what `ronron init` asks.
type Answers struct {
	Name, Domain, Language, Contact string
	Recipes                         []string
}

// Host is the engine of a machine, as far as the daemon's own life needs it.
// services/docker has the real one.
type Host interface {
	// Info describes the engine.
	Info(ctx context.Context) (services.EngineInfo, error)
	// EnsureSelf makes the image of the binary at path present and returns its id.
	EnsureSelf(ctx context.Context, path string) (imageID string, err error)
	// RemoveOldSelves removes those of the images that no container is made from
	// any more, and returns how many.
	RemoveOldSelves(ctx context.Context, imageIDs []string) (int, error)
	// Daemons lists the daemons of all chatons, running or not.
	Daemons(ctx context.Context) ([]Daemon, error)
	// StartDaemon starts a daemon in place of the one that may run, which
	// comes back when the new one does not become ready.
	StartDaemon(ctx context.Context, spec DaemonSpec) error
	// RemoveDaemon removes the container; RemoveDaemonVolumes what it keeps.
	RemoveDaemon(ctx context.Context, id services.ChatonID) error
	RemoveDaemonVolumes(ctx context.Context, id services.ChatonID) error
	DaemonLogs(ctx context.Context, daemonID string, lines int) (string, error)
	// Dial opens a connection to the API of the daemon in that container.
	Dial(ctx context.Context, daemonID string) (net.Conn, error)
}

// Daemon is a daemon's container.
type Daemon struct {
	Chaton  services.ChatonID
	ID      string
	Running bool
	State   string // the engine's word
	ImageID string
	Version string
}

// DaemonSpec says which daemon to start.
type DaemonSpec struct {
	Chaton  services.ChatonID
	ImageID string
	Version string
	Ready   func(ctx context.Context, daemonID string) error // does it answer already
}

// Machine is what `ronron doctor` looks at without a daemon.
type Machine interface {
	DiskFree(path string) (free uint64, err error)
	Memory() (total, available uint64, err error)
	ClockSynchronised() (bool, error)
	// PortFree returns nil when the port of "tcp" or "udp" can be listened on.
	PortFree(protocol string, port int) error
	// Resolve returns the addresses of a name.
	Resolve(ctx context.Context, host string) ([]string, error)
	// Addresses returns this machine's own.
	Addresses() ([]string, error)
	// TryRelay uses a mail server up to where a mail would be sent.
	TryRelay(ctx context.Context, r mailrelay.Relay) error
}

// Roles are what the same binary is inside its containers.
type Roles struct {
	Daemon  func(ctx context.Context, o DaemonOptions) error
	Gateway func(ctx context.Context, dir string) error
	Portal  func(ctx context.Context, o PortalOptions) error
}

// PortalOptions are the portal's places.
type PortalOptions struct {
	ConfigFile, SiteFile, Listen string
}

// DaemonOptions are the daemon's places.
type DaemonOptions struct {
	Chaton     services.ChatonID
	Version    string
	StateDir   string
	KeyDir     string
	Socket     string
	GatewayDir string
	SiteDir    string
	Log        io.Writer
}
