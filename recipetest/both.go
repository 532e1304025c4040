package recipetest

import (
	"fmt"
	"slices"

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
			c.Outcome, c.Why = level.Failed, fmt.Sprintf("%s the first time, not tried the second", c.Outcome)
		case second.Checks[i].Outcome != c.Outcome:
			o := second.Checks[i]
			c.Outcome, c.Why = level.Failed, fmt.Sprintf("%s the first time, %s the second: %s%s", c.Outcome, o.Outcome, c.Why, o.Why)
		default:
			r.Checks = append(r.Checks, c)
			continue
		}
		r.Checks = append(r.Checks, c)
		err = fmt.Errorf("not all came out the same")
	}
	if err == nil && len(second.Checks) != len(first.Checks) {
		err = fmt.Errorf("not all was tried both times")
	}
	twice := level.Check{Level: level.Twice, Name: "twice in a row with the same outcome", Outcome: level.Passed}
	if err != nil {
		twice.Outcome, twice.Why = level.Failed, err.Error()
	}
	r.Checks = append(r.Checks, twice)
	r.MemoryMB = max(first.MemoryMB, second.MemoryMB)
	r.StartSeconds = max(first.StartSeconds, second.StartSeconds)
	r.Settle()
	return &r
}
