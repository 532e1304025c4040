package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"ronron/services"
)

// Input is everything a plan depends on, looked up beforehand.
type Input struct {
	Wanted  []services.Service // with defaults, in the order of the host's file
	Actual  services.Actual
	HashKey []byte // of services.Service.Hash

	// ImagesPresent tells, by Image.Key, which images need no pull or build.
	ImagesPresent map[string]bool
	// Unhealthy holds the ids of running units that failed a probe just now.
	Unhealthy map[string]bool
	// JobsDue tells, by service and unit, where an installer or a migration has
	// still to run.
	JobsDue map[services.Name]map[services.Name]bool
	// Accounts and WantedAccounts are fingerprints of the services' accounts
	// in the directory, as last made and as wanted.
	Accounts       map[services.Name]string
	WantedAccounts map[services.Name]string
	// Directory is the service that holds the accounts; empty when an LDAP
	// server elsewhere does.
	Directory services.Name
	// PublishDue says that what is served differs from what the file wants,
	// even if no unit changes.
	PublishDue bool
}

// PublishID is the id of the last step of every plan that has one.
const PublishID = "publish"

// Diff returns the plan that leads from in.Actual to in.Wanted.
func Diff(in Input) (Plan, error) {
	d := differ{Input: in, unitSteps: map[services.Name][]string{}, wanted: map[services.Name]bool{}, leaving: map[string]bool{}}
	ordered, err := inOrder(in.Wanted, in.Directory)
	if err != nil {
		return Plan{}, err
	}
	for _, s := range ordered {
		d.wanted[s.Name] = true
	}
	for _, s := range ordered {
		if err := d.service(s); err != nil {
			return Plan{}, err
		}
	}
	d.unwanted()
	if in.PublishDue || len(d.steps) > 0 {
		d.add(Step{ID: PublishID, Action: Publish, Target: "routes", Reason: d.publishReason()})
	}
	base, err := in.base()
	if err != nil {
		return Plan{}, err
	}
	return Plan{Base: base, Steps: d.steps}, nil
}

type differ struct {
	Input
	steps     []Step
	wanted    map[services.Name]bool
	unitSteps map[services.Name][]string // ids of the steps after which a service's units run
	// directoryMoves: the directory's container is made anew in this plan, so
	// its connections to other networks must be too.
	directoryMoves bool
	leaving        map[string]bool // ids of containers that this plan removes
}

func (d *differ) add(s Step) string {
	d.steps = append(d.steps, s)
	return s.ID
}

func (d *differ) publishReason() Reason {
	if len(d.steps) > 0 {
		return Moved
	}
	return Different
}

// service adds the steps of one wanted service.
func (d *differ) service(s services.Service) error {
	units := d.unitsOf(s.Name)
	needs, rebuilt := d.network(s, units)
	if rebuilt {
		units = nil // removed together with the network
	}
	needs = append(needs, d.volumes(s)...)
	if s.Directory && d.Directory != "" {
		needs = append(needs, d.directory(s)...)
	}
	for _, n := range s.Needs {
		needs = append(needs, d.unitSteps[n]...)
	}

	order, err := s.StartOrder()
	if err != nil {
		return err
	}
	stepOf := map[services.Name]string{}
	images := map[string]string{}
	for _, u := range order {
		unitNeeds := slices.Clone(needs)
		for _, n := range u.Needs {
			if id := stepOf[n]; id != "" {
				unitNeeds = append(unitNeeds, id)
			}
		}
		step, ok := d.unit(s, u, units)
		if !ok {
			continue
		}
		if step.Action == CreateUnit || step.Action == ReplaceUnit {
			if id := d.image(s, u, images); id != "" {
				unitNeeds = append(unitNeeds, id)
			}
			if s.Name == d.Directory {
				d.directoryMoves = true
			}
		}
		slices.Sort(unitNeeds)
		step.Needs = slices.Compact(unitNeeds)
		stepOf[u.Name] = d.add(step)
		d.unitSteps[s.Name] = append(d.unitSteps[s.Name], step.ID)
	}
	d.leftOvers(s, order, units, stepOf)
	return nil
}

// network makes sure of the service's network. One that differs is replaced,
// which takes the service's containers with it: their addresses belong to it.
func (d *differ) network(s services.Service, units []services.ActualUnit) (needs []string, rebuilt bool) {
	if s.HostNetwork {
		return nil, false
	}
	step := Step{ID: id(s.Name, CreateNetwork), Service: s.Name, Action: CreateNetwork, Target: "network", Reason: Missing}
	if have, ok := d.networkOf(s.Name); ok {
		if have.Egress == s.Egress {
			return nil, false
		}
		for _, u := range units {
			needs = append(needs, d.add(Step{
				ID: removal(u), Service: s.Name, Action: RemoveUnit,
				Target: string(u.Unit), UnitID: u.ID, Reason: Moved,
			}))
		}
		gone := d.add(Step{ID: id(s.Name, RemoveNetwork), Service: s.Name, Action: RemoveNetwork, Target: "network", Reason: Different, Needs: needs})
		step.Reason, step.Needs, rebuilt = Different, []string{gone}, true
	}
	return []string{d.add(step)}, rebuilt
}

