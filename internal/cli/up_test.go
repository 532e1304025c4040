package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services/plan"
)

var somePlan = plan.Plan{Base: "base-1", Steps: []plan.Step{
	{ID: "wiki/create-volume/data", Service: "wiki", Action: plan.CreateVolume, Target: "data", Reason: plan.Missing},
	{ID: "wiki/create/web", Service: "wiki", Action: plan.CreateUnit, Target: "web", Reason: plan.Missing},
	{ID: "publish", Action: plan.Publish, Target: "routes", Reason: plan.Moved},
}}

var losingPlan = plan.Plan{Base: "base-1", Steps: []plan.Step{
	{ID: "wiki/remove-volume/data", Service: "wiki", Action: plan.RemoveVolume, Target: "data", Reason: plan.NotWanted, LosesData: true},
}}

var someReport = &api.Report{
	Addresses:     []api.Address{{Service: "wiki", Title: "Wiki", URL: "https://wiki.chaton.test:8443"}},
	Administrator: &api.NewAdministrator{Login: "admin", Password: "made-just-now"},
}

func goodEvents() []api.Event {
	return []api.Event{
		{Kind: api.StepStarted, Service: "wiki", Step: "wiki/create/web"},
		{Kind: api.StepProgress, Service: "wiki", Step: "wiki/create/web", Message: "waiting until it answers"},
		{Kind: api.StepDone, Service: "wiki", Step: "wiki/create/web", Elapsed: time.Second},
		{Kind: api.ServiceDone, Service: "wiki", Elapsed: 1500 * time.Millisecond},
		{Kind: api.Done, Report: someReport},
	}
}

func TestUp_StartsDaemonThenAppliesTheShownPlan(t *testing.T) {
	w := newWorld(t)
	w.daemon.plan, w.daemon.events = somePlan, goodEvents()
	w.wantCode(exitDone, "up", "--file", w.file, "--yes")
	if want := []string{"ensure /ronron", "start sha256:new"}; !slices.Equal(w.host.calls, want) {
		t.Errorf("engine calls %q, want %q", w.host.calls, want)
	}
	if len(w.daemon.applied) != 1 || w.daemon.applied[0].Base != "base-1" || w.daemon.applied[0].Wanted.Who != "ana@machine" {
		t.Errorf("applied %+v, want the plan's base and who asks", w.daemon.applied)
	}
	wantIn(t, "stderr", "create the volume data (does not exist yet)", w.stderr)
	wantIn(t, "stderr", "wiki       starting web: waiting until it answers", w.stderr)
	wantIn(t, "stdout", "https://wiki.chaton.test:8443", w.stdout)
	wantIn(t, "stdout", "made-just-now", w.stdout)
	if strings.Contains(w.stderr.String(), "made-just-now") {
		t.Error("the password is on stderr too; it belongs into the result, once")
	}
}

func TestUp_AdvisesCommandsThatWorkAsTheyStand(t *testing.T) {
	for lang, labels := range map[string][3]string{
		"en": {"give somebody an account      ", "see how everything runs       ", "see what else can be offered  "},
		"fr": {"donner un compte à quelqu’un    ", "voir comment tout se porte      ", "voir ce qui peut être offert    "},
	} {
		w := newWorld(t)
		w.env.Getenv = func(string) string { return lang }
		w.env.Called = "build/ronron"
		w.daemon.plan, w.daemon.events = somePlan, goodEvents()
		t.Chdir(filepath.Dir(w.file))
		w.wantCode(exitDone, "up", "--file", "./chaton.hcl", "--yes")
		for _, want := range []string{"  build/ronron ca > ronron-root.pem\n", labels[0] + "build/ronron member add sam --name Sam --mail sam@chaton.test\n",
			labels[1] + "build/ronron status\n", labels[2] + "build/ronron services\n"} {
			wantIn(t, "stdout with the file here", want, w.stdout)
		}
		t.Chdir(t.TempDir())
		w.wantCode(exitDone, "up", "--file", w.file, "--yes")
		for _, want := range []string{"  build/ronron ca --chaton chaton.test > ronron-root.pem\n",
			labels[0] + "build/ronron member add sam --name Sam --mail sam@chaton.test --chaton chaton.test\n",
			labels[1] + "build/ronron status --chaton chaton.test\n", labels[2] + "build/ronron services --file " + w.file + "\n"} {
			wantIn(t, "stdout with the file elsewhere", want, w.stdout)
		}
	}
}

