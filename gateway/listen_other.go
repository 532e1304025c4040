//go:build !linux

package gateway

import (
	"errors"
	"net"
	"os"
	"syscall"

	"ronron/internal/text"
)

// reusePort does nothing: the gateway runs on Linux. Other systems compile it
// because the command line is the same binary.
func reusePort(_, _ string, _ syscall.RawConn) error { return nil }

func portOwner(string) (owner text.Text) { return owner }

func sendSocket(*net.UnixConn, string, syscall.Conn) error { return errors.ErrUnsupported }

func receiveSocket(*net.UnixConn) (string, *os.File) { return "", nil }
