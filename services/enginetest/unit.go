package enginetest

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"ronron/internal/errs"
	"ronron/services"
)

func testInfo(t *testing.T, b *bench) {
	info, err := b.Info(t.Context())
	b.ok(err)
	if info.Name == "" || info.Version == "" || info.CPUs < 1 || info.Memory < 1<<20 {
		t.Fatalf("the engine does not describe itself: %+v", info)
	}
}

func testLife(t *testing.T, b *bench) {
	id := b.create(b.serve("wiki"), "a")
	u := b.find(id)
	if u.Service != "wiki" || u.Unit != "web" || u.Hash != "a" || u.Image != b.imageID || u.State != services.StateCreated || !u.Started.IsZero() || !u.Address.IsValid() {
		t.Fatalf("after creation: %+v", u)
	}
	b.ok(b.StartUnit(t.Context(), id))
	u = b.find(id)
	if u.State != services.StateRunning || time.Since(u.Started).Abs() > time.Minute {
		t.Fatalf("after start: %+v", u)
	}
	b.stop(id)
	u = b.find(id)
	if u.State != services.StateExited || u.ExitCode != 0 {
		t.Fatalf("after stop: %+v", u)
	}
	b.ok(b.StartUnit(t.Context(), id))
	b.ok(b.RemoveUnit(t.Context(), id)) // running
	b.equal("units left", len(b.look().Units), 0)
}

func testIdempotent(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units[0].Files = []services.File{{Path: "/etc/app/conf", Content: []byte("a")}}
	id := b.create(s, "a")
	b.equal("id of the same unit", b.create(s, "a"), id)
	for range 2 {
		b.ok(b.StartUnit(t.Context(), id))
	}
	b.equal("id of the running unit", b.create(s, "a"), id)
	b.equal("state", b.find(id).State, services.StateRunning)
	for range 2 {
		b.stop(id)
	}
	for range 2 {
		b.ok(b.RemoveUnit(t.Context(), id))
	}
}

// testAtOnce has many goroutines make the same and different units.
func testAtOnce(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units[0].Files = []services.File{{Path: "/etc/app/conf", Content: []byte("a")}}
	b.ok(b.CreateNetwork(t.Context(), "wiki", false))
	var group errgroup.Group
	for i := range 12 {
		group.Go(func() error {
			_, err := b.CreateUnit(t.Context(), s, s.Units[0], string(rune('a'+i/3)), b.imageID)
			return err
		})
	}
	b.ok(group.Wait())
	addresses := map[netip.Addr]bool{}
	for _, u := range b.look().Units {
		addresses[u.Address] = true
	}
	b.equal("number of containers", len(b.look().Units), 4)
	b.equal("number of addresses", len(addresses), 4)
}

func testSideBySide(t *testing.T, b *bench) {
	s := b.serve("wiki")
	old, successor := b.start(s, "a"), b.start(s, "b")
	if old == successor || b.find(old).Address == b.find(successor).Address {
		t.Fatal("two hashes of a unit are not two containers with two addresses")
	}
	b.stop(old)
	b.equal("successor", b.find(successor).State, services.StateRunning)
	b.ok(b.RemoveUnit(t.Context(), old))
	b.equal("units left", len(b.look().Units), 1)
}

func testAddressKept(t *testing.T, b *bench) {
	s := b.serve("wiki")
	first := b.start(s, "a")
	address := b.find(first).Address
	b.stop(first)
	b.equal("address while stopped", b.find(first).Address, address)
	second := b.start(s, "b")
	if b.find(second).Address == address {
		t.Fatal("a stopped unit lost its address to another")
	}
	b.ok(b.StartUnit(t.Context(), first))
	b.equal("address after a new start", b.find(first).Address, address)
	b.ok(b.RemoveUnit(t.Context(), first))
	b.equal("address given again", b.find(b.create(s, "c")).Address, address)
}

func testAddressesRunOut(t *testing.T, b *bench) {
	s := b.serve("wiki")
	for i := range 12 {
		b.create(s, string(rune('a'+i)))
	}
	_, err := b.CreateUnit(t.Context(), s, s.Units[0], "z", b.imageID)
	b.code(err, errs.Failed)
	if errs.HintOf(err) == "" && !strings.Contains(err.Error(), "full") {
		t.Fatalf("the error does not explain itself: %v", err)
	}
}

func testEnvironment(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units[0].Environment["GREETING"] = "a = 'b' $c"
	b.equal("variable", b.run(b.start(s, "a"), "env", "GREETING"), "a = 'b' $c")
}

