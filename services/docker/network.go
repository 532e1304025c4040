package docker

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"ronron/internal/errs"
	"ronron/services"
)

// CreateNetwork makes the service's bridge network on a subnet of our own
// choice. Docker would otherwise take a /16 or /20 each time and run out after
// some thirty networks.
func (e *Engine) CreateNetwork(ctx context.Context, service services.Name, egress bool) error {
	e.choosing.Lock()
	defer e.choosing.Unlock()
	there, err := e.findNetwork(ctx, service)
	if err == nil {
		if there.Internal == egress {
			return errs.New(errs.Conflict, "The network of %s exists, with a different way out.", service).
				WithHint("Remove the network first; its units have to be made again.")
		}
		return nil
	}
	if errs.CodeOf(err) != errs.NotFound {
		return err
	}
	taken, err := e.takenSubnets(ctx)
	if err != nil {
		return err
	}
	// Another chaton may take the same subnet between our look and our call;
	// then Docker says so and the next one is tried.
	for {
		subnet, err := freeSubnet(pools, taken)
		if err != nil {
			return err
		}
		_, err = e.api.NetworkCreate(ctx, e.networkName(service), network.CreateOptions{
			Driver:   "bridge",
			Internal: !egress,
			IPAM:     &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet.String(), Gateway: offset(subnet, bridgeOffset).String()}}},
			Options:  map[string]string{"com.docker.network.bridge.enable_icc": "true"},
			Labels:   e.labels(service, nil),
		})
		if err == nil || !subnetTaken(err) {
			return fault(err, "The network of %s cannot be made", service)
		}
		taken = append(taken, subnet)
	}
}

func (e *Engine) networkName(service services.Name) string {
	return string(e.chaton) + "-" + string(service)
}

func subnetTaken(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "pool overlaps") || strings.Contains(text, "overlaps with existing") || strings.Contains(text, "conflicts with network")
}

// takenSubnets returns what no new subnet may overlap.
func (e *Engine) takenSubnets(ctx context.Context) ([]netip.Prefix, error) {
	all, err := e.api.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return nil, fault(err, "Networks cannot be listed")
	}
	taken := hostRoutes()
	for _, n := range all {
		for _, c := range n.IPAM.Config {
			if p, err := netip.ParsePrefix(c.Subnet); err == nil {
				taken = append(taken, p)
			}
		}
	}
	return taken, nil
}

func (e *Engine) networks(ctx context.Context, more ...string) ([]network.Summary, error) {
	filter := labelFilter(append([]string{labelChaton, string(e.chaton)}, more...)...)
	list, err := e.api.NetworkList(ctx, network.ListOptions{Filters: filter})
	if err != nil {
		return nil, fault(err, "Networks cannot be listed")
	}
	return list, nil
}

func (e *Engine) findNetwork(ctx context.Context, service services.Name) (network.Summary, error) {
	list, err := e.networks(ctx, labelService, string(service))
	if err != nil {
		return network.Summary{}, err
	}
	if len(list) == 0 {
		return network.Summary{}, errs.New(errs.NotFound, "There is no network of %s.", service)
	}
	return list[0], nil
}

func subnetOf(n network.Summary) netip.Prefix {
	for _, c := range n.IPAM.Config {
		if p, err := netip.ParsePrefix(c.Subnet); err == nil {
			return p
		}
	}
	return netip.Prefix{}
}

// RemoveNetwork removes the service's network. Stopped units of other services
// are taken out of it too: they could not start again without it.
func (e *Engine) RemoveNetwork(ctx context.Context, service services.Name) error {
	n, err := e.findNetwork(ctx, service)
	if errs.CodeOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := e.removeJobs(ctx, service, ""); err != nil {
		return err
	}
	containers, err := e.containers(ctx)
	if err != nil {
		return err
	}
	for _, c := range containers {
		switch {
		case !isIn(c, n):
		case c.Labels[labelService] == string(service):
			return errs.New(errs.Conflict, "The network of %s still has the unit %s in it.", service, c.Labels[labelUnit]).
				WithHint("Remove the service's units first.")
		default:
			if err := e.disconnect(ctx, n.ID, c.ID); err != nil {
				return err
			}
		}
	}
	if err := e.disconnectRest(ctx, n.ID); err != nil {
		return err
	}
	if err := e.removeLooseFiles(ctx, service); err != nil {
		return err
	}
	if err := e.api.NetworkRemove(ctx, n.ID); err != nil && !cerrdefs.IsNotFound(err) {
		return fault(err, "The network of %s cannot be removed", service)
	}
	return nil
}

func isIn(c container.Summary, n network.Summary) bool {
	if c.NetworkSettings == nil {
		return false
	}
	for name, ep := range c.NetworkSettings.Networks {
		if endpointIn(name, ep, n) {
			return true
		}
	}
	return false
}

// endpointIn says whether an endpoint, noted under name, lies in the network.
// Older engines note the network's id only once the container has started.
func endpointIn(name string, ep *network.EndpointSettings, n network.Summary) bool {
	return ep.NetworkID == n.ID || ep.NetworkID == "" && (name == n.Name || name == n.ID)
}

// disconnectRest takes out whatever somebody put into our network by hand.
func (e *Engine) disconnectRest(ctx context.Context, networkID string) error {
	full, err := e.api.NetworkInspect(ctx, networkID, network.InspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fault(err, "The network cannot be looked at")
	}
	for id := range full.Containers {
		if err := e.disconnect(ctx, networkID, id); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) disconnect(ctx context.Context, networkID, containerID string) error {
	err := e.api.NetworkDisconnect(ctx, networkID, containerID, true)
	if err == nil || cerrdefs.IsNotFound(err) || strings.Contains(err.Error(), "is not connected to") {
		return nil
	}
	return fault(err, "A container cannot be taken out of the network")
}

// Connect puts a unit into another service's network at its reserved address.
func (e *Engine) Connect(ctx context.Context, unitID string, other services.Name, host string) error {
	c, err := e.own(ctx, unitID)
	if err != nil {
		return err
	}
	n, err := e.findNetwork(ctx, other)
	if err != nil {
		return err
	}
	address := offset(subnetOf(n), reservedOffset).String()
	for name, ep := range c.NetworkSettings.Networks {
		if !endpointIn(name, ep, n) {
			continue
		}
		if ep.IPAMConfig != nil && ep.IPAMConfig.IPv4Address == address && slices.Contains(ep.Aliases, host) {
			return nil
		}
		if err := e.disconnect(ctx, n.ID, c.ID); err != nil {
			return err
		}
	}
	err = e.api.NetworkConnect(ctx, n.ID, c.ID, &network.EndpointSettings{
		IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: address},
		Aliases:    []string{host},
	})
	return fault(err, "The unit cannot be connected to the network of %s", other)
}
