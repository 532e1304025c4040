package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"ronron/chaton"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/mailrelay"
	"ronron/internal/secret"
	"ronron/internal/text"
)

func (a *App) doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "check the machine and the chaton, and say what to do",
		Description: `Checks the engine, disk, memory, clock, file, ports and names, and, where the
daemon runs, the directory, the certificates and what else it sees. Changes nothing.`,
		Flags:  []cli.Flag{fileFlag, chatonFlag, jsonFlag},
		Action: a.doctor,
	}
}

// Levels of a check.
const (
	levelOK      = "ok"
	levelWarning = "warning"
	levelProblem = "problem"
)

func ok(name, format string, args ...any) api.Check {
	return api.NewCheck(name, levelOK, text.Say(format, args...), text.Text{})
}

func warning(name string, fix text.Text, format string, args ...any) api.Check {
	return api.NewCheck(name, levelWarning, text.Say(format, args...), fix)
}

func problem(name string, fix text.Text, format string, args ...any) api.Check {
	return api.NewCheck(name, levelProblem, text.Say(format, args...), fix)
}

// fault is a problem that err tells, which may know what mends it.
func fault(name string, err error, otherwise text.Text) api.Check {
	message, fix := errs.Sentence(err), errs.Advice(err)
	if told, ok := errors.AsType[*api.Error](err); ok {
		message, fix = told.Text()
	}
	return api.NewCheck(name, levelProblem, message, orElse(fix, otherwise))
}

func orElse(t, otherwise text.Text) text.Text {
	if t.IsZero() {
		return otherwise
	}
	return t
}

func (a *App) doctor(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	checks, host := a.checkEngine(c.Context)
	checks = append(checks, a.checkMachine()...)
	wanted, file, more := a.checkFile(c, host)
	checks = append(checks, more...)
	d, more := a.checkDaemon(c, host)
	if d != nil {
		defer d.Close()
	}
	checks, more = once(checks, more)
	if file != nil {
		checks = append(checks, a.checkPorts(wanted, file, holdingOf(c.Context, host, d, file.ID()))...)
		checks = append(checks, a.checkNames(c.Context, file)...)
		checks = append(checks, a.checkMail(c.Context, file.Mail, wanted.MailPassword.String)...)
	}
	checks = append(checks, more...)
	if err := a.view(c).Checks(checks); err != nil {
		return err
	}
	bad := 0
	for _, check := range checks {
		if check.Level == levelProblem {
			bad++
		}
	}
	if bad > 0 {
		return errs.New(errs.Failed, "%d of %d checks found a problem.", bad, len(checks))
	}
	return nil
}

// once takes what both this side and the daemon looked at together: the line
// that says the worse stays, and of two that say the same the own, which knows more.
func once(own, daemons []api.Check) (left, more []api.Check) {
	left, worse := slices.Clone(own), []string{levelOK, levelWarning, levelProblem}
	for _, check := range daemons {
		i := slices.IndexFunc(left, func(c api.Check) bool { return c.Name == check.Name })
		if i < 0 || !slices.Contains([]string{"engine", "disk", "memory"}, check.Name) {
			more = append(more, check)
		} else if slices.Index(worse, check.Level) > slices.Index(worse, left[i].Level) {
			left[i] = check
		}
	}
	return left, more
}

// What a small chaton needs; less is said before it hurts.
const (
	gib            = 1 << 30
	diskNeeded     = 2 * gib // images, and room to build one
	diskWanted     = 10 * gib
	memoryNeeded   = gib / 2
	memoryWanted   = gib
	oldestEngine   = "20.10"
	engineFix      = "Start it: sudo systemctl start docker. Or install it: sudo apt install docker.io"
	diskFix        = "Make room: docker system df shows what images take."
	memoryFix      = "Close what is not needed, or take a larger machine: each service says its limit in its recipe."
	synchroniseFix = "Install a time service: sudo apt install systemd-timesyncd. Certificates and sign-in codes depend on the clock."
)

func (a *App) checkEngine(ctx context.Context) ([]api.Check, Host) {
	host, err := a.env.Connect(ctx)
	if err != nil {
		return []api.Check{engineProblem(err)}, nil
	}
	info, err := host.Info(ctx)
	if err != nil {
		return []api.Check{engineProblem(err)}, nil
	}
	checks := []api.Check{ok("engine", "%s %s answers (API %s), on %s", info.Name, info.Version, info.API, info.OS)}
	if olderEngine(info.Version) {
		checks = append(checks, problem("engine version", text.Of("Upgrade Docker: sudo apt install docker.io"), "%s is older than %s", info.Version, oldestEngine))
	}
	if !info.HostNetOK {
		checks = append(checks, problem("host network", text.Of("Use a Docker Engine that runs as root on the machine itself."),
			"containers cannot use this machine's network, so the gateway cannot be reached from outside"))
	}
	return append(checks, a.checkDisk(info.Root)...), host
}

func engineProblem(err error) api.Check {
	return fault("engine", err, text.Of(engineFix))
}

func olderEngine(version string) bool {
	var major, minor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n < 2 {
		return false
	}
	return major < 20 || major == 20 && minor < 10
}

func (a *App) checkDisk(root string) []api.Check {
	free, err := a.env.Machine.DiskFree(root)
	switch {
	case err != nil:
		return nil // an engine elsewhere: its disk cannot be seen from here
	case free < diskNeeded:
		return []api.Check{problem("disk", text.Of(diskFix), "%s free at %s; at least %s are needed", size(free), root, size(diskNeeded))}
	case free < diskWanted:
		return []api.Check{warning("disk", text.Of(diskFix), "%s free at %s; %s leave room to grow", size(free), root, size(diskWanted))}
	}
	return []api.Check{ok("disk", "%s free at %s", size(free), root)}
}

