package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"ronron/gateway"
)

// memoryRow is one part of the house and what it is measured against.
type memoryRow struct {
	name  string
	usage usage
	peer  string // "" where there is none
	other usage
}

// usage is memory in bytes; 0 is not known.
type usage struct {
	rss    int64 // of all its processes, pages that they share counted for each
	pss    int64 // pages shared with others counted in part; takes root to read
	cgroup int64 // as the kernel accounts it to the container, without its page cache
}

// settling is how long everything is left alone before it is looked at, and
// between looks.
const (
	settling = 8 * time.Second
	looks    = 3
	between  = 2 * time.Second
)

// measureMemory starts the peers beside the running chaton, visits every page
// once through both gateways, and looks at all when they have nothing to do.
func measureMemory(ctx context.Context, dir string, hosts []gateway.Host, p *peers) ([]memoryRow, error) {
	hosts, err := currentHosts(ctx, dir, hosts)
	if err != nil {
		return nil, err
	}
	nginx, slapd, err := p.start(ctx, dir, hosts)
	if err != nil {
		return nil, err
	}
	for _, port := range []int{httpsPort, peerPort} {
		var urls []string
		for _, h := range hosts {
			urls = append(urls, "https://"+h.Name+"/")
		}
		if err := ready(ctx, port, urls); err != nil {
			return nil, err
		}
	}
	ids := map[string]string{"nginx": nginx, "slapd": slapd}
	for _, service := range []string{"ronron", "gateway", "portal", "directory"} {
		if ids[service], err = docker(ctx, "ps", "-q", "--no-trunc", "--filter", "label="+ronronLabel, "--filter", "label=ronron.service="+service); err != nil {
			return nil, err
		}
	}
	wait := settling
	samples := map[string][]usage{}
	for range looks {
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
		wait = between
		if err := look(ctx, ids, samples); err != nil {
			return nil, err
		}
	}
	of := func(name string) usage { return medianUsage(samples[name]) }
	rows := []memoryRow{
		{name: "daemon", usage: of("ronron")},
		{name: "gateway", usage: of("gateway"), peer: "nginx (" + p.nginx + "), same hosts and backends", other: of("nginx")},
		{name: "portal", usage: of("portal")},
		{name: "directory", usage: of("directory"), peer: "slapd (" + p.slapd + "), Debian's defaults", other: of("slapd")},
	}
	if len(samples["dockerd"]) > 0 {
		rows[0].peer, rows[0].other = "dockerd itself", of("dockerd")
	}
	return rows, nil
}

// currentHosts reads the hosts of the chaton that runs now: its addresses may
// be others than those of the one that was copied.
func currentHosts(ctx context.Context, dir string, before []gateway.Host) ([]gateway.Host, error) {
	id, err := docker(ctx, "ps", "-q", "--filter", "label="+ronronLabel, "--filter", "label=ronron.service=gateway")
	if err != nil {
		return before, err
	}
	file := filepath.Join(dir, "gateway.json")
	if _, err := docker(ctx, "cp", id+":/run/gateway/config.json", file); err != nil {
		return before, err
	}
	return readHosts(file)
}

func look(ctx context.Context, ids map[string]string, samples map[string][]usage) error {
	charged, err := cgroups(ctx, slices.Collect(maps.Values(ids)))
	if err != nil {
		return err
	}
	for name, id := range ids {
		top, err := docker(ctx, "top", id, "-eo", "pid")
		if err != nil {
			return err
		}
		u, err := processes(strings.Fields(top)[1:]) // the first is the heading
		if err != nil {
			return err
		}
		u.cgroup = charged[id]
		samples[name] = append(samples[name], u)
	}
	if pid := dockerdPID(); pid != "" {
		u, err := processes([]string{pid})
		if err != nil {
			return err
		}
		samples["dockerd"] = append(samples["dockerd"], u)
	}
	return nil
}

// processes adds up the memory of processes of this machine.
func processes(pids []string) (sum usage, err error) {
	for _, pid := range pids {
		status, err := os.ReadFile("/proc/" + pid + "/status")
		if err != nil {
			return sum, fmt.Errorf("the engine does not run on this machine, or a process ended: %w", err)
		}
		sum.rss += kilobytes(string(status), "VmRSS:")
		rollup, err := os.ReadFile("/proc/" + pid + "/smaps_rollup")
		if errors.Is(err, os.ErrPermission) {
			continue // only root may; the column stays empty
		}
		if err != nil {
			return sum, err
		}
		sum.pss += kilobytes(string(rollup), "Pss:")
	}
	return sum, nil
}

func kilobytes(text, key string) int64 {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == key {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// cgroups asks Docker what each container is charged: it knows both versions
// of cgroups. It takes two seconds, for all of them together.
func cgroups(ctx context.Context, ids []string) (map[string]int64, error) {
	out, err := docker(ctx, append([]string{"stats", "--no-stream", "--no-trunc", "--format", "{{.ID}} {{.MemUsage}}"}, ids...)...)
	if err != nil {
		return nil, err
	}
	charged := map[string]int64{}
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 2 {
			return nil, fmt.Errorf("docker stats wrote %q", line)
		}
		if charged[f[0]], err = parseSize(f[1]); err != nil {
			return nil, err
		}
	}
	return charged, nil
}

// parseSize reads sizes as Docker writes them: 12.3MiB.
func parseSize(s string) (int64, error) {
	for _, unit := range []struct {
		suffix string
		bytes  float64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"kB", 1e3}, {"B", 1}} {
		if number, found := strings.CutSuffix(s, unit.suffix); found {
			n, err := strconv.ParseFloat(number, 64)
			return int64(n * unit.bytes), err
		}
	}
	return 0, fmt.Errorf("%q is no size", s)
}

// dockerdPID is "" where the engine runs elsewhere.
func dockerdPID() string {
	pid, err := os.ReadFile("/var/run/docker.pid")
	if err != nil {
		return ""
	}
	name, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/comm")
	if err != nil || strings.TrimSpace(string(name)) != "dockerd" {
		return ""
	}
	return strings.TrimSpace(string(pid))
}

func medianUsage(list []usage) usage {
	var rss, pss, cgroup []int64
	for _, u := range list {
		rss, pss, cgroup = append(rss, u.rss), append(pss, u.pss), append(cgroup, u.cgroup)
	}
	return usage{median(rss), median(pss), median(cgroup)}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
