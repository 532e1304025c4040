// Package program puts the real parts together: the engine, the language, the
// roles of the binary. It decides nothing; each part is tested where it lives.
package program

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"ronron/gateway"
	"ronron/internal/api"
	"ronron/internal/cli"
	"ronron/internal/daemon"
	"ronron/ldap"
	"ronron/portal"
	"ronron/recipetest"
	"ronron/services"
	"ronron/services/docker"
	"ronron/services/probe"
)

// Assemble returns what the command line acts in, outside of tests.
func Assemble(version string) cli.Env {
	env := cli.FromOS(version)
	env.Language = language{}
	env.Connect = connect
	env.Preview = func(ctx context.Context, id services.ChatonID, w api.Wanted) (api.PlanReply, []services.Name, error) {
		return preview(ctx, version, id, w)
	}
	env.Engine = func(id services.ChatonID) (recipetest.Engine, error) { return docker.New(id) }
	env.Store = func(id services.ChatonID) (cli.ImageStore, error) { return docker.New(id) }
	env.Roles = cli.Roles{Daemon: runDaemon, Gateway: runGateway, Portal: runPortal}
	return env
}

// preview looks at the engine from this side; a daemon would from its container.
func preview(ctx context.Context, version string, id services.ChatonID, w api.Wanted) (api.PlanReply, []services.Name, error) {
	engine, err := docker.New(id)
	if err != nil {
		return api.PlanReply{}, nil, err
	}
	defer engine.Close()
	return daemon.Preview(ctx, daemon.Options{Chaton: id, Version: version, Engine: engine}, w)
}

func runDaemon(ctx context.Context, o cli.DaemonOptions) error {
	engine, err := docker.New(o.Chaton)
	if err != nil {
		return err
	}
	defer engine.Close()
	self, err := docker.SelfImageID("")
	if err != nil {
		return err
	}
	return daemon.Run(ctx, daemon.Options{
		Chaton: o.Chaton, Version: o.Version, SelfID: self,
		StateDir: o.StateDir, KeyDir: o.KeyDir, Socket: o.Socket, GatewayDir: o.GatewayDir, SiteDir: o.SiteDir,
		Engine: engine, Prober: probe.New(engine), Gateway: gatewayClient(o.GatewayDir),
		Log: logTo(o.Log),
	})
}

// gatewayConn is the gateway as the daemon sees it.
type gatewayConn struct{ *gateway.Client }

func gatewayClient(dir string) daemon.Gateway {
	return gatewayConn{gateway.NewClient(filepath.Join(dir, gateway.SocketFile))}
}

// Health fails when the gateway does not answer.
func (g gatewayConn) Health(ctx context.Context) error {
	_, err := g.Client.Health(ctx)
	return err
}

func runGateway(ctx context.Context, dir string) error {
	return gateway.Run(ctx, gateway.Options{Dir: dir, Log: logTo(os.Stderr)})
}

func runPortal(ctx context.Context, o cli.PortalOptions) error {
	c, err := portal.ReadConfig(o.ConfigFile)
	if err != nil {
		return err
	}
	keys, err := c.ProviderKeys()
	if err != nil {
		return err
	}
	d := c.Directory
	directory := ldap.NewPortal(ldap.Config{
		Address: d.Address, ServerName: d.ServerName, CA: []byte(d.CA),
		BaseDN: d.BaseDN, BindDN: d.BindDN, Password: d.Password,
	})
	defer directory.Close()
	return portal.Run(ctx, portal.Options{SiteFile: o.SiteFile, Listen: o.Listen, Accounts: directory, GateSeed: c.GateSeed(), GateSecret: c.GateSecret, OIDCKeys: keys, Log: logTo(os.Stderr)})
}

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
