package gateway

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

type syscallConn = syscall.RawConn

// waitReadable waits until a read would not wait, the deadline included.
func waitReadable(c syscallConn) error {
	return c.Read(func(fd uintptr) bool {
		var one [1]byte
		for {
			_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
			switch err {
			case syscall.EINTR:
				continue
			case syscall.EAGAIN:
				return false
			}
			return true // something to read, an end, or an error that the read will tell
		}
	})
}

// listenUDP opens a port for datagrams, under the same rules as listen. It
// learns to which of the machine's addresses each was sent.
func listenUDP(ctx context.Context, port int, sharedWithPredecessor bool) (*net.UDPConn, error) {
	addr := ":" + strconv.Itoa(port)
	if !sharedWithPredecessor {
		var alone net.ListenConfig
		c, err := alone.ListenPacket(ctx, "udp", addr)
		if err != nil {
			return nil, listenError(err, "stream", addr)
		}
		c.Close()
	}
	shared := net.ListenConfig{Control: func(network, address string, c syscall.RawConn) error {
		if err := reusePort(network, address, c); err != nil {
			return err
		}
		return c.Control(func(fd uintptr) {
			// Where that fails, replies leave from the address that the system picks.
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_RECVPKTINFO, 1)
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_PKTINFO, 1)
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1<<20)
		})
	}}
	c, err := shared.ListenPacket(ctx, "udp", addr)
	if err != nil {
		return nil, listenError(err, "stream", addr)
	}
	return c.(*net.UDPConn), nil
}

// replyWay makes of how a datagram came in the control message that has a reply
// leave from the address it was sent to. A machine has several addresses, and a
// client takes no answer from another than it asked.
func replyWay(oob []byte) ([]byte, netip.Addr) {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, netip.Addr{}
	}
	for _, m := range messages {
		switch {
		case m.Header.Level == syscall.IPPROTO_IPV6 && m.Header.Type == syscall.IPV6_PKTINFO && len(m.Data) >= 20:
			local := netip.AddrFrom16([16]byte(m.Data[:16]))
			if local.IsMulticast() {
				return nil, netip.Addr{}
			}
			data := append([]byte(nil), m.Data[:20]...)
			if !local.IsLinkLocalUnicast() {
				binary.NativeEndian.PutUint32(data[16:], 0) // any interface that routing finds
			}
			return controlMessage(syscall.IPPROTO_IPV6, syscall.IPV6_PKTINFO, data), local.Unmap()
		case m.Header.Level == syscall.IPPROTO_IP && m.Header.Type == syscall.IP_PKTINFO && len(m.Data) >= 12:
			local := netip.AddrFrom4([4]byte(m.Data[8:12])) // ipi_addr: where it was sent to
			if local.IsMulticast() {
				return nil, netip.Addr{}
			}
			data := make([]byte, 12)
			copy(data[4:8], m.Data[8:12]) // ipi_spec_dst: where the reply comes from
			return controlMessage(syscall.IPPROTO_IP, syscall.IP_PKTINFO, data), local
		}
	}
	return nil, netip.Addr{}
}

func controlMessage(level, kind int, data []byte) []byte {
	b := make([]byte, syscall.CmsgSpace(len(data)))
	h := syscall.Cmsghdr{Level: int32(level), Type: int32(kind)}
	h.SetLen(syscall.CmsgLen(len(data)))
	// Header by hand: its length is of the machine's word size.
	word := syscall.CmsgLen(0) - 8
	if word == 8 {
		binary.NativeEndian.PutUint64(b, uint64(h.Len))
	} else {
		binary.NativeEndian.PutUint32(b, uint32(h.Len))
	}
	binary.NativeEndian.PutUint32(b[word:], uint32(level))
	binary.NativeEndian.PutUint32(b[word+4:], uint32(kind))
	copy(b[syscall.CmsgLen(0):], data)
	return b
}
