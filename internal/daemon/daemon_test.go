package daemon

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/account"
	"ronron/account/accounttest"
	"ronron/gateway"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/ldap"
	"ronron/portal"
	"ronron/services"
	"ronron/services/memory"
	"ronron/services/plan"
)

const file = `
chaton {
  name     = "Chaton d'essai"
  domain   = "chaton.test"
  language = "fr"
  contact  = "contact@chaton.test"
}
gateway {
  https_port = 8443
  http_port  = 8080
}
accounts {
  administrator {
    login = "admin"
    name  = "Ana Admin"
    mail  = "admin@chaton.test"
  }
}
service "wiki" {
  recipe = "dokuwiki"
}
`

// door is a gateway that only remembers what it was told.
type door struct {
	mu     sync.Mutex
	config gateway.Config
	now    func() time.Time
}

func (g *door) PutConfig(_ context.Context, c gateway.Config) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := c.Validate(g.now()); err != nil {
		return err
	}
	g.config = c
	return nil
}

func (g *door) Health(context.Context) error { return nil }

// world is a daemon on an engine in memory.
type world struct {
	t         *testing.T
	engine    *memory.Engine
	directory *accounttest.Fake
	door      *door
	options   Options
	now       time.Time
	*Daemon
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, engine: memory.New("chaton.test"), now: time.Now()}
	w.door = &door{now: func() time.Time { return w.now }}
	w.directory = accounttest.NewFake(func() time.Time { return w.now })
	w.options = Options{
		Chaton: "chaton.test", Version: "1.0.0", SelfID: "sha256:self",
		StateDir: t.TempDir(), KeyDir: t.TempDir(), GatewayDir: t.TempDir(), SiteDir: t.TempDir(),
		Engine: w.engine, Prober: w, Gateway: w.door, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now:           func() time.Time { return w.now },
		OpenDirectory: func(ldap.Config) account.Directory { return w.directory },
		ListenFree:    func(string, int) error { return nil },
	}
	w.open()
	return w
}

// open starts the daemon, again after kill.
func (w *world) open() {
	w.t.Helper()
	d, err := Open(w.t.Context(), w.options)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Daemon = d
	w.t.Cleanup(func() { d.Close() })
}

func (w *world) Probe(_ context.Context, u services.Unit, a services.ActualUnit) error {
	if w.engine.Healthy(a.ID) {
		return nil
	}
	return text.Errorf("no answer in time")
}

func wantedFile(text string) api.Wanted {
	return api.Wanted{File: "chaton.hcl", Content: []byte(text), Who: "ana@laptop"}
}

func (w *world) plan(text string) plan.Plan {
	w.t.Helper()
	r, err := w.Plan(w.t.Context(), wantedFile(text))
	if err != nil {
		w.t.Fatal(err)
	}
	if r.Plan == nil {
		w.t.Fatalf("no plan: %v", r.Diagnostics.Err())
	}
	return *r.Plan
}

// up plans and applies, and returns the events.
func (w *world) up(text string) []api.Event {
	w.t.Helper()
	events, err := w.apply(text, w.plan(text).Base)
	if err != nil {
		w.t.Fatal(err)
	}
	return events
}

func (w *world) apply(text, base string) (events []api.Event, err error) {
	var mu sync.Mutex
	err = w.Apply(api.ApplyRequest{Wanted: wantedFile(text), Base: base}, func(e api.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	})
	return events, err
}

func last(events []api.Event) api.Event { return events[len(events)-1] }

func TestUp_BringsEverythingUpOnce(t *testing.T) {
	w := newWorld(t)
	end := last(w.up(file))
	if end.Kind != api.Done {
		t.Fatalf("up ended with %+v", end.Error)
	}
	if a := end.Report.Administrator; a == nil || a.Login != "admin" || len(a.Password) < 20 {
		t.Errorf("no first administrator: %+v", a)
	}
	admin, err := w.directory.Member(t.Context(), "admin")
	if err != nil || !slices.Contains(admin.Groups, account.Admins) || !slices.Contains(admin.Groups, account.Members) {
		t.Errorf("the administrator is %+v, error %v", admin, err)
	}
	for name, groups := range map[string][]string{"wiki": {account.Members}, "portal": {account.Admins, account.Members}} {
		if s, ok := w.directory.Services()[name]; !ok || !slices.Equal(s.Groups, groups) {
			t.Errorf("account of %s in the directory: %+v", name, s)
		}
	}
	if again := w.plan(file); !again.Empty() {
		t.Errorf("a second up would do %v", again.Steps)
	}
	if got := w.hosts(); !slices.Equal(got, []string{"chaton.test", "wiki.chaton.test"}) {
		t.Errorf("the gateway serves %v", got)
	}
	end = last(w.up(file))
	if end.Report.Administrator != nil {
		t.Error("a second up made another administrator")
	}
}

