package cli

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// set gives the terminal these variables.
func (w *world) set(variables map[string]string) {
	w.env.Getenv = func(name string) string { return variables[name] }
}

var frenchTerminal = map[string]string{"LANG": "fr_FR.UTF-8"}

// both is a text with its French.
func both(en, fr string) text.Text { return text.Text{EN: en, FR: fr} }

// failingUp is a daemon that cannot start a unit, and says so in both languages.
func failingUp(w *world) {
	w.deployed()
	w.daemon.plan = somePlan
	w.daemon.events = []api.Event{
		{Kind: api.StepStarted, Service: "wiki", Step: "wiki/create/web"},
		api.Event{Kind: api.StepProgress, Service: "wiki", Step: "wiki/create/web"}.Saying(both("waiting until it answers", "attente d’une réponse")),
		{Kind: api.StepFailed, Service: "wiki", Step: "wiki/create/web", Error: (&api.Error{Code: errs.Failed, Log: []string{"PHP Fatal error"}}).
			Saying(both("web was not healthy within 60 s.", "web n’a pas répondu en 60 s."), both("See its log.", "Voyez son journal."))},
		{Kind: api.Failed, Error: (&api.Error{Code: errs.Failed}).Saying(both("1 of 2 services failed.", "1 service sur 2 a échoué."), text.Text{}),
			Report: &api.Report{Addresses: someReport.Addresses}},
	}
}

// ailing is a chaton of which one service is ill.
func ailing(w *world) {
	w.deployed()
	w.daemon.status = api.Status{Chaton: "chaton.test", Name: "Le chaton de test", URL: "https://chaton.test:8443",
		Lock: &api.Lock{Who: "bob@machine", What: "up", Since: noon.Local()},
		Services: []api.ServiceStatus{
			{Name: "gateway", State: "healthy", Units: []api.UnitStatus{{Name: "gateway", State: services.StateRunning, Healthy: true, Started: noon.Add(-50 * time.Hour)}}},
			api.ServiceStatus{Name: "wiki", State: "unhealthy", Units: []api.UnitStatus{
				api.UnitStatus{Name: "web", State: services.StateRunning, Started: noon.Add(-90 * time.Second)}.Saying(both("GET /health: 502", "GET /health : 502")),
			}}.Saying(both("web does not answer", "web ne répond pas")),
		}}
}

func TestFrench_Goldens(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(*world)
		code    int
		args    []string
	}{
		{"help", func(*world) {}, exitDone, []string{"--help"}},
		{"help-up", func(*world) {}, exitDone, []string{"up", "--help"}},
		{"unknown-command", func(*world) {}, exitUsage, []string{"stauts"}},
		{"diagnostic", func(w *world) {
			w.language.diags = diag.List{diag.Error("Password file not usable", text.Say("The file %s cannot be read: %v.", "mail.password", errors.New("permission denied")),
				diag.Range{File: w.file, Start: diag.Pos{Line: 1, Column: 1}, End: diag.Pos{Line: 1, Column: 7, Byte: 6}})}
		}, exitUsage, []string{"validate", "--file"}},
		{"failed-up", failingUp, exitFailed, []string{"up", "--yes", "--file"}},
		{"status", ailing, exitDone, []string{"status", "--file"}},
		{"doctor", func(w *world) {
			w.deployed()
			w.machine.synchronised, w.machine.free = false, gib
		}, exitFailed, []string{"doctor", "--file"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.set(frenchTerminal)
			c.prepare(w)
			args := c.args
			if args[len(args)-1] == "--file" {
				args = append(args, w.file)
			}
			w.wantCode(c.code, args...)
			said := w.stdout.String() + "-- stderr --\n" + w.stderr.String()
			for _, changing := range []string{w.file, noon.Local().Format(time.TimeOnly)} {
				said = strings.ReplaceAll(said, changing, "…")
			}
			golden(t, filepath.Join("testdata", "fr", c.name+".txt"), said)
		})
	}
}

