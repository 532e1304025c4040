package gateway

import (
	"net"
	"os"
	"syscall"
)

// sendSocket sends a socket with its name. The socket itself is not touched: a
// copy by way of os.File would change how both sides wait on it.
func sendSocket(to *net.UnixConn, name string, socket syscall.Conn) error {
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		_, _, failed = to.WriteMsgUnix([]byte(name), syscall.UnixRights(int(fd)), nil)
	})
	if err != nil {
		return err
	}
	return failed
}

// receiveSocket takes the next one; nil after the last. The system never joins
// two messages that carry sockets.
func receiveSocket(from *net.UnixConn) (string, *os.File) {
	name, rights := make([]byte, 256), make([]byte, syscall.CmsgSpace(4))
	n, k, _, _, err := from.ReadMsgUnix(name, rights)
	if err != nil || k == 0 {
		return "", nil
	}
	messages, err := syscall.ParseSocketControlMessage(rights[:k])
	if err != nil || len(messages) != 1 {
		return "", nil
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return "", nil
	}
	syscall.CloseOnExec(fds[0])
	return string(name[:n]), os.NewFile(uintptr(fds[0]), string(name[:n]))
}
