package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCompared_MakesRatiosOfNeighbours(t *testing.T) {
	// The machine became slow in the second round, for both sides alike.
	rounds := []round{
		{ronron: side{up: 2 * time.Second}, compose: side{up: 4 * time.Second}},
		{ronron: side{up: 20 * time.Second}, compose: side{up: 40 * time.Second}},
		{ronron: side{up: 3 * time.Second}, compose: side{up: 4 * time.Second}},
	}
	up := func(s side) time.Duration { return s.up }
	c := compared(rounds, up, up)
	if want := (spread[float64]{0.5, 0.5, 0.75}); c.ratio != want {
		t.Errorf("ratio %v, want %v", c.ratio, want)
	}
	if want := (spread[time.Duration]{2 * time.Second, 3 * time.Second, 20 * time.Second}); c.ronron != want {
		t.Errorf("ronron %v, want %v", c.ronron, want)
	}
}

func TestMedian_IsOneThatWasMeasured(t *testing.T) {
	for _, c := range []struct {
		list []int
		want int
	}{{[]int{5}, 5}, {[]int{9, 1}, 1}, {[]int{3, 1, 2}, 2}, {[]int{4, 1, 3, 2}, 2}} {
		before := slices.Clone(c.list)
		if got := median(c.list); got != c.want {
			t.Errorf("median of %v is %d, want %d", before, got, c.want)
		}
		if !slices.Equal(before, c.list) {
			t.Errorf("median changed %v to %v", before, c.list)
		}
	}
}

func TestParseSize_ReadsWhatDockerWrites(t *testing.T) {
	for text, want := range map[string]int64{"512B": 512, "1.5KiB": 1536, "12.5MiB": 13107200, "2GiB": 2 << 30, "3kB": 3000} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "--", "12", "xMiB"} {
		if n, err := parseSize(text); err == nil {
			t.Errorf("%q is read as %d", text, n)
		}
	}
}

func TestUpRun_ReadsStepsAndAddresses(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	run := upRun{began: began}
	run.read(`{"time":"2026-01-02T03:04:06Z","kind":"step_started","step":"wiki/create/web"}
Some line that is no event.
{"time":"2026-01-02T03:04:07Z","kind":"step_done","step":"wiki/create/web","elapsed":1000000000}
{"time":"2026-01-02T03:04:08Z","kind":"done","report":{"addresses":[{"service":"portal","url":"https://bench.localhost:27443"}]}}
`)
	if len(run.steps) != 1 || run.steps[0] != (step{"wiki/create/web", time.Second, time.Second}) {
		t.Errorf("steps: %+v", run.steps)
	}
	if !slices.Equal(run.urls, []string{"https://bench.localhost:27443"}) {
		t.Errorf("addresses: %v", run.urls)
	}
}

// twoContainers is what docker inspect says of a directory and a wiki.
const twoContainers = `[
{"Id":"aaaabbbbcccc1111","Image":"sha256:1","Config":{"Hostname":"slapd","Entrypoint":["/start"],"Env":["PATH=/bin"],
  "Labels":{"ronron.service":"directory"},"StopTimeout":10},
 "HostConfig":{"ReadonlyRootfs":true,"Init":true,"Memory":1000,"MemorySwap":1000,"PidsLimit":64,"CapDrop":["ALL"],"Tmpfs":{"/run":"rw"},
  "RestartPolicy":{"Name":"unless-stopped"},"LogConfig":{"Type":"json-file"}},
 "Mounts":[{"Type":"volume","Name":"bench.localhost_directory_data","Destination":"/var/lib/ldap","RW":true},
  {"Type":"volume","Name":"0123456789abcdef","Destination":"/etc/ronron","RW":true}],
 "NetworkSettings":{"Networks":{
  "bench.localhost-directory":{"IPAddress":"10.213.0.34","Aliases":["slapd","directory","aaaabbbbcccc"]},
  "bench.localhost-wiki":{"IPAddress":"10.213.0.30","Aliases":["directory.bench.localhost","aaaabbbbcccc"]}}}},
{"Id":"ddddeeeeffff2222","Image":"sha256:2","Config":{"Hostname":"web","User":"33:33","Entrypoint":["/start"],"Cmd":["--for","$HOME"],
  "Labels":{"ronron.service":"wiki"}},
 "HostConfig":{"NanoCpus":500000000,"RestartPolicy":{"Name":"unless-stopped"},"LogConfig":{"Type":"json-file"}},
 "NetworkSettings":{"Networks":{"bench.localhost-wiki":{"IPAddress":"10.213.0.3","Aliases":["web","web","wiki","ddddeeeeffff"]}}}}
]`

