// Package accounttest has what tests need of account: Run, the suite that every
// account.Directory passes, and Fake, a directory in memory that passes it too.
package accounttest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

// Fake is a directory in memory. Its zero value is not usable: NewFake.
type Fake struct {
	mu       sync.Mutex
	now      func() time.Time
	down     error
	members  map[account.Login]*person
	groups   map[string]map[account.Login]bool
	services map[string]Service
}

// Service is what a Fake knows of a service's account.
type Service struct {
	Password secret.String
	Groups   []string // sorted
}

type person struct {
	account.Member // its groups, suspension and lockout are made up when asked for
	password       secret.String
	suspended      bool
	lockedUntil    time.Time
	wrong          []time.Time
}

var (
	_ account.Directory = (*Fake)(nil)
	_ account.SignIns   = (*Fake)(nil)
)

// NewFake returns an empty directory whose lockouts follow the clock now; nil is
// the machine's.
func NewFake(now func() time.Time) *Fake {
	if now == nil {
		now = time.Now
	}
	return &Fake{
		now:      now,
		members:  map[account.Login]*person{},
		groups:   map[string]map[account.Login]bool{},
		services: map[string]Service{},
	}
}

// Stop makes every method fail as if the server did not answer; Start ends that.
func (f *Fake) Stop() { f.setDown(errs.New(errs.Unavailable, "The directory does not answer.")) }

// Start ends what Stop began.
func (f *Fake) Start() { f.setDown(nil) }

func (f *Fake) setDown(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = err
}

// Services returns the services' accounts.
func (f *Fake) Services() map[string]Service {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.services)
}

// enter locks the directory, or says why it would not answer.
func (f *Fake) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		code := errs.Unavailable
		if errors.Is(context.Cause(ctx), context.Canceled) {
			code = errs.Interrupted
		}
		return errs.Wrap(ctx.Err(), code, "Stopped while waiting for the directory.")
	}
	f.mu.Lock()
	if f.down != nil {
		defer f.mu.Unlock()
		return f.down
	}
	return nil
}

func (f *Fake) Members(ctx context.Context) ([]account.Member, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return f.all(), nil
}

func (f *Fake) all() []account.Member {
	all := make([]account.Member, 0, len(f.members))
	for _, login := range slices.Sorted(maps.Keys(f.members)) {
		all = append(all, f.member(f.members[login]))
	}
	return all
}

func (f *Fake) member(p *person) account.Member {
	m := p.Member
	m.Groups = []string{}
	for name, in := range f.groups {
		if in[m.Login] {
			m.Groups = append(m.Groups, name)
		}
	}
	slices.Sort(m.Groups)
	m.Suspended = p.suspended
	m.LockedOut = !p.suspended && f.now().Before(p.lockedUntil)
	return m
}

// find returns the member's record; the directory is locked.
func (f *Fake) find(login account.Login) (*person, error) {
	if p := f.members[login]; p != nil {
		return p, nil
	}
	return nil, account.NoMember(login)
}

func (f *Fake) Member(ctx context.Context, login account.Login) (account.Member, error) {
	if err := f.enter(ctx); err != nil {
		return account.Member{}, err
	}
	defer f.mu.Unlock()
	p, err := f.find(login)
	if err != nil {
		return account.Member{}, err
	}
	return f.member(p), nil
}

func (f *Fake) Add(ctx context.Context, m account.Member, password secret.String) error {
	m = m.WithDefaults()
	if err := account.CheckNew(m, password); err != nil {
		return err
	}
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	for _, name := range m.Groups {
		if f.groups[name] == nil {
			return account.NoGroup(name)
		}
	}
	if f.members[m.Login] != nil {
		return account.LoginTaken(m.Login)
	}
	for _, other := range f.members {
		if strings.EqualFold(other.Mail, m.Mail) {
			return account.MailTaken(m.Mail)
		}
	}
	for _, name := range m.Groups {
		f.groups[name][m.Login] = true
	}
	m.Created = f.now().UTC().Truncate(time.Second)
	f.members[m.Login] = &person{Member: m, password: password, suspended: m.Suspended}
	return nil
}