func TestShellWord_IsOneWordForAShell(t *testing.T) {
	for word, want := range map[string]string{
		"examples/demo/chaton.hcl": "examples/demo/chaton.hcl", "": "''", "my file": "'my file'",
		"a b": "'a b'", "l'asso.hcl": `'l'\''asso.hcl'`, "$HOME": "'$HOME'", "é.hcl": "'é.hcl'", "a;b": "'a;b'", "~x": "'~x'",
	} {
		if got := shellWord(word); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", word, got, want)
		}
	}
}

func TestUp_InvalidFileTouchesNothing(t *testing.T) {
	w := newWorld(t)
	w.language.diags = diag.List{
		diag.Error("Unknown attribute", text.Text{EN: "There is no nmae."}, diag.Range{}),
		diag.Error("Missing attribute", text.Text{EN: "domain is missing."}, diag.Range{}),
	}
	w.wantCode(exitUsage, "up", "--file", w.file, "--yes")
	wantIn(t, "stderr", "There is no nmae.", w.stderr)
	wantIn(t, "stderr", "domain is missing.", w.stderr)
	if len(w.host.calls) > 0 {
		t.Errorf("the engine was touched: %q", w.host.calls)
	}
}

func TestUp_EmptyPlanSaysSoAndWhereToGo(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.status = api.Status{Name: "Test", URL: "https://chaton.test:8443"}
	w.wantCode(exitDone, "up", "--file", w.file)
	wantIn(t, "stdout", "Nothing to change.", w.stdout)
	wantIn(t, "stdout", "https://chaton.test:8443", w.stdout)
	if len(w.daemon.applied) > 0 {
		t.Error("an empty plan was applied")
	}
}

func TestUp_WithoutTerminalNeedsYes(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.plan = somePlan
	w.wantCode(exitUsage, "up", "--file", w.file)
	wantIn(t, "stderr", "--yes", w.stderr)
	if len(w.daemon.applied) > 0 {
		t.Error("applied without having been agreed to")
	}
}

func TestUp_AsksOnATerminal(t *testing.T) {
	for typed, want := range map[string]int{"y\n": exitDone, "n\n": exitFailed, "\n": exitFailed, "": exitUsage} {
		w := newWorld(t)
		w.deployed()
		w.daemon.plan, w.daemon.events = somePlan, goodEvents()
		w.typing(typed)
		w.wantCode(want, "up", "--file", w.file)
		if applied := len(w.daemon.applied) > 0; applied != (want == exitDone) {
			t.Errorf("typed %q: applied is %v", typed, applied)
		}
	}
}