func (d *differ) volumes(s services.Service) (needs []string) {
	for _, v := range s.Volumes {
		if !d.hasVolume(s.Name, v.Name) {
			needs = append(needs, d.add(Step{
				ID: id(s.Name, CreateVolume, string(v.Name)), Service: s.Name, Action: CreateVolume, Target: string(v.Name), Reason: Missing,
			}))
		}
	}
	return needs
}

// directory connects the directory to the service's network and makes the
// service's account there.
func (d *differ) directory(s services.Service) (needs []string) {
	network := id(s.Name, CreateNetwork)
	if d.directoryMoves || d.hasStep(network) || !d.directoryConnected(s.Name) {
		reason := Missing
		if d.directoryMoves && !d.hasStep(network) {
			reason = Moved
		}
		after := slices.Clone(d.unitSteps[d.Directory])
		if d.hasStep(network) {
			after = append(after, network)
		}
		needs = append(needs, d.add(Step{
			ID: id(s.Name, Connect, string(d.Directory)), Service: s.Name, Action: Connect,
			Target: string(d.Directory), Reason: reason, Needs: after,
		}))
	}
	if want := d.WantedAccounts[s.Name]; want != "" && want != d.Accounts[s.Name] {
		reason := Missing
		if d.Accounts[s.Name] != "" {
			reason = Different
		}
		needs = append(needs, d.add(Step{
			ID: id(s.Name, EnsureAccount), Service: s.Name, Action: EnsureAccount,
			Target: "directory account", Reason: reason, Needs: slices.Clone(d.unitSteps[d.Directory]),
		}))
	}
	return needs
}

// image adds a step for the unit's image when it is not there, once for all
// units that share it.
func (d *differ) image(s services.Service, u services.Unit, seen map[string]string) string {
	key := u.Image.Key()
	if d.ImagesPresent[key] {
		return ""
	}
	if step, ok := seen[key]; ok {
		return step
	}
	seen[key] = d.add(Step{
		ID: id(s.Name, EnsureImage, string(u.Name)), Service: s.Name, Action: EnsureImage, Target: imageName(u.Image), Reason: Missing,
	})
	return seen[key]
}

// unit decides what one unit needs; not ok means nothing.
func (d *differ) unit(s services.Service, u services.Unit, have []services.ActualUnit) (Step, bool) {
	hash := s.Hash(u, d.HashKey)
	var same *services.ActualUnit
	var others []services.ActualUnit
	for _, a := range have {
		switch {
		case a.Unit != u.Name:
		case a.Hash == hash:
			same = &a
		default:
			others = append(others, a)
		}
	}
	step := Step{Service: s.Name, Target: string(u.Name)}
	switch {
	case same != nil && same.State == services.StateRunning && !d.Unhealthy[same.ID]:
		if !d.JobsDue[s.Name][u.Name] {
			return Step{}, false // others, if any, are left over and removed
		}
		step.Action, step.Reason, step.UnitID = RunJobs, JobDue, same.ID
	case len(others) > 0:
		step.Action, step.Reason = ReplaceUnit, Different
		if same != nil {
			step.Reason = LeftOver // a replacement was interrupted; go on with it
		}
	case same == nil:
		step.Action, step.Reason = CreateUnit, Missing
	case same.State == services.StateRunning || same.State == services.StateRestarting:
		step.Action, step.Reason, step.UnitID = RestartUnit, Unhealthy, same.ID
	default:
		step.Action, step.Reason, step.UnitID = StartUnit, Stopped, same.ID
	}
	step.ID = id(s.Name, step.Action, string(u.Name))
	return step, true
}

// leftOvers removes containers that no wanted unit stands behind, and those of
// an interrupted replacement.
func (d *differ) leftOvers(s services.Service, wanted []services.Unit, have []services.ActualUnit, stepOf map[services.Name]string) {
	for _, a := range have {
		i := slices.IndexFunc(wanted, func(u services.Unit) bool { return u.Name == a.Unit })
		step := Step{ID: removal(a), Service: s.Name, Action: RemoveUnit, Target: string(a.Unit), UnitID: a.ID}
		switch {
		case i < 0:
			step.Reason = NotWanted
		case a.Hash != s.Hash(wanted[i], d.HashKey) && stepOf[a.Unit] != id(s.Name, ReplaceUnit, string(a.Unit)):
			step.Reason = LeftOver // a replacement removes the others itself
		default:
			continue
		}
		// Whoever needs this service waits for the removal too: what leaves may
		// still hold an address that the one that stays will be given.
		d.unitSteps[s.Name] = append(d.unitSteps[s.Name], d.add(step))
		d.leaving[a.ID] = true
	}
}

