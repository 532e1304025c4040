package plan

import "ronron/services"

// Down returns the plan that removes every container and network, and with
// data every volume but the shared ones: the daemon itself has them mounted, so
// they go after it.
func Down(actual services.Actual, data bool) Plan {
	d := differ{Input: Input{Actual: actual}, wanted: map[services.Name]bool{}}
	d.unwanted()
	if !data {
		return Plan{Steps: d.steps}
	}
	// A built-in service may use another's shared volume, so all containers go first.
	var all []string
	for _, s := range d.steps {
		if s.Action == RemoveUnit {
			all = append(all, s.ID)
		}
	}
	for _, v := range actual.Volumes {
		if v.Shared {
			continue
		}
		d.add(Step{
			ID: id(v.Service, RemoveVolume, string(v.Volume)), Service: v.Service, Action: RemoveVolume,
			Target: string(v.Volume), Reason: NotWanted, LosesData: true, Needs: all,
		})
	}
	return Plan{Steps: d.steps}
}
