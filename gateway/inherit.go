package gateway

import (
	"context"
	"net"
	"net/http"
	"os"
	"slices"
	"syscall"
	"time"

	"ronron/internal/logkey"
)

// inherited are listening sockets that a predecessor handed over, by name. They
// are the same sockets, with the same queue: whoever comes in while one gateway
// takes the other's place is served by either, and by nobody twice.
type inherited map[string]*os.File

// socketsPath is where the admin socket hands them out.
const socketsPath = "POST /sockets"

// inherit asks the predecessor for its sockets. One of an older version has
// none to give; then ports are shared by SO_REUSEPORT, and a connection that is
// in the old socket's queue when it closes is lost.
func inherit(ctx context.Context, socket string) inherited {
	all := inherited{}
	c, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "unix", socket)
	if err != nil {
		return all
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Write([]byte(socketsPath + " HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\n\r\n")); err != nil {
		return all
	}
	for {
		name, file := receiveSocket(c.(*net.UnixConn))
		if file == nil {
			return all
		}
		all[name] = file
	}
}

// listener returns the socket of that name, or nil.
func (all inherited) listener(name string) net.Listener {
	file := all[name]
	if file == nil {
		return nil
	}
	l, err := net.FileListener(file)
	if err != nil {
		return nil
	}
	return l
}

// datagrams is the same for UDP.
func (all inherited) datagrams(name string) *net.UDPConn {
	file := all[name]
	if file == nil {
		return nil
	}
	c, err := net.FilePacketConn(file)
	if err != nil {
		return nil
	}
	return c.(*net.UDPConn)
}

// close lets go of what was handed over; listeners made of it go on.
func (all inherited) close() {
	for _, file := range all {
		file.Close()
	}
	clear(all)
}

// giveSockets hands every open socket to a successor.
func (s *Server) giveSockets(w http.ResponseWriter, _ *http.Request) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	s.changing.Lock()
	defer s.changing.Unlock()
	open := s.streams.sockets()
	for _, d := range []*door{s.https, s.http} {
		if l, ok := d.listener.(syscall.Conn); ok {
			open[d.socketName(d.addr)] = l
		}
	}
	names := make([]string, 0, len(open))
	for name := range open {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := sendSocket(c.(*net.UnixConn), name, open[name]); err != nil {
			s.log.Warn("A socket could not be handed over", logkey.Error, err)
			return
		}
	}
	s.log.Info("Sockets handed to a successor", logkey.Count, len(names))
}

func (d *door) socketName(addr string) string { return d.key + " " + addr }

// sockets returns the open sockets by name.
func (s *streams) sockets() map[string]syscall.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := map[string]syscall.Conn{}
	for key, p := range s.open {
		if c, ok := p.socket.(syscall.Conn); ok {
			open[key.String()] = c
		}
	}
	return open
}
