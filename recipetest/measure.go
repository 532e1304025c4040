package recipetest

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/recipes/level"
	"ronron/services"
)

func errorAs[T error](err error) (T, bool) { return errors.AsType[T](err) }

func machine(ctx context.Context, e Engine) (level.Machine, error) {
	info, err := e.Info(ctx)
	if err != nil {
		return level.Machine{}, err
	}
	return level.Machine{Cores: info.CPUs, MemoryMB: info.Memory >> 20, OS: info.OS, Engine: info.Name + " " + info.Version}, nil
}

// restart stops every unit, brings them up and measures how long that takes,
// from the first step to the last.
func (r *run) restart(ctx context.Context, units []services.ActualUnit) error {
	if err := r.measure(ctx, units); err != nil {
		return err
	}
	for _, u := range units {
		if err := r.House.Engine().StopUnit(ctx, u.ID, 30*time.Second); err != nil {
			return err
		}
	}
	var first, last time.Time
	err := r.upWith(ctx, r.applied, func(e api.Event) {
		if e.Service != service {
			return
		}
		if first.IsZero() {
			first = e.Time
		}
		last = e.Time
	})
	if err == nil && first.IsZero() {
		return text.Errorf("nothing was started again")
	}
	r.record.StartSeconds = float64(last.Sub(first).Round(100*time.Millisecond)) / float64(time.Second)
	return err
}

// measure takes the memory that the units use and the size of their images.
func (r *run) measure(ctx context.Context, units []services.ActualUnit) error {
	var bytes, size int64
	images := map[string]bool{}
	for _, u := range units {
		used, err := r.memory(ctx, u)
		if err != nil {
			return wrapped("measure the memory of %s: %v", u.Unit, err)
		}
		bytes += used
		if images[u.Image] {
			continue
		}
		images[u.Image] = true
		of, err := r.House.Engine().ImageSize(ctx, u.Image)
		if err != nil {
			return err
		}
		size += of
	}
	r.record.MemoryMB, r.record.ImageMB = (bytes+1<<19)>>20, size/1_000_000
	return nil
}

// memory asks the kernel, from inside: what the unit uses, less what it would
// give back at once (files that were read and are not in use).
func (r *run) memory(ctx context.Context, u services.ActualUnit) (int64, error) {
	result, err := r.House.Engine().Exec(ctx, u.ID, []string{"sh", "-c",
		"cd /sys/fs/cgroup; if [ -f memory.current ]; then cat memory.current memory.stat; else cat memory/memory.usage_in_bytes memory/memory.stat; fi"}, nil)
	if err != nil {
		return 0, err
	}
	return parseMemory(result.Output)
}

var inactive = regexp.MustCompile(`(?m)^(?:total_)?inactive_file (\d+)$`)

func parseMemory(said string) (int64, error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(said), "\n")
	used, err := strconv.ParseInt(strings.TrimSpace(first), 10, 64)
	if err != nil {
		return 0, errs.New(errs.Failed, "The kernel does not tell it: %.80s", said)
	}
	all := inactive.FindAllStringSubmatch(rest, -1)
	if len(all) == 0 {
		return used, nil
	}
	// Of cgroup v1, the total of all below stands last.
	cached, err := strconv.ParseInt(all[len(all)-1][1], 10, 64)
	return used - cached, err
}