func (a *App) checkMachine() (checks []api.Check) {
	total, available, err := a.env.Machine.Memory()
	switch {
	case err != nil:
	case available < memoryNeeded:
		checks = append(checks, problem("memory", text.Of(memoryFix), "%s of %s available; at least %s are needed", size(available), size(total), size(memoryNeeded)))
	case available < memoryWanted:
		checks = append(checks, warning("memory", text.Of(memoryFix), "%s of %s available; %s leave room to grow", size(available), size(total), size(memoryWanted)))
	default:
		checks = append(checks, ok("memory", "%s of %s available", size(available), size(total)))
	}
	synchronised, err := a.env.Machine.ClockSynchronised()
	switch {
	case err != nil:
	case !synchronised:
		checks = append(checks, warning("clock", text.Of(synchroniseFix), "nothing keeps the clock right; it says %s", a.env.Now().Format("2006-01-02 15:04 MST")))
	default:
		checks = append(checks, ok("clock", "is kept right by a time service"))
	}
	return checks
}

func size(bytes uint64) text.Text {
	if bytes < gib {
		return text.Say("%d MiB", bytes>>20)
	}
	return text.Say("%s GiB", tenths(float64(bytes)/gib))
}

func (a *App) checkFile(c *cli.Context, host Host) (api.Wanted, *chaton.Chaton, []api.Check) {
	path, named := fileOf(c)
	if !named && !exists(path) {
		return api.Wanted{}, nil, a.checkNoFile(c, host)
	}
	w, file, diags, err := a.read(path)
	if err != nil {
		return w, nil, []api.Check{problem("file", orElse(errs.Advice(err), text.Say("See: ronron validate --file %s", path)), "%s cannot be read", path)}
	}
	if diags.HasErrors() {
		return w, nil, []api.Check{problem("file", text.Say("See: ronron validate --file %s", path), "%s has errors", path)}
	}
	return w, &file, []api.Check{ok("file", "%s is valid", path)}
}

// checkNoFile says what is looked at where no chaton is named.
func (a *App) checkNoFile(c *cli.Context, host Host) []api.Check {
	if c.String("chaton") != "" {
		return nil
	}
	fix := text.Of("Go to the folder of the file, or name it: ronron doctor --file FILE. There is none yet? ronron init writes one.")
	if host != nil {
		if id, err := a.target(c.Context, c, host); err == nil {
			return []api.Check{warning("file", fix, "there is no %s in this folder; looked at were the machine and %s, which runs here", defaultFile, id)}
		}
	}
	return []api.Check{warning("file", fix, "there is no %s in this folder; only the machine was looked at", defaultFile)}
}

func (a *App) checkDaemon(c *cli.Context, host Host) (*daemon, []api.Check) {
	if host == nil {
		return nil, nil
	}
	d, err := a.reach(c)
	if path, named := fileOf(c); codeIs(err, errs.NotFound) && c.String("chaton") == "" && !named && !exists(path) {
		return nil, nil // checkNoFile told
	}
	if codeIs(err, errs.NotFound) {
		return nil, []api.Check{warning("daemon", text.Of("Start it with: ronron up"), "no daemon runs for this chaton, so its inside cannot be checked")}
	}
	if err != nil {
		return nil, []api.Check{fault("daemon", err, text.Text{})}
	}
	checks, err := d.Doctor(c.Context)
	if err != nil {
		d.Close()
		return nil, []api.Check{fault("daemon", err, text.Of("Its log may tell: ronron logs daemon"))}
	}
	return d, append([]api.Check{ok("daemon", "answers")}, checks...)
}

// checkNames sees whether the chaton's names lead to this machine.
func (a *App) checkNames(ctx context.Context, file *chaton.Chaton) (checks []api.Check) {
	own, err := a.env.Machine.Addresses()
	if err != nil {
		return nil
	}
	hosts := []string{file.Domain}
	for _, s := range file.Services {
		if !slices.Contains(hosts, s.Host) {
			hosts = append(hosts, s.Host)
		}
	}
	for _, host := range hosts {
		checks = append(checks, a.checkName(ctx, host, own))
	}
	return checks
}

func (a *App) checkName(ctx context.Context, host string, own []string) api.Check {
	name := "name " + host
	found, err := a.env.Machine.Resolve(ctx, host)
	local := strings.HasSuffix(host, ".localhost")
	switch {
	case err != nil && local:
		return ok(name, "browsers know .localhost names by themselves; other programs here need a line in /etc/hosts")
	case err != nil:
		return problem(name, text.Of("Make an A (and AAAA) record for it at your name server, with this machine's address."), "leads nowhere")
	case slices.ContainsFunc(found, func(address string) bool { return slices.Contains(own, address) }):
		return ok(name, "leads to this machine")
	}
	return warning(name, text.Of("If this machine is behind a router that passes the ports on, all is well. Otherwise correct the record at your name server."),
		"leads to %s, which is not an address of this machine", strings.Join(found, ", "))
}

// checkMail is made from here and not by the daemon, which has no list of
// authorities in its container to check the server's certificate with.
func (a *App) checkMail(ctx context.Context, m chaton.Mail, password secret.String) []api.Check {
	if m.Host == "" {
		return nil
	}
	err := a.env.Machine.TryRelay(ctx, mailrelay.Relay{
		Host: m.Host, Port: m.Port, Encryption: string(m.Encryption), From: m.From, User: m.User, Password: password,
	})
	if err != nil {
		return []api.Check{fault("mail", err, text.Text{})}
	}
	return []api.Check{ok("mail", "%s takes mail from %s; nothing was sent", net.JoinHostPort(m.Host, strconv.Itoa(m.Port)), m.From)}
}