func (f *Fake) SetPassword(ctx context.Context, login account.Login, password secret.String) error {
	if err := account.CheckPassword(password); err != nil {
		return account.InvalidInput(err)
	}
	return f.change(ctx, login, func(p *person) error {
		p.password, p.wrong, p.lockedUntil = password, nil, time.Time{}
		return nil
	})
}

func (f *Fake) Suspend(ctx context.Context, login account.Login) error {
	return f.change(ctx, login, func(p *person) error {
		if err := account.NeedOtherAdmin(f.all(), login); err != nil {
			return err
		}
		p.suspended, p.lockedUntil = true, time.Time{}
		return nil
	})
}

func (f *Fake) Resume(ctx context.Context, login account.Login) error {
	return f.change(ctx, login, func(p *person) error {
		p.suspended = false
		return nil
	})
}

func (f *Fake) Remove(ctx context.Context, login account.Login) error {
	return f.change(ctx, login, func(*person) error {
		if err := account.NeedOtherAdmin(f.all(), login); err != nil {
			return err
		}
		delete(f.members, login)
		for _, in := range f.groups {
			delete(in, login)
		}
		return nil
	})
}

func (f *Fake) change(ctx context.Context, login account.Login, change func(*person) error) error {
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	p, err := f.find(login)
	if err != nil {
		return err
	}
	return change(p)
}

func (f *Fake) Groups(ctx context.Context) ([]account.Group, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	all := make([]account.Group, 0, len(f.groups))
	for name, in := range f.groups {
		g := account.Group{Name: name, Members: []account.Login{}, Builtin: account.BuiltinGroup(name)}
		g.Members = slices.AppendSeq(g.Members, maps.Keys(in))
		slices.Sort(g.Members)
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b account.Group) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func (f *Fake) AddGroup(ctx context.Context, name string) error {
	if err := account.CheckGroup(name); err != nil {
		return account.InvalidInput(err)
	}
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	if f.groups[name] != nil {
		return account.GroupTaken(name)
	}
	f.groups[name] = map[account.Login]bool{}
	return nil
}

func (f *Fake) RemoveGroup(ctx context.Context, name string) error {
	if account.BuiltinGroup(name) {
		return account.GroupIsBuiltin(name)
	}
	return f.changeGroup(ctx, name, func(map[account.Login]bool) error {
		delete(f.groups, name)
		for service, s := range f.services {
			s.Groups = slices.DeleteFunc(slices.Clone(s.Groups), func(g string) bool { return g == name })
			f.services[service] = s
		}
		return nil
	})
}

func (f *Fake) AddToGroup(ctx context.Context, group string, login account.Login) error {
	return f.changeGroup(ctx, group, func(in map[account.Login]bool) error {
		if _, err := f.find(login); err != nil {
			return err
		}
		in[login] = true
		return nil
	})
}

func (f *Fake) RemoveFromGroup(ctx context.Context, group string, login account.Login) error {
	return f.changeGroup(ctx, group, func(in map[account.Login]bool) error {
		if _, err := f.find(login); err != nil {
			return err
		}
		switch group {
		case account.Members:
			return account.StaysMember(login)
		case account.Admins:
			if err := account.NeedOtherAdmin(f.all(), login); err != nil {
				return err
			}
		}
		delete(in, login)
		return nil
	})
}

func (f *Fake) changeGroup(ctx context.Context, name string, change func(in map[account.Login]bool) error) error {
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	if f.groups[name] == nil {
		return account.NoGroup(name)
	}
	return change(f.groups[name])
}

func (f *Fake) EnsureBase(ctx context.Context) error {
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	for _, name := range []string{account.Members, account.Admins} {
		if f.groups[name] == nil {
			f.groups[name] = map[account.Login]bool{}
		}
	}
	return nil
}

func (f *Fake) EnsureService(ctx context.Context, name string, password secret.String, groups []string) error {
	if err := account.CheckService(name, password); err != nil {
		return err
	}
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	for _, group := range groups {
		if f.groups[group] == nil {
			return account.NoGroup(group)
		}
	}
	f.services[name] = Service{Password: password, Groups: slices.Compact(slices.Sorted(slices.Values(groups)))}
	return nil
}

func (f *Fake) RemoveService(ctx context.Context, name string) error {
	if err := f.enter(ctx); err != nil {
		return err
	}
	defer f.mu.Unlock()
	delete(f.services, name)
	return nil
}