func TestUp_NotAgreedToSaysThatTheDaemonStays(t *testing.T) {
	cases := []struct {
		lang, typed   string
		running, lose bool
		want          string
	}{
		{"en", "n\n", false, false, "Not agreed; no service was changed. The daemon, started just now, stays."},
		{"en", "y\n", false, true, "Not agreed; no service was changed. The daemon, started just now, stays."},
		{"en", "n\n", true, false, "Not agreed; nothing was changed."},
		{"en", "", false, false, "this is not a terminal. No service was changed. The daemon, started just now, stays."},
		{"en", "", false, true, "Data will be lost for good (marked above). There is nobody to ask: this is not a terminal. No service was changed."},
		{"en", "", true, true, "Data will be lost for good (marked above). There is nobody to ask: this is not a terminal. Nothing was changed."},
		{"fr", "n\n", false, false, "Sans votre accord, aucun service n’a été changé. Le démon, qui vient d’être démarré, reste."},
		{"fr", "", false, false, "ce n’est pas un terminal. Aucun service n’a été changé. Le démon, qui vient d’être démarré, reste."},
	}
	for _, c := range cases {
		w := newWorld(t)
		w.env.Getenv = func(string) string { return c.lang }
		w.daemon.plan = somePlan
		if c.lose {
			w.daemon.plan = losingPlan
		}
		if c.running {
			w.deployed()
		}
		if c.typed != "" {
			w.typing(c.typed)
		}
		w.run("up", "--file", w.file)
		wantIn(t, "stderr", c.want, w.stderr)
	}
}

func TestUp_LosingDataNeedsTheDomain(t *testing.T) {
	cases := []struct {
		name, typed string
		args        []string
		want        int
	}{
		{"yes is not enough", "", []string{"--yes"}, exitUsage},
		{"another domain", "", []string{"--yes", "--confirm", "other.test"}, exitFailed},
		{"the domain", "", []string{"--confirm", "chaton.test"}, exitDone},
		{"y typed", "y\n", nil, exitFailed},
		{"domain typed", "chaton.test\n", nil, exitDone},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.deployed()
			w.daemon.plan, w.daemon.events = losingPlan, []api.Event{{Kind: api.Done, Report: &api.Report{}}}
			if c.typed != "" {
				w.typing(c.typed)
			}
			w.wantCode(c.want, append([]string{"up", "--file", w.file}, c.args...)...)
			wantIn(t, "stderr", "its data is lost for good", w.stderr)
		})
	}
}

func TestUp_ReplacesAnOlderDaemon(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.host.daemons[0].ImageID, w.host.daemons[0].Version = "sha256:old", "0.1.0"
	w.wantCode(exitDone, "up", "--file", w.file)
	if want := []string{"ensure /ronron", "start sha256:new", "tidy sha256:old"}; !slices.Equal(w.host.calls, want) {
		t.Errorf("engine calls %q, want %q", w.host.calls, want)
	}
}

func TestUp_RefusesADowngrade(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.host.daemons[0].ImageID, w.host.daemons[0].Version = "sha256:later", "0.3.0"
	w.wantCode(exitFailed, "up", "--file", w.file)
	wantIn(t, "stderr", "0.3.0", w.stderr)
	if slices.Contains(w.host.calls, "start sha256:new") {
		t.Error("the newer daemon was replaced")
	}
	w.wantCode(exitDone, "up", "--file", w.file, "--force")
}

func TestUp_DoesNotReplaceADaemonAtWork(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.host.daemons[0].ImageID, w.host.daemons[0].Version = "sha256:old", "0.1.0"
	w.daemon.status.Lock = &api.Lock{Who: "bob@machine", What: "up", Since: noon}
	w.wantCode(exitFailed, "up", "--file", w.file)
	wantIn(t, "stderr", "bob@machine", w.stderr)
	if slices.Contains(w.host.calls, "start sha256:new") {
		t.Error("a daemon was replaced in the middle of its work")
	}
}

func TestUp_SaysWhyTheDaemonDied(t *testing.T) {
	w := newWorld(t)
	w.host.dies, w.host.logs = true, "level=ERROR msg=\"disk full\"\x1b[2J"
	w.wantCode(exitFailed, "up", "--file", w.file, "--yes")
	wantIn(t, "stderr", "disk full", w.stderr)
	if strings.Contains(w.stderr.String(), "\x1b[2J") {
		t.Error("a container's log can clear the terminal")
	}
}

