package enginetest

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"ronron/internal/errs"
	"ronron/services"
)

func testNetworks(t *testing.T, b *bench) {
	for range 2 {
		b.ok(b.CreateNetwork(t.Context(), "wiki", false))
	}
	b.ok(b.CreateNetwork(t.Context(), "pads", true))
	b.code(b.CreateNetwork(t.Context(), "wiki", true), errs.Conflict)
	networks := b.look().Networks
	b.equal("number of networks", len(networks), 2)
	pads, wiki := networks[0], networks[1]
	b.equal("first network", pads.Service, services.Name("pads"))
	b.equal("egress of pads", pads.Egress, true)
	b.equal("egress of wiki", wiki.Egress, false)
	if pads.Subnet.Bits() != 28 || pads.Subnet.Overlaps(wiki.Subnet) {
		t.Fatalf("subnets %v and %v: want two /28 apart", pads.Subnet, wiki.Subnet)
	}
	id := b.create(b.serve("wiki"), "a")
	b.code(b.RemoveNetwork(t.Context(), "wiki"), errs.Conflict)
	b.ok(b.RemoveUnit(t.Context(), id))
	for range 2 {
		b.ok(b.RemoveNetwork(t.Context(), "wiki"))
		b.ok(b.RemoveNetwork(t.Context(), "pads"))
	}
	b.equal("networks left", len(b.look().Networks), 0)
	_, err := b.CreateUnit(t.Context(), b.serve("wiki"), b.serve("wiki").Units[0], "a", b.imageID)
	b.code(err, errs.NotFound)
}

// testEgress: a way out leads to no other service, whether that has one or not.
func testEgress(t *testing.T, b *bench) {
	outer := func(name services.Name) string {
		s := b.serve(name)
		s.Egress = true
		id := b.start(s, "a")
		b.wait(string(name)+" to serve", func() bool {
			r, err := b.Exec(t.Context(), id, []string{Program, "get", "web"}, nil)
			return err == nil && r.ExitCode == 0
		})
		return id
	}
	inside, outside, abroad := b.start(b.serve("inside"), "a"), outer("outside"), outer("abroad")
	b.fails(inside, "get", b.find(outside).Address.String())
	b.fails(outside, "get", b.find(inside).Address.String())
	b.fails(outside, "get", b.find(abroad).Address.String())
	b.fails(abroad, "get", b.find(outside).Address.String())
	for _, n := range b.look().Networks {
		b.equal("egress of "+string(n.Service), n.Egress, n.Service != "inside")
	}
}

func testReach(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units = append(s.Units, b.unit("db", "serve", "ready"))
	web := b.start(s, "a")
	db, err := b.CreateUnit(t.Context(), s, s.Units[1], "b", b.imageID)
	b.ok(err)
	b.ok(b.StartUnit(t.Context(), db))
	other := b.start(b.serve("pads"), "a")
	b.wait("db to answer under its name", func() bool {
		r, err := b.Exec(t.Context(), web, []string{Program, "get", "db"}, nil)
		return err == nil && strings.Contains(r.Output, "hello from db")
	})
	b.equal("address of db", b.run(web, "lookup", "db"), b.find(db).Address.String())
	b.fails(other, "lookup", "db")
	b.fails(other, "get", b.find(db).Address.String())
}

// testAtGateway: units find the gateway at the bridge of their network, jobs too,
// and other services do not know the name.
func testAtGateway(t *testing.T, b *bench) {
	const host = "chaton.example.org"
	s := b.serve("pads")
	s.AtGateway = []string{host}
	web, other := b.start(s, "a"), b.start(b.serve("wiki"), "a")
	b.equal("address of the gateway", b.run(web, "lookup", host), b.inNetwork("pads", 1))
	b.fails(other, "lookup", host)
	r, err := b.RunJob(t.Context(), s, b.unit("look", "lookup", host), b.imageID)
	b.ok(err)
	b.equal("what a job finds", r.Output, b.inNetwork("pads", 1))
}

