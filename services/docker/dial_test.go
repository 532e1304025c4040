package docker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types"

	"ronron/internal/errs"
)

// pipe returns a connection as Dial makes it and Docker's end of it.
func pipe(t *testing.T) (*execConn, net.Conn) {
	t.Helper()
	ours, dockers := net.Pipe()
	t.Cleanup(func() { ours.Close(); dockers.Close() })
	return &execConn{stream: types.HijackedResponse{Conn: ours, Reader: bufio.NewReader(ours)}}, dockers
}

func frame(kind byte, content string) string {
	heading := make([]byte, 8)
	heading[0] = kind
	binary.BigEndian.PutUint32(heading[4:], uint32(len(content)))
	return string(heading) + content
}

func TestExecConn_JoinsFramesAndLeavesOutStderr(t *testing.T) {
	c, docker := pipe(t)
	go func() {
		stream := frame(frameStdout, "hello ") + frame(frameStderr, "noise") + frame(frameStdout, "") + frame(frameStdout, "world")
		for _, b := range []byte(stream) { // in the smallest pieces
			_, _ = docker.Write([]byte{b})
		}
		docker.Close()
	}()
	got, err := io.ReadAll(c)
	if err != nil || string(got) != "hello world" {
		t.Fatalf("got %q %v", got, err)
	}
}

func TestExecConn_GoesOnAfterADeadline(t *testing.T) {
	c, docker := pipe(t)
	whole := frame(frameStdout, "hello")
	for _, cut := range []int{3, 10} { // within the heading, within the content
		sent := make(chan struct{})
		go func() { _, _ = docker.Write([]byte(whole[:cut])); close(sent) }()
		var got []byte
		buf := make([]byte, 16)
		for {
			if err := c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			n, err := c.Read(buf)
			got = append(got, buf[:n]...)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		<-sent
		if err := c.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = docker.Write([]byte(whole[cut:])) }()
		rest := make([]byte, 5-len(got))
		if _, err := io.ReadFull(c, rest); err != nil || string(got)+string(rest) != "hello" {
			t.Fatalf("cut at %d: got %q and %q, %v", cut, got, rest, err)
		}
	}
}

func TestExecConn_SaysWhatTheCommandSaid(t *testing.T) {
	c, docker := pipe(t)
	go func() {
		_, _ = io.WriteString(docker, frame(frameStderr, "dial unix daemon.sock: connection refused\n"))
		docker.Close()
	}()
	_, err := io.ReadAll(c)
	if errs.CodeOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "connection refused") {
		t.Fatalf("error: %v", err)
	}
}

func TestExecConn_RefusesNonsense(t *testing.T) {
	c, docker := pipe(t)
	go func() { _, _ = io.WriteString(docker, "HTTP/1.1 200 OK\r\n") }()
	if _, err := c.Read(make([]byte, 8)); errs.CodeOf(err) != errs.Unavailable {
		t.Fatalf("error: %v", err)
	}
}
