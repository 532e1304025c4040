package daemon

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ronron/gateway"
	"ronron/internal/errs"
	"ronron/portal"
	"ronron/recipes"
	"ronron/services"
	"ronron/services/plan"
)

// gated compiles the file and puts a gate before the wiki, as a recipe of a
// software without accounts of its own asks for, and opens ports.
func (w *world) gated(listens ...services.Listen) *wanted {
	w.t.Helper()
	c, diags, err := w.compile(w.t.Context(), wantedFile(file))
	if err != nil || diags.HasErrors() {
		w.t.Fatal(err, diags.Err())
	}
	for i := range c.routes {
		if c.routes[i].service == "wiki" {
			c.routes[i].Gate = &recipes.Gate{Headers: recipes.GateHeaders{User: "Remote-User"}, Basic: true}
		}
	}
	for i := range c.services {
		if c.services[i].Name == "wiki" {
			c.services[i].Listens = listens
		}
	}
	return c
}

func TestGate_GatewayAndPortalGetTheTwoHalvesOfOneKey(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	c := w.gated()
	actual, err := w.engine.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	config, err := w.gatewayConfig(t.Context(), c, actual)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Validate(w.now); err != nil {
		t.Fatal(err)
	}
	var gate *gateway.Gate
	for _, h := range config.Hosts {
		if h.Name == "wiki.chaton.test" {
			gate = h.Routes[0].Gate
		} else if h.Routes[0].Gate != nil {
			t.Errorf("%s has a gate", h.Name)
		}
	}
	if gate == nil || !slices.Equal(gate.Groups, []string{"members"}) || gate.Headers.User != "Remote-User" || !gate.Basic || config.Gate.Portal == "" {
		t.Fatalf("the gate is %+v, of %+v", gate, config.Gate.Portal)
	}

	p, _ := c.service(portalName)
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, p.Units[0].Files[0].Content, 0o600); err != nil {
		t.Fatal(err)
	}
	stored, err := portal.ReadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := w.gateKeys(t.Context())
	if err != nil || stored.GateKey.Reveal() != keys.seed.Reveal() || config.Gate.Key != keys.public || stored.GateSecret.Reveal() != config.Gate.Secret {
		t.Errorf("gateway and portal do not fit together: %v", err)
	}
	if data, _ := json.Marshal(config.Redacted()); strings.Contains(string(data), config.Gate.Secret) {
		t.Error("the secret is shown")
	}
	site := w.site(t.Context(), c, actual)
	if len(site.Gates) != 1 || site.Gates[0].Host != "wiki.chaton.test:8443" || site.Gates[0].Path != "/" || site.Gates[0].Title.FR == "" || !slices.Equal(site.Gates[0].Groups, []string{"members"}) {
		t.Errorf("the portal is told of %+v", site.Gates)
	}
	w.Daemon.Close()
	w.open()
	if again, err := w.gateKeys(t.Context()); err != nil || again.public != keys.public {
		t.Errorf("after a restart the key is another: %v", err)
	}
}

// What the portal's account does not see of a member, no gate can ask for.
func TestGate_ThePortalSeesTheGroupsThatGatesAskFor(t *testing.T) {
	w := newWorld(t)
	c := w.gated()
	c.routes[slices.IndexFunc(c.routes, func(r route) bool { return r.Gate != nil })].Gate.Groups = []string{"board", "members", "choir"}
	if got := c.portalGroups(); !slices.Equal(got, []string{"admins", "board", "choir", "members"}) {
		t.Errorf("the portal sees %v", got)
	}
	if got := w.gated().enter[portalName]; !slices.Equal(got, []string{"admins", "members"}) {
		t.Errorf("without special groups the portal sees %v", got)
	}
}

func TestGate_NoKeysWhereNoRouteNeedsThem(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	if w.door.config.Gate != nil || len(w.door.config.Streams) > 0 {
		t.Errorf("the gateway got %+v and %+v", w.door.config.Gate, w.door.config.Streams)
	}
}