func (w *world) hosts() (names []string) {
	for _, h := range w.door.config.Hosts {
		names = append(names, h.Name)
		for _, r := range h.Routes {
			if r.Backend == "" {
				w.t.Errorf("%s%s has no backend", h.Name, r.Path)
			}
		}
	}
	slices.Sort(names)
	return names
}

// The daemon is killed between two calls of the engine, and a new one starts:
// whatever the moment, `up` reaches what is wanted and nothing is made twice.
func TestUp_GoesOnAfterTheDaemonWasKilled(t *testing.T) {
	for cut := 1; ; cut += 3 {
		w := newWorld(t)
		p := w.plan(file)
		base, cancel := context.WithCancel(t.Context())
		w.Daemon.base = base
		var mu sync.Mutex
		calls := 0
		w.engine.Before(func(context.Context, memory.Call) error {
			mu.Lock()
			defer mu.Unlock()
			if calls++; calls >= cut {
				cancel()
				return errs.New(errs.Unavailable, "The daemon was killed.")
			}
			return nil
		})
		w.apply(file, p.Base)
		w.engine.Before(nil)
		cancel()
		if calls < cut {
			if cut < 20 {
				t.Fatalf("an up makes only %d calls", calls)
			}
			t.Logf("cut at every third of %d calls", calls)
			return
		}
		w.Daemon.Close()
		w.open()
		if end := last(w.up(file)); end.Kind != api.Done {
			t.Fatalf("cut at call %d: up ended with %+v", cut, end.Error)
		}
		if left := w.plan(file); !left.Empty() {
			t.Fatalf("cut at call %d: left to do: %v", cut, left.Steps)
		}
		if members, _ := w.directory.Members(t.Context()); len(members) != 1 {
			t.Fatalf("cut at call %d: %d members", cut, len(members))
		}
	}
}

func TestApply_RefusesWhenTheWorldMoved(t *testing.T) {
	w := newWorld(t)
	base := w.plan(file).Base
	w.up(file)
	calls := len(w.engine.Calls())
	_, err := w.apply(file, base)
	if errs.CodeOf(err) != errs.Changed {
		t.Errorf("got %v, want %s", err, errs.Changed)
	}
	for _, c := range w.engine.Calls()[calls:] {
		if !slices.Contains([]string{"Look", "Info", "ImagePresent"}, c.Method) {
			t.Errorf("a refused apply called %s", c)
		}
	}
}

func TestApply_OneAtATimeAndSaysWhose(t *testing.T) {
	w := newWorld(t)
	p := w.plan(file)
	entered, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.engine.Before(func(ctx context.Context, c memory.Call) error {
		if c.Method == "CreateUnit" {
			once.Do(func() { close(entered); <-leave })
		}
		return nil
	})
	done := make(chan error)
	go func() { _, err := w.apply(file, p.Base); done <- err }()
	<-entered
	_, err := w.apply(file, p.Base)
	if errs.CodeOf(err) != errs.Locked || !strings.Contains(err.Error(), "ana@laptop") {
		t.Errorf("got %v, want a lock that says whose", err)
	}
	status, err := w.Status(t.Context())
	if err != nil || status.Lock == nil || status.Lock.Who != "ana@laptop" {
		t.Errorf("status shows the lock as %+v, error %v", status.Lock, err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Errorf("the first apply: %v", err)
	}
}

func TestApply_InterruptStopsAfterTheRunningStep(t *testing.T) {
	w := newWorld(t)
	p := w.plan(file)
	var once sync.Once
	w.engine.Before(func(context.Context, memory.Call) error {
		once.Do(func() { w.lock.interrupt(false) })
		return nil
	})
	events, err := w.apply(file, p.Base)
	if err != nil {
		t.Fatal(err)
	}
	w.engine.Before(nil)
	if end := last(events); end.Kind != api.Failed || end.Error.Code != errs.Interrupted {
		t.Errorf("ended with %+v", end)
	}
	if end := last(w.up(file)); end.Kind != api.Done {
		t.Errorf("up afterwards: %+v", end.Error)
	}
}

func TestApply_AFailureSaysServiceStepLogAndWhatToDo(t *testing.T) {
	w := newWorld(t)
	w.engine.Exits("wiki", "web", 1, "PHP is missing")
	events := w.up(file)
	end := last(events)
	if end.Kind != api.Failed || end.Error.Service != "wiki" || end.Error.Step != "wiki/create/web" ||
		!slices.Contains(end.Error.Log, "PHP is missing") || end.Error.Hint == "" {
		t.Errorf("the failure tells %+v", end.Error)
	}
	if !slices.Equal(end.Report.Failed, []services.Name{"wiki"}) {
		t.Errorf("failed: %v", end.Report.Failed)
	}
	if end.Report.Administrator == nil {
		t.Error("the wiki's failure kept the directory from getting its administrator")
	}
	if !slices.Contains(w.hostsServed(), "chaton.test") {
		t.Error("the portal is not served because the wiki failed")
	}
	w.engine.Mend("wiki", "web")
	if end := last(w.up(file)); end.Kind != api.Done {
		t.Errorf("after mending: %+v", end.Error)
	}
}

func (w *world) hostsServed() (names []string) {
	for _, h := range w.door.config.Hosts {
		names = append(names, h.Name)
	}
	return names
}

func TestPreflight_SaysThatAPortIsTaken(t *testing.T) {
	w := newWorld(t)
	w.options.ListenFree = func(_ string, port int) error {
		if port == 8443 {
			return errs.New(errs.Failed, "Port %d is taken.", port).WithHint("Stop it.")
		}
		return nil
	}
	w.Daemon.Close()
	w.open()
	p := w.plan(file)
	calls := len(w.engine.Calls())
	if _, err := w.apply(file, p.Base); errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), "8443") {
		t.Errorf("got %v", err)
	}
	for _, c := range w.engine.Calls()[calls:] {
		if strings.HasPrefix(c.Method, "Create") {
			t.Errorf("with a port taken, %s was called", c)
		}
	}
}

