package enginetest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

func testImages(t *testing.T, b *bench) {
	present, err := b.ImagePresent(t.Context(), b.images.Unit)
	b.ok(err)
	b.equal("present", present, true)
	b.equal("id the second time", b.image(b.Engine), b.imageID)
	if !strings.HasPrefix(b.imageID, "sha256:") {
		t.Fatalf("%q is not the id of an image", b.imageID)
	}
}

func testBrokenBuild(t *testing.T, b *bench) {
	var lines []string
	_, err := b.EnsureImage(t.Context(), b.images.Broken, func(line text.Text) { lines = append(lines, line.EN) })
	b.code(err, errs.Failed)
	if !strings.Contains(err.Error(), BrokenSays) || errs.HintOf(err) == "" {
		t.Fatalf("the error does not show the end of the build, or what to do: %v", err)
	}
	if !strings.Contains(strings.Join(lines, "\n"), BrokenSays) {
		t.Fatalf("the progress does not show the build: %q", lines)
	}
	present, err := b.ImagePresent(t.Context(), b.images.Broken)
	b.ok(err)
	b.equal("present after a failed build", present, false)
}

func (b *bench) withFiles(name services.Name) services.Service {
	s := b.serve(name)
	s.Units[0].Files = []services.File{
		{Path: "/etc/app/conf.d/main.conf", Content: []byte("key = value\n"), Mode: 0o664, UID: 12, GID: 34},
		{Path: "/etc/app/secret", Content: []byte("s3cret"), Secret: true},
		{Path: "/opt/plain", Content: nil},
	}
	return s
}

func testFiles(t *testing.T, b *bench) {
	s := b.withFiles("wiki")
	s.Units[0].Command = []string{"read", "/etc/app/conf.d/main.conf"} // at once, so the file was there before the start
	first := b.start(s, "a")
	b.wait("the file in the log", func() bool { return strings.Contains(b.logs(first, services.LogOptions{}), "key = value") })
	b.ok(b.RemoveUnit(t.Context(), first))

	s.Units[0].Command = []string{"serve"}
	id := b.start(s, "b")
	b.checkFiles(id)
	b.run(id, "write", "/opt/plain", "mine") // not read-only
	b.stop(id)
	b.ok(b.StartUnit(t.Context(), id))
	b.equal("what the unit wrote after a new start", b.run(id, "read", "/opt/plain"), "mine")
}

func (b *bench) checkFiles(id string) {
	b.Helper()
	b.equal("content", b.run(id, "read", "/etc/app/conf.d/main.conf"), "key = value\n")
	b.equal("mode and owner", b.run(id, "stat", "/etc/app/conf.d/main.conf"), "664 12 34")
	b.equal("mode and owner of a secret", b.run(id, "stat", "/etc/app/secret"), "400 0 0")
	b.equal("mode and owner by default", b.run(id, "stat", "/opt/plain"), "644 0 0")
	b.equal("empty content", b.run(id, "read", "/opt/plain"), "")
}

// testFilesForUser gives a secret to a unit that does not run as root.
func testFilesForUser(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units[0].User = "12:34"
	s.Units[0].Files = []services.File{{Path: "/run/app/secret", Content: []byte("s3cret"), Secret: true, UID: 12, GID: 34}}
	for hash, readOnly := range map[string]bool{"a": false, "b": true} {
		s.Units[0].ReadOnly = readOnly
		id := b.start(s, hash)
		b.equal("secret", b.run(id, "read", "/run/app/secret"), "s3cret")
		b.equal("mode and owner", b.run(id, "stat", "/run/app/secret"), "400 12 34")
	}
}

func testReadOnlyFiles(t *testing.T, b *bench) {
	s := b.withFiles("wiki")
	s.Units[0].ReadOnly = true
	s.Units[0].Tmpfs = []string{"/scratch"}
	s.Volumes = []services.Volume{{Name: "data"}}
	s.Units[0].Mounts = []services.Mount{{Volume: "data", Path: "/data"}}
	s.Units[0].Files = append(s.Units[0].Files, services.File{Path: "/data/seed", Content: []byte("seed")})
	id := b.start(s, "a")
	b.checkFiles(id)
	b.equal("file in a volume", b.run(id, "read", "/data/seed"), "seed")
	b.fails(id, "write", "/elsewhere", "x")
	b.run(id, "write", "/scratch/x", "x")
	b.run(id, "write", "/data/x", "x")
	b.equal("volumes", len(b.look().Volumes), 1)
	b.stop(id)
	b.ok(b.StartUnit(t.Context(), id))
	b.checkFiles(id)
	b.fails(id, "read", "/scratch/x")
}

func testUnseenFiles(t *testing.T, b *bench) {
	b.ok(b.CreateNetwork(t.Context(), "wiki", false))
	s := b.withFiles("wiki")
	s.Units[0].Tmpfs = []string{"/etc/app"}
	_, err := b.CreateUnit(t.Context(), s, s.Units[0], "a", b.imageID)
	b.code(err, errs.Invalid)
	if strings.Contains(err.Error(), "s3cret") {
		t.Fatal("an error holds the content of a file")
	}
	s = b.withFiles("wiki")
	s.Units[0].Mounts = []services.Mount{{Volume: "data", Path: "/etc/app", ReadOnly: true}}
	b.ok(b.CreateVolume(t.Context(), "wiki", services.Volume{Name: "data"}))
	_, err = b.CreateUnit(t.Context(), s, s.Units[0], "a", b.imageID)
	b.code(err, errs.Invalid)
	b.equal("units left", len(b.look().Units), 0)
}

