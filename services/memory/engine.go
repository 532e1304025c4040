package memory

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// Engine is one chaton's view of a World.
type Engine struct {
	world  *World
	chaton services.ChatonID

	// All guarded by the world's lock.
	calls   []Call
	before  func(context.Context, Call) error
	scripts map[target]*script
	failing map[string]failure // by image key
}

var _ services.Engine = (*Engine)(nil)

// World returns the machine the engine belongs to.
func (e *Engine) World() *World { return e.world }

// begin records a call and locks the world; the caller unlocks it. On error
// nothing is locked.
func (e *Engine) begin(ctx context.Context, c Call) error {
	e.world.mu.Lock()
	e.calls = append(e.calls, c)
	before := e.before
	e.world.mu.Unlock()
	if before != nil {
		if err := before(ctx, c); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return errs.Wrap(err, errs.Interrupted, "%s was interrupted.", c)
	}
	e.world.mu.Lock()
	if e.world.down {
		e.world.mu.Unlock()
		return errs.New(errs.Unavailable, "The engine does not answer.").WithHint("Look whether it runs.")
	}
	return nil
}

// Info describes the engine.
func (e *Engine) Info(ctx context.Context) (services.EngineInfo, error) {
	if err := e.begin(ctx, Call{Method: "Info"}); err != nil {
		return services.EngineInfo{}, err
	}
	defer e.world.mu.Unlock()
	return services.EngineInfo{
		Name: "memory", Version: "1", API: "1", OS: "none", Kernel: "none", CPUs: 2, Memory: 8 << 30,
		Root: "memory", Containers: len(e.world.units), HostNetOK: true,
	}, nil
}

// Look returns what there is of this chaton.
func (e *Engine) Look(ctx context.Context) (services.Actual, error) {
	if err := e.begin(ctx, Call{Method: "Look"}); err != nil {
		return services.Actual{}, err
	}
	defer e.world.mu.Unlock()
	var a services.Actual
	for p, n := range e.world.networks {
		if p.chaton == e.chaton {
			a.Networks = append(a.Networks, services.ActualNetwork{Service: p.service, Subnet: n.subnet, Egress: n.egress})
		}
	}
	for p, v := range e.world.volumes {
		if p.chaton == e.chaton {
			a.Volumes = append(a.Volumes, services.ActualVolume{Service: p.service, Volume: p.name, Shared: v.Shared, Created: v.created})
		}
	}
	for _, u := range e.sortedUnits() {
		a.Units = append(a.Units, u.actual())
	}
	slices.SortFunc(a.Networks, func(x, y services.ActualNetwork) int { return cmp.Compare(x.Service, y.Service) })
	slices.SortFunc(a.Volumes, func(x, y services.ActualVolume) int {
		return cmp.Or(cmp.Compare(x.Service, y.Service), cmp.Compare(x.Volume, y.Volume))
	})
	return a, nil
}

// sortedUnits returns the chaton's units by service and name, the oldest first.
func (e *Engine) sortedUnits() []*unit {
	var list []*unit
	for _, u := range e.world.units {
		if u.chaton == e.chaton {
			list = append(list, u)
		}
	}
	slices.SortFunc(list, func(x, y *unit) int {
		return cmp.Or(cmp.Compare(x.service, y.service), cmp.Compare(x.spec.Name, y.spec.Name), cmp.Compare(x.made, y.made))
	})
	return list
}

// EnsureImage makes the image present, unless a script says that it fails.
func (e *Engine) EnsureImage(ctx context.Context, image services.Image, progress func(text.Text)) (string, error) {
	if err := e.begin(ctx, Call{Method: "EnsureImage", Target: image.Key()}); err != nil {
		return "", err
	}
	defer e.world.mu.Unlock()
	id := imageID(image)
	if _, present := e.world.images[id]; present {
		return id, nil
	}
	fail, fails := e.failing[image.Key()]
	if progress != nil {
		for _, line := range append([]string{"making " + image.Key() + " present"}, fail.lines...) {
			progress(text.Text{EN: line})
		}
	}
	if fails {
		return "", errs.New(errs.Failed, "The image %s cannot be made: %s.\n%s", image.Key(), fail.reason, strings.Join(fail.lines, "\n")).
			WithHint("Look at the lines above.")
	}
	e.world.images[id] = image.Key()
	return id, nil
}

func imageID(image services.Image) string {
	if image.Self && image.SelfID != "" {
		return image.SelfID
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(image.Key())))
}

