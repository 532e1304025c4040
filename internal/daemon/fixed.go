package daemon

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ronron/chaton"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
)

func fixedValue(service services.Name) string { return "fixed " + string(service) }

// checkFixed refuses to change what can never change once there is data: a
// domain that stands in every message, the form of a database's files.
func (d *Daemon) checkFixed(ctx context.Context, s chaton.Service, resolved recipes.Resolved) (diag.List, error) {
	var first map[string]string
	err := d.state.Value(ctx, fixedValue(s.Name), &first)
	if errs.CodeOf(err) == errs.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var diags diag.List
	for _, name := range slices.Sorted(maps.Keys(resolved.Fixed)) {
		was, known := first[name]
		if now := resolved.Fixed[name]; known && was != now {
			diags = diags.Append(fixedDiagnostic(s, name, was, now))
		}
	}
	if len(diags) == 0 {
		return nil, nil
	}
	// Where the data is gone, everything may be chosen anew.
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(actual.Volumes, func(v services.ActualVolume) bool { return v.Service == s.Name }) {
		return nil, nil
	}
	return diags, nil
}

func fixedDiagnostic(s chaton.Service, name, was, now string) diag.Diagnostic {
	if companion, ok := strings.CutPrefix(name, "companion."); ok {
		return diag.Error("Another database than the data's",
			text.Say("The data of %s was made by %s, and its recipe now has %s for %q, which cannot read it. Use the recipe of before; a change of the major version needs a dump of the one and a restore into the other.", s.Name, was, now, companion), s.Range)
	}
	at, what := s.HostRange, text.Say("The host of %s", s.Name)
	if setting, ok := strings.CutPrefix(name, "setting."); ok {
		at, what = s.Range, text.Say("The setting %q of %s", setting, s.Name)
		if given, ok := s.Settings[setting]; ok {
			at = given.Range
		}
	}
	return diag.Error("Never changes after the first start",
		text.Say("%s was %q when its data was made, and this software writes it into the data for good. Write %q again, not %q; or bring up a second service beside it and move over.", what, was, was, now), at)
}

// keepFixed remembers the first values of the services that started.
func (d *Daemon) keepFixed(ctx context.Context, w *wanted, failed func(services.Name) bool) error {
	for name, resolved := range w.resolved {
		if len(resolved.Fixed) == 0 || failed(name) {
			continue
		}
		first := map[string]string{}
		if err := d.state.Value(ctx, fixedValue(name), &first); err != nil && errs.CodeOf(err) != errs.NotFound {
			return err
		}
		before := len(first)
		for key, value := range resolved.Fixed {
			if _, known := first[key]; !known {
				first[key] = value
			}
		}
		if len(first) == before {
			continue
		}
		if err := d.state.PutValue(ctx, fixedValue(name), first); err != nil {
			return err
		}
	}
	return nil
}