func testHostNetwork(t *testing.T, b *bench) {
	s := services.Service{Name: "gateway", HostNetwork: true, Units: []services.Unit{b.unit("gateway", "sleep")}}
	id := b.start(s, "a")
	b.equal("address", b.find(id).Address.String(), "127.0.0.1")
	b.equal("networks", len(b.look().Networks), 0)
	b.ok(b.StopUnit(t.Context(), id, 0))
}

func testEndByThemselves(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units[0].Command = []string{"exit", "3", "it does not work"}
	id := b.start(s, "a")
	b.wait("a restart", func() bool { u := b.find(id); return u.Restarts > 0 && u.ExitCode == 3 })
	if got := b.logs(id, services.LogOptions{Tail: 1}); !strings.Contains(got, "it does not work") {
		t.Fatalf("log of the failed unit: %q", got)
	}
	b.stop(id)
	b.equal("state after stop", b.find(id).State, services.StateExited)
}

func testDeaf(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units[0].Command = []string{"sleep"}
	id := b.start(s, "a")
	// On a busy machine a program can be running long before it is deaf.
	b.wait("the program to say that it is deaf", func() bool { return b.logs(id, services.LogOptions{}) == "deaf\n" })
	b.ok(b.StopUnit(t.Context(), id, 100*time.Millisecond))
	b.equal("exit code after being killed", b.find(id).ExitCode, 137)
}

func testGone(t *testing.T, b *bench) {
	const none = "0123456789012345678901234567890123456789012345678901234567890123"
	ctx := t.Context()
	b.code(b.StartUnit(ctx, none), errs.NotFound)
	b.code(b.StopUnit(ctx, none, time.Second), errs.NotFound)
	b.code(b.Logs(ctx, none, services.LogOptions{}, new(strings.Builder)), errs.NotFound)
	_, err := b.Exec(ctx, none, []string{Program}, nil)
	b.code(err, errs.NotFound)
	b.code(b.Connect(ctx, none, "wiki", "host"), errs.NotFound)
	b.ok(b.RemoveUnit(ctx, none))
	b.ok(b.CreateNetwork(ctx, "wiki", false))
	_, err = b.CreateUnit(ctx, b.serve("wiki"), b.serve("wiki").Units[0], "a", "sha256:"+none)
	b.code(err, errs.NotFound)
	_, err = b.RunJob(ctx, b.serve("wiki"), b.serve("wiki").Units[0], "sha256:"+none)
	b.code(err, errs.NotFound)
}

// testStrangers has two chatons use the same names.
func testStrangers(t *testing.T, b *bench) {
	s := b.withVolume("wiki")
	mine := b.start(s, "a")
	b.run(mine, "write", "/data/page", "mine")

	other := *b
	other.Engine = b.newEngine(t)
	other.image(other.Engine)
	if got := other.look(); len(got.Units)+len(got.Networks)+len(got.Volumes) != 0 {
		t.Fatalf("another chaton's things are seen: %+v", got)
	}
	ctx := t.Context()
	b.code(other.StartUnit(ctx, mine), errs.NotFound)
	b.code(other.StopUnit(ctx, mine, 0), errs.NotFound)
	_, err := other.Exec(ctx, mine, []string{Program, "env", "NAME"}, nil)
	b.code(err, errs.NotFound)
	b.code(other.Logs(ctx, mine, services.LogOptions{}, new(strings.Builder)), errs.NotFound)
	b.ok(other.RemoveUnit(ctx, mine))
	b.ok(other.RemoveNetwork(ctx, "wiki"))
	b.ok(other.RemoveVolume(ctx, "wiki", "data"))
	b.equal("my unit", b.find(mine).State, services.StateRunning)
	b.equal("my page", b.run(mine, "read", "/data/page"), "mine")

	theirs := other.start(s, "a")
	other.fails(theirs, "read", "/data/page")
	b.equal("units of mine", len(b.look().Units), 1)
}

func testLookIsStable(t *testing.T, b *bench) {
	for _, name := range []services.Name{"wiki", "pads", "chat"} {
		s := b.withVolume(name)
		s.Units = append(s.Units, b.unit("db", "serve"))
		b.create(s, "a")
		_, err := b.CreateUnit(t.Context(), s, s.Units[1], "b", b.imageID)
		b.ok(err)
	}
	first := b.look()
	if diff := cmp.Diff(first, b.look(), cmpopts.EquateComparable(first.Units[0].Address, first.Networks[0].Subnet)); diff != "" {
		t.Fatalf("two looks at the same differ:\n%s", diff)
	}
	var order []string
	for _, u := range first.Units {
		order = append(order, string(u.Service)+"/"+string(u.Unit))
	}
	if !slices.IsSorted(order) || len(order) != 6 {
		t.Fatalf("units are not in order: %v", order)
	}
}
