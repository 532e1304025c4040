package gateway

import (
	"net/netip"
)

// maxStreamPorts bounds all streams together: each port is a socket.
const maxStreamPorts = 2000

// streams looks at the ports that are not HTTP.
func (ps *problems) streams(c Config) {
	taken := map[socketKey]string{}
	for key, addr := range map[string]string{"https_addr": c.HTTPSAddr, "http_addr": c.HTTPAddr} {
		if ap, err := netip.ParseAddrPort("[::]:" + port(addr)); err == nil {
			taken[socketKey{"tcp", int(ap.Port())}] = key
		}
	}
	total := 0
	for _, st := range c.Streams {
		if st.Service == "" {
			ps.add("stream %s %d names no service", st.Protocol, st.Public)
		}
		if st.Protocol != "tcp" && st.Protocol != "udp" {
			ps.add("stream %d has the protocol %q; it is tcp or udp", st.Public, st.Protocol)
		}
		first, n := st.Public, st.ports()
		if st.Count < 0 || first < 1 || n > maxStreamPorts || first+n-1 > 65535 {
			ps.add("stream %s %d: its ports are not between 1 and 65535", st.Protocol, first)
			continue
		}
		if st.Backend != "" {
			addr, err := netip.ParseAddrPort(st.Backend)
			if !isBackend(st.Backend) || err == nil && int(addr.Port())+n-1 > 65535 {
				ps.add("backend %q of stream %s %d is not an IP address with a port", st.Backend, st.Protocol, first)
			}
		}
		total += n
		for i := range n {
			key := socketKey{st.Protocol, first + i}
			if by := taken[key]; by != "" {
				ps.add("port %d (%s) is wanted by %s and by %s", key.port, key.protocol, by, st.Service)
				break
			}
			taken[key] = st.Service
		}
	}
	if total > maxStreamPorts {
		ps.add("the streams have %d ports; at most %d", total, maxStreamPorts)
	}
}

// ports returns how many ports the stream has.
func (st Stream) ports() int { return max(1, st.Count) }