func translated(t *testing.T) *translation {
	t.Helper()
	var containers []inspected
	if err := json.Unmarshal([]byte(twoContainers), &containers); err != nil {
		t.Fatal(err)
	}
	tr := newTranslation(containers, "/beside")
	for _, c := range containers {
		tr.add(c)
	}
	return tr
}

func TestTranslation_KeepsWhatAContainerIs(t *testing.T) {
	tr := translated(t)
	got, err := json.MarshalIndent(tr.file, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	// Addresses keep their place in networks of the copy's own.
	for _, want := range []string{
		`"subnet": "10.214.77.0/28"`, `"subnet": "10.214.77.16/28"`, `"ipv4_address": "10.214.77.2"`, `"ipv4_address": "10.214.77.30"`, `"ipv4_address": "10.214.77.19"`,
		`"$$HOME"`, `"cpus": 0.5`, `"mem_limit": 1000`, `"pids_limit": 64`, `"/run:rw"`, `"stop_grace_period": "10s"`,
		`"source": "directory_data"`, `"source": "/beside/directory/ronron"`, `"condition": "service_healthy"`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("the compose file lacks %s:\n%s", want, got)
		}
	}
	for _, unwanted := range []string{"aaaabbbbcccc", "10.213.", "0123456789abcdef"} {
		if strings.Contains(string(got), unwanted) {
			t.Errorf("the compose file has %s, which belongs to the first containers alone", unwanted)
		}
	}
	if tr.directory != "10.214.77.2:636" {
		t.Errorf("the directory is at %s", tr.directory)
	}
	if len(tr.files) != 1 || tr.files[0] != (copied{"aaaabbbbcccc1111", "/etc/ronron", "/beside/directory/ronron"}) {
		t.Errorf("files beside: %+v", tr.files)
	}
}

func TestTranslation_MovesWholeAddressesOnly(t *testing.T) {
	got := translated(t).address(`{"backend":"10.213.0.3:8080","ldap":"10.213.0.34:636","other":"10.213.0.35"}`)
	want := `{"backend":"10.214.77.19:8080","ldap":"10.214.77.2:636","other":"10.213.0.35"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestResults_AreDrawnBothWays(t *testing.T) {
	s := side{up: time.Second, command: time.Second, again: time.Second, down: time.Second, unordered: time.Second,
		plan: time.Second, dial: time.Second, exec: time.Second,
		started: map[string]time.Duration{"ronron": time.Second}, steps: []step{{"publish", time.Second, time.Millisecond}}}
	r := results{asked: 2, rounds: []round{{s, s}}, memory: []memoryRow{
		{name: "gateway", usage: usage{2e6, 1e6, 3e6}, peer: "nginx", other: usage{rss: 4e6}},
		{name: "portal", usage: usage{rss: 1e6}},
	}}
	text, page := r.text(), r.markdown()
	for _, want := range []string{"1.00 / 1.00 / 1.00", "0.50", "publish", "nothing comparable", "daemon"} {
		if !strings.Contains(text, want) || !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s\n%s", want, text, page)
		}
	}
	if !strings.Contains(page, "| gateway | 2.0 | 1.0 | 3.0 | nginx | 4.0 | ? | 0.50 | ? |") {
		t.Errorf("the row of the gateway is not as it should be:\n%s", page)
	}
}
