package docker

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"ronron/internal/errs"
)

func prefixes(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

func TestFreeSubnet(t *testing.T) {
	for name, c := range map[string]struct {
		pools, taken []netip.Prefix
		want         string
	}{
		"the first":                  {pools, nil, "10.213.0.0/28"},
		"after one of ours":          {pools, prefixes("10.213.0.0/28"), "10.213.0.16/28"},
		"in a gap":                   {pools, prefixes("10.213.0.0/28", "10.213.0.32/28"), "10.213.0.16/28"},
		"beside a smaller one":       {pools, prefixes("10.213.0.5/32"), "10.213.0.16/28"},
		"behind a larger one":        {pools, prefixes("10.213.0.0/24"), "10.213.1.0/28"},
		"others do not matter":       {pools, prefixes("172.17.0.0/16", "192.168.1.0/24"), "10.213.0.0/28"},
		"a route covers the pool":    {pools, prefixes("10.0.0.0/8"), "172.29.0.0/28"},
		"a route covers two pools":   {pools, prefixes("10.0.0.0/8", "172.16.0.0/12"), "192.168.208.0/28"},
		"the last of a pool":         {prefixes("10.0.0.0/27"), prefixes("10.0.0.0/28"), "10.0.0.16/28"},
		"IPv6 does not matter":       {pools, prefixes("fd00::/8"), "10.213.0.0/28"},
		"everything after is a pool": {prefixes("10.0.0.0/28", "10.1.0.0/28"), prefixes("10.0.0.0/28"), "10.1.0.0/28"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := freeSubnet(c.pools, c.taken)
			if err != nil || got.String() != c.want {
				t.Errorf("got %v %v, want %s", got, err, c.want)
			}
		})
	}
	_, err := freeSubnet(pools, prefixes("0.0.0.0/1", "128.0.0.0/1"))
	if errs.CodeOf(err) != errs.Failed || errs.HintOf(err) == "" {
		t.Errorf("where nothing is free: %v", err)
	}
}

func TestFreeAddress(t *testing.T) {
	subnet := netip.MustParsePrefix("10.213.0.16/28")
	taken := map[netip.Addr]bool{}
	var given []string
	for {
		a, ok := freeAddress(subnet, taken)
		if !ok {
			break
		}
		taken[a] = true
		given = append(given, a.String())
	}
	if len(given) != 12 || given[0] != "10.213.0.18" || given[11] != "10.213.0.29" {
		t.Errorf("addresses for units: %v", given)
	}
	if got := offset(subnet, reservedOffset).String(); got != "10.213.0.30" {
		t.Errorf("reserved address: %s", got)
	}
	delete(taken, netip.MustParseAddr("10.213.0.20"))
	if a, _ := freeAddress(subnet, taken); a.String() != "10.213.0.20" {
		t.Errorf("the lowest free address is not given: %v", a)
	}
}

func TestParseRoutes(t *testing.T) {
	const table = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0101A8C0	0003	0	0	0	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
tun0	0000000A	0101A8C0	0003	0	0	0	000000FF	0	0	0
eth0	0101A8C0	00000000	0005	0	0	0	FFFFFFFF	0	0	0
br0	1000D50A	00000000	0001	0	0	0	F0FFFFFF	0	0	0
broken line
`
	got := parseRoutes(strings.NewReader(table))
	want := prefixes("192.168.1.0/24", "10.0.0.0/8", "192.168.1.1/32", "10.213.0.16/28")
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
