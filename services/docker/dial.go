package docker

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"ronron/internal/errs"
)

// Dial opens a connection to a daemon: it runs `ronron dial` inside the
// daemon's container, which joins its stdin and stdout to the daemon's socket.
// So whoever may use Docker may use Ronron, on this machine or another, and no
// path of the host is needed. Close ends the command.
func (h *Host) Dial(ctx context.Context, daemonID string) (net.Conn, error) {
	made, err := h.api.ContainerExecCreate(ctx, daemonID, container.ExecOptions{
		Cmd: []string{"/ronron", "dial"}, AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return nil, fault(err, "The daemon cannot be reached")
	}
	stream, err := h.api.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{})
	if err != nil {
		return nil, fault(err, "The daemon cannot be reached")
	}
	return &execConn{stream: stream}, nil
}

// execConn is the stdin and stdout of a command as a connection. Docker sends
// stdout and stderr in turns, as frames with a heading of 8 bytes: the kind,
// three zeros, and the length.
type execConn struct {
	stream types.HijackedResponse

	// Of the frame being read. They outlive a Read that ran into a deadline.
	heading [8]byte
	got     int    // bytes of the heading
	rest    uint32 // bytes of the content
	heard   bool   // anything on stdout
	stderr  tail
}

const (
	frameStdout = 1
	frameStderr = 2
)

func (c *execConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if c.rest == 0 {
			if err := c.nextFrame(); err != nil {
				return 0, err
			}
			continue // a frame may be empty
		}
		n, err := c.stream.Reader.Read(p[:min(len(p), int(c.rest))])
		c.rest -= uint32(n)
		switch {
		case c.heading[0] == frameStdout && n > 0:
			c.heard = true
			return n, nil
		case n > 0:
			_, _ = c.stderr.Write(p[:n]) // never fails
		case err != nil:
			return 0, c.end(err)
		}
	}
}

func (c *execConn) nextFrame() error {
	if c.got == len(c.heading) {
		c.got = 0
	}
	for c.got < len(c.heading) {
		n, err := c.stream.Reader.Read(c.heading[c.got:])
		c.got += n
		if n == 0 && err != nil {
			return c.end(err)
		}
	}
	if kind := c.heading[0]; kind != frameStdout && kind != frameStderr {
		return errs.New(errs.Unavailable, "The daemon cannot be reached: Docker's stream makes no sense.")
	}
	c.rest = binary.BigEndian.Uint32(c.heading[4:])
	return nil
}

// end explains an end before any answer by what the command said.
func (c *execConn) end(err error) error {
	said := strings.TrimSpace(c.stderr.String())
	if errors.Is(err, io.EOF) && !c.heard && said != "" {
		return errs.New(errs.Unavailable, "The daemon cannot be reached: %s.", strings.TrimRight(said, "."))
	}
	return err
}

func (c *execConn) Write(p []byte) (int, error) { return c.stream.Conn.Write(p) }

// CloseWrite tells the daemon that nothing more will be sent.
func (c *execConn) CloseWrite() error { return c.stream.CloseWrite() }

func (c *execConn) Close() error { return c.stream.Conn.Close() }

func (c *execConn) LocalAddr() net.Addr                { return execAddr{} }
func (c *execConn) RemoteAddr() net.Addr               { return execAddr{} }
func (c *execConn) SetDeadline(t time.Time) error      { return c.stream.Conn.SetDeadline(t) }
func (c *execConn) SetReadDeadline(t time.Time) error  { return c.stream.Conn.SetReadDeadline(t) }
func (c *execConn) SetWriteDeadline(t time.Time) error { return c.stream.Conn.SetWriteDeadline(t) }

// execAddr stands for a place that has no address.
type execAddr struct{}

func (execAddr) Network() string { return "docker-exec" }
func (execAddr) String() string  { return "ronron dial" }
