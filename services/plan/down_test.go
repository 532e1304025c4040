package plan

import (
	"slices"
	"testing"

	"ronron/services"
)

// The daemon that carries the plan out has the shared volumes mounted: a step
// that removes one could only fail.
func TestDown_LeavesSharedVolumesToWhoRemovesTheDaemon(t *testing.T) {
	p := Down(services.Actual{Volumes: []services.ActualVolume{
		{Service: "gateway", Volume: "run", Shared: true},
		{Service: "wiki", Volume: "data"},
	}}, true)
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	if want := []string{"wiki/remove-volume/data"}; !slices.Equal(ids, want) {
		t.Errorf("steps %v, want %v", ids, want)
	}
}
