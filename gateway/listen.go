package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"ronron/internal/errs"
	"ronron/internal/text"
)

// listen opens addr for IPv4 and IPv6. With sharing allowed, the socket may
// stand beside that of another gateway of the same directory, so that a
// successor starts before its predecessor stops.
//
// SO_REUSEPORT alone would let a second chaton take half of the first one's
// connections, because both run as the same user. So the port is first tried
// without it; only when the predecessor itself says that it holds this address
// is a taken port accepted.
func listen(ctx context.Context, key, addr string, sharedWithPredecessor bool) (net.Listener, error) {
	if !sharedWithPredecessor {
		var alone net.ListenConfig
		l, err := alone.Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, listenError(err, key, addr)
		}
		l.Close()
	}
	shared := net.ListenConfig{Control: reusePort, KeepAliveConfig: net.KeepAliveConfig{Enable: true}}
	l, err := shared.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, listenError(err, key, addr)
	}
	return l, nil
}

func listenError(err error, key, addr string) error {
	_, port, _ := net.SplitHostPort(addr)
	setting := map[string]string{"http_addr": "http_port", "https_addr": "https_port"}[key]
	other := text.Say("choose another %s in the gateway block of chaton.hcl", setting)
	if setting == "" {
		other = text.Of("choose another port in the service's settings, if it has one for that")
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return errs.Wrap(err, errs.Conflict, "Port %s of this machine is taken%s.", port, by(portOwner(port))).
			WithHint("Stop what uses it, or %s.", other)
	case errors.Is(err, syscall.EACCES):
		return errs.Wrap(err, errs.Denied, "The gateway may not listen on port %s.", port).
			WithHint("Ports below 1024 need the capability NET_BIND_SERVICE. Give it, or %s.", other)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return errs.Wrap(err, errs.Invalid, "%s is not an address of this machine.", addr)
	}
	return fmt.Errorf("listen on %s: %w", addr, err)
}

func by(owner text.Text) text.Text {
	if owner.IsZero() {
		return owner
	}
	return text.Say(" by %s", owner)
}