func TestPlan_ReportsEveryProblemOfTheFile(t *testing.T) {
	w := newWorld(t)
	bad := strings.Replace(file, `recipe = "dokuwiki"`, "recipe = \"dokuwikki\"\n}\nservice \"other\" {\n  recipe = \"openldap\"", 1)
	r, err := w.Plan(t.Context(), wantedFile(bad))
	if err != nil {
		t.Fatal(err)
	}
	if r.Plan != nil || len(r.Diagnostics) != 2 {
		t.Fatalf("plan %v, diagnostics: %v", r.Plan, r.Diagnostics.Err())
	}
	if text := r.Diagnostics.Err().Error(); !strings.Contains(text, `Did you mean "dokuwiki"?`) {
		t.Errorf("no suggestion in: %s", text)
	}
}

func TestPlan_RefusesAnotherChatonsFile(t *testing.T) {
	w := newWorld(t)
	r, err := w.Plan(t.Context(), wantedFile(strings.ReplaceAll(file, "chaton.test", "other.test")))
	if err != nil || !r.Diagnostics.HasErrors() {
		t.Errorf("plan %+v, error %v", r, err)
	}
}

func TestRemovedService_LosesItsContainersAndAccountButNotItsData(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	w.engine.WriteVolume("wiki", "data", "/page", []byte("words"))
	without := file[:strings.Index(file, "service \"wiki\"")]
	w.up(without)
	actual, err := w.engine.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range actual.Units {
		if u.Service == "wiki" {
			t.Errorf("a container of the wiki is left: %+v", u)
		}
	}
	if _, ok := w.directory.Services()["wiki"]; ok {
		t.Error("the wiki's account is left in the directory")
	}
	if page, ok := w.engine.ReadVolume("wiki", "data", "/page"); !ok || string(page) != "words" {
		t.Error("the wiki's data is gone")
	}
	if slices.Contains(w.hostsServed(), "wiki.chaton.test") {
		t.Error("the gateway still serves the wiki")
	}
}

func TestSecrets_AreNeverInPlanEventsSiteOrStatus(t *testing.T) {
	w := newWorld(t)
	p := w.plan(file)
	events := w.up(file)
	// Shown on purpose, once: the first administrator's password.
	events[len(events)-1].Report.Administrator = nil
	status, err := w.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site, err := os.ReadFile(filepath.Join(w.SiteDir, "site.json"))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal([]any{p, events, status})
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []struct{ service, name string }{{"wiki", bindPassword}, {"portal", bindPassword}, {"directory", "administrator"}} {
		value, err := w.state.Secret(t.Context(), scope.service, scope.name)
		if err != nil {
			t.Fatal(err)
		}
		for where, text := range map[string]string{"plan, events or status": string(shown), "site.json": string(site)} {
			if strings.Contains(text, value.Reveal()) {
				t.Errorf("%s shows %s of %s", where, scope.name, scope.service)
			}
		}
	}
}

