package cli

import (
	"errors"
	"strings"
	"testing"

	"ronron/services"
)

// Ports beside the gateway's, of chat and video, are looked at too.
func TestDoctor_LooksAtEveryPortOfTheServices(t *testing.T) {
	listens := []services.Listen{
		{Name: "c2s", Unit: "prosody", Protocol: "tcp", Public: 5222, Port: 5222},
		{Name: "media", Unit: "sfu", Protocol: "udp", Public: 10000, Port: 10000, Count: 11},
	}
	w := newWorld(t)
	w.language.listens = listens
	w.run("doctor", "--file", w.file)
	wantIn(t, "stdout", "port 5222/tcp", w.stdout)
	wantIn(t, "stdout", "ports 10000-10010/udp", w.stdout)
	wantIn(t, "stdout", "free, for wiki", w.stdout)

	w = newWorld(t)
	w.language.listens = listens
	w.machine.taken, w.machine.takenAt = errors.New("address already in use"), "udp/10003"
	w.wantCode(exitFailed, "doctor", "--file", w.file)
	wantIn(t, "stdout", "10003 is taken: address already in use", w.stdout)
	wantIn(t, "stdout", "ss -lnp --udp 'sport = :10003'", w.stdout)

	w = newWorld(t)
	w.language.listens = listens
	w.machine.taken, w.machine.takenAt = errors.New("address already in use"), "tcp/10003"
	w.run("doctor", "--file", w.file)
	wantIn(t, "stdout", "ports 10000-10010/udp", w.stdout)
	if got := w.stdout.String(); strings.Contains(got, "is taken") {
		t.Errorf("a port of the other protocol is in the way:\n%s", got)
	}
}
