package recipetest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"ronron/account"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/recipes/level"
)

// hasAccounts says whether members sign in to the software at all.
func (r *run) hasAccounts() bool { return r.Recipe.Accounts.Kind != "none" }

// content has a member sign in and write what must last. It is the beginning
// of level 3, and what level 2 needs.
func (r *run) content(ctx context.Context) bool {
	r.kept = newContent(r.ana.Login, "kept"+lower(6), "Words of Ana "+lower(12))
	ana, err := r.enter(ctx, r.ana)
	if r.hasAccounts() && !r.check(level.SignIn, "a member of the group signs in", err) {
		return false
	}
	defer ana.Close()
	err = ana.Read(ctx, r.kept)
	if err == nil {
		err = text.Errorf("it is shown before it was written: the scenario's read proves nothing")
	} else if err = ana.Write(ctx, r.kept); err == nil {
		err = ana.Read(ctx, r.kept)
	}
	return r.check(level.Settings, "content is written and read", err)
}

// enter is a member at work: signed in, where there is something to sign in to.
func (r *run) enter(ctx context.Context, who Person) (visitor, error) {
	if !r.hasAccounts() {
		return r.software.Stranger(), nil
	}
	return r.software.SignIn(ctx, who)
}

// lower is a random word that is fit for any name.
func lower(n int) string { return secret.Generate(n, "bcdfghjkmnpqrstvwxz").Reveal() }

// people is the rest of level 3: who does not get in.
func (r *run) people(ctx context.Context) {
	r.stranger(ctx)
	if !r.hasAccounts() {
		for _, name := range []string{"a member of the group signs in", "a wrong password is refused", "a member outside the group is refused", "a suspended member is refused"} {
			r.leave(level.SignIn, name, level.NotApplicable, "the software has no accounts")
		}
		return
	}
	r.check(level.SignIn, "a wrong password is refused", r.refuses(ctx, Person{r.ana.Login, secret.New(r.bob.Password.Reveal())}))
	r.check(level.SignIn, "an unknown login is refused", r.refuses(ctx, Person{"nobody-" + lower(4), r.ana.Password}))
	r.check(level.SignIn, "an empty password is refused", r.refuses(ctx, Person{r.ana.Login, secret.New("")}))
	r.check(level.SignIn, "a member outside the group is refused", r.outside(ctx))
	r.check(level.SignIn, "a suspended member is refused", r.suspended(ctx))
}

// refuses succeeds when somebody is refused.
func (r *run) refuses(ctx context.Context, who Person) error {
	v, err := r.software.SignIn(ctx, who)
	switch {
	case err == nil:
		v.Close()
		return text.Errorf("it let them in")
	case wasRefused(err):
		return nil
	}
	return err
}

// outside is refused, and let in once she is in the group: it was the group that
// kept her out, and nothing else.
func (r *run) outside(ctx context.Context) error {
	if err := r.refuses(ctx, r.eve); err != nil {
		return err
	}
	if err := r.House.People().AddToGroup(ctx, group, account.Login(r.eve.Login)); err != nil {
		return err
	}
	return r.eventually(ctx, func() error {
		v, err := r.software.SignIn(ctx, r.eve)
		if err != nil {
			return wrapped("with the group she is refused too: %v", err)
		}
		v.Close()
		return nil
	})
}

// suspended is refused, and was let in before.
func (r *run) suspended(ctx context.Context) error {
	v, err := r.software.SignIn(ctx, r.bob)
	if err != nil {
		return wrapped("he is refused before he is suspended too: %v", err)
	}
	if err := r.House.People().Suspend(ctx, account.Login(r.bob.Login)); err != nil {
		v.Close()
		return err
	}
	r.open, r.openUntil = v, time.Now().Add(max(r.Patience, time.Duration(r.SessionEnds)))
	return r.eventually(ctx, func() error { return r.refuses(ctx, r.bob) })
}

// session is what becomes of a session that was open when its member was
// suspended. It is asked for late, so that other checks fill the time.
func (r *run) session(ctx context.Context) {
	const name = "a suspended member's open session ends"
	if r.open == nil {
		return // nobody could be suspended, or nobody signs in
	}
	defer r.open.Close()
	v, web := r.open.(*webVisitor)
	switch {
	case r.SessionStays != "":
		r.leave(level.SignIn, name, level.NotApplicable, "%s", r.SessionStays)
		return
	case !web:
		r.leave(level.SignIn, name, level.NotApplicable, "a stream of chat that is open goes on until it closes")
		return
	}
	err := r.eventuallyUntil(ctx, r.openUntil, func() error {
		err := v.run(ctx, r.SignedIn)
		switch {
		case err == nil:
			return text.Errorf("what only members see is still shown to him")
		case wasRefused(err):
			return nil
		}
		return err
	})
	r.check(level.SignIn, name, err)
}

