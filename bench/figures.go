package main

import (
	"cmp"
	"slices"
	"time"
)

// results are everything that one run of the bench found out.
type results struct {
	machine machine
	asked   int // rounds
	rounds  []round
	memory  []memoryRow
	took    time.Duration
}

// round is one measurement of each side, one right after the other.
type round struct{ ronron, compose side }

// side is what one side took.
type side struct {
	up      time.Duration // from nothing, until everything answers
	command time.Duration // of it, until the command ended
	again   time.Duration // with nothing to change
	down    time.Duration // removing everything, data included
	started map[string]time.Duration
	steps   []step

	plan, dial, exec time.Duration // of Ronron alone
	unordered        time.Duration // of docker compose alone: up where nothing waits for anything
}

func median[N cmp.Ordered](list []N) N {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)-1)/2] // of an even number the lower one, which is one that was measured
}

// spread is how figures of one kind are told.
type spread[N cmp.Ordered] struct{ min, median, max N }

func spreadOf[N cmp.Ordered](list []N) spread[N] {
	return spread[N]{slices.Min(list), median(list), slices.Max(list)}
}

// over collects one figure from every round.
func over[N any](rounds []round, of func(round) N) []N {
	var list []N
	for _, r := range rounds {
		list = append(list, of(r))
	}
	return list
}

// comparison is one measure of both sides with the ratio of each pair.
type comparison struct {
	ronron, compose spread[time.Duration]
	ratio           spread[float64]
}

func compared(rounds []round, ronron, compose func(side) time.Duration) comparison {
	a := over(rounds, func(r round) time.Duration { return ronron(r.ronron) })
	b := over(rounds, func(r round) time.Duration { return compose(r.compose) })
	ratios := over(rounds, func(r round) float64 { return float64(ronron(r.ronron)) / float64(compose(r.compose)) })
	return comparison{spreadOf(a), spreadOf(b), spreadOf(ratios)}
}

// stepRow is a step of the plan over all rounds.
type stepRow struct {
	id          string
	began, took time.Duration // medians
}

// stepRows are the steps in the order in which they begin.
func stepRows(rounds []round) (rows []stepRow) {
	began, took := map[string][]time.Duration{}, map[string][]time.Duration{}
	for _, r := range rounds {
		for _, s := range r.ronron.steps {
			began[s.id] = append(began[s.id], s.began)
			took[s.id] = append(took[s.id], s.took)
		}
	}
	for id := range began {
		rows = append(rows, stepRow{id, median(began[id]), median(took[id])})
	}
	slices.SortFunc(rows, func(a, b stepRow) int { return cmp.Or(cmp.Compare(a.began, b.began), cmp.Compare(a.id, b.id)) })
	return rows
}

// startRow is when a container's process was started, on both sides.
type startRow struct {
	service         string
	ronron, compose time.Duration // medians
}

func startRows(rounds []round) (rows []startRow) {
	for service := range rounds[0].ronron.started {
		rows = append(rows, startRow{
			service,
			median(over(rounds, func(r round) time.Duration { return r.ronron.started[service] })),
			median(over(rounds, func(r round) time.Duration { return r.compose.started[service] })),
		})
	}
	slices.SortFunc(rows, func(a, b startRow) int {
		return cmp.Or(cmp.Compare(a.ronron, b.ronron), cmp.Compare(a.service, b.service))
	})
	return rows
}