func TestListens_LeadToTheUnit(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	c := w.gated(services.Listen{Name: "c2s", Unit: "web", Protocol: "tcp", Public: 5222, Port: 15222},
		services.Listen{Name: "media", Unit: "web", Protocol: "udp", Public: 10000, Port: 10000, Count: 11})
	actual, err := w.engine.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	config, err := w.gatewayConfig(t.Context(), c, actual)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Validate(w.now); err != nil {
		t.Fatal(err)
	}
	unit := actual.Units[slices.IndexFunc(actual.Units, func(u services.ActualUnit) bool { return u.Service == "wiki" })]
	want := []gateway.Stream{
		{Service: "wiki", Protocol: "tcp", Public: 5222, Count: 1, Backend: backend(unit.Address, 15222)},
		{Service: "wiki", Protocol: "udp", Public: 10000, Count: 11, Backend: backend(unit.Address, 10000)},
	}
	if !slices.Equal(config.Streams, want) {
		t.Errorf("streams are %+v, want %+v", config.Streams, want)
	}
}

func TestListens_TakenPortsAreToldBeforeAnythingIsDone(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	c := w.gated(services.Listen{Name: "sip", Unit: "web", Protocol: "udp", Public: 5060, Port: 5060, Count: 2})
	var asked []string
	w.Daemon.ListenFree = func(protocol string, port int) error {
		asked = append(asked, listenPort{protocol, port}.String())
		if port == 5061 {
			return errs.New(errs.Failed, "Taken.")
		}
		return nil
	}
	err := w.preflight(t.Context(), c, plan.Plan{})
	if errs.CodeOf(err) != errs.Failed || !strings.Contains(err.Error(), "wiki needs port 5061 (udp)") || !strings.Contains(errs.HintOf(err), "settings of wiki") {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(asked, []string{"udp/5060", "udp/5061"}) {
		t.Errorf("asked for %v", asked)
	}
	if err := w.keepPorts(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if held, err := w.client().Ports(t.Context()); err != nil || !slices.Equal(held, []string{"tcp/8443", "tcp/8080", "udp/5060", "udp/5061"}) {
		t.Errorf("the gateway holds %v, %v", held, err)
	}
	if err := w.preflight(t.Context(), c, plan.Plan{}); err != nil {
		t.Errorf("ports that the gateway holds itself are taken for another's: %v", err)
	}
	starts := plan.Plan{Steps: []plan.Step{{Service: gatewayName, Action: plan.CreateUnit}}}
	if err := w.preflight(t.Context(), c, starts); errs.CodeOf(err) != errs.Failed {
		t.Errorf("a gateway that starts anew holds nothing: %v", err)
	}
}

func TestPorts_AGatewayThatDoesNotRunHoldsNone(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	if held, err := w.Ports(t.Context()); err != nil || !slices.Equal(held, []string{"tcp/8443", "tcp/8080"}) {
		t.Errorf("the gateway holds %v, %v", held, err)
	}
	w.engine.Crash(w.unit(gatewayName), 1, "")
	if held, err := w.Ports(t.Context()); err != nil || len(held) > 0 {
		t.Errorf("a gateway that does not run holds %v, %v", held, err)
	}
}

func TestListens_ConflictsAreProblemsOfTheFile(t *testing.T) {
	w := newWorld(t)
	c := w.gated(services.Listen{Name: "a", Unit: "web", Protocol: "tcp", Public: 8440, Port: 1, Count: 10})
	if text := c.portConflicts().Err(); text == nil || !strings.Contains(text.Error(), "web pages") {
		t.Errorf("a port of the gateway's: %v", text)
	}
	c = w.gated(services.Listen{Name: "a", Unit: "web", Protocol: "udp", Public: 100, Port: 1, Count: 10}, services.Listen{Name: "b", Unit: "web", Protocol: "udp", Public: 105, Port: 1})
	if diags := c.portConflicts(); len(diags) != 1 || !strings.Contains(diags.Err().Error(), "port 105 (udp)") {
		t.Errorf("a port wanted twice: %v", diags)
	}
	if !c.bindsLow() {
		t.Error("port 100 needs the right to bind low ports")
	}
	c = w.gated(services.Listen{Name: "a", Unit: "web", Protocol: "udp", Public: 8443, Port: 1})
	if err := c.portConflicts().Err(); err != nil || c.bindsLow() {
		t.Errorf("a datagram port beside the gateway's: %v", err)
	}
}
