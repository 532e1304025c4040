package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

//go:embed about.md
var about string

// machine is where and with what the figures were made.
type machine struct {
	date                           time.Time
	cores, memory, system, kernel  string
	ronron, docker, compose, other string
}

func describeMachine(ctx context.Context, h *house, c *compose) machine {
	known := func(out string, err error) string {
		if err != nil {
			return "unknown"
		}
		return out
	}
	m := machine{date: time.Now(), cores: fmt.Sprint(runtime.NumCPU()), compose: c.version, system: "unknown", memory: "unknown"}
	m.kernel = known(command(ctx, "uname", "-r"))
	m.docker = known(docker(ctx, "version", "--format", "{{.Server.Version}}"))
	m.ronron = strings.TrimPrefix(known(command(ctx, h.binary, "version")), "ronron ")
	release, _ := os.ReadFile("/etc/os-release")
	for line := range strings.Lines(string(release)) {
		if name, found := strings.CutPrefix(line, "PRETTY_NAME="); found {
			m.system = strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	info, _ := os.ReadFile("/proc/meminfo")
	if total := kilobytes(string(info), "MemTotal:"); total > 0 {
		m.memory = fmt.Sprintf("%.0f GiB", float64(total)/(1<<30))
	}
	m.other = load()
	return m
}

// load says how busy the machine is with other things.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(text), " ")
	return cmp.Or(one, "unknown")
}

// table is drawn for a terminal or as Markdown.
type table struct {
	title string
	note  string
	rows  [][]string // the first is the heading
}

func (r results) tables() []table {
	return []table{r.speed(), r.idle(), r.starts(), r.plan(), r.reach()}
}

func (r results) speed() table {
	t := table{
		title: "Against docker compose",
		note:  fmt.Sprintf("min / median / max of %d rounds; the ratio is Ronron over docker compose, pair by pair, below 1 is faster", len(r.rounds)),
		rows:  [][]string{{"", "ronron", "docker compose", "ratio"}},
	}
	up := func(s side) time.Duration { return s.up }
	command := func(s side) time.Duration { return s.command }
	again := func(s side) time.Duration { return s.again }
	down := func(s side) time.Duration { return s.down }
	unordered := func(s side) time.Duration { return s.unordered }
	for _, m := range []struct {
		name            string
		ronron, compose func(side) time.Duration
	}{
		{"up from nothing, until all answers", up, up},
		{"of it, until the command ends", command, command},
		{"against a compose file without an order", up, unordered},
		{"up again, nothing to change", again, again},
		{"removing everything with its data", down, down},
	} {
		c := compared(r.rounds, m.ronron, m.compose)
		t.rows = append(t.rows, []string{m.name, times(c.ronron), times(c.compose), ratio(c.ratio)})
	}
	return t
}

func (r results) idle() table {
	t := table{
		title: "Idle memory",
		note:  fmt.Sprintf("MB, median of %d looks after %s without work; cgroup is what the container is charged, without page cache", looks, settling),
		rows:  [][]string{{"", "RSS", "PSS", "cgroup", "against", "RSS", "PSS", "ratio of RSS", "ratio of PSS"}},
	}
	for _, m := range r.memory {
		row := []string{m.name, megabytes(m.usage.rss), megabytes(m.usage.pss), megabytes(m.usage.cgroup), cmp.Or(m.peer, "nothing comparable")}
		if m.peer != "" {
			row = append(row, megabytes(m.other.rss), megabytes(m.other.pss), share(m.usage.rss, m.other.rss), share(m.usage.pss, m.other.pss))
		} else {
			row = append(row, "", "", "", "")
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (r results) starts() table {
	t := table{
		title: "When each container's process starts",
		note:  "medians, from the start of the command",
		rows:  [][]string{{"", "ronron", "docker compose"}},
	}
	for _, s := range startRows(r.rounds) {
		t.rows = append(t.rows, []string{label(s.service), stopwatch(s.ronron), stopwatch(s.compose)})
	}
	t.rows = append(t.rows, []string{"the command ends",
		stopwatch(median(over(r.rounds, func(r round) time.Duration { return r.ronron.command }))),
		stopwatch(median(over(r.rounds, func(r round) time.Duration { return r.compose.command })))})
	return t
}

func label(service string) string {
	if service == "ronron" {
		return "daemon"
	}
	return service
}

func (r results) plan() table {
	t := table{title: "Steps of `ronron up` from nothing", note: "medians, from the start of the command", rows: [][]string{{"step", "begins", "takes"}}}
	for _, s := range stepRows(r.rounds) {
		t.rows = append(t.rows, []string{s.id, stopwatch(s.began), stopwatch(s.took)})
	}
	return t
}

func (r results) reach() table {
	t := table{title: "What `ronron up` with nothing to change is made of", note: "min / median / max", rows: [][]string{{"", "time"}}}
	for _, m := range []struct {
		name string
		of   func(side) time.Duration
	}{
		{"ronron up, all of it", func(s side) time.Duration { return s.again }},
		{"ronron plan", func(s side) time.Duration { return s.plan }},
		{"reaching the daemon (docker exec … /ronron dial, one question)", func(s side) time.Duration { return s.dial }},
		{"docker exec … true, for comparison", func(s side) time.Duration { return s.exec }},
	} {
		t.rows = append(t.rows, []string{m.name, times(spreadOf(over(r.rounds, func(r round) time.Duration { return m.of(r.ronron) })))})
	}
	return t
}

func times(s spread[time.Duration]) string {
	return stopwatch(s.min) + " / " + stopwatch(s.median) + " / " + stopwatch(s.max)
}

func ratio(s spread[float64]) string {
	return fmt.Sprintf("%.2f / %.2f / %.2f", s.min, s.median, s.max)
}

// stopwatch shows what people compare: milliseconds below a second.
func stopwatch(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func megabytes(n int64) string {
	if n == 0 {
		return "?"
	}
	return fmt.Sprintf("%.1f", float64(n)/1e6)
}

func share(a, b int64) string {
	if a == 0 || b == 0 {
		return "?"
	}
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}

func (r results) circumstances() string {
	m := r.machine
	text := fmt.Sprintf("%s, %s cores, %s of memory, %s, kernel %s, load %s at the start. Ronron %s, Docker %s, docker compose %s. %d of %d rounds in %s.",
		m.date.Format(time.DateOnly), m.cores, m.memory, m.system, m.kernel, m.other, m.ronron, m.docker, m.compose, len(r.rounds), r.asked, r.took.Round(time.Second))
	if n, err := strconv.ParseFloat(m.other, 64); err == nil && n > float64(runtime.NumCPU()) {
		text += busy
	}
	return text
}

// busy is said where the machine had more to do than it could.
const busy = " The machine was busy with other work as well: read the ratios rather than the times, and the smallest figures rather than the largest."

func (r results) text() string {
	var out strings.Builder
	fmt.Fprintln(&out, r.circumstances())
	for _, t := range r.tables() {
		fmt.Fprintf(&out, "\n%s (%s)\n", t.title, t.note)
		var lines strings.Builder
		w := tabwriter.NewWriter(&lines, 0, 0, 3, ' ', 0)
		for _, row := range t.rows {
			fmt.Fprintln(w, "  "+strings.Join(row, "\t")+"\t")
		}
		w.Flush()
		for line := range strings.Lines(lines.String()) {
			out.WriteString(strings.TrimRight(line, " \n") + "\n")
		}
	}
	return out.String()
}

func (r results) markdown() string {
	var out strings.Builder
	out.WriteString("# Measurements\n\nMade by `make bench SAVE=1`; do not edit. What is written below the figures comes from bench/about.md.\n\n")
	fmt.Fprintln(&out, r.circumstances())
	for _, t := range r.tables() {
		fmt.Fprintf(&out, "\n## %s\n\n%s.\n\n", t.title, strings.ToUpper(t.note[:1])+t.note[1:])
		for i, row := range t.rows {
			fmt.Fprintln(&out, "| "+strings.Join(row, " | ")+" |")
			if i == 0 {
				fmt.Fprintln(&out, strings.Repeat("| --- ", len(row))+"|")
			}
		}
	}
	return out.String() + "\n" + about
}
