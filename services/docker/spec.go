package docker

import (
	"context"
	"maps"
	"net/netip"
	"slices"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"

	"ronron/internal/errs"
	"ronron/services"
)

// spec is a container in Docker's words.
type spec struct {
	config     *container.Config
	host       *container.HostConfig
	network    *network.NetworkingConfig
	fileMounts []string // directories that take the files of a read-only unit
}

func (e *Engine) spec(ctx context.Context, s services.Service, u services.Unit, imageID string, more map[string]string) (spec, error) {
	facts, err := e.facts(ctx)
	if err != nil {
		return spec{}, err
	}
	mounts, err := e.mounts(ctx, s.Name, u)
	if err != nil {
		return spec{}, err
	}
	sp := spec{fileMounts: fileMounts(u)}
	labels := e.labels(s.Name, more)
	labels[labelUnit] = string(u.Name)
	for _, dir := range sp.fileMounts {
		mounts = append(mounts, mount.Mount{Type: mount.TypeVolume, Target: dir, VolumeOptions: &mount.VolumeOptions{
			Labels: e.labels(s.Name, map[string]string{labelUnit: string(u.Name), labelFiles: "true"}),
		}})
	}
	stop := int(u.StopTimeout.Seconds())
	sp.config = &container.Config{
		Image: imageID, Entrypoint: u.Entrypoint, Cmd: u.Command, User: u.User, Env: environment(u.Environment),
		Labels: labels, StopTimeout: &stop,
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
	sp.host = hardened(u.Limits, facts)
	sp.host.CapAdd = slices.Sorted(slices.Values(u.Capabilities))
	sp.host.ReadonlyRootfs = u.ReadOnly
	sp.host.Mounts = mounts
	sp.host.Tmpfs = tmpfs(u.Tmpfs)
	if init := facts.hasInit && !u.Image.Self; init {
		sp.host.Init = &init
	}
	return sp, e.place(ctx, s, u, &sp)
}

// hardened is what every container has, whatever its recipe says.
func hardened(l services.Limits, facts engineFacts) *container.HostConfig {
	memory := l.Memory
	if memory == 0 {
		memory = services.DefaultMemory
	}
	return &container.HostConfig{
		LogConfig:   container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "10m", "max-file": "3"}},
		CapDrop:     []string{"ALL"},
		SecurityOpt: []string{"no-new-privileges"},
		Resources: container.Resources{
			Memory:     memory,
			MemorySwap: memory, // equal: no swap on top
			PidsLimit:  &l.PIDs,
			// Docker refuses more than the machine has; then it is no bound anyway.
			NanoCPUs: int64(min(l.CPUs, facts.cpus) * 1e9),
		},
	}
}

func environment(vars map[string]string) []string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(vars)) {
		list = append(list, k+"="+vars[k])
	}
	return list
}

func tmpfs(paths []string) map[string]string {
	if len(paths) == 0 {
		return nil
	}
	all := map[string]string{}
	for _, p := range paths {
		all[p] = "rw,nosuid,nodev,noexec,mode=1777"
	}
	return all
}

// mounts names the volumes. They must exist: Docker would make missing ones
// silently, without our labels, and the unit would seem to work on no data.
func (e *Engine) mounts(ctx context.Context, service services.Name, u services.Unit) ([]mount.Mount, error) {
	var list []mount.Mount
	for _, m := range u.Mounts {
		owner := m.Owner
		if owner == "" {
			owner = service
		}
		v, err := e.findVolume(ctx, owner, m.Volume)
		if err != nil {
			return nil, err
		}
		if owner != service && v.Labels[labelShared] == "" {
			return nil, errs.New(errs.Invalid, "The unit %s/%s mounts the volume %s of %s, which is not shared.", service, u.Name, m.Volume, owner)
		}
		list = append(list, mount.Mount{Type: mount.TypeVolume, Source: v.Name, Target: m.Path, ReadOnly: m.ReadOnly})
	}
	return list, nil
}

// place gives the container its network and address and writes the address
// into a label, which stays true while the container is stopped.
func (e *Engine) place(ctx context.Context, s services.Service, u services.Unit, sp *spec) error {
	if s.HostNetwork {
		sp.host.NetworkMode = network.NetworkHost
		sp.config.Labels[labelAddress] = netip.AddrFrom4([4]byte{127, 0, 0, 1}).String()
		return nil
	}
	n, err := e.findNetwork(ctx, s.Name)
	if err != nil {
		return err
	}
	taken, err := e.takenAddresses(ctx, s.Name)
	if err != nil {
		return err
	}
	address, ok := freeAddress(subnetOf(n), taken)
	if !ok {
		return errs.New(errs.Failed, "The network of %s is full: %d containers hold its addresses.", s.Name, len(taken)).
			WithHint("Remove containers of the service that are not needed any more: docker ps -a --filter label=%s=%s", labelService, s.Name)
	}
	for _, host := range s.AtGateway {
		sp.host.ExtraHosts = append(sp.host.ExtraHosts, host+":"+offset(subnetOf(n), bridgeOffset).String())
	}
	for _, host := range s.AtDirectory {
		sp.host.ExtraHosts = append(sp.host.ExtraHosts, host+":"+offset(subnetOf(n), reservedOffset).String())
	}
	sp.config.Hostname = string(u.Name)
	sp.config.Labels[labelAddress] = address.String()
	sp.host.NetworkMode = container.NetworkMode(n.Name)
	sp.network = &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
		n.Name: {
			IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: address.String()},
			Aliases:    []string{string(u.Name), string(s.Name)},
		},
	}}
	return nil
}