// unwanted removes the containers and networks of services that the file no
// longer has. Their volumes stay: data is only removed when asked for by name.
func (d *differ) unwanted() {
	var gone []string
	for _, u := range d.Actual.Units {
		if !d.wanted[u.Service] {
			gone = append(gone, d.add(Step{
				ID: removal(u), Service: u.Service, Action: RemoveUnit,
				Target: string(u.Unit), UnitID: u.ID, Reason: NotWanted,
			}))
		}
	}
	for _, n := range d.Actual.Networks {
		if !d.wanted[n.Service] {
			// After all removals: a container of another service may be in the
			// network too, and cannot be taken out while it is being removed.
			d.add(Step{
				ID: id(n.Service, RemoveNetwork), Service: n.Service, Action: RemoveNetwork,
				Target: "network", Reason: NotWanted, Needs: gone,
			})
		}
	}
	var accounts []services.Name
	for name := range d.Accounts {
		if d.WantedAccounts[name] == "" && d.Directory != "" && d.wanted[d.Directory] {
			accounts = append(accounts, name)
		}
	}
	slices.Sort(accounts)
	for _, name := range accounts {
		d.add(Step{
			ID: id(name, RemoveAccount), Service: name, Action: RemoveAccount, Target: "directory account",
			Reason: NotWanted, Needs: slices.Clone(d.unitSteps[d.Directory]),
		})
	}
}

func (d *differ) unitsOf(s services.Name) (units []services.ActualUnit) {
	for _, u := range d.Actual.Units {
		if u.Service == s {
			units = append(units, u)
		}
	}
	return units
}

func (d *differ) networkOf(s services.Name) (services.ActualNetwork, bool) {
	i := slices.IndexFunc(d.Actual.Networks, func(n services.ActualNetwork) bool { return n.Service == s })
	if i < 0 {
		return services.ActualNetwork{}, false
	}
	return d.Actual.Networks[i], true
}

func (d *differ) hasVolume(s, v services.Name) bool {
	return slices.ContainsFunc(d.Actual.Volumes, func(a services.ActualVolume) bool { return a.Service == s && a.Volume == v })
}

func (d *differ) hasStep(id string) bool {
	return slices.ContainsFunc(d.steps, func(s Step) bool { return s.ID == id })
}

// directoryConnected asks only the container that stays: one left over from an
// interrupted replacement is about to go, with its connections.
func (d *differ) directoryConnected(to services.Name) bool {
	for _, u := range d.unitsOf(d.Directory) {
		if slices.Contains(u.Connected, to) && !d.leaving[u.ID] {
			return true
		}
	}
	return false
}

// inOrder sorts services so that each comes after those it needs, the
// directory before all with accounts, and otherwise as they are written.
func inOrder(wanted []services.Service, directory services.Name) ([]services.Service, error) {
	names := map[services.Name]bool{}
	for _, s := range wanted {
		names[s.Name] = true
	}
	var order []services.Service
	done := map[services.Name]bool{}
	for len(order) < len(wanted) {
		before := len(order)
		for _, s := range wanted {
			waits := slices.ContainsFunc(s.Needs, func(n services.Name) bool { return names[n] && !done[n] }) ||
				s.Directory && names[directory] && !done[directory]
			if !done[s.Name] && !waits {
				done[s.Name] = true
				order = append(order, s)
			}
		}
		if len(order) == before {
			return nil, fmt.Errorf("services need each other in a ring")
		}
	}
	return order, nil
}

// base names what the plan was made from.
func (in Input) base() (string, error) {
	type unit struct {
		ID, Hash  string
		State     services.UnitState
		Unhealthy bool
		Connected []services.Name
	}
	var units []unit
	for _, u := range in.Actual.Units {
		units = append(units, unit{u.ID, u.Hash, u.State, in.Unhealthy[u.ID], u.Connected})
	}
	slices.SortFunc(units, func(a, b unit) int { return cmp.Compare(a.ID, b.ID) })
	var wanted []string
	for _, s := range in.Wanted {
		for _, u := range s.Units {
			wanted = append(wanted, string(s.Name)+"/"+string(u.Name)+"/"+s.Hash(u, in.HashKey))
		}
	}
	data, err := json.Marshal([]any{wanted, units, in.Actual.Networks, in.Actual.Volumes, in.Accounts, in.WantedAccounts, in.PublishDue, in.JobsDue})
	if err != nil {
		return "", fmt.Errorf("encode the base of a plan: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:12]), nil
}

func id(s services.Name, a Action, rest ...string) string {
	text := string(s) + "/" + string(a)
	for _, r := range rest {
		text += "/" + r
	}
	return text
}

// removal is the id of the step that removes a container: of one unit several
// may go in one plan.
func removal(u services.ActualUnit) string {
	return id(u.Service, RemoveUnit, string(u.Unit)+"-"+u.ID[:min(len(u.ID), 8)])
}

func imageName(i services.Image) string {
	switch {
	case i.Self:
		return "ronron"
	case i.Build != nil:
		return i.Build.Name
	default:
		return i.Reference
	}
}
