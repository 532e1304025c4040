package docker

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"strings"

	"ronron/internal/errs"
)

// pools are where services' networks take their subnets from. The later ones
// are for machines whose routes cover the first, as company networks on 10/8 do.
var pools = []netip.Prefix{
	netip.MustParsePrefix("10.213.0.0/16"),
	netip.MustParsePrefix("172.29.0.0/16"),
	netip.MustParsePrefix("192.168.208.0/20"),
}

// A service's network is a /28: .0 network, .1 bridge, units from .2 on, .14
// kept for the directory, .15 broadcast.
const (
	subnetBits      = 28
	bridgeOffset    = 1
	firstUnitOffset = 2
	lastUnitOffset  = 13
	reservedOffset  = 14
)

// freeSubnet returns the first subnet of the pools that overlaps nothing taken.
func freeSubnet(pools, taken []netip.Prefix) (netip.Prefix, error) {
	for _, pool := range pools {
		for subnet := netip.PrefixFrom(pool.Addr(), subnetBits); pool.Contains(subnet.Addr()); subnet = nextSubnet(subnet) {
			if !overlapsAny(subnet, taken) {
				return subnet, nil
			}
		}
	}
	return netip.Prefix{}, errs.New(errs.Failed, "No subnet is free for another network: every one of ours collides with a Docker network or a route of this machine.").
		WithHint("Remove Docker networks that nothing uses (docker network ls), or routes that cover %s.", pools[0])
}

func nextSubnet(p netip.Prefix) netip.Prefix {
	return netip.PrefixFrom(offset(p, 1<<(32-subnetBits)), p.Bits())
}

func overlapsAny(p netip.Prefix, others []netip.Prefix) bool {
	for _, o := range others {
		if p.Overlaps(o) {
			return true
		}
	}
	return false
}

// offset returns the address n after the subnet's first.
func offset(p netip.Prefix, n uint32) netip.Addr {
	first := p.Masked().Addr().As4()
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], binary.BigEndian.Uint32(first[:])+n)
	return netip.AddrFrom4(a)
}

// freeAddress returns the lowest address of the subnet for a unit that is not taken.
func freeAddress(subnet netip.Prefix, taken map[netip.Addr]bool) (netip.Addr, bool) {
	for n := uint32(firstUnitOffset); n <= lastUnitOffset; n++ {
		if a := offset(subnet, n); !taken[a] {
			return a, true
		}
	}
	return netip.Addr{}, false
}

// hostRoutes returns what the machine routes somewhere, without the default
// route. Where there is no such table (another system), Docker's own check
// has to do.
func hostRoutes() []netip.Prefix {
	f, err := os.Open("/proc/net/route")
	if err != nil {
		return nil
	}
	defer f.Close()
	return parseRoutes(f)
}

// parseRoutes reads the kernel's table: a line per route, with destination and
// mask in the second and eighth column as little-endian hexadecimal.
func parseRoutes(r io.Reader) []netip.Prefix {
	var routes []netip.Prefix
	for lines := bufio.NewScanner(r); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 8 {
			continue
		}
		destination, err1 := hex.DecodeString(f[1])
		mask, err2 := hex.DecodeString(f[7])
		if err1 != nil || err2 != nil || len(destination) != 4 || len(mask) != 4 {
			continue // the heading
		}
		bits := 0
		for m := binary.LittleEndian.Uint32(mask); m != 0; m <<= 1 {
			bits++
		}
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], binary.LittleEndian.Uint32(destination))
		if bits > 0 {
			routes = append(routes, netip.PrefixFrom(netip.AddrFrom4(a), bits).Masked())
		}
	}
	return routes
}
