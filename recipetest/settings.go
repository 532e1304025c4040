package recipetest

import (
	"context"
	"maps"
	"slices"

	"ronron/account"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/recipes/level"
	"ronron/services"
)

// settings is the first half of level 2: each setting's effect is looked for
// before it is changed, where it must not be, and after, where it must.
func (r *run) settings(ctx context.Context) {
	if len(r.Recipe.Settings) == 0 {
		r.leave(level.Settings, "settings take effect", level.NotApplicable, "the recipe has none")
		return
	}
	var rounds [][]string
	var together []string
	for _, name := range slices.Sorted(maps.Keys(r.Settings)) {
		switch setting := r.Settings[name]; {
		case setting.NotTested != "":
			r.note(level.NewCheck(level.Settings, settingCheck(name), level.NotTested, text.Text{EN: setting.NotTested}))
		case r.isFixed(name):
			// It can be chosen only before there is data: fixed tries it.
		case setting.Alone:
			rounds = append(rounds, []string{name})
		default:
			together = append(together, name)
		}
	}
	if len(together) > 0 {
		rounds = slices.Insert(rounds, 0, together)
	}
	without := map[string]error{}
	for _, round := range rounds {
		for _, name := range round {
			without[name] = r.see(ctx, name)
		}
	}
	for _, round := range rounds {
		r.round(ctx, round, without)
	}
	if n := len(rounds); n > 0 && r.Settings[rounds[n-1][0]].Alone {
		// What is tried by itself may hide what was written before.
		if err := r.up(ctx, r.Base); err != nil {
			r.check(level.Settings, "the settings of before can be put back", err)
		}
	}
}

func (r *run) isFixed(setting string) bool {
	upgrade := r.Recipe.Outline().Declared.Upgrade
	return upgrade != nil && slices.Contains(upgrade.Fixed, "setting."+setting)
}

// fixed tries the settings that can never change once there is data: that a
// change is refused, and that each takes effect in a chaton without data.
func (r *run) fixed(ctx context.Context) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(r.Settings)), func(name string) bool {
		return r.Settings[name].NotTested != "" || !r.isFixed(name)
	})
	if len(names) == 0 {
		return
	}
	without := map[string]error{}
	for _, name := range names {
		without[name] = r.see(ctx, name)
		err := r.up(ctx, r.changed(name))
		if err == nil {
			err = text.Errorf("it was changed all the same")
		} else if _, refused := errorAs[*diag.ListError](err); refused {
			err = nil
		}
		r.checked(level.Settings, text.Say("the setting %s cannot change once there is data", name), err)
	}
	// They are tried together with nothing else: a chaton for each would take long.
	err := r.House.Destroy(ctx)
	if err == nil {
		err = r.up(ctx, r.changed(names...))
	}
	if err == nil {
		err = r.meet(ctx)
	}
	if err == nil { // as in the first chaton by then
		err = r.House.People().AddToGroup(ctx, group, account.Login(r.eve.Login))
	}
	for _, name := range names {
		r.checked(level.Settings, settingCheck(name), r.took(ctx, name, without[name], err))
	}
}

// changed are the settings of the test with other values of these.
func (r *run) changed(names ...string) map[string]any {
	values := maps.Clone(r.Base)
	if values == nil {
		values = map[string]any{}
	}
	for _, name := range names {
		maps.Copy(values, r.Settings[name].With)
	}
	for _, name := range names {
		values[name] = r.Settings[name].Value
	}
	return values
}

// took says whether a setting took effect that was looked for in vain before;
// changed is what came of the change.
func (r *run) took(ctx context.Context, name string, without, changed error) error {
	switch {
	case changed != nil:
		return changed
	case without == nil:
		return text.Errorf("its effect shows before it is changed: the scenario proves nothing")
	case !wasRefused(without):
		return without
	}
	return r.see(ctx, name)
}

func settingCheck(name string) text.Text { return text.Say("the setting %s takes effect", name) }

// round changes some settings at once.
func (r *run) round(ctx context.Context, names []string, without map[string]error) {
	changed := r.up(ctx, r.changed(names...))
	for _, name := range names {
		r.checked(level.Settings, settingCheck(name), r.took(ctx, name, without[name], changed))
	}
}

// see looks for the effect of a setting.
func (r *run) see(ctx context.Context, name string) error {
	steps := r.Settings[name].See
	visitors, err := r.visitors(ctx, steps)
	if err != nil {
		return err
	}
	defer visitors.close()
	c := newContent(r.ana.Login, "set"+lower(6), "Words for a setting "+lower(8))
	for _, s := range steps {
		if err := visitors.of(s.As, asStranger).Do(ctx, s, c); err != nil {
			return err
		}
	}
	return nil
}

// lasts is the second half of level 2: what was written before all this is
// still there, after a restart and in new containers.
func (r *run) lasts(ctx context.Context) {
	units, err := r.units(ctx)
	if err == nil {
		err = r.restart(ctx, units)
	}
	if err == nil {
		err = r.still(ctx)
	}
	r.check(level.Settings, "a restart loses nothing", err)

	units, err = r.units(ctx)
	for _, u := range units {
		if err == nil {
			err = r.House.Engine().RemoveUnit(ctx, u.ID)
		}
	}
	if err == nil {
		err = r.up(ctx, r.Base)
	}
	if err == nil {
		err = r.still(ctx)
	}
	r.check(level.Settings, "new containers lose nothing", err)
}

// still reads what was written at the beginning, after signing in anew.
func (r *run) still(ctx context.Context) error {
	ana, err := r.enter(ctx, r.ana)
	if err != nil {
		return wrapped("sign in: %v", err)
	}
	defer ana.Close()
	return ana.Read(ctx, r.kept)
}

// units are the containers of the service under test.
func (r *run) units(ctx context.Context) ([]services.ActualUnit, error) {
	actual, err := r.House.Engine().Look(ctx)
	if err != nil {
		return nil, err
	}
	units := slices.DeleteFunc(actual.Units, func(u services.ActualUnit) bool { return u.Service != service })
	if len(units) == 0 {
		return nil, errs.New(errs.NotFound, "Nothing of the service runs.")
	}
	return units, nil
}

// inside runs a command of the scenario in a unit.
func (r *run) inside(ctx context.Context, i Inside) (string, error) {
	units, err := r.units(ctx)
	if err != nil {
		return "", err
	}
	for _, u := range units {
		if string(u.Unit) != i.Unit {
			continue
		}
		result, err := r.House.Engine().Exec(ctx, u.ID, i.Command, nil)
		if err == nil && result.ExitCode != 0 {
			err = refused("ends with %d: %.200s", result.ExitCode, result.Output)
		}
		return result.Output, err
	}
	return "", errs.New(errs.NotFound, "The service has no unit %s.", i.Unit)
}
