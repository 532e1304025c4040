package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"syscall"

	"ronron/internal/errs"
	"ronron/internal/mailrelay"
	"ronron/internal/text"
)

// linux looks at the machine that the command runs on.
type linux struct{}

var _ Machine = linux{}

func (linux) DiskFree(path string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, errs.Wrap(err, errs.Failed, "The disk of %s cannot be looked at.", path)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

func (linux) TryRelay(ctx context.Context, r mailrelay.Relay) error { return mailrelay.Try(ctx, r) }

func (linux) Memory() (total, available uint64, err error) {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, 0, errs.Wrap(err, errs.Failed, "The memory cannot be looked at.")
	}
	return parseMemory(b)
}

func parseMemory(meminfo []byte) (total, available uint64, err error) {
	lines := bufio.NewScanner(bytes.NewReader(meminfo))
	for lines.Scan() {
		var key string
		var kib uint64
		if n, _ := fmt.Sscanf(lines.Text(), "%s %d kB", &key, &kib); n < 2 {
			continue
		}
		switch key {
		case "MemTotal:":
			total = kib << 10
		case "MemAvailable:":
			available = kib << 10
		}
	}
	if total == 0 || available == 0 {
		return 0, 0, errs.New(errs.Failed, "The kernel does not tell its memory.")
	}
	return total, available, nil
}

// ClockSynchronised asks the kernel whether something disciplines its clock
// (adjtimex(2): TIME_ERROR is "not synchronised").
func (linux) ClockSynchronised() (bool, error) {
	const timeError = 5
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	if err != nil {
		return false, errs.Wrap(err, errs.Failed, "The clock cannot be looked at.")
	}
	return state != timeError, nil
}

func (linux) PortFree(protocol string, port int) error {
	l, err := listenOn(protocol, ":"+strconv.Itoa(port))
	if errors.Is(err, syscall.EACCES) {
		return nil // we may not, but the gateway may
	}
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return text.Errorf("address already in use")
		}
		if inner, ok := errors.AsType[syscall.Errno](err); ok {
			return inner
		}
		return err
	}
	return l.Close()
}

func listenOn(protocol, address string) (io.Closer, error) {
	if protocol == "udp" {
		return net.ListenPacket(protocol, address)
	}
	return net.Listen(protocol, address)
}

func (linux) Resolve(ctx context.Context, host string) ([]string, error) {
	return net.DefaultResolver.LookupHost(ctx, host)
}

func (linux) Addresses() ([]string, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, errs.Wrap(err, errs.Failed, "The network interfaces cannot be looked at.")
	}
	var own []string
	for _, a := range all {
		if prefix, ok := a.(*net.IPNet); ok {
			own = append(own, prefix.IP.String())
		}
	}
	return own, nil
}
