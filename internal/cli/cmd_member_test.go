package cli

import (
	"strings"
	"testing"
)

// A slip in one answer is no reason to ask for the others again.
func TestMemberAdd_AsksAgainForWhatIsNotRight(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.typing("Ana\nana at home\nana@chaton.test\n")
	w.wantCode(exitDone, "member", "add", "ana", "--generate", "--file", w.file)
	wantIn(t, "stderr", `"ana at home" is not a mail address`, w.stderr)
	if got := w.daemon.members["ana"]; got.Name != "Ana" || got.Mail != "ana@chaton.test" {
		t.Errorf("added is %+v", got)
	}
	if asked := strings.Count(w.stderr.String(), "Name that others see"); asked != 1 {
		t.Errorf("the name was asked for %d times", asked)
	}
}

// What an option gives is looked at before anything is asked.
func TestMemberAdd_RefusesAnOptionBeforeItAsks(t *testing.T) {
	w := newWorld(t)
	w.deployed()
	w.typing("")
	w.wantCode(exitUsage, "member", "add", "ana", "--mail", "nowhere", "--generate", "--file", w.file)
	if out := w.stderr.String(); strings.Contains(out, "Name that others see") {
		t.Errorf("it asked first:\n%s", out)
	}
}
