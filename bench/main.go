// Command bench measures the demo chaton against docker compose with the same
// containers, in turns on the same machine: bringing it up from nothing,
// bringing it up again with nothing to change, and the memory it idles with.
// Ratios are made pair by pair, so that what else the machine does meanwhile
// weighs on both sides. It uses a domain and ports of its own, leaves a running
// demo alone, and removes what it made even when it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

type options struct {
	rounds int
	again  int
	budget time.Duration
	binary string
	save   string
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "how many times each side is brought up")
	flag.IntVar(&o.again, "again", 3, "how many times nothing is changed, each round")
	flag.DurationVar(&o.budget, "budget", 5*time.Minute, "no round begins that would end later")
	flag.StringVar(&o.binary, "ronron", "build/ronron", "the binary to measure")
	flag.StringVar(&o.save, "save", "", "write the figures into this Markdown file too")
	flag.Parse()
	if o.rounds < 1 || o.again < 1 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, o)
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "bench: interrupted; what it made is removed")
		os.Exit(130)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	began := time.Now()
	binary, err := filepath.Abs(o.binary)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ronron-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	house, err := newHouse(dir, binary)
	if err != nil {
		return err
	}
	compose, err := findCompose(ctx, dir)
	if err != nil {
		return err
	}
	if err := sweep(ctx); err != nil { // of a run that was killed
		return err
	}
	defer func() {
		clear, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, sweep(clear))
	}()

	say("getting the images and a first look at the chaton (not measured)")
	peers, err := buildPeers(ctx)
	if err != nil {
		return err
	}
	if _, err := house.up(ctx); err != nil {
		return err
	}
	if err := compose.describe(ctx); err != nil {
		return err
	}
	if err := house.destroy(ctx); err != nil {
		return err
	}

	r := results{machine: describeMachine(ctx, house, compose), asked: o.rounds}
	var longest time.Duration
	for n := range o.rounds {
		at := time.Now()
		if n > 0 && at.Sub(began)+longest > o.budget {
			say("no time for another round")
			break
		}
		last := n == o.rounds-1 || at.Sub(began)+2*longest > o.budget && n > 0
		say("round %d of %d", n+1, o.rounds)
		if err := oneRound(ctx, &r, house, compose, o.again, func() error {
			if !last {
				return nil
			}
			say("idle memory")
			r.memory, err = measureMemory(ctx, dir, compose.hosts, peers)
			return err
		}); err != nil {
			return err
		}
		longest = max(longest, time.Since(at))
		say("round %d took %s", n+1, time.Since(at).Round(time.Second))
	}
	r.took = time.Since(began)
	if _, err := os.Stdout.WriteString(r.text()); err != nil {
		return err
	}
	if o.save != "" {
		return os.WriteFile(o.save, []byte(r.markdown()), 0o644)
	}
	return nil
}

// oneRound measures docker compose, then Ronron, whose chaton is used by idle
// before it goes.
func oneRound(ctx context.Context, r *results, h *house, c *compose, again int, idle func() error) error {
	b, err := c.round(ctx, again)
	if err != nil {
		return err
	}
	a, err := h.round(ctx, again)
	if err != nil {
		return err
	}
	if err := idle(); err != nil {
		return err
	}
	if a.down, err = timed(func() error { return h.destroy(ctx) }); err != nil {
		return err
	}
	r.rounds = append(r.rounds, round{ronron: a, compose: b})
	return nil
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