// testAtDirectory: units find the directory's name although nobody has its
// address yet or any more, and their jobs do too.
func testAtDirectory(t *testing.T, b *bench) {
	const host = "directory.example.org"
	s := b.serve("pads")
	s.AtDirectory = []string{host}
	web, other := b.start(s, "a"), b.start(b.serve("wiki"), "a")
	b.equal("address of a directory that does not run", b.run(web, "lookup", host), b.reserved("pads"))
	b.fails(other, "lookup", host)
	r, err := b.RunJob(t.Context(), s, b.unit("look", "lookup", host), b.imageID)
	b.ok(err)
	b.equal("what a job finds", r.Output, b.reserved("pads"))
	directory := b.start(b.serve("directory"), "a")
	b.ok(b.Connect(t.Context(), directory, "pads", host))
	b.equal("address of the directory that runs", b.run(web, "lookup", host), b.reserved("pads"))
}

// reserved returns the address kept for the directory in a service's network.
func (b *bench) reserved(service services.Name) string { return b.inNetwork(service, 14) }

// inNetwork returns an address of a service's network.
func (b *bench) inNetwork(service services.Name, offset byte) string {
	b.Helper()
	for _, n := range b.look().Networks {
		if n.Service == service {
			a := n.Subnet.Addr().As4()
			a[3] += offset
			return netip.AddrFrom4(a).String()
		}
	}
	b.Fatalf("there is no network of %s", service)
	return ""
}

func testConnect(t *testing.T, b *bench) {
	const host = "directory.example.org"
	directory, web := b.start(b.serve("directory"), "a"), b.start(b.serve("wiki"), "a")
	for range 2 {
		b.ok(b.Connect(t.Context(), directory, "wiki", host))
	}
	b.equal("address of the directory in the wiki's network", b.run(web, "lookup", host), b.reserved("wiki"))
	if got := b.find(directory).Connected; !slices.Equal(got, []services.Name{"wiki"}) {
		t.Fatalf("connected to %v, want wiki", got)
	}
	b.code(b.Connect(t.Context(), directory, "none", host), errs.NotFound)

	b.stop(directory)
	b.ok(b.StartUnit(t.Context(), directory))
	b.wait("the directory's name after a restart", func() bool {
		r, err := b.Exec(t.Context(), web, []string{Program, "lookup", host}, nil)
		return err == nil && r.Output == b.reserved("wiki")
	})
}

// testConnectSuccessor replaces a connected unit: the new container is
// connected while it is only created, and takes over the reserved address.
func testConnectSuccessor(t *testing.T, b *bench) {
	const host = "directory.example.org"
	s := b.serve("directory")
	old, web := b.start(s, "a"), b.start(b.serve("wiki"), "a")
	b.ok(b.Connect(t.Context(), old, "wiki", host))
	successor := b.create(s, "b")
	b.ok(b.Connect(t.Context(), successor, "wiki", host))
	if got := b.find(successor).Connected; !slices.Equal(got, []services.Name{"wiki"}) {
		t.Fatalf("a created unit is connected to %v, want wiki", got)
	}
	b.stop(old)
	b.ok(b.StartUnit(t.Context(), successor))
	b.ok(b.RemoveUnit(t.Context(), old))
	b.equal("address of the successor", b.run(web, "lookup", host), b.reserved("wiki"))
}

func testRemoveWithForeigners(t *testing.T, b *bench) {
	running, stopped := b.start(b.serve("directory"), "a"), b.create(b.serve("backup"), "a")
	b.ok(b.CreateNetwork(t.Context(), "wiki", false))
	b.ok(b.Connect(t.Context(), running, "wiki", "directory.example.org"))
	b.ok(b.RemoveNetwork(t.Context(), "wiki"))
	b.equal("connections left", len(b.find(running).Connected), 0)
	b.equal("state", b.find(running).State, services.StateRunning)

	b.ok(b.CreateNetwork(t.Context(), "wiki", false))
	b.ok(b.Connect(t.Context(), stopped, "wiki", "directory.example.org"))
	b.ok(b.RemoveNetwork(t.Context(), "wiki"))
	b.ok(b.StartUnit(t.Context(), stopped)) // would fail, were the network still noted
	b.equal("state of the other", b.find(stopped).State, services.StateRunning)
}