// ImagePresent says whether EnsureImage would have nothing to do.
func (e *Engine) ImagePresent(ctx context.Context, image services.Image) (bool, error) {
	if err := e.begin(ctx, Call{Method: "ImagePresent", Target: image.Key()}); err != nil {
		return false, err
	}
	defer e.world.mu.Unlock()
	_, present := e.world.images[imageID(image)]
	return present, nil
}

// CreateNetwork makes the service's network.
func (e *Engine) CreateNetwork(ctx context.Context, service services.Name, egress bool) error {
	if err := e.begin(ctx, Call{Method: "CreateNetwork", Service: service}); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	p := place{chaton: e.chaton, service: service}
	if n := e.world.networks[p]; n != nil {
		if n.egress != egress {
			return errs.New(errs.Conflict, "The network of %s exists, with a different way out.", service).WithHint("Remove the network first.")
		}
		return nil
	}
	subnet, ok := e.world.freeSubnet()
	if !ok {
		return errs.New(errs.Failed, "No subnet is free for another network.")
	}
	e.world.networks[p] = &network{subnet, egress}
	return nil
}

// RemoveNetwork removes the service's network.
func (e *Engine) RemoveNetwork(ctx context.Context, service services.Name) error {
	if err := e.begin(ctx, Call{Method: "RemoveNetwork", Service: service}); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	for _, u := range e.sortedUnits() {
		if u.service == service && !u.hostNetwork {
			return errs.New(errs.Conflict, "The network of %s still has the unit %s in it.", service, u.spec.Name).WithHint("Remove the service's units first.")
		}
	}
	for _, u := range e.sortedUnits() {
		delete(u.connected, service)
	}
	delete(e.world.networks, place{chaton: e.chaton, service: service})
	return nil
}

// Connect puts a unit into another service's network at its reserved address.
func (e *Engine) Connect(ctx context.Context, unitID string, other services.Name, host string) error {
	if err := e.beginUnit(ctx, "Connect", unitID); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	u, err := e.own(unitID)
	if err != nil {
		return err
	}
	if e.world.networks[place{chaton: e.chaton, service: other}] == nil {
		return errs.New(errs.NotFound, "There is no network of %s.", other)
	}
	if u.state == services.StateRunning {
		if err := e.reservedFree(u, other); err != nil {
			return err
		}
	}
	u.connected[other] = host
	return nil
}

// reservedFree says whether the reserved address of a network may become u's.
func (e *Engine) reservedFree(u *unit, other services.Name) error {
	for _, v := range e.sortedUnits() {
		if _, in := v.connected[other]; in && v != u && v.state == services.StateRunning {
			return errs.New(errs.Conflict, "The reserved address of the network of %s is held by %s/%s.", other, v.service, v.spec.Name).
				WithHint("Stop that unit first.")
		}
	}
	return nil
}

// CreateVolume makes a volume of the service.
func (e *Engine) CreateVolume(ctx context.Context, service services.Name, v services.Volume) error {
	if err := e.begin(ctx, Call{Method: "CreateVolume", Service: service, Target: string(v.Name)}); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	p := place{e.chaton, service, v.Name}
	if e.world.volumes[p] == nil {
		e.world.volumes[p] = &volume{Volume: v, created: now(), files: files{}}
	}
	return nil
}

// RemoveVolume removes a volume and its data.
func (e *Engine) RemoveVolume(ctx context.Context, service, name services.Name) error {
	if err := e.begin(ctx, Call{Method: "RemoveVolume", Service: service, Target: string(name)}); err != nil {
		return err
	}
	defer e.world.mu.Unlock()
	p := place{e.chaton, service, name}
	for _, u := range e.sortedUnits() {
		for _, m := range u.mounts {
			if m.volume == e.world.volumes[p] && m.volume != nil {
				return errs.New(errs.Conflict, "The volume %s of %s is in use by %s/%s.", name, service, u.service, u.spec.Name)
			}
		}
	}
	delete(e.world.volumes, p)
	return nil
}

// freeAddress returns the lowest address of the service's network that no unit holds.
func (e *Engine) freeAddress(service services.Name, subnet netip.Prefix) (netip.Addr, bool) {
	taken := map[netip.Addr]bool{}
	for _, u := range e.sortedUnits() {
		if u.service == service {
			taken[u.address] = true
		}
	}
	for n := 2; n <= 13; n++ {
		if a := after(subnet.Addr(), n); !taken[a] {
			return a, true
		}
	}
	return netip.Addr{}, false
}
