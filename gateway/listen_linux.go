package gateway

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"ronron/internal/text"
)

// soReusePort is SO_REUSEPORT, which package syscall lacks on some
// architectures. MIPS and SPARC number it otherwise.
func soReusePort() int {
	if strings.HasPrefix(runtime.GOARCH, "mips") || strings.HasPrefix(runtime.GOARCH, "sparc") {
		return 0x200
	}
	return 0xf
}

func reusePort(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = os.NewSyscallError("setsockopt", syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soReusePort(), 1))
	})
	if err != nil {
		return err
	}
	return failed
}

// portOwner names the process that listens on a port, as far as /proc tells:
// "nginx (process 123)", or "" when that cannot be seen. Inside a container
// only the container's own processes can be.
func portOwner(port string) (owner text.Text) {
	n, err := strconv.Atoi(port)
	if err != nil {
		return owner
	}
	inodes := map[string]bool{}
	for _, file := range [...]string{"/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"} {
		listeningInodes(file, n, inodes)
	}
	if len(inodes) == 0 {
		return owner
	}
	fds, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range fds {
		target, err := os.Readlink(fd)
		if err != nil {
			continue
		}
		inode, ok := strings.CutPrefix(target, "socket:[")
		if !ok || !inodes[strings.TrimSuffix(inode, "]")] {
			continue
		}
		pid := strings.Split(fd, "/")[2]
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil {
			continue
		}
		return text.Say("%s (process %s)", strings.TrimSpace(string(name)), pid)
	}
	return owner
}

// listeningInodes adds the sockets of /proc/net/tcp's form that listen on port.
func listeningInodes(file string, port int, into map[string]bool) {
	f, err := os.Open(file)
	if err != nil {
		return
	}
	defer f.Close()
	suffix := fmt.Sprintf(":%04X", port)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		const listening, unconnected = "0A", "07" // of TCP and of UDP
		if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && (fields[3] == listening || fields[3] == unconnected) {
			into[fields[9]] = true
		}
	}
}
