package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services"
)

// Logs copies the output of a service's units. Without a unit it is all of
// them, one after the other or, following, as they print; then each line begins
// with the unit that it is from.
func (d *Daemon) Logs(ctx context.Context, r api.LogsRequest, w io.Writer) error {
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return err
	}
	units := slices.DeleteFunc(slices.Clone(actual.Units), func(u services.ActualUnit) bool {
		return u.Service != r.Service || r.Unit != "" && u.Unit != r.Unit
	})
	o := services.LogOptions{Tail: r.Tail, Follow: r.Follow, Timestamps: r.Timestamps}
	switch len(units) {
	case 0:
		return nothingPrinted(actual.Units, r)
	case 1:
		return d.Engine.Logs(ctx, units[0].ID, o, w)
	}
	width := 0
	for _, u := range units {
		width = max(width, len(u.Unit))
	}
	group, together := errgroup.WithContext(ctx)
	if !r.Follow {
		group.SetLimit(1)
	}
	var mu sync.Mutex
	for _, u := range units {
		lines := &unitLines{mu: &mu, w: w, prefix: fmt.Sprintf("%-*s | ", width, u.Unit)}
		group.Go(func() error {
			if err := d.Engine.Logs(together, u.ID, o, lines); err != nil {
				return err
			}
			return lines.end()
		})
	}
	if err := group.Wait(); err != nil && !(r.Follow && ctx.Err() != nil) { // leaving is how following ends
		return err
	}
	return nil
}

// longestLine is how much of a line is kept back until it ends.
const longestLine = 64 << 10

// unitLines writes whole lines, each behind a prefix, so that several units can
// print into one writer.
type unitLines struct {
	mu     *sync.Mutex // of w
	w      io.Writer
	prefix string
	begun  []byte // a line that has not ended yet
}

func (l *unitLines) Write(p []byte) (int, error) {
	l.begun = append(l.begun, p...)
	var out bytes.Buffer
	for {
		line, rest, ended := bytes.Cut(l.begun, []byte("\n"))
		if !ended && len(line) < longestLine {
			break
		}
		fmt.Fprintf(&out, "%s%s\n", l.prefix, line)
		l.begun = rest
	}
	return len(p), l.pass(out.Bytes())
}

// end writes what has no end of line.
func (l *unitLines) end() error {
	if len(l.begun) == 0 {
		return nil
	}
	return l.pass(fmt.Appendf(nil, "%s%s\n", l.prefix, l.begun))
}

func (l *unitLines) pass(whole []byte) error {
	if len(whole) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.w.Write(whole)
	return err
}

// nothingPrinted says that there is no container to show the output of, and
// which there are.
func nothingPrinted(units []services.ActualUnit, r api.LogsRequest) error {
	var names, own []string
	for _, u := range units {
		names = append(names, string(u.Service))
		if u.Service == r.Service {
			own = append(own, string(u.Service)+"/"+string(u.Unit))
		}
	}
	err := errs.New(errs.NotFound, "No container of %s exists.", r.Service)
	if len(own) > 0 {
		err, names = errs.New(errs.NotFound, "No container %s/%s exists.", r.Service, r.Unit), own
	}
	if len(names) == 0 {
		return err.WithHint("`ronron status` lists what there is.")
	}
	slices.Sort(names)
	return err.WithHint("Those there are: %s", strings.Join(slices.Compact(names), ", "))
}
