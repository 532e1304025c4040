package recipetest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ronron/internal/errs"
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
			r.leave(level.Settings, settingCheck(name), level.NotTested, "%s", setting.NotTested)
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
}

func settingCheck(name string) string { return "the setting " + name + " takes effect" }

// round changes some settings at once.
func (r *run) round(ctx context.Context, names []string, without map[string]error) {
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
	changed := r.up(ctx, values)
	for _, name := range names {
		err := changed
		switch {
		case err != nil:
		case without[name] == nil:
			err = fmt.Errorf("its effect shows before it is changed: the scenario proves nothing")
		case !wasRefused(without[name]):
			err = without[name]
		default:
			err = r.see(ctx, name)
		}
		r.check(level.Settings, settingCheck(name), err)
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
	c := content{author: r.ana.Login, name: "set" + lower(6), text: "Words for a setting " + lower(8)}
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
		return fmt.Errorf("sign in: %w", err)
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
