package gateway

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// flow is what one client and the service say to each other on a port. The
// service sees an address of the gateway's for each, so that it can tell them apart.
type flow struct {
	service *net.UDPConn
	way     []byte       // how the client's datagrams came in, for replies to leave the same way
	moved   atomic.Int64 // Unix nanoseconds
	replied atomic.Bool
	both    atomic.Bool // the client spoke again after a reply: a conversation
	gone    atomic.Bool
}

// flows are those of one port.
type flows struct {
	mu  sync.Mutex
	all map[flowKey]*flow
}

// flowKey is a client, and the address of ours that it speaks to.
type flowKey struct {
	client netip.AddrPort
	local  netip.Addr
}

// serveUDP takes datagrams until the port closes.
func (p *streamPort) serveUDP(socket *net.UDPConn) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return
	}
	f := &flows{all: map[flowKey]*flow{}}
	defer p.endAll(f)
	oob := make([]byte, 128)
	for {
		if err := waitReadable(raw); err != nil {
			if p.ctx.Err() != nil {
				return
			}
			time.Sleep(between) // nothing a datagram socket reports lasts
			continue
		}
		b := p.borrow()
		n, k, _, from, err := socket.ReadMsgUDPAddrPort(b[:], oob)
		if err == nil {
			p.forward(socket, f, from, oob[:k], b[:n])
		}
		p.giveBack(b)
		if err != nil && p.ctx.Err() != nil {
			return
		}
	}
}

// forward hands a client's datagram to the service.
func (p *streamPort) forward(socket *net.UDPConn, f *flows, from netip.AddrPort, oob, datagram []byte) {
	way, local := replyWay(oob)
	key := flowKey{from, local}
	f.mu.Lock()
	one := f.all[key]
	f.mu.Unlock()
	if one == nil {
		if one = p.newFlow(socket, f, key, way); one == nil {
			p.counts.refused.Add(1)
			return
		}
	}
	one.moved.Store(time.Now().UnixNano())
	if one.replied.Load() {
		one.both.Store(true)
	}
	if n, err := one.service.Write(datagram); err == nil {
		p.counts.in.Add(int64(n))
	}
}

func (p *streamPort) newFlow(socket *net.UDPConn, f *flows, key flowKey, way []byte) *flow {
	to := p.target.Load()
	if to == nil || p.ctx.Err() != nil {
		return nil
	}
	if p.flows.Add(1) > int64(p.limits.flows) && !p.evict(f) {
		p.flows.Add(-1)
		return nil
	}
	service, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(*to))
	if err != nil {
		p.flows.Add(-1)
		return nil
	}
	one := &flow{service: service, way: way}
	one.moved.Store(time.Now().UnixNano())
	f.mu.Lock()
	f.all[key] = one
	f.mu.Unlock()
	p.counts.taken.Add(1)
	p.counts.active.Add(1)
	p.running.Go(func() {
		p.replies(socket, one, key.client)
		f.mu.Lock()
		if f.all[key] == one {
			delete(f.all, key)
		}
		f.mu.Unlock()
		p.end(one)
	})
	return one
}

// end lets go of a flow, once.
func (p *streamPort) end(one *flow) {
	if one.gone.CompareAndSwap(false, true) {
		one.service.Close()
		p.flows.Add(-1)
		p.counts.active.Add(-1)
	}
}

// replies takes what the service says back to the client, from the port and
// the address that the client spoke to, until the flow is idle.
func (p *streamPort) replies(socket *net.UDPConn, one *flow, client netip.AddrPort) {
	raw, err := one.service.SyscallConn()
	if err != nil {
		return
	}
	for {
		patience := p.limits.oneWay
		if one.both.Load() {
			patience = p.limits.flow
		}
		idleAt := time.Unix(0, one.moved.Load()).Add(patience)
		if !time.Now().Before(idleAt) {
			return
		}
		one.service.SetReadDeadline(idleAt)
		switch err := waitReadable(raw); {
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue // something may have moved the other way
		case errors.Is(err, net.ErrClosed):
			return
		}
		b := p.borrow()
		n, err := one.service.Read(b[:])
		if err == nil {
			one.moved.Store(time.Now().UnixNano())
			one.replied.Store(true)
			if _, _, err := socket.WriteMsgUDPAddrPort(b[:n], one.way, client); err == nil {
				p.counts.out.Add(int64(n))
			}
		}
		p.giveBack(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		// Another error is an ICMP message: nobody listens there now. The
		// service may be back with the next datagram.
	}
}

// evict makes room by dropping a flow that never became a conversation, as
// made-up senders leave them. It looks at some, not at all: it runs for each
// datagram of a flood.
func (p *streamPort) evict(f *flows) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	looked := 0
	for key, one := range f.all {
		if !one.both.Load() {
			delete(f.all, key)
			p.end(one)
			return true
		}
		if looked++; looked == 64 {
			break
		}
	}
	return false
}

func (p *streamPort) endAll(f *flows) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.all {
		p.end(one)
	}
}
