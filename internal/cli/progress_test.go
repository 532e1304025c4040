package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
)

// screen plays what was written as a terminal would and returns what is to be seen.
func screen(written string) []string {
	lines := []string{""}
	row := 0
	for len(written) > 0 {
		if m := regexp.MustCompile(`^\x1b\[(\d*)([AJKm])`).FindStringSubmatch(written); m != nil {
			switch m[2] {
			case "A":
				n := 0
				for _, d := range m[1] {
					n = n*10 + int(d-'0')
				}
				row -= n
			case "J":
				lines = append(lines[:row], "")
			}
			written = written[len(m[0]):]
			continue
		}
		r := written[:1]
		if written[0] >= 0x80 {
			r = string([]rune(written)[0])
		}
		written = written[len(r):]
		switch r {
		case "\r":
			lines[row] = ""
		case "\n":
			row++
			if row == len(lines) {
				lines = append(lines, "")
			} else {
				lines[row] = ""
			}
		default:
			lines[row] += r
		}
	}
	return lines
}

func TestLive_OneLineForEachServiceKeptInPlace(t *testing.T) {
	out := &safeBuffer{}
	now := noon
	l := newLive(out, paint{}, func() int { return 60 }, func() time.Time { return now }, []string{"directory", "wiki", tongue{}.rowOf("")}, tongue{}.doingOf(somePlan), &failures{})
	for _, e := range []api.Event{
		{Kind: api.StepStarted, Service: "directory", Step: "directory/create/slapd"},
		{Kind: api.StepDone, Service: "directory", Step: "directory/create/slapd"},
		{Kind: api.ServiceDone, Service: "directory", Elapsed: 2300 * time.Millisecond},
		{Kind: api.StepStarted, Service: "wiki", Step: "wiki/image/web"},
		{Kind: api.StepProgress, Service: "wiki", Step: "wiki/image/web", Message: "Step 3/9 : RUN apt-get install something that is much too long for this line\x1b[2J"},
		{Kind: api.Warning, Message: "the clock drifts"},
	} {
		l.Event(e)
	}
	l.Event(api.Event{Kind: api.StepFailed, Service: "wiki", Step: "wiki/image/web", Error: &api.Error{Code: errs.Failed, Message: "no space left"}})
	l.Close()
	got := strings.Join(screen(out.String()), "\n")
	want := `warning: the clock drifts
  ✓ directory  ready                                    2.3s
  ✗ wiki       failed: no space left                        
  · addresses  not done                                     `
	trim := func(s string) string { return regexp.MustCompile(` +(\n|$)`).ReplaceAllString(s, "$1") }
	if trim(got) != trim(want+"\n") {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
	if f := l.Failures(); len(f) != 1 || f[0].Service != "wiki" || f[0].Step != "wiki/image/web" {
		t.Errorf("failures %+v, want that of wiki with its step", f)
	}
	if strings.Contains(out.String(), "\x1b[2J") {
		t.Error("a message from a build can clear the terminal")
	}
}

func TestLive_LinesNeverWrap(t *testing.T) {
	for _, width := range []int{20, 40, 80, 200} {
		out := &safeBuffer{}
		l := newLive(out, paint{}, func() int { return width }, func() time.Time { return noon }, []string{"directory"}, doing{}, &failures{})
		l.Event(api.Event{Kind: api.StepStarted, Service: "directory", Step: "directory/image/slapd"})
		l.Event(api.Event{Kind: api.StepProgress, Service: "directory", Step: "directory/image/slapd", Message: strings.Repeat("long ", 60)})
		l.Close()
		for _, line := range screen(out.String()) {
			if n := len([]rune(line)); n > max(width, 33) {
				t.Errorf("at width %d a line has %d columns: %q", width, n, line)
			}
		}
	}
}

func TestPlain_OfABuildItsStepsAndItsFailureAlone(t *testing.T) {
	for lang, want := range map[text.Lang][]string{
		text.EN: {"making the image web", "making the image web: Fetching the sources", "making the image web: Step 1/2 : FROM debian",
			"making the image web: Step 2/2 : RUN apt-get install", "making the image web: waits for another build", "failed: no space left", "starting cron: Setting up"},
		text.FR: {"fabrique l’image web", "fabrique l’image web\u00a0: Fetching the sources", "fabrique l’image web\u00a0: Step 1/2 : FROM debian",
			"fabrique l’image web\u00a0: Step 2/2 : RUN apt-get install", "fabrique l’image web\u00a0: attend une autre", "échec\u00a0: no space left", "démarre cron\u00a0: Setting up"},
	} {
		out := &safeBuffer{}
		p := newPlain(out, func() time.Time { return noon }, []string{"wiki"}, doing{tongue: tongue{lang}}, &failures{})
		said := func(step string, lines ...string) {
			for _, line := range lines {
				p.Event(api.Event{Kind: api.StepProgress, Service: "wiki", Step: step, Message: line})
			}
		}
		p.Event(api.Event{Kind: api.StepStarted, Service: "wiki", Step: "wiki/image/web"})
		said("wiki/image/web", "Fetching the sources", "Step 1/2 : FROM debian", " ---> 0123456789ab", "Step 2/2 : RUN apt-get install",
			" ---> Running in 0123456789ab", "Get:1 trixie InRelease", "Setting up php (8.4)", "E: no space")
		p.Event(api.Event{Kind: api.StepProgress, Service: "wiki", Step: "wiki/image/web"}.Saying(text.Text{EN: "waits for another build", FR: "attend une autre"}))
		p.Event(api.Event{Kind: api.StepFailed, Service: "wiki", Step: "wiki/image/web", Error: &api.Error{Code: errs.Failed, Message: "no space left"}})
		said("wiki/create/cron", "Setting up")
		var got []string
		for line := range strings.Lines(out.String()) {
			_, line, _ = strings.Cut(line, "wiki")
			got = append(got, strings.TrimSpace(line))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: a log shows\n%s\nwant\n%s", lang, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestDoing_ReadsStepIDs(t *testing.T) {
	for id, want := range map[string]string{
		"wiki/create/web":                         "starting web",
		"wiki/image/web":                          "making the image web",
		"wiki/create-network":                     "creating its network",
		"publish":                                 "publishing addresses, certificates and the charter",
		"wiki/something-new/web":                  "something-new web",
		"wiki/account/wiki":                       "giving it an account in the directory",
		"wiki/remove/" + strings.Repeat("0a", 32): "removing",
	} {
		if got := (doing{}).step(id); got != want {
			t.Errorf("step(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestSeconds_ReadLikeAStopwatch(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0.0s", 12340 * time.Millisecond: "12.3s", 61 * time.Second: "1m01s", 3599 * time.Second: "59m59s"} {
		if got := (tongue{}).seconds(d); got != want {
			t.Errorf("seconds(%v) = %q, want %q", d, got, want)
		}
	}
}