// stranger reads what is public and nothing else, and writes nowhere.
func (r *run) stranger(ctx context.Context) {
	v := r.software.Stranger()
	defer v.Close()
	if r.hasAccounts() {
		r.check(level.SignIn, "a stranger is not taken for a member", r.refuses(ctx, Person{}))
	}
	err := v.Read(ctx, r.kept)
	if said(r.Public) {
		r.check(level.SignIn, "a stranger reads what is public", err)
	} else {
		r.check(level.SignIn, "a stranger does not read what members wrote", keptOut(err))
	}
	if said(r.Open) {
		r.leave(level.SignIn, "a stranger does not write", level.NotApplicable, "whoever knows the address writes")
		return
	}
	r.check(level.SignIn, "a stranger does not write", r.strangerWrites(ctx, v))
}

// strangerWrites tries, and looks as a member whether anything came of it.
func (r *run) strangerWrites(ctx context.Context, stranger visitor) error {
	bad := newContent(r.ana.Login, "bad"+lower(6), "Words of nobody "+lower(12))
	if err := stranger.Write(ctx, bad); err != nil && !wasRefused(err) {
		return err
	}
	over := newContent(r.ana.Login, r.kept.name, bad.text) // what is there already
	maps.Copy(over.kept, r.kept.kept)
	if err := stranger.Write(ctx, over); err != nil && !wasRefused(err) {
		return err
	}
	ana, err := r.enter(ctx, r.ana)
	if err != nil {
		return err
	}
	defer ana.Close()
	for _, c := range []content{bad, over} {
		if err := keptOut(ana.Read(ctx, c)); err != nil {
			return text.Errorf("what a stranger wrote is there")
		}
	}
	return ana.Read(ctx, r.kept)
}

func keptOut(err error) error {
	switch {
	case err == nil:
		return text.Errorf("it is shown")
	case wasRefused(err):
		return nil
	}
	return err
}

// closed are the doors of the scenario.
func (r *run) closed(ctx context.Context) {
	if len(r.Closed) == 0 {
		r.leave(level.SignIn, "installer and sign-up are closed", level.NotApplicable, "%s", r.NothingClosed)
		return
	}
	visitors, err := r.visitors(ctx, r.Closed)
	if err != nil {
		r.check(level.SignIn, "installer and sign-up are closed", err)
		return
	}
	defer visitors.close()
	for _, door := range r.Closed {
		if door.XMPP == "" && len(door.Status) == 0 && len(door.Contains)+len(door.Lacks) == 0 {
			door.Status = []int{401, 403, 404, 405, 410}
		}
		err := visitors.of(door.As, asStranger).Do(ctx, door, r.kept)
		if door.XMPP != "" { // of which a refusal is what is wanted
			err = keptOut(err)
		}
		r.checked(level.SignIn, door.closedCheck(), err)
	}
}

func (s Step) closedCheck() text.Text {
	what := s.Path
	if s.Inside != nil {
		what = strings.Join(s.Inside.Command, " ")
	}
	if s.XMPP != "" {
		what = s.XMPP
	}
	if s.Method != "" {
		what = s.Method + " " + what
	}
	switch s.As {
	case asMember:
		return text.Say("closed to a member: %s", what)
	case asOther:
		return text.Say("closed to a second member: %s", what)
	case asNew:
		return text.Say("closed to a new: %s", what)
	default:
		return text.Say("closed to a stranger: %s", what)
	}
}

// cast are those who do the steps of a scenario.
type cast map[string]visitor

func (r *run) visitors(ctx context.Context, steps Steps) (cast, error) {
	c := cast{asStranger: r.software.Stranger()}
	for as, who := range map[string]Person{asMember: r.ana, asOther: r.eve, asNew: {}} { // eve is in the group by now
		if !slices.ContainsFunc(steps, func(s Step) bool { return s.As == as }) {
			continue
		}
		var err error
		if as == asNew {
			if who, err = r.add(ctx, "new"+lower(6), group); err != nil {
				c.close()
				return nil, err
			}
		}
		v, err := r.enter(ctx, who)
		if err != nil {
			c.close()
			return nil, wrapped("sign in: %v", err)
		}
		c[as] = v
	}
	return c, nil
}

func (c cast) of(as, otherwise string) visitor {
	if as == "" {
		as = otherwise
	}
	return c[as]
}

func (c cast) close() {
	for _, v := range c {
		v.Close()
	}
}

// eventually tries until it succeeds, for as long as software may remember.
func (r *run) eventually(ctx context.Context, try func() error) error {
	return r.eventuallyUntil(ctx, time.Now().Add(r.Patience), try)
}

func (r *run) eventuallyUntil(ctx context.Context, end time.Time, try func() error) error {
	for {
		err := try()
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(500 * time.Millisecond)
	}
}
