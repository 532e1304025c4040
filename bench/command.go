package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// command runs a program and returns what it wrote to stdout. The program
// stands in a process group of its own, so that Ctrl-C reaches this one first,
// which then ends it.
func command(ctx context.Context, name string, args ...string) (string, error) {
	return commandWith(ctx, "", name, args...)
}

func commandWith(ctx context.Context, stdin, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, said.String(), out.String())
	}
	return strings.TrimSpace(out.String()), nil
}

func docker(ctx context.Context, args ...string) (string, error) {
	return command(ctx, "docker", args...)
}

// timed says how long f takes.
func timed(f func() error) (time.Duration, error) {
	began := time.Now()
	err := f()
	return time.Since(began), err
}

// repeated runs f some times and returns the median.
func repeated(times int, f func() error) (time.Duration, error) {
	var all []time.Duration
	for range times {
		d, err := timed(f)
		if err != nil {
			return 0, err
		}
		all = append(all, d)
	}
	return median(all), nil
}

// The labels by which everything of a bench is found again.
const (
	ronronLabel  = "ronron.chaton=" + domain
	composeLabel = "com.docker.compose.project=" + project
	peerLabel    = "ronron.bench.peer=" + project
)

// sweep removes every container, network and volume of both sides and of the
// peers. Images stay: the next run, and a demo, need them. It looks again until
// nothing is left: a daemon or docker compose that was interrupted may have made
// something after the first look.
func sweep(ctx context.Context) error {
	for range 5 {
		found, err := sweepOnce(ctx)
		if !found || ctx.Err() != nil {
			return err
		}
	}
	_, err := sweepOnce(ctx)
	return err
}

func sweepOnce(ctx context.Context) (found bool, err error) {
	for _, label := range []string{ronronLabel, composeLabel, peerLabel} {
		for _, kind := range []struct{ list, remove []string }{
			{[]string{"ps", "-aq"}, []string{"rm", "-fv"}},
			{[]string{"network", "ls", "-q"}, []string{"network", "rm"}},
			{[]string{"volume", "ls", "-q"}, []string{"volume", "rm", "-f"}},
		} {
			ids, listed := docker(ctx, append(kind.list, "--filter", "label="+label)...)
			err = errors.Join(err, listed)
			if ids != "" {
				found = true
				_, removed := docker(ctx, append(kind.remove, strings.Fields(ids)...)...)
				err = errors.Join(err, removed)
			}
		}
	}
	return found, err
}
