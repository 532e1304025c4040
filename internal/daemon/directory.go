package daemon

import (
	"context"
	"net"
	"reflect"
	"slices"
	"strconv"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/ldap"
	"ronron/services"
)

// directory returns a connection to the chaton's directory as its
// administrator, at the address where it runs now.
func (d *Daemon) directory(ctx context.Context) (account.Directory, error) {
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(actual.Units, func(u services.ActualUnit) bool {
		return u.Service == directoryName && u.State == services.StateRunning
	})
	if i < 0 {
		return nil, errs.New(errs.Unavailable, "The directory does not run, so accounts can be neither read nor changed.").
			WithHint("Run `ronron up` first.")
	}
	authority, err := d.authority(ctx, string(d.Chaton))
	if err != nil {
		return nil, err
	}
	password, err := d.password(ctx, directoryName, "administrator")
	if err != nil {
		return nil, err
	}
	base := ldap.BaseDN(string(d.Chaton))
	config := ldap.Config{
		Address:    net.JoinHostPort(actual.Units[i].Address.String(), strconv.Itoa(directoryPort)),
		ServerName: d.directoryHost(), CA: []byte(authority.RootPEM()),
		BaseDN: base, BindDN: ldap.AdminDN(base), Password: password,
	}
	d.directoryMu.Lock()
	defer d.directoryMu.Unlock()
	if d.directoryConn == nil || !reflect.DeepEqual(config, d.directoryAt) {
		if closer, ok := d.directoryConn.(interface{ Close() }); ok {
			closer.Close()
		}
		d.directoryConn, d.directoryAt = d.OpenDirectory(config), config
	}
	return d.directoryConn, nil
}

// accountKeeper makes the services' accounts for an apply.
type accountKeeper struct {
	d *Daemon
	w *wanted
}

func (k accountKeeper) EnsureAccount(ctx context.Context, service services.Name) error {
	dir, err := k.d.directory(ctx)
	if err != nil {
		return err
	}
	if err := dir.EnsureBase(ctx); err != nil {
		return err
	}
	groups := k.w.enter[service]
	if err := ensureGroups(ctx, dir, groups); err != nil {
		return err
	}
	password, err := k.d.password(ctx, service, bindPassword)
	if err != nil {
		return err
	}
	if err := dir.EnsureService(ctx, string(service), password, groups); err != nil {
		return err
	}
	return k.d.state.PutAccount(ctx, string(service), k.d.fingerprint(password, groups))
}

// ensureGroups makes the groups that the host names in the file.
func ensureGroups(ctx context.Context, dir account.Directory, groups []string) error {
	have, err := dir.Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if !slices.ContainsFunc(have, func(h account.Group) bool { return h.Name == g }) {
			if err := dir.AddGroup(ctx, g); err != nil && errs.CodeOf(err) != errs.Conflict {
				return err
			}
		}
	}
	return nil
}

// groupUnused refuses to remove a group whose members the file lets into a
// service: up would not make it again, and nobody could enter by it.
func (d *Daemon) groupUnused(ctx context.Context, group string) error {
	w, err := d.current(ctx)
	if errs.CodeOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range w.services {
		if group != account.Members && group != account.Admins && slices.Contains(w.admitted[s.Name], group) {
			return errs.New(errs.Conflict, "The group %s may enter the service %s.", group, s.Name).
				WithHint("Take it out of enter of that service in chaton.hcl, run `ronron up`, then remove it.")
		}
	}
	return nil
}

func (k accountKeeper) RemoveAccount(ctx context.Context, service services.Name) error {
	dir, err := k.d.directory(ctx)
	if err != nil {
		return err
	}
	if err := dir.RemoveService(ctx, string(service)); err != nil && errs.CodeOf(err) != errs.NotFound {
		return err
	}
	return k.d.state.PutAccount(ctx, string(service), "")
}
