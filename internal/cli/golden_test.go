package cli

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/text"
	"ronron/services"
	"ronron/services/plan"
)

var update = flag.Bool("update", false, "write the files that are compared with")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); if that is right: go test ./internal/cli -update\n%s", path, diff)
	}
}

func TestReference_MatchesTheCommandTable(t *testing.T) {
	golden(t, filepath.Join("..", "..", "docs", "cli.md"), Reference(newWorld(t).env, text.EN))
	golden(t, filepath.Join("..", "..", "docs", "fr", "cli.md"), Reference(newWorld(t).env, text.FR))
}

// everyStep has one step of each kind.
func everyStep() plan.Plan {
	p := plan.Plan{Base: "b"}
	for _, s := range []plan.Step{
		{Service: "directory", Action: plan.EnsureImage, Target: "slapd", Reason: plan.Missing},
		{Service: "directory", Action: plan.CreateNetwork, Target: "directory", Reason: plan.Missing},
		{Service: "directory", Action: plan.CreateVolume, Target: "data", Reason: plan.Missing},
		{Service: "directory", Action: plan.CreateUnit, Target: "slapd", Reason: plan.Missing},
		{Service: "wiki", Action: plan.EnsureAccount, Target: "wiki", Reason: plan.Different},
		{Service: "wiki", Action: plan.ReplaceUnit, Target: "web", Reason: plan.Different},
		{Service: "wiki", Action: plan.StartUnit, Target: "cron", Reason: plan.Stopped},
		{Service: "wiki", Action: plan.RestartUnit, Target: "db", Reason: plan.Unhealthy},
		{Service: "wiki", Action: plan.RunJobs, Target: "web", Reason: plan.JobDue},
		{Service: "wiki", Action: plan.Connect, Target: "directory", Reason: plan.Missing},
		{Service: "pads", Action: plan.RemoveUnit, Target: "web", Reason: plan.NotWanted},
		{Service: "pads", Action: plan.RemoveAccount, Target: "pads", Reason: plan.NotWanted},
		{Service: "pads", Action: plan.RemoveVolume, Target: "data", Reason: plan.NotWanted, LosesData: true},
		{Service: "pads", Action: plan.RemoveNetwork, Target: "pads", Reason: plan.LeftOver},
		{Action: plan.Publish, Target: "routes", Reason: plan.Moved},
	} {
		s.ID = string(s.Service) + "/" + string(s.Action) + "/" + s.Target
		p.Steps = append(p.Steps, s)
	}
	return p
}

func TestHumanView_Goldens(t *testing.T) {
	b := &safeBuffer{}
	v := humanView{w: b, now: func() time.Time { return noon }}
	status := api.Status{Chaton: "chaton.test", Name: "Le chaton de test", URL: "https://chaton.test:8443",
		Lock: nil, Services: []api.ServiceStatus{
			{Name: "gateway", Recipe: "gateway", Builtin: true, State: "healthy", Units: []api.UnitStatus{{Name: "gateway", State: "running", Healthy: true, Started: noon.Add(-50 * time.Hour)}}},
			{Name: "wiki", Recipe: "dokuwiki", State: "unhealthy", Why: "web does not answer", URL: "https://wiki.chaton.test:8443",
				Units: []api.UnitStatus{{Name: "web", State: "running", Why: "GET /health: 502", Started: noon.Add(-90 * time.Second)}}},
			{Name: "pages", Recipe: "pages", State: "missing", URL: "https://pages.chaton.test:8443"},
		}}
	cases := []struct {
		name string
		show func() error
	}{
		{"plan", func() error { return v.Plan("chaton.test", everyStep()) }},
		{"plan-empty", func() error { return v.Plan("chaton.test", plan.Plan{}) }},
		{"report", func() error { return v.Report("chaton.test", *someReport, true) }},
		{"report-elsewhere", func() error {
			elsewhere := v
			elsewhere.typed = typed{program: "build/ronron", file: "my chatons/test.hcl"}
			return elsewhere.Report("chaton.test", *someReport, true)
		}},
		{"status", func() error { return v.Status(status) }},
		{"chatons", func() error {
			return v.Chatons([]Daemon{{Chaton: "chaton.test", State: "running", Version: "0.2.0"}, {Chaton: "long.example.org", State: "exited", Version: "0.1.0"}})
		}},
		{"catalog", func() error {
			return v.Catalog([]catalogEntry{{Recipe: "dokuwiki", Software: "DokuWiki", Version: "2024", Licence: "GPL-2.0-only", Summary: "Pages that members write together.", Services: []services.Name{"wiki"}},
				{Recipe: "pages", Software: "Apache", Version: "2.4", Licence: "Apache-2.0", Summary: "Web pages."}})
		}},
		{"members", func() error {
			return v.Members([]account.Member{{Login: "ana", Name: "Ana Éloïse", Mail: "ana@chaton.test", Groups: []string{"admins", "members"}},
				{Login: "bob", Name: "Bob", Mail: "bob@chaton.test", Groups: []string{"members"}, Suspended: true}})
		}},
		{"groups", func() error {
			return v.Groups([]account.Group{{Name: "members", Members: []account.Login{"ana", "bob"}, Builtin: true}, {Name: "board"}})
		}},
		{"checks", func() error {
			return v.Checks([]api.Check{ok("engine", "answers"), warning("clock", text.Text{EN: "Install a time service."}, "drifts"), problem("disk", text.Text{EN: "Make room."}, "is full")})
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b.mu.Lock()
			b.b.Reset()
			b.mu.Unlock()
			if err := c.show(); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", c.name+".txt"), b.String())
		})
	}
}

// TestWords_CoverEveryActionAndReason reads the constants from their source, so
// that a new one cannot be forgotten here.
func TestWords_CoverEveryActionAndReason(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "services", "plan", "plan.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		kind, named := spec.Type.(*ast.Ident)
		if !ok || !named {
			return true
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			return true
		}
		_, action := words[plan.Action(value)]
		_, reason := reasons[plan.Reason(value)]
		seen++
		if kind.Name == "Action" && !action || kind.Name == "Reason" && !reason {
			t.Errorf("the %s %q has no words in words.go", kind.Name, value)
		}
		return true
	})
	if seen < 20 {
		t.Errorf("only %d constants were found in plan.go; has it moved?", seen)
	}
}
