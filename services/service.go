// Package services is what Ronron runs: services made of units, and the
// contract of the engine that runs them.
//
// A Service is fully resolved: every expression of its recipe evaluated, every
// secret filled in. It is data; nothing here waits, looks or changes anything.
// Drivers live in services/docker (the real one) and services/memory (for
// tests and for trying plans); both pass services/enginetest.
package services

import (
	"net/netip"
	"time"

	"ronron/internal/text"
)

// Service is one recipe deployed under a name.
type Service struct {
	Name          Name     `json:"name"`
	Recipe        string   `json:"recipe"`
	RecipeVersion string   `json:"recipe_version"`
	Units         []Unit   `json:"units"`             // in order of declaration
	Volumes       []Volume `json:"volumes,omitempty"` // what holds data
	Egress        bool     `json:"egress"`            // may its units call out to other networks
	// Directory says that the service has accounts: the directory's unit is
	// connected to its network, under the directory's host name.
	Directory bool `json:"directory"`
	// AtGateway are the gateway's host names that the units find at the bridge of
	// their own network, where it listens too: a way to it for those that have none out.
	AtGateway []string `json:"at_gateway,omitempty"`
	// AtDirectory are names that the units find at the address kept for the
	// directory in their network, running or not: the engine forgets the name of
	// a directory that is stopped, and a resolver then asks in vain for ten seconds.
	AtDirectory []string `json:"at_directory,omitempty"`
	// HostNetwork puts the units into the machine's own network. Only services
	// built into Ronron (the gateway) may; no recipe can ask for it.
	HostNetwork bool   `json:"host_network,omitempty"`
	Needs       []Name `json:"needs,omitempty"` // services that must be healthy first

	Jobs      []Job      `json:"jobs,omitempty"` // in order of declaration
	Schedules []Schedule `json:"schedules,omitempty"`
	Tools     []Tool     `json:"tools,omitempty"`
	Listens   []Listen   `json:"listens,omitempty"`
}

// Volume is a named place for data that outlives containers.
type Volume struct {
	Name Name `json:"name"`
	// Shared marks a volume that built-in services hand each other (daemon to
	// gateway, daemon to portal). No recipe can ask for it.
	Shared bool `json:"shared,omitempty"`
}

// Unit is one container of a service.
type Unit struct {
	Name         Name              `json:"name"`
	Image        Image             `json:"image"`
	Entrypoint   []string          `json:"entrypoint,omitempty"` // empty: the image's
	Command      []string          `json:"command,omitempty"`    // empty: the image's
	User         string            `json:"user,omitempty"`       // "" is the image's; otherwise uid:gid or name
	Environment  map[string]string `json:"environment,omitempty"`
	Mounts       []Mount           `json:"mounts,omitempty"`
	Tmpfs        []string          `json:"tmpfs,omitempty"` // paths kept in memory, lost at each start
	Files        []File            `json:"files,omitempty"` // copied in before the first start
	Health       Health            `json:"health"`
	Limits       Limits            `json:"limits"`
	Capabilities []string          `json:"capabilities,omitempty"` // kept of those that are otherwise all dropped, without CAP_
	ReadOnly     bool              `json:"read_only"`              // root filesystem cannot be written
	Needs        []Name            `json:"needs,omitempty"`        // units of the same service that must be healthy first
	StopTimeout  time.Duration     `json:"stop_timeout,omitempty"` // how long it may take to stop; 0 is 10 s
	Ports        []Port            `json:"ports,omitempty"`
	// Overlaps says that a successor may run beside it although it writes a
	// volume or holds ports of the machine. Only built-in units may.
	Overlaps bool `json:"overlaps,omitempty"`
}

// Port is a TCP port that a unit listens on inside its network.
type Port struct {
	Name   Name `json:"name"`
	Number int  `json:"number"`
}

// Mount shows a volume of the same service at a path of the unit.
type Mount struct {
	Volume   Name   `json:"volume"`
	Path     string `json:"path"`
	ReadOnly bool   `json:"read_only,omitempty"`
	// Owner is the service whose volume it is; empty is the unit's own. Only
	// built-in services may name another, and only its shared volumes.
	Owner Name `json:"owner,omitempty"`
}

// File is content that is copied into a created container before it starts.
// Secret content is never shown: not in a plan, a log, or JSON.
type File struct {
	Path    string `json:"path"`
	Content []byte `json:"-"`
	Mode    uint32 `json:"mode"` // permission bits; 0 is 0644, or 0400 where Secret
	UID     int    `json:"uid"`
	GID     int    `json:"gid"`
	Secret  bool   `json:"secret"`
}

