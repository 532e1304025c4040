// Package plan compares what is wanted with what runs and says which steps
// lead from one to the other. It does no I/O: the same input gives the same
// plan, byte for byte.
package plan

import (
	"slices"

	"ronron/services"
)

// Plan is the way from what runs to what is wanted.
type Plan struct {
	Base  string `json:"base"` // of what the plan was made from; apply refuses when it has moved
	Steps []Step `json:"steps"`
}

// Empty says whether there is nothing to do. It is the only place that decides.
func (p Plan) Empty() bool { return len(p.Steps) == 0 }

// LosesData says whether any step can lose data.
func (p Plan) LosesData() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.LosesData })
}

// Step is one change. Steps without Needs between them may run at the same time.
type Step struct {
	ID      string        `json:"id"` // "wiki/create/web"; unique in the plan
	Service services.Name `json:"service"`
	Action  Action        `json:"action"`
	Target  string        `json:"target"` // unit, volume, image…
	// Reason explains, never decides: why the step is there.
	Reason    Reason   `json:"reason"`
	LosesData bool     `json:"loses_data,omitempty"`
	Needs     []string `json:"needs,omitempty"` // ids of steps that must have succeeded
	// UnitID names the container that is meant, for steps about one that exists.
	UnitID string `json:"unit_id,omitempty"`
}

// Action is what a step does.
type Action string

// The actions.
const (
	EnsureImage   Action = "image" // pull or build
	CreateNetwork Action = "create-network"
	RemoveNetwork Action = "remove-network"
	CreateVolume  Action = "create-volume"
	RemoveVolume  Action = "remove-volume"
	EnsureAccount Action = "account" // the service's own account in the directory
	RemoveAccount Action = "remove-account"
	ReplaceUnit   Action = "replace" // create, stop the old one, start, wait until healthy, remove the old one
	CreateUnit    Action = "create"  // create, start, wait until healthy
	StartUnit     Action = "start"   // start what is stopped, wait until healthy
	RestartUnit   Action = "restart" // stop, start, wait until healthy
	RunJobs       Action = "jobs"    // installers and migrations of a unit that runs
	Connect       Action = "connect" // the directory to a service's network
	RemoveUnit    Action = "remove"
	Publish       Action = "publish" // routes, certificates, the portal's and the charter's facts
)

// Reason is why a step is there.
type Reason string

// The reasons.
const (
	Missing   Reason = "missing"    // it does not exist
	Different Reason = "different"  // it was made from something else than is wanted
	Stopped   Reason = "stopped"    // it exists but does not run
	Unhealthy Reason = "unhealthy"  // it runs but does not answer as it should
	NotWanted Reason = "not wanted" // the file no longer has it
	LeftOver  Reason = "left over"  // of an interrupted change
	JobDue    Reason = "job due"    // an installer or migration has not run yet
	Moved     Reason = "moved"      // something it depends on is made anew
)
