package daemon

import (
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/services"
)

// federated is a recipe whose domain stands in its data for good.
const federated = `recipe "federated" {
  version = "1"
  public  = "Nothing."
  software {
    name     = "Federated"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/x"
    category = "test"
    title    = "Federated"
    summary  = "It talks to others."
  }
  setting "realm" {
    type    = "string"
    default = "first"
    label   = "Realm"
  }
  accounts "none" {}
  volume "data" {}
  unit "web" {
    image = "x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    mount "data" { path = "/data" }
    environment = { REALM = setting.realm }
  }
  upgrade { fixed = ["setting.realm", "service.host"] }
}
`

func federatedFile(host, settings string) api.Wanted {
	w := wantedFile(strings.Replace(file, `service "wiki" {
  recipe = "dokuwiki"
}`, `service "talk" {
  recipe = "federated"
  host   = "`+host+`"
  settings = { `+settings+` }
}`, 1))
	w.Recipes = map[string][]byte{"federated/recipe.hcl": []byte(federated)}
	return w
}

func (w *world) upWanted(in api.Wanted) api.Event {
	w.t.Helper()
	var end api.Event
	if err := w.Apply(api.ApplyRequest{Wanted: in}, func(e api.Event) { end = e }); err != nil {
		w.t.Fatal(err)
	}
	return end
}

func (w *world) problems(in api.Wanted) []string {
	w.t.Helper()
	r, err := w.Plan(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	var summaries []string
	for _, d := range r.Diagnostics {
		summaries = append(summaries, d.Summary)
		if d.Range.File != "chaton.hcl" || d.Range.Start.Line == 0 {
			w.t.Errorf("%s points at %v", d.Summary, d.Range)
		}
	}
	return summaries
}

func TestFixed_RefusesChangesAfterTheFirstStart(t *testing.T) {
	w := newWorld(t)
	if got := w.problems(federatedFile("talk", `realm = "any"`)); len(got) > 0 {
		t.Fatalf("before the first start: %v", got)
	}
	if end := w.upWanted(federatedFile("talk", "")); end.Kind != api.Done {
		t.Fatalf("up ended with %+v", end.Error)
	}
	if got := w.problems(federatedFile("talk", `realm = "first"`)); len(got) > 0 {
		t.Errorf("the same value is refused: %v", got)
	}
	got := w.problems(federatedFile("chat", `realm = "second"`))
	if len(got) != 2 || got[0] != "Never changes after the first start" || got[1] != got[0] {
		t.Errorf("a change of both gives %v", got)
	}
	w.Daemon.Close()
	w.open()
	if got := w.problems(federatedFile("talk", `realm = "second"`)); len(got) != 1 {
		t.Errorf("after the daemon started again: %v", got)
	}
}

// A first start that failed leaves the choice open, and so does data that is gone.
func TestFixed_MayChangeWhereThereIsNoData(t *testing.T) {
	w := newWorld(t)
	if end := w.upWanted(federatedFile("talk", "")); end.Kind != api.Done {
		t.Fatalf("up ended with %+v", end.Error)
	}
	if err := w.Down(api.DownRequest{Data: true, Who: "ana@laptop"}, func(api.Event) {}); err != nil {
		t.Fatal(err)
	}
	second := federatedFile("talk", `realm = "second"`)
	if got := w.problems(second); len(got) > 0 {
		t.Fatalf("without data: %v", got)
	}
	if end := w.upWanted(second); end.Kind != api.Done {
		t.Fatalf("up ended with %+v", end.Error)
	}
	if got := w.problems(second); len(got) > 0 {
		t.Errorf("the value of the new data is refused: %v", got)
	}
	if got := w.problems(federatedFile("talk", `realm = "first"`)); len(got) != 1 {
		t.Errorf("the value of the old data is accepted: %v", got)
	}
	if err := (jobBook{w.Daemon}).Forget(t.Context(), services.Name("talk")); err != nil {
		t.Fatal(err)
	}
	if got := w.problems(federatedFile("talk", `realm = "third"`)); len(got) > 0 {
		t.Errorf("for new data: %v", got)
	}
}