func TestSite_TellsMembersWhatThereIs(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	data, err := os.ReadFile(filepath.Join(w.SiteDir, "site.json"))
	if err != nil {
		t.Fatal(err)
	}
	var site portal.Site
	if err := json.Unmarshal(data, &site); err != nil {
		t.Fatal(err)
	}
	if len(site.Services) != 1 || site.Services[0].Name != "wiki" || !site.Services[0].Accounts || !site.Services[0].Healthy ||
		site.Services[0].URL != "https://wiki.chaton.test:8443" || site.Services[0].Public.EN == "" ||
		!slices.Equal(site.Services[0].Enter, []string{account.Members}) {
		t.Errorf("services: %+v", site.Services)
	}
	if site.Facts.Members == nil || *site.Facts.Members != 0 && *site.Facts.Members != 1 {
		t.Errorf("members: %v", site.Facts.Members)
	}
	if site.Facts.Backups != nil {
		t.Error("backups are claimed that nobody makes")
	}
}

func TestMaintain_RenewsCertificatesAndTheDirectory(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	before := w.door.config
	w.now = w.now.AddDate(0, 0, 25)
	w.Maintain(t.Context())
	if w.door.config.Hosts[0].Certificate == before.Hosts[0].Certificate {
		t.Error("after 25 days the gateway still has its first certificate")
	}
	if left := w.plan(file); !left.Empty() {
		t.Errorf("after maintenance an up would do %v", left.Steps)
	}
	old := w.unit("directory")
	w.now = w.now.AddDate(0, 9, 0)
	w.Maintain(t.Context())
	if w.unit("directory") == old {
		t.Error("after ten months the directory still has its first certificate")
	}
	if left := w.plan(file); !left.Empty() {
		t.Errorf("after renewal an up would do %v", left.Steps)
	}
}

func (w *world) unit(service services.Name) string {
	w.t.Helper()
	actual, err := w.engine.Look(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, u := range actual.Units {
		if u.Service == service {
			return u.ID
		}
	}
	w.t.Fatalf("no container of %s", service)
	return ""
}

func TestDown_KeepsDataUnlessAsked(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	w.engine.WriteVolume("wiki", "data", "/page", []byte("words"))
	down := func(data bool) api.Event {
		var end api.Event
		if err := w.Down(api.DownRequest{Data: data, Who: "ana"}, func(e api.Event) { end = e }); err != nil {
			t.Fatal(err)
		}
		return end
	}
	if end := down(false); end.Kind != api.Done {
		t.Fatalf("down: %+v", end.Error)
	}
	actual, _ := w.engine.Look(t.Context())
	if len(actual.Units) > 0 || len(actual.Networks) > 0 || len(actual.Volumes) == 0 {
		t.Errorf("after down: %+v", actual)
	}
	w.up(file)
	if page, ok := w.engine.ReadVolume("wiki", "data", "/page"); !ok || string(page) != "words" {
		t.Error("after down and up the data is gone")
	}
	if end := down(true); end.Kind != api.Done {
		t.Fatalf("destroy: %+v", end.Error)
	}
	// What the daemon itself has mounted goes with its container.
	actual, _ = w.engine.Look(t.Context())
	if left := slices.DeleteFunc(actual.Volumes, func(v services.ActualVolume) bool { return v.Shared }); len(left) > 0 {
		t.Errorf("after destroy: %+v", left)
	}
}

func TestStatus_SaysWhyAServiceIsNotHealthy(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	w.engine.Crash(w.unit("wiki"), 7, "out of memory")
	status, err := w.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(status.Services, func(s api.ServiceStatus) bool { return s.Name == "wiki" })
	if i < 0 || status.Services[i].State == "healthy" || status.Services[i].Why == "" {
		t.Errorf("status of the wiki: %+v", status.Services)
	}
	checks := w.Doctor(t.Context())
	if !slices.ContainsFunc(checks, func(c api.Check) bool { return c.Level == problem && strings.Contains(c.Name, "wiki") && c.Fix != "" }) {
		t.Errorf("doctor does not see it: %+v", checks)
	}
	for _, c := range checks {
		if c.Level != ok && c.Fix == "" {
			t.Errorf("%s says what is wrong but not what to do: %s", c.Name, c.Message)
		}
	}
}

func TestPlan_WarnsOfAnUnknownCriterion(t *testing.T) {
	w := newWorld(t)
	r, err := w.Plan(t.Context(), wantedFile(file+"charter {\n  declarations = { \"Z-99\" = \"we do\" }\n}\n"))
	if err != nil || r.Plan == nil {
		t.Fatalf("plan %+v, error %v", r, err)
	}
	if len(r.Diagnostics) != 1 || !strings.Contains(r.Diagnostics[0].Detail, "Z-99") {
		t.Errorf("diagnostics: %+v", r.Diagnostics)
	}
}