func TestUp_ShowsEveryFailedService(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.plan = somePlan
	w.daemon.events = []api.Event{
		{Kind: api.StepFailed, Service: "wiki", Step: "wiki/create/web", Error: &api.Error{Code: errs.Failed, Message: "web was not healthy within 60 s.",
			Hint: "See its log.", Log: []string{"PHP Fatal error"}}},
		{Kind: api.ServiceFailed, Service: "wiki", Error: &api.Error{Code: errs.Failed, Message: "wiki failed."}},
		{Kind: api.Failed, Error: &api.Error{Code: errs.Failed, Message: "1 of 2 services failed."}, Report: &api.Report{Addresses: someReport.Addresses}},
	}
	w.wantCode(exitFailed, "up", "--file", w.file, "--yes")
	for _, want := range []string{"web was not healthy", "service wiki, step wiki/create/web", "PHP Fatal error", "See its log.", "1 of 2 services failed."} {
		wantIn(t, "stderr", want, w.stderr)
	}
	wantIn(t, "stdout", "up in part", w.stdout)
}

func TestUp_ChangedSinceThePlanIsItsOwnCode(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.plan, w.daemon.refuse = somePlan, &api.Error{Code: errs.Changed, Message: "The chaton changed.", Hint: "Run it again."}
	w.wantCode(exitChanged, "up", "--file", w.file, "--yes")
	wantIn(t, "stderr", "Run it again.", w.stderr)
}

func TestUp_FirstCtrlCFinishesSecondStops(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.plan = somePlan
	w.daemon.events = []api.Event{
		{Kind: api.StepStarted, Service: "wiki", Step: "wiki/create/web"},
		{Kind: api.Failed, Error: &api.Error{Code: errs.Interrupted, Message: "Stopped."}},
	}
	w.daemon.hold, w.daemon.held = make(chan struct{}), make(chan struct{})
	asked := make(chan struct{}, 4)
	w.daemon.onStop = func() { asked <- struct{}{} }
	go func() {
		<-w.daemon.held
		w.signals <- syscall.SIGINT
		<-asked
		w.signals <- syscall.SIGINT
		<-asked
		close(w.daemon.hold)
	}()
	w.wantCode(exitInterrupted, "up", "--file", w.file, "--yes")
	if want := []bool{false, true}; !slices.Equal(w.daemon.interrupts, want) {
		t.Errorf("interrupts (now?) %v, want %v", w.daemon.interrupts, want)
	}
	wantIn(t, "stderr", "run the same command again", w.stderr)
}

func TestUp_CtrlCAtTheQuestionLeaves(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.plan = somePlan
	w.env.Terminal.In = true
	r, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	w.env.Stdin = r
	w.signals <- syscall.SIGINT // waits in the channel until somebody looks
	w.wantCode(exitInterrupted, "up", "--file", w.file)
}

func TestUp_SavesPasswordsWhereAsked(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.plan, w.daemon.events = somePlan, goodEvents()
	path := filepath.Join(t.TempDir(), "accounts")
	if err := os.WriteFile(path, []byte("admin old\nbob kept\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.wantCode(exitDone, "up", "--file", w.file, "--yes", "--save-passwords", path)
	got, _ := os.ReadFile(path)
	if want := "bob kept\nadmin made-just-now\n"; string(got) != want {
		t.Errorf("file holds %q, want %q", got, want)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o, want 600", info.Mode().Perm())
	}
	if strings.Contains(w.stdout.String()+w.stderr.String(), "made-just-now") {
		t.Error("a saved password was shown all the same")
	}
}

func TestUp_SendsTheHostsOwnRecipes(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.language.folder = "recipes"
	folder := filepath.Join(filepath.Dir(w.file), "recipes", "mine")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "recipe.hcl"), []byte("recipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.wantCode(exitDone, "up", "--file", w.file)
	last := w.language.seen[len(w.language.seen)-1]
	if string(last.Recipes["mine/recipe.hcl"]) != "recipe" {
		t.Errorf("recipes %v, want mine/recipe.hcl", last.Recipes)
	}
}
