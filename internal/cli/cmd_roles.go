package cli

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/urfave/cli/v2"

	"ronron/internal/errs"
	"ronron/services"
)

// socketFile is where the daemon listens inside its container.
const socketFile = "/run/ronron/daemon.sock"

// The same binary is daemon, gateway and portal inside their containers;
// nobody types these commands.

func (a *App) daemonCommand() *cli.Command {
	return &cli.Command{
		Name: "daemon", Hidden: true, Usage: "be the daemon of a chaton, in its container",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "chaton", Usage: "the chaton's `DOMAIN`"},
			&cli.StringFlag{Name: "state-dir", Value: "/var/lib/ronron", Usage: "`FOLDER` of the state"},
			&cli.StringFlag{Name: "key-dir", Value: "/var/lib/ronron-key", Usage: "`FOLDER` of the key that seals secrets"},
			&cli.StringFlag{Name: "socket", Value: socketFile, Usage: "`FILE` to listen at"},
			&cli.StringFlag{Name: "gateway-dir", Value: "/run/ronron/gateway", Usage: "`FOLDER` shared with the gateway"},
			&cli.StringFlag{Name: "site-dir", Value: "/run/ronron/site", Usage: "`FOLDER` shared with the portal"},
		},
		Action: func(c *cli.Context) error {
			if c.String("chaton") == "" {
				return usage("--chaton is missing.")
			}
			return a.serve(c.Context, func(ctx context.Context) error {
				return a.env.Roles.Daemon(ctx, DaemonOptions{
					Chaton: services.ChatonID(c.String("chaton")), Version: a.env.Version,
					StateDir: c.String("state-dir"), KeyDir: c.String("key-dir"), Socket: c.String("socket"),
					GatewayDir: c.String("gateway-dir"), SiteDir: c.String("site-dir"), Log: a.env.Stderr,
				})
			})
		},
	}
}

func (a *App) gatewayCommand() *cli.Command {
	return &cli.Command{
		Name: "gateway", Hidden: true, Usage: "be the gateway, in its container",
		Flags: []cli.Flag{&cli.StringFlag{Name: "dir", Value: "/run/gateway", Usage: "`FOLDER` of socket and configuration"}},
		Action: func(c *cli.Context) error {
			return a.serve(c.Context, func(ctx context.Context) error { return a.env.Roles.Gateway(ctx, c.String("dir")) })
		},
	}
}

func (a *App) portalCommand() *cli.Command {
	return &cli.Command{
		Name: "portal", Hidden: true, Usage: "be the portal, in its container",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Value: "/run/portal/config.json", Usage: "`FILE` of what it needs to reach the directory"},
			&cli.StringFlag{Name: "site", Value: "/run/site/site.json", Usage: "`FILE` of what it shows"},
			&cli.StringFlag{Name: "listen", Value: ":8080", Usage: "`ADDRESS` to listen at"},
		},
		Action: func(c *cli.Context) error {
			return a.serve(c.Context, func(ctx context.Context) error {
				return a.env.Roles.Portal(ctx, PortalOptions{ConfigFile: c.String("config"), SiteFile: c.String("site"), Listen: c.String("listen")})
			})
		},
	}
}

// serve runs until it is told to stop, which is no failure.
func (a *App) serve(ctx context.Context, run func(context.Context) error) error {
	err := run(ctx)
	if ctx.Err() != nil && (errors.Is(err, context.Cause(ctx)) || errors.Is(err, context.Canceled)) {
		return nil
	}
	return err
}

func (a *App) dialCommand() *cli.Command {
	return &cli.Command{
		Name: "dial", Hidden: true, Usage: "connect standard input and output with the daemon's socket",
		Flags: []cli.Flag{&cli.StringFlag{Name: "socket", Value: socketFile, Usage: "the daemon's `FILE`"}},
		Action: func(c *cli.Context) error {
			var d net.Dialer
			conn, err := d.DialContext(c.Context, "unix", c.String("socket"))
			if err != nil {
				return errs.Wrap(err, errs.Unavailable, "The daemon does not listen.")
			}
			defer conn.Close()
			return relay(c.Context, conn, a.env.Stdin, a.env.Stdout)
		},
	}
}

// relay copies both ways until the daemon has said everything, or is gone.
func relay(ctx context.Context, conn net.Conn, in io.Reader, out io.Writer) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	go func() {
		io.Copy(conn, in)
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
	}()
	_, err := io.Copy(out, conn)
	if ctx.Err() != nil {
		return nil
	}
	return err
}
