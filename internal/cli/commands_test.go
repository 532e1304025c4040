package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
)

func TestExitCode_EveryKindOfError(t *testing.T) {
	cases := []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{errs.New(errs.Internal, "x"), 1},
		{errs.New(errs.Failed, "x"), 1},
		{errs.New(errs.NotFound, "x"), 1},
		{errs.New(errs.Unavailable, "x"), 5},
		{&api.Error{Code: errs.Unavailable}, 5},
		{&api.Error{Code: errs.Failed}, 1},
		{errs.New(errs.Denied, "x"), 1},
		{errs.New(errs.Locked, "x"), 1},
		{errs.New(errs.Conflict, "x"), 1},
		{errs.New(errs.Invalid, "x"), 2},
		{&diag.ListError{}, 2},
		{&shownError{&diag.ListError{}}, 2},
		{errPending, 3},
		{errs.New(errs.Changed, "x"), 4},
		{errs.New(errs.Interrupted, "x"), 130},
		{fmt.Errorf("wait: %w", context.Canceled), 130},
		{fmt.Errorf("apply: %w", errs.New(errs.Changed, "x")), 4},
	}
	for _, c := range cases {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("exitCode(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

func TestHelp_EveryCommandShowsTheExitCodes(t *testing.T) {
	w := newWorld(t)
	app := New(w.env)
	for _, path := range append(commandPaths(app.table.Commands, nil), nil) {
		if text := help(app.table, path, tongue{}); !strings.Contains(text, "130  interrupted") {
			t.Errorf("help of %q has no exit codes", pathName(path))
		}
	}
	w.wantCode(exitDone, "member", "add", "--help")
	wantIn(t, "stdout", "ronron member add LOGIN [OPTIONS]", w.stdout)
}

func TestLine_FlagsMayStandAnywhere(t *testing.T) {
	table := New(newWorld(t).env).table
	cases := map[string]string{
		"member show ana --json":                    "member show --json -- ana",
		"member --help":                             "",
		"member add ana --name A --mail=a@b --json": "member add --name A --mail=a@b --json -- ana",
		"logs wiki -n 5 -f":                         "logs -n 5 -f -- wiki",
		"logs -n 5 -- -wiki":                        "logs -n 5 -- -wiki",
		"member passwd ana --password-file -":       "member passwd --password-file - -- ana",
	}
	for in, want := range cases {
		l, err := parse(table, strings.Fields(in))
		if err != nil {
			t.Errorf("parse(%q): %v", in, err)
		} else if got := strings.Join(l.args, " "); !l.help && got != want {
			t.Errorf("parse(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLine_WrongUse(t *testing.T) {
	cases := map[string]string{
		"statsu":                `Did you mean "status"?`,
		"member ad ana":         `Did you mean "add"?`,
		"member":                "ronron member what?",
		"status --colour":       "not defined: --colour.\nWhat to do: See: ronron status --help",
		"validate --fil a":      "not defined: --fil.\nWhat to do: Did you mean --file?",
		"validate --fil=a":      "not defined: --fil.\nWhat to do: Did you mean --file?",
		"up -yess":              "not defined: -yess.\nWhat to do: Did you mean --yes?",
		"validate nope.hcl":     "A file is named with --file: ronron validate --file nope.hcl",
		"member list a.hcl":     "A file is named with --file: ronron member list --file a.hcl",
		"completion bash x.hcl": "See: ronron completion --help",
		"status extra":          `"extra" is one word too many.`,
		"member show":           "LOGIN is missing.",
		"--json status":         "flags belong after it",
		"logs --tail x":         "ronron logs --help",
		"completion tcsh":       "bash, zsh, fish",
		"member add Ana":        "lower-case",
		"member add ana":        "needs --name and --mail.",
		"logs --tail -4 wiki":   "counts lines from 0",
	}
	for in, want := range cases {
		w := newWorld(t)
		w.deployed()
		w.wantCode(exitUsage, strings.Fields(in)...)
		wantIn(t, "stderr of "+in, want, w.stderr)
	}
}

func TestConnect_NoEngineIsSaidClearly(t *testing.T) {
	w := newWorld(t)
	w.env.Connect = func(context.Context) (Host, error) {
		return nil, errs.New(errs.Denied, "You may not use Docker.").WithHint("sudo usermod -aG docker ana")
	}
	w.wantCode(exitFailed, "up", "--file", w.file)
	wantIn(t, "stderr", "You may not use Docker.", w.stderr)
	wantIn(t, "stderr", "usermod", w.stderr)
}

func TestTarget_ThatDoesNotRunIsStartedAsItWasNamed(t *testing.T) {
	w := newWorld(t)
	w.wantCode(exitFailed, "status", "--file", w.file)
	wantIn(t, "stderr", "ronron up --file FILE.", w.stderr)
	t.Chdir(filepath.Dir(w.file))
	w.wantCode(exitFailed, "status")
	wantIn(t, "stderr", "Start it with: ronron up. ", w.stderr)
}

func TestTarget_WithoutFileTheOnlyOneThatRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	w := newWorld(t)
	w.wantCode(exitFailed, "status")
	wantIn(t, "stderr", "ronron init", w.stderr)
	w.deployed()
	w.daemon.status = api.Status{Name: "Test"}
	w.wantCode(exitDone, "status")
	w.host.daemons = append(w.host.daemons, Daemon{Chaton: "other.test", ID: "c9"})
	w.wantCode(exitUsage, "status")
	wantIn(t, "stderr", "chaton.test, other.test", w.stderr)
	w.wantCode(exitDone, "status", "--chaton", "chaton.test")
}

func TestReach_StoppedDaemon(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.host.daemons[0].Running, w.host.daemons[0].State = false, "exited"
	w.wantCode(exitUnavailable, "status", "--chaton", "chaton.test")
	wantIn(t, "stderr", "ronron up", w.stderr)
}

func TestPlan_DetailedExitCode(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.wantCode(exitDone, "plan", "--file", w.file, "--detailed-exitcode")
	w.daemon.plan = somePlan
	w.wantCode(exitDone, "plan", "--file", w.file)
	w.wantCode(exitPending, "plan", "--file", w.file, "--detailed-exitcode")
}

func TestPlan_ProblemsThatOnlyTheDaemonSees(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.diags = diag.List{diag.Error("Two services on one host", text.Text{EN: "wiki and pads."}, diag.Range{File: w.file, Start: diag.Pos{Line: 1, Column: 1}})}
	w.wantCode(exitUsage, "plan", "--file", w.file)
	wantIn(t, "stderr", "Two services on one host", w.stderr)
	wantIn(t, "stderr", "chaton {}", w.stderr)
}

func TestPlan_JSONIsOneDocument(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.wantCode(exitDone, "plan", "--file", w.file, "--json")
	var got struct {
		Chaton string
		Steps  []any
	}
	if err := json.Unmarshal([]byte(w.stdout.String()), &got); err != nil || got.Chaton != "chaton.test" || got.Steps == nil {
		t.Errorf("stdout is not the plan as JSON with a list of steps (%v):\n%s", err, w.stdout)
	}
}

func TestMember_PasswordComesFromFileOrIsGenerated(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	short := filepath.Join(dir, "short")
	for path, content := range map[string]string{good: "a long enough one\n", short: "short\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct {
		name  string
		args  []string
		stdin string
		code  int
		sent  []string
	}{
		{"file", []string{"--password-file", good}, "", exitDone, []string{"a long enough one"}},
		{"stdin", []string{"--password-file", "-"}, "from standard input", exitDone, []string{"from standard input"}},
		{"generated", nil, "", exitDone, []string{""}},
		{"short", []string{"--password-file", short}, "", exitUsage, nil},
		{"no file", []string{"--password-file", filepath.Join(dir, "none")}, "", exitUsage, nil},
		{"both", []string{"--password-file", good, "--generate"}, "", exitUsage, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.deployed()
			w.env.Stdin = strings.NewReader(c.stdin)
			w.wantCode(c.code, append([]string{"member", "add", "ana", "--name", "Ana", "--mail", "ana@chaton.test", "--file", w.file}, c.args...)...)
			if !slices.Equal(w.daemon.passwords, c.sent) {
				t.Errorf("sent %q, want %q", w.daemon.passwords, c.sent)
			}
			shown := strings.Contains(w.stdout.String(), generated)
			if want := slices.Equal(c.sent, []string{""}); shown != want {
				t.Errorf("generated password shown is %v, want %v", shown, want)
			}
			for _, given := range []string{"a long enough one", "from standard input"} {
				if strings.Contains(w.stdout.String()+w.stderr.String(), given) {
					t.Error("a password that was given is shown")
				}
			}
		})
	}
}

func TestMember_NoOptionTakesAPassword(t *testing.T) {
	for _, path := range commandPaths(New(newWorld(t).env).table.Commands, nil) {
		for _, f := range path[len(path)-1].Flags {
			if f.Names()[0] == "password" {
				t.Errorf("%s takes a password on the command line, where others can read it", pathName(path))
			}
		}
	}
}

func TestMember_TypedTwice(t *testing.T) {
	for _, c := range []struct {
		typed []string
		code  int
	}{
		{[]string{"correct horse battery", "correct horse battery"}, exitDone},
		{[]string{"short", "correct horse battery", "correct horse batterie", "correct horse battery", "correct horse battery"}, exitDone},
		{[]string{"short", "short", "short"}, exitUsage},
		{[]string{""}, exitDone},
	} {
		w := newWorld(t)
		w.deployed()
		w.daemon.members["ana"] = account.Member{Login: "ana"}
		w.typing("")
		typed := c.typed
		w.env.Terminal.Password = func(context.Context) (string, error) {
			line := typed[0]
			typed = typed[1:]
			return line, nil
		}
		w.wantCode(c.code, "member", "passwd", "ana", "--file", w.file)
	}
}

func TestMember_RemoveAsksForAnExistingOne(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.wantCode(exitFailed, "member", "remove", "nobody", "--file", w.file, "--yes")
	wantIn(t, "stderr", "There is no member nobody.", w.stderr)
	w.daemon.members["ana"] = account.Member{Login: "ana"}
	w.wantCode(exitUsage, "member", "remove", "ana", "--file", w.file)
	w.wantCode(exitDone, "member", "remove", "ana", "--file", w.file, "--yes")
	if len(w.daemon.members) > 0 {
		t.Error("the member is still there")
	}
}

func TestDown_RemovesServicesThenDaemon(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.events = []api.Event{
		{Kind: api.StepStarted, Service: "wiki", Step: "wiki/remove-network"},
		{Kind: api.ServiceDone, Service: "wiki"},
		{Kind: api.Done},
	}
	w.wantCode(exitDone, "down", "--file", w.file, "--yes")
	wantIn(t, "stderr", "wiki       removing its network", w.stderr)
	wantIn(t, "stderr", "wiki       gone", w.stderr)
	if len(w.daemon.downs) != 1 || w.daemon.downs[0].Data {
		t.Errorf("asked for %+v, want one down without data", w.daemon.downs)
	}
	if want := []string{"ensure /ronron", "remove"}; !slices.Equal(w.host.calls, want) {
		t.Errorf("engine calls %q, want %q", w.host.calls, want)
	}
	w.wantCode(exitDone, "down", "--file", w.file, "--yes")
	wantIn(t, "stderr", "nothing to remove", w.stderr)
}

func TestDown_FailedKeepsTheDaemon(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.daemon.events = []api.Event{{Kind: api.Failed, Error: &api.Error{Code: errs.Failed, Message: "A container cannot be removed."}}}
	w.wantCode(exitFailed, "down", "--file", w.file, "--yes")
	if slices.Contains(w.host.calls, "remove") {
		t.Error("the daemon was removed although its services are still there")
	}
}

func TestDestroy_NeedsTheDomainAndTakesEverything(t *testing.T) {
	w := newWorld(t)
	w.wantCode(exitUsage, "destroy", "--chaton", "chaton.test")
	w.wantCode(exitFailed, "destroy", "--chaton", "chaton.test", "--confirm", "chaton.tset")
	wantIn(t, "stderr", "the whole domain: chaton.test", w.stderr)
	if len(w.host.calls) > 0 {
		t.Fatalf("the engine was touched before the domain was confirmed: %q", w.host.calls)
	}
	w.daemon.events = []api.Event{{Kind: api.Done}}
	w.wantCode(exitDone, "destroy", "--chaton", "chaton.test", "--confirm", "chaton.test")
	if want := []string{"ensure /ronron", "start sha256:new", "remove", "remove volumes"}; !slices.Equal(w.host.calls, want) {
		t.Errorf("engine calls %q, want %q", w.host.calls, want)
	}
	if len(w.daemon.downs) != 1 || !w.daemon.downs[0].Data {
		t.Errorf("asked for %+v, want one down with data", w.daemon.downs)
	}
}

func TestInit_WritesOnceAndNeverAgain(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "new.hcl")
	w.wantCode(exitUsage, "init", "--file", path, "--domain", "chaton.test", "--contact", "a@chaton.test")
	wantIn(t, "stderr", "--name is missing", w.stderr)
	args := []string{"init", "--file", path, "--name", "Le chaton", "--domain", "chaton.test", "--contact", "a@chaton.test", "--services", "dokuwiki,pages"}
	w.wantCode(exitDone, args...)
	got, _ := os.ReadFile(path)
	var a Answers
	if err := json.Unmarshal(got, &a); err != nil || a.Name != "Le chaton" || a.Language != "fr" || !slices.Equal(a.Recipes, []string{"dokuwiki", "pages"}) {
		t.Errorf("written %s (%v)", got, err)
	}
	w.wantCode(exitUsage, args...)
	wantIn(t, "stderr", "it was not touched", w.stderr)
	w.wantCode(exitUsage, "init", "--file", path+"2", "--name", "n", "--domain", "d.test", "--contact", "a@d.test", "--services", "blog")
	wantIn(t, "stderr", `no recipe named "blog"`, w.stderr)
}

func TestInit_AsksFiveQuestions(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "new.hcl")
	w.typing("Mon chaton\n\nen\nhost@chaton.test\nnone\n")
	w.wantCode(exitDone, "init", "--file", path)
	got, _ := os.ReadFile(path)
	var a Answers
	if err := json.Unmarshal(got, &a); err != nil || a.Name != "Mon chaton" || a.Domain != "chaton.localhost" || a.Language != "en" || len(a.Recipes) > 0 {
		t.Errorf("written %s (%v)", got, err)
	}
}

func TestInit_AsksAgainForWhatIsWrong(t *testing.T) {
	w := newWorld(t)
	w.language.refuse = func(in api.Wanted) diag.List {
		if strings.Contains(string(in.Content), `"asso"`) {
			return diag.List{diag.Error("Bad domain", text.Text{EN: "It needs a dot.", FR: "Il faut un point."}, diag.Range{})}
		}
		return nil
	}
	path := filepath.Join(t.TempDir(), "new.hcl")
	w.typing("Mon chaton\nasso\nasso.test\nen\nhost@asso.test\nwikki\ndokuwiki\n")
	w.wantCode(exitDone, "init", "--file", path)
	wantIn(t, "stderr", "It needs a dot.", w.stderr)
	wantIn(t, "stderr", `no recipe named "wikki"`, w.stderr)
	got, _ := os.ReadFile(path)
	var a Answers
	if err := json.Unmarshal(got, &a); err != nil || a.Domain != "asso.test" || !slices.Equal(a.Recipes, []string{"dokuwiki"}) {
		t.Errorf("written %s (%v)", got, err)
	}
	w.typing("Mon chaton\nasso\nasso\nasso\n")
	w.wantCode(exitUsage, "init", "--file", path+"2")
	wantIn(t, "stderr", "Error: It needs a dot.", w.stderr)
}

func TestValidate_NeedsNoEngine(t *testing.T) {
	w := newWorld(t)
	w.env.Connect = func(context.Context) (Host, error) {
		t.Error("the engine was asked")
		return nil, errs.New(errs.Failed, "x")
	}
	w.wantCode(exitDone, "validate", "--file", w.file)
	w.language.diags = diag.List{diag.Error("Unknown attribute", text.Text{EN: "x"}, diag.Range{})}
	w.wantCode(exitUsage, "validate", "--file", w.file, "--json")
	var got validity
	if i := strings.Index(w.stdout.String(), "{"); json.Unmarshal([]byte(w.stdout.String()[i:]), &got) != nil || got.Valid || len(got.Diagnostics) != 1 {
		t.Errorf("stdout:\n%s", w.stdout)
	}
	w.wantCode(exitUsage, "validate", "--file", w.file+".none")
	wantIn(t, "stderr", "There is no file", w.stderr)
}

func TestDoctor_SaysWhatToDo(t *testing.T) {
	w := newWorld(t)
	w.machine.free, w.machine.available, w.machine.synchronised = gib, 600<<20, false
	w.machine.taken = errors.New("address already in use")
	w.wantCode(exitFailed, "doctor", "--file", w.file)
	for _, want := range []string{"✗ disk", "! memory", "! clock", "port 8443", "sudo ss -ltnp", "198.51.100.7", "ronron up"} {
		wantIn(t, "stdout", want, w.stdout)
	}
}

func TestDoctor_AllWell(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.wantCode(exitDone, "doctor", "--file", w.file)
	wantIn(t, "stdout", "✓ directory", w.stdout)
	if strings.Contains(w.stdout.String(), "port 8443") {
		t.Error("ports are checked although the gateway holds them rightly")
	}
}

// The gateway goes on holding the ports when the daemon is away.
func TestDoctor_DoesNotBlameTheGatewayForItsPorts(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.host.daemons[0].Running, w.host.daemons[0].State = false, "exited"
	w.machine.taken = errors.New("address already in use")
	w.wantCode(exitFailed, "doctor", "--file", w.file)
	wantIn(t, "stdout", "✗ daemon", w.stdout)
	if strings.Contains(w.stdout.String(), "port 8443") {
		t.Errorf("the ports are called taken:\n%s", w.stdout)
	}
}

func TestCompletion_KnowsCommandsAndOptions(t *testing.T) {
	table := New(newWorld(t).env).table
	for words, want := range map[string]string{"": "member", "member": "suspend", "member add": "--mail", "up": "--yes", "completion": "fish"} {
		if got := candidates(table, strings.Fields(words)); !slices.Contains(got, want) {
			t.Errorf("after %q: %q has no %s", words, got, want)
		}
	}
	if slices.Contains(candidates(table, nil), "daemon") {
		t.Error("a hidden command is offered")
	}
}

func TestLogs_PassesOptionsOn(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.wantCode(exitDone, "logs", "wiki/web", "-n", "5", "--timestamps", "--file", w.file)
	wantIn(t, "stdout", "service=wiki&tail=5&timestamps=true&unit=web", w.stdout)
}

func TestNewer_ComparesOurVersions(t *testing.T) {
	ordered := []string{"0.1.0-dev.3+abc", "0.1.0-dev.12+def-dirty", "0.1.0", "0.1.0-2-gabc", "0.1.0-10-gabc-dirty", "0.2.0", "v1.0.0"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := newer(a, b); got != (i > j) {
				t.Errorf("newer(%s, %s) is %v", a, b, got)
			}
		}
	}
	if newer("whatever", "0.1.0") || newer("0.1.0", "whatever") {
		t.Error("what cannot be compared is called newer")
	}
}
