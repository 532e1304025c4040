package recipetest

import (
	"slices"

	"ronron/internal/text"
	"ronron/recipes/level"
)

// Both is the record of two runs: what did not come out the same failed, and
// the larger of two figures counts.
func Both(first, second *level.Record) *level.Record {
	r := *second
	r.Runs, r.Checks = 2, nil
	var err error
	for _, c := range first.Checks {
		i := slices.IndexFunc(second.Checks, func(o level.Check) bool { return o.Name == c.Name && o.Level == c.Level })
		switch {
		case i < 0:
			c = c.Because(text.Say("%s the first time, not tried the second", c.Outcome.Text()))
			c.Outcome = level.Failed
		case second.Checks[i].Outcome != c.Outcome:
			o := second.Checks[i]
			_, once := c.Text()
			_, again := o.Text()
			c = c.Because(text.Say("%s the first time, %s the second: %s%s", c.Outcome.Text(), o.Outcome.Text(), once, again))
			c.Outcome = level.Failed
		default:
			r.Checks = append(r.Checks, c)
			continue
		}
		r.Checks = append(r.Checks, c)
		err = text.Errorf("not all came out the same")
	}
	if err == nil && len(second.Checks) != len(first.Checks) {
		err = text.Errorf("not all was tried both times")
	}
	twice := text.Of("twice in a row with the same outcome")
	if err != nil {
		r.Checks = append(r.Checks, level.NewCheck(level.Twice, twice, level.Failed, plain(err)))
	} else {
		r.Checks = append(r.Checks, level.NewCheck(level.Twice, twice, level.Passed, text.Text{}))
	}
	r.MemoryMB = max(first.MemoryMB, second.MemoryMB)
	r.StartSeconds = max(first.StartSeconds, second.StartSeconds)
	r.Settle()
	return &r
}