// Limits bounds what a unit may take from the machine. Every unit has them.
type Limits struct {
	Memory int64   `json:"memory"` // bytes
	CPUs   float64 `json:"cpus"`   // cores; 0 is no bound
	PIDs   int64   `json:"pids"`   // processes and threads
}

// Health says how to tell that a unit does its work. Ronron probes from
// outside the container, because an exec check costs some 66 ms of CPU each
// time; exec is for software that has no other way.
type Health struct {
	Kind    HealthKind    `json:"kind"`
	Port    Name          `json:"port,omitempty"`    // http, tcp
	Path    string        `json:"path,omitempty"`    // http
	Host    string        `json:"host,omitempty"`    // http: Host header, for software that insists on its own name
	Status  []int         `json:"status,omitempty"`  // http: what counts as healthy; empty is 200 to 399
	Command []string      `json:"command,omitempty"` // exec: exit 0 is healthy
	Timeout time.Duration `json:"timeout,omitempty"` // of one probe; 0 is 5 s
	Within  time.Duration `json:"within,omitempty"`  // from start to first healthy; 0 is 60 s
}

// HealthKind is how a unit is probed.
type HealthKind string

// The kinds of probes. HealthRunning asks only that the unit keeps running.
const (
	HealthHTTP    HealthKind = "http"
	HealthTCP     HealthKind = "tcp"
	HealthExec    HealthKind = "exec"
	HealthRunning HealthKind = "running"
	// HealthAsked is for built-in units that the daemon asks over a socket of
	// their own; no recipe can have it.
	HealthAsked HealthKind = "asked"
)

// Image says where a unit's image comes from: exactly one of Reference, Build
// and Self is set.
type Image struct {
	Reference string `json:"reference,omitempty"` // name:tag@sha256:…, pulled
	Build     *Build `json:"build,omitempty"`     // built on this engine
	Self      bool   `json:"self,omitempty"`      // the ronron binary itself
	// SelfID is the id of the self image, set where Self is: a new binary is a
	// new image.
	SelfID string `json:"self_id,omitempty"`
}

// Build is a Dockerfile with everything it needs beside it.
type Build struct {
	Name  string            `json:"name"`           // "ronron/dokuwiki", without a tag: the content's hash becomes it
	Files map[string][]byte `json:"-"`              // build context by path; holds "Dockerfile"
	Args  map[string]string `json:"args,omitempty"` // build arguments; never secret
	// Sources are unpacked into the context; their sums are part of the tag.
	Sources []Source `json:"-"`
}

// Actual is what an engine runs of one chaton at one moment, in a stable order.
type Actual struct {
	Units    []ActualUnit    `json:"units"`
	Networks []ActualNetwork `json:"networks"`
	Volumes  []ActualVolume  `json:"volumes"`
}

// ActualUnit is a container that carries our label.
type ActualUnit struct {
	ID       string     `json:"id"` // the engine's
	Service  Name       `json:"service"`
	Unit     Name       `json:"unit"`
	Hash     string     `json:"hash"`  // of the wanted unit it was made from
	Image    string     `json:"image"` // the engine's image id
	State    UnitState  `json:"state"`
	ExitCode int        `json:"exit_code"`
	Error    string     `json:"error,omitempty"` // what the engine says of a failed start
	Restarts int        `json:"restarts"`
	Started  time.Time  `json:"started"`
	Address  netip.Addr `json:"address"` // in its own service's network
	// Connected lists the services whose networks the unit is also in.
	Connected []Name `json:"connected,omitempty"`
}

// UnitState is what the engine says of a container.
type UnitState string

// The states of a unit.
const (
	StateCreated    UnitState = "created"
	StateRunning    UnitState = "running"
	StateRestarting UnitState = "restarting"
	StateExited     UnitState = "exited"
)

// In is the state as people read it; "missing" is said of a unit that has no
// container.
func (s UnitState) In(lang text.Lang) string {
	switch s {
	case StateCreated:
		return text.Of("created").In(lang)
	case StateRunning:
		return text.Of("running").In(lang)
	case StateRestarting:
		return text.Of("restarting").In(lang)
	case StateExited:
		return text.Of("exited").In(lang)
	case "missing":
		return text.Of("missing").In(lang)
	}
	return string(s)
}

// ActualNetwork is the network of one service.
type ActualNetwork struct {
	Service Name         `json:"service"`
	Subnet  netip.Prefix `json:"subnet"`
	Egress  bool         `json:"egress"`
}

// ActualVolume is a volume that carries our label.
type ActualVolume struct {
	Service Name      `json:"service"`
	Volume  Name      `json:"volume"`
	Shared  bool      `json:"shared,omitempty"`
	Created time.Time `json:"created"`
}
