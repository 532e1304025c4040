package e2e

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestPlan_BeforeTheFirstUp looks at what will be made on a machine that has no
// daemon yet, has it made by somebody who is cut off, takes it down, and looks again.
func TestPlan_BeforeTheFirstUp(t *testing.T) {
	h := newHouse(t, "plan.localhost", 28543)
	mine := func() (all string) {
		for _, kind := range [][]string{{"ps", "-aq"}, {"volume", "ls", "-q"}, {"network", "ls", "-q"}} {
			all += docker(t, append(kind, "--filter", "label=ronron.chaton="+h.domain)...)
		}
		return all
	}
	r := h.try("plan", "--json", "--detailed-exitcode")
	if r.code != 3 {
		t.Fatalf("plan exits with %d:\n%s%s", r.code, r.out, r.err)
	}
	if made := mine(); made != "" {
		t.Errorf("a plan made something:\n%s", made)
	}
	planned := steps(t, r.out)

	cmd := h.engine.on(exec.Command(h.bin, "up", "--yes", "--json"))
	cmd.Dir = h.dir
	events, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !bufio.NewScanner(events).Scan() {
		t.Error("up told of nothing")
	}
	cmd.Process.Kill()
	cmd.Wait()
	const unseen = "ronron member passwd admin"
	if !eventually(t, func() bool { return strings.Contains(h.run("status").err, unseen) }) {
		t.Error("nobody says that the administrator's password was seen by nobody")
	}
	if !eventually(t, func() bool { return h.try("plan", "--detailed-exitcode").code == 0 }) {
		t.Error("the daemon did not finish what was begun")
	}
	if said := h.run("up", "--yes").err; !strings.Contains(said, unseen) {
		t.Errorf("the next up says:\n%s", said)
	}
	h.run("member", "passwd", "admin")
	if said := h.run("status").err; strings.Contains(said, unseen) {
		t.Errorf("with a new password, status says:\n%s", said)
	}

	h.run("down", "--yes")
	r = h.run("plan", "--json")
	for _, id := range steps(t, r.out) {
		if strings.Contains(id, "/create-volume/") || strings.HasSuffix(id, "/account") || !slices.Contains(planned, id) {
			t.Errorf("after a down, which keeps data and accounts, the plan has %s", id)
		}
	}
	if !strings.Contains(r.err, "wiki") {
		t.Errorf("it does not say whose data was kept:\n%s", r.err)
	}
}

// steps are the ids of a plan's.
func steps(t *testing.T, out string) (ids []string) {
	t.Helper()
	var plan struct{ Steps []struct{ ID string } }
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		t.Fatalf("%v in:\n%s", err, out)
	}
	for _, s := range plan.Steps {
		ids = append(ids, s.ID)
	}
	return ids
}
