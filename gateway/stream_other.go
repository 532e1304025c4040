//go:build !linux

package gateway

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

type syscallConn = syscall.RawConn

// waitReadable lets the read itself wait: the gateway runs on Linux, and other
// systems compile it because the command line is the same binary.
func waitReadable(syscallConn) error { return nil }

func listenUDP(ctx context.Context, port int, _ bool) (*net.UDPConn, error) {
	addr := ":" + strconv.Itoa(port)
	var l net.ListenConfig
	c, err := l.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return nil, listenError(err, "stream", addr)
	}
	return c.(*net.UDPConn), nil
}

func replyWay([]byte) ([]byte, netip.Addr) { return nil, netip.Addr{} }
