package enginetest

import (
	"testing"

	"ronron/internal/errs"
	"ronron/services"
)

func (b *bench) withVolume(name services.Name) services.Service {
	s := b.serve(name)
	s.Volumes = []services.Volume{{Name: "data"}}
	s.Units[0].Mounts = []services.Mount{{Volume: "data", Path: "/data"}}
	return s
}

func testVolumes(t *testing.T, b *bench) {
	s := b.withVolume("wiki")
	id := b.start(s, "a")
	created := b.look().Volumes[0].Created
	b.run(id, "write", "/data/page", "hello")
	b.ok(b.CreateVolume(t.Context(), "wiki", s.Volumes[0]))
	b.equal("page after making the volume again", b.run(id, "read", "/data/page"), "hello")
	b.equal("creation", b.look().Volumes[0].Created, created)
	b.code(b.RemoveVolume(t.Context(), "wiki", "data"), errs.Conflict)
	b.ok(b.RemoveUnit(t.Context(), id))
	b.equal("volumes after removing the unit", len(b.look().Volumes), 1)

	id = b.start(s, "b")
	b.equal("page in the new container", b.run(id, "read", "/data/page"), "hello")
	b.ok(b.RemoveUnit(t.Context(), id))
	for range 2 {
		b.ok(b.RemoveVolume(t.Context(), "wiki", "data"))
	}
	b.equal("volumes left", len(b.look().Volumes), 0)
	id = b.start(s, "c")
	b.fails(id, "read", "/data/page")
}

func testMissingVolume(t *testing.T, b *bench) {
	s := b.withVolume("wiki")
	b.ok(b.CreateNetwork(t.Context(), "wiki", false))
	_, err := b.CreateUnit(t.Context(), s, s.Units[0], "a", b.imageID)
	b.code(err, errs.NotFound)
	b.equal("volumes made on the way", len(b.look().Volumes), 0)
	b.equal("units left", len(b.look().Units), 0)
}

func testSharedVolumes(t *testing.T, b *bench) {
	writer := b.withVolume("gateway")
	writer.Volumes = []services.Volume{{Name: "data", Shared: true}, {Name: "private"}}
	b.run(b.start(writer, "a"), "write", "/data/config", "hello")

	reader := b.serve("portal")
	reader.Units[0].Mounts = []services.Mount{{Owner: "gateway", Volume: "data", Path: "/gateway", ReadOnly: true}}
	id := b.start(reader, "a")
	b.equal("what another service wrote", b.run(id, "read", "/gateway/config"), "hello")
	b.fails(id, "write", "/gateway/config", "mine")

	reader.Units[0].Mounts[0].Volume = "private"
	_, err := b.CreateUnit(t.Context(), reader, reader.Units[0], "b", b.imageID)
	b.code(err, errs.Invalid)
}