// testFilesInVolume puts a file into a volume that a unit writes too.
func testFilesInVolume(t *testing.T, b *bench) {
	s := b.withVolume("wiki")
	s.Units[0].Files = []services.File{{Path: "/data/conf/main", Content: []byte("one")}}
	id := b.start(s, "a")
	b.equal("file", b.run(id, "read", "/data/conf/main"), "one")
	s.Units[0].Files[0].Content = []byte("two")
	id = b.start(s, "b")
	b.equal("file of the successor", b.run(id, "read", "/data/conf/main"), "two")
}

func testExec(t *testing.T, b *bench) {
	s := b.serve("wiki")
	id := b.start(s, "a")
	r, err := b.Exec(t.Context(), id, []string{Program, "cat"}, strings.NewReader("from stdin"))
	b.ok(err)
	b.equal("what stdin held", r.Output, "from stdin")
	r, err = b.Exec(t.Context(), id, []string{Program, "exit", "7", "seven"}, nil)
	b.ok(err)
	b.equal("exit code", r.ExitCode, 7)
	b.equal("output", strings.TrimSpace(r.Output), "seven")
	r, err = b.Exec(t.Context(), id, []string{Program, "flood", "20000"}, nil)
	b.ok(err)
	if len(r.Output) > 64<<10 || !strings.HasSuffix(r.Output, "line 19999\n") {
		t.Fatalf("of a long output %d bytes are kept, ending in %q", len(r.Output), r.Output[max(0, len(r.Output)-20):])
	}
	b.stop(id)
	_, err = b.Exec(t.Context(), id, []string{Program, "cat"}, nil)
	b.code(err, errs.Failed)
}

func testJobs(t *testing.T, b *bench) {
	s := b.withVolume("wiki")
	b.run(b.start(s, "a"), "write", "/data/page", "hello")
	job := s.Units[0]
	job.Name, job.Command = "export", []string{"read", "/data/page"}
	r, err := b.RunJob(t.Context(), s, job, b.imageID)
	b.ok(err)
	b.equal("exit code", r.ExitCode, 0)
	b.equal("output", r.Output, "hello")
	job.Command = []string{"exit", "4", "the job says why"}
	r, err = b.RunJob(t.Context(), s, job, b.imageID)
	b.ok(err)
	b.equal("exit code of a failing job", r.ExitCode, 4)
	b.equal("its output", strings.TrimSpace(r.Output), "the job says why")
	job.Command, job.Files = []string{"read", "/etc/job"}, []services.File{{Path: "/etc/job", Content: []byte("file")}}
	r, err = b.RunJob(t.Context(), s, job, b.imageID)
	b.ok(err)
	b.equal("file of a job", r.Output, "file")
	b.equal("units left", len(b.look().Units), 1)
}

func testCancelledJob(t *testing.T, b *bench) {
	s := b.serve("wiki")
	b.ok(b.CreateNetwork(t.Context(), "wiki", false))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := b.RunJob(ctx, s, s.Units[0], b.imageID)
	if err == nil {
		t.Fatal("a job that was cancelled is reported as done")
	}
	b.ok(b.RemoveNetwork(t.Context(), "wiki")) // would fail, were the job still there
}

func testLogs(t *testing.T, b *bench) {
	s := b.serve("wiki")
	s.Units[0].Command = []string{"serve", "one", "two", "three"}
	id := b.start(s, "a")
	b.wait("three lines", func() bool { return b.logs(id, services.LogOptions{}) == "one\ntwo\nthree\n" })
	b.equal("the last line", b.logs(id, services.LogOptions{Tail: 1}), "three\n")
	b.equal("lines from the future", b.logs(id, services.LogOptions{Since: time.Now().Add(time.Hour)}), "")
	line := strings.Fields(b.logs(id, services.LogOptions{Tail: 1, Timestamps: true}))
	if _, err := time.Parse(time.RFC3339Nano, line[0]); err != nil || line[1] != "three" {
		t.Fatalf("line with time: %q", line)
	}
	b.stop(id)
	if got := b.logs(id, services.LogOptions{}); !strings.HasSuffix(got, "three\nstopping\n") {
		t.Fatalf("log of the stopped unit: %q", got)
	}
}

func testFollow(t *testing.T, b *bench) {
	id := b.start(b.serve("wiki"), "a")
	var w syncWriter
	ended := make(chan error, 1)
	go func() { ended <- b.Logs(t.Context(), id, services.LogOptions{Follow: true}, &w) }()
	b.wait("the first line", func() bool { return strings.Contains(w.String(), "ready") })
	b.stop(id)
	b.ok(<-ended)
	b.equal("followed to the end", w.String(), "ready\nstopping\n")

	b.ok(b.StartUnit(t.Context(), id))
	ctx, cancel := context.WithCancel(t.Context())
	var again syncWriter
	go func() { ended <- b.Logs(ctx, id, services.LogOptions{Follow: true}, &again) }()
	b.wait("the lines so far", func() bool { return strings.Contains(again.String(), "stopping") })
	cancel()
	b.ok(<-ended)
}

// testCancelled asks with a context that is over already.
func testCancelled(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.Look(ctx)
	b.code(err, errs.Interrupted)
	b.code(b.CreateNetwork(ctx, "wiki", false), errs.Interrupted)
	b.equal("networks made", len(b.look().Networks), 0)
}

// syncWriter may be written and read at once.
type syncWriter struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *syncWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *syncWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
