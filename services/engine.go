package services

import (
	"context"
	"io"
	"time"

	"ronron/internal/text"
)

// Engine runs units. It is bound to one chaton when it is made, and neither
// sees nor changes anything that does not carry that chaton's label: a stranger's
// container, or another chaton's, is invisible even under the same name.
//
// Every method may block until ctx is done, may be called from several
// goroutines at once, and is idempotent: creating what is there already with
// the same meaning, or removing what is gone, succeeds and changes nothing.
// Errors carry a code of internal/errs: Unavailable when the engine does not
// answer (a retry may help), NotFound for a named thing that is gone, Failed for
// what the engine refused, with its reason. No error, log line or progress
// message holds the content of a File.
//
// Every container an engine makes has a restart policy (jobs excepted), memory
// and pids limits, no-new-privileges, all capabilities dropped but the unit's
// own, bounded logs, and no health check of the engine's.
type Engine interface {
	// Info describes the engine; it fails with Unavailable when nothing
	// answers and with Denied when we may not talk to it.
	Info(ctx context.Context) (EngineInfo, error)

	// Look returns what there is of this chaton, all from one moment.
	Look(ctx context.Context) (Actual, error)

	// EnsureImage makes the image present and returns the engine's id for it.
	// What is present already (by digest, by content of the build) is not
	// fetched or built again. Progress lines go to progress, which may be nil;
	// what a build or the engine itself prints is in no language but its own.
	EnsureImage(ctx context.Context, image Image, progress func(line text.Text)) (id string, err error)

	// ImagePresent says whether EnsureImage would have nothing to do.
	ImagePresent(ctx context.Context, image Image) (bool, error)

	// CreateNetwork makes the service's network with a subnet that collides
	// neither with another network of the engine nor with a route of the host.
	// A network that differs in egress is an error: remove it first.
	CreateNetwork(ctx context.Context, service Name, egress bool) error

	// RemoveNetwork removes the service's network; units of other services
	// are disconnected from it first.
	RemoveNetwork(ctx context.Context, service Name) error

	// Connect puts a running or created unit into another service's network
	// too, under host, at that network's reserved address.
	Connect(ctx context.Context, unitID string, other Name, host string) error

	// CreateVolume makes a volume of the service.
	CreateVolume(ctx context.Context, service Name, volume Volume) error

	// RemoveVolume removes a volume and its data for good.
	RemoveVolume(ctx context.Context, service Name, volume Name) error

	// CreateUnit creates the container of a unit from the image with the given
	// id, copies its files in and gives it a fixed address in the service's
	// network; it does not start it. The unit finds the service's AtGateway names at
	// its network's bridge, where what listens on the machine answers, and its
	// AtDirectory names at the address kept for the directory. hash is kept in a label. Several
	// containers of one unit may exist side by side when their hashes differ.
	CreateUnit(ctx context.Context, s Service, u Unit, hash, imageID string) (id string, err error)

	// StartUnit starts a created or stopped unit.
	StartUnit(ctx context.Context, id string) error

	// StopUnit asks the unit to stop and kills it after timeout.
	StopUnit(ctx context.Context, id string, timeout time.Duration) error

	// RemoveUnit removes a container, running or not. Volumes stay.
	RemoveUnit(ctx context.Context, id string) error

	// Exec runs a command inside a running unit and returns its exit code and
	// combined output, of which at most 64 KiB are kept. The command line is visible on the
	// machine: no secrets in it; stdin (may be nil) is where they go.
	Exec(ctx context.Context, id string, command []string, stdin io.Reader) (Result, error)

	// RunJob runs a unit once to its end, in the service's network with its
	// volumes, and removes the container whatever happens.
	RunJob(ctx context.Context, s Service, u Unit, imageID string) (Result, error)

	// Logs copies the unit's output to w, oldest first; with Follow it goes on
	// until ctx is done or the unit ends.
	Logs(ctx context.Context, id string, o LogOptions, w io.Writer) error
}

// EngineInfo describes an engine.
type EngineInfo struct {
	Name       string `json:"name"` // "Docker", "memory"
	Version    string `json:"version"`
	API        string `json:"api"`
	OS         string `json:"os"` // the machine's distribution
	Kernel     string `json:"kernel"`
	CPUs       int    `json:"cpus"`
	Memory     int64  `json:"memory"`      // bytes
	Root       string `json:"root"`        // where it keeps its data
	Containers int    `json:"containers"`  // of everybody
	Rootless   bool   `json:"rootless"`    // does it run without root
	HostNetOK  bool   `json:"host_net_ok"` // does host networking reach the machine
}

// Result is what a command inside a container left behind.
type Result struct {
	ExitCode int
	Output   string // stdout and stderr as they came; the last 64 KiB
}

// LogOptions says which log lines are wanted.
type LogOptions struct {
	Tail       int       // last lines only; 0 is all
	Since      time.Time // zero is from the start
	Follow     bool
	Timestamps bool
}