func TestFrench_ProgramsReadEnglish(t *testing.T) {
	for _, c := range []struct {
		prepare func(*world)
		code    int
		args    []string
		want    string
	}{
		{failingUp, exitFailed, []string{"up", "--yes"}, `"message":"web was not healthy within 60 s."`},
		{ailing, exitDone, []string{"status"}, `"why": "web does not answer"`},
		{func(w *world) { w.deployed() }, exitDone, []string{"doctor"}, `"message": "is kept right by a time service"`},
		{func(w *world) {
			w.language.diags = diag.List{diag.Error("Password file not usable", text.Text{}, diag.Range{})}
		},
			exitUsage, []string{"validate"}, `"summary": "Password file not usable"`},
		{func(*world) {}, exitDone, []string{"services"}, `"summary": "Web pages."`},
	} {
		read := map[string]string{}
		for _, lang := range []string{"fr_FR.UTF-8", "C.UTF-8"} {
			w := newWorld(t)
			w.set(map[string]string{"LANG": lang})
			c.prepare(w)
			w.file = "chaton.hcl"
			t.Chdir(t.TempDir())
			if err := os.WriteFile(w.file, []byte("chaton {}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			w.wantCode(c.code, append(c.args, "--json")...)
			wantIn(t, "stdout", c.want, w.stdout)
			read[lang] = w.stdout.String()
		}
		if read["fr_FR.UTF-8"] != read["C.UTF-8"] {
			t.Errorf("ronron %s --json depends on the terminal's language:\n%s\n%s", strings.Join(c.args, " "), read["fr_FR.UTF-8"], read["C.UTF-8"])
		}
	}
}

func TestFrench_RecipeListTellsProgramsTheLevelInEnglish(t *testing.T) {
	w := newWorld(t)
	w.set(frenchTerminal)
	w.wantCode(exitDone, "recipe", "list", "--json")
	var entries []recipeEntry
	if err := json.Unmarshal([]byte(w.stdout.String()), &entries); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Recipe == "etherpad" && e.Level != "not tested here" {
			t.Errorf("etherpad has the level %q", e.Level)
		}
	}
	w = newWorld(t)
	w.set(frenchTerminal)
	w.wantCode(exitDone, "recipe", "list")
	for _, want := range []string{"CATÉGORIE", "DÉPLOYÉE SOUS", text.Of("not tested here").FR} {
		wantIn(t, "stdout", want, w.stdout)
	}
	w.wantCode(exitDone, "recipe", "list", "--lang", "en")
	wantIn(t, "stdout", "DEPLOYED AS", w.stdout)
}

func TestTerminalLanguage(t *testing.T) {
	for _, c := range []struct {
		variables map[string]string
		want      text.Lang
	}{
		{nil, text.EN},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, text.FR},
		{map[string]string{"LANG": "fr"}, text.FR},
		{map[string]string{"LANG": "fr_BE@euro"}, text.FR},
		{map[string]string{"LANG": "C"}, text.EN},
		{map[string]string{"LANG": "C.UTF-8"}, text.EN},
		{map[string]string{"LANG": "POSIX"}, text.EN},
		{map[string]string{"LANG": "de_DE.UTF-8"}, text.EN},
		{map[string]string{"LANG": "fr_FR.UTF-8", "LC_ALL": "en_GB.UTF-8"}, text.EN},
		{map[string]string{"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, text.EN},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, text.FR},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, text.FR},
		{map[string]string{"LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, text.EN},
		{map[string]string{"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, text.FR},
	} {
		got := terminalLanguage(func(name string) string { return c.variables[name] })
		if got != c.want {
			t.Errorf("%v: %s, want %s", c.variables, got, c.want)
		}
	}
}

func TestMisused_SaysWhatTheParserSays(t *testing.T) {
	for said, want := range map[string]string{
		"flag needs an argument: -n":                        "Il manque une valeur à l’option -n.",
		"flag needs an argument: -tail":                     "Il manque une valeur à l’option --tail.",
		`invalid value "x" for flag -tail: parse error`:     `"x" n’est pas une valeur possible de l’option --tail (valeur illisible).`,
		`invalid boolean value "x" for -json: parse error`:  `"x" n’est pas une valeur possible de l’option --json (valeur illisible).`,
		"something that a later version of the parser says": "Something that a later version of the parser says.",
	} {
		if got := misused(said).Text().In(text.FR); got != want {
			t.Errorf("%s: %q, want %q", said, got, want)
		}
	}
}

func TestFrench_WhatIsTypedWrong(t *testing.T) {
	for in, want := range map[string]string{
		"validate --fil a":  "L’option --fil n’existe pas.\nÀ faire\u00a0: Vouliez-vous écrire --file\u202f?",
		"up --frobnicate":   "L’option --frobnicate n’existe pas.\nÀ faire\u00a0: ",
		"validate nope.hcl": "Un fichier s’indique avec --file\u00a0: ronron validate --file nope.hcl",
	} {
		w := newWorld(t)
		w.set(frenchTerminal)
		w.wantCode(exitUsage, strings.Fields(in)...)
		wantIn(t, "stderr of "+in, want, w.stderr)
	}
}

func TestFrench_FiguresAndAges(t *testing.T) {
	fr := tongue{text.FR}
	for got, want := range map[string]string{
		fr.in(size(3 * gib / 2)):              "1,5 Gio",
		fr.in(size(300 << 20)):                "300 Mio",
		fr.in(megabytes(12_400_000)):          "12 Mo",
		fr.age(50 * time.Hour):                "2 jours",
		fr.seconds(4200 * time.Millisecond):   "4,2s",
		fr.seconds(65 * time.Second):          "1min05s",
		fr.checkName("port 443"):              "port 443",
		fr.checkName("certificate wiki.test"): "certificat wiki.test",
		fr.checkName("last up"):               "dernier up",
		fr.colon("a", "b"):                    "a\u00a0: b",
		(tongue{}).colon("a", "b"):            "a: b",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPortFree_SaysInBothLanguagesThatAPortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = linux{}.PortFree("tcp", l.Addr().(*net.TCPAddr).Port)
	if err == nil || err.Error() != "address already in use" || errs.In(err, text.FR) != "adresse déjà prise" {
		t.Errorf("got %v", err)
	}
}
