package docker

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"golang.org/x/sync/errgroup"

	"ronron/internal/errs"
	"ronron/internal/text"
	"ronron/services"
)

// testService is a service of the self image, with its network there.
func (e *Engine) testService(t *testing.T, name services.Name, command ...string) (services.Service, string) {
	t.Helper()
	id, err := e.EnsureSelf(t.Context(), testunitPath(t))
	if err == nil {
		err = e.CreateNetwork(t.Context(), name, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	return services.Service{Name: name, Units: []services.Unit{{
		Name: "web", Image: services.Image{Self: true}, Command: command, Limits: services.Limits{Memory: 32 << 20, PIDs: 20, CPUs: 0.5},
	}}}, id
}

func (e *Engine) testStart(t *testing.T, s services.Service, hash, imageID string) container.InspectResponse {
	t.Helper()
	id, err := e.CreateUnit(t.Context(), s, s.Units[0], hash, imageID)
	if err == nil {
		err = e.StartUnit(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.own(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestUnit_IsHardened looks at what Docker noted and at what the kernel says
// from inside.
func TestUnit_IsHardened(t *testing.T) {
	e := newTestEngine(t)
	s, imageID := e.testService(t, "wiki", "serve")
	s.Units[0].Capabilities = []string{"NET_BIND_SERVICE", "CHOWN"}
	c := e.testStart(t, s, "a", imageID)
	h := c.HostConfig
	for what, good := range map[string]bool{
		"restart policy":  h.RestartPolicy.Name == "always",
		"memory":          h.Memory == 32<<20 && h.MemorySwap == h.Memory,
		"pids":            h.PidsLimit != nil && *h.PidsLimit == 20,
		"cpus":            h.NanoCPUs == 500_000_000,
		"privileges":      slices.Contains(h.SecurityOpt, "no-new-privileges") && !h.Privileged,
		"dropped":         slices.Equal(h.CapDrop, []string{"ALL"}),
		"kept":            len(h.CapAdd) == 2,
		"logs":            h.LogConfig.Config["max-size"] == "10m" && h.LogConfig.Config["max-file"] == "3",
		"health check":    slices.Equal(c.Config.Healthcheck.Test, []string{"NONE"}),
		"image by its id": c.Config.Image == imageID,
		"name":            c.Name == "/"+string(e.chaton)+"-wiki-web-a",
	} {
		if !good {
			t.Errorf("%s is not as it has to be: %+v", what, h)
		}
	}
	for key, want := range map[string]string{"CapEff": "0000000000000401", "CapBnd": "0000000000000401", "NoNewPrivs": "1"} {
		r, err := e.Exec(t.Context(), c.ID, []string{"/ronron", "status", key}, nil)
		if err != nil || r.Output != want {
			t.Errorf("%s inside the container: %q %v, want %s", key, r.Output, err, want)
		}
	}
}

// TestUnit_UnfinishedIsNeverTakenForTheUnit leaves a container as a kill
// between its creation and the copying of its files would.
func TestUnit_UnfinishedIsNeverTakenForTheUnit(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	s, imageID := e.testService(t, "wiki", "serve")
	s.Units[0].Files = []services.File{{Path: "/etc/app/conf", Content: []byte("x")}}
	name := e.unitName("wiki", "web", "a")
	left, err := e.create(ctx, s, withDefaults(s.Units[0]), name+unfinishedSuffix, imageID, map[string]string{labelHash: "a"})
	if err != nil {
		t.Fatal(err)
	}
	actual, err := e.Look(ctx)
	if err != nil || len(actual.Units) != 1 || actual.Units[0].Hash != "" {
		t.Fatalf("an unfinished container shows as %+v %v", actual.Units, err)
	}
	c := e.testStart(t, s, "a", imageID)
	if c.ID == left {
		t.Fatal("the unfinished container was taken")
	}
	if actual, _ = e.Look(ctx); len(actual.Units) != 1 || actual.Units[0].ID != c.ID || actual.Units[0].Hash != "a" {
		t.Fatalf("afterwards: %+v", actual.Units)
	}
}

func TestUnit_LeavesNoVolumeWithoutName(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	s, imageID := e.testService(t, "wiki", "serve")
	s.Units[0].ReadOnly = true
	s.Units[0].Files = []services.File{{Path: "/etc/app/conf", Content: []byte("x")}}
	c := e.testStart(t, s, "a", imageID)
	volumes := func() int {
		list, err := e.api.VolumeList(ctx, volume.ListOptions{Filters: labelFilter(labelChaton, string(e.chaton), labelFiles, "true")})
		if err != nil {
			t.Fatal(err)
		}
		return len(list.Volumes)
	}
	if n := volumes(); n != 1 {
		t.Fatalf("%d volumes for the files", n)
	}
	if err := e.RemoveUnit(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if n := volumes(); n != 0 {
		t.Fatalf("%d volumes are left", n)
	}

	byHand := e.testStart(t, s, "b", imageID)
	if err := e.api.ContainerRemove(ctx, byHand.ID, container.RemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	c = e.testStart(t, s, "c", imageID)
	if n := volumes(); n != 2 {
		t.Fatalf("%d volumes after a removal by hand and a new unit", n)
	}
	if err := e.RemoveUnit(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if n := volumes(); n != 0 {
		t.Fatalf("%d volumes are left after a removal by hand", n)
	}
}

// TestEngine_LeavesStrangersAlone puts things of nobody under our names.
func TestEngine_LeavesStrangersAlone(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	s, imageID := e.testService(t, "wiki", "serve")
	networkName, volumeName, containerName := e.networkName("pads"), e.volumeName("wiki", "data"), e.unitName("wiki", "web", "a")
	n, err := e.api.NetworkCreate(ctx, networkName, network.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.api.NetworkRemove(context.Background(), n.ID) })
	if _, err := e.api.VolumeCreate(ctx, volume.CreateOptions{Name: volumeName}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.api.VolumeRemove(context.Background(), volumeName, false) })
	c, err := e.api.ContainerCreate(ctx, &container.Config{Image: imageID}, nil, nil, nil, containerName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.remove(context.Background(), c.ID) })

	conflict := func(what string, err error) {
		t.Helper()
		if errs.CodeOf(err) != errs.Conflict {
			t.Errorf("%s under a stranger's name: %v", what, err)
		}
	}
	conflict("network", e.CreateNetwork(ctx, "pads", false))
	conflict("volume", e.CreateVolume(ctx, "wiki", services.Volume{Name: "data"}))
	_, err = e.CreateUnit(ctx, s, s.Units[0], "a", imageID)
	conflict("container", err)

	for what, err := range map[string]error{
		"network": e.RemoveNetwork(ctx, "pads"), "volume": e.RemoveVolume(ctx, "wiki", "data"), "container": e.RemoveUnit(ctx, c.ID),
	} {
		if err != nil {
			t.Errorf("removing a %s that is not ours: %v", what, err)
		}
	}
	if actual, err := e.Look(ctx); err != nil || len(actual.Units)+len(actual.Volumes) != 0 || len(actual.Networks) != 1 {
		t.Errorf("strangers are seen: %+v %v", actual, err)
	}
	_, err1 := e.api.NetworkInspect(ctx, n.ID, network.InspectOptions{})
	_, err2 := e.api.VolumeInspect(ctx, volumeName)
	_, err3 := e.api.ContainerInspect(ctx, c.ID)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Errorf("strangers are gone: %v %v %v", err1, err2, err3)
	}
}

func TestNetwork_AvoidsWhatOthersUse(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	taken, err := e.takenSubnets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	next, err := freeSubnet(pools, taken)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := e.api.NetworkCreate(ctx, string(e.chaton)+"-stranger", network.CreateOptions{IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: next.String()}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.api.NetworkRemove(context.Background(), stranger.ID) })
	if err := e.CreateNetwork(ctx, "wiki", false); err != nil {
		t.Fatal(err)
	}
	actual, err := e.Look(ctx)
	if err != nil || actual.Networks[0].Subnet.Overlaps(next) {
		t.Fatalf("the network took a stranger's subnet %v: %+v %v", next, actual.Networks, err)
	}
}

// TestNetwork_WayOut has a machine beyond the host, reached by a route, that
// only units with egress may reach.
func TestNetwork_WayOut(t *testing.T) {
	e := newTestEngine(t)
	if os.Getuid() != 0 {
		t.Skip("needs root, to make a network beyond the host")
	}
	space := "ronron" + string(e.chaton)[5:11]
	address := beyond(t, space)
	for name, egress := range map[services.Name]bool{"inside": false, "outside": true} {
		s, imageID := e.testService(t, name, "serve")
		if egress {
			if err := e.RemoveNetwork(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			if err := e.CreateNetwork(t.Context(), name, true); err != nil {
				t.Fatal(err)
			}
		}
		c := e.testStart(t, s, "a", imageID)
		r, err := e.Exec(t.Context(), c.ID, []string{"/ronron", "get", address.String()}, nil)
		if err != nil || (r.ExitCode == 0) != egress {
			t.Errorf("from %s the outside answers %q (%d) %v", name, r.Output, r.ExitCode, err)
		}
	}
}

// beyond serves HTTP in a network namespace of its own, joined to the host by
// a pair of interfaces, and returns its address.
func beyond(t *testing.T, space string) netip.Addr {
	t.Helper()
	run := func(command string) {
		t.Helper()
		if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
			t.Skipf("a network beyond the host cannot be made here: %s: %v %s", command, err, out)
		}
	}
	near, far := netip.MustParseAddr("198.18.77.1"), netip.MustParseAddr("198.18.77.2") // kept for tests by RFC 2544
	run("ip netns add " + space)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", space).Run() }) // takes the interfaces with it
	run(fmt.Sprintf("ip link add %[1]s type veth peer name eth0 netns %[1]s && ip addr add %[2]s/30 dev %[1]s && ip link set %[1]s up", space, near))
	run(fmt.Sprintf("ip -n %[1]s addr add %[2]s/30 dev eth0 && ip -n %[1]s link set eth0 up && ip -n %[1]s route add default via %[3]s", space, far, near))
	server := exec.Command("nsenter", "--net=/run/netns/"+space, testunitPath(t), "serve")
	if err := server.Start(); err != nil {
		t.Skip("a server beyond the host cannot be started here:", err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	for range 100 {
		if exec.Command(testunitPath(t), "get", far.String()).Run() == nil {
			return far
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the server beyond the host does not answer the host itself")
	return far
}

// TestJob_ClearsAwayWhatAKilledProcessLeft makes a job that nobody waits for.
func TestJob_ClearsAwayWhatAKilledProcessLeft(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	s, imageID := e.testService(t, "wiki", "exit", "0")
	left, err := e.create(ctx, s, withDefaults(s.Units[0]), e.unitName("wiki", "web", "job")+"-left", imageID, map[string]string{labelJob: "true"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.api.ContainerInspect(ctx, left)
	if err != nil || !c.HostConfig.RestartPolicy.IsNone() {
		t.Fatalf("a job would be started again: %+v %v", c.HostConfig.RestartPolicy, err)
	}
	if _, err := e.RunJob(ctx, s, s.Units[0], imageID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.api.ContainerInspect(ctx, left); err == nil {
		t.Error("the left-over job is still there")
	}
	if jobs, err := e.containers(ctx, labelJob, "true"); err != nil || len(jobs) != 0 {
		t.Errorf("jobs left: %v %v", jobs, err)
	}
}

func TestImage_CannotBeFetched(t *testing.T) {
	e := newTestEngine(t)
	_, err := e.EnsureImage(t.Context(), services.Image{Reference: "registry.invalid/none:1@sha256:" + strings.Repeat("0", 64)}, nil)
	if errs.CodeOf(err) != errs.Unavailable || errs.HintOf(err) == "" {
		t.Errorf("error: %v (%s)", err, errs.HintOf(err))
	}
}

// TestImage_IsBuiltOnceForSeveralServices asks for one image from many sides.
func TestImage_IsBuiltOnceForSeveralServices(t *testing.T) {
	e := newTestEngine(t)
	image := services.Image{Build: &services.Build{Name: "ronron/test-once", Files: map[string][]byte{
		"Dockerfile": []byte("FROM scratch\nCOPY mark /mark\n"), "mark": []byte(e.chaton),
	}}}
	t.Cleanup(func() { e.removeImage(t, image.Build.Tag()) })
	var builds atomic.Int32
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			_, err := e.EnsureImage(t.Context(), image, func(line text.Text) {
				if strings.HasPrefix(line.EN, "Step 1/") {
					builds.Add(1)
				}
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := builds.Load(); n != 1 {
		t.Errorf("the image was built %d times", n)
	}
}

// TestImage_OfAStrangerUnderOurNameIsNotUsed tags another image with the name
// that our build will have.
func TestImage_OfAStrangerUnderOurNameIsNotUsed(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	image := services.Image{Build: &services.Build{Name: "ronron/test-stranger", Files: map[string][]byte{
		"Dockerfile": []byte("FROM scratch\nCOPY mark /mark\n"), "mark": []byte(e.chaton),
	}}}
	stranger, err := e.EnsureSelf(ctx, testunitPath(t))
	if err == nil {
		err = e.api.ImageTag(ctx, stranger, image.Build.Tag())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.removeImage(t, image.Build.Tag()) })
	if present, err := e.ImagePresent(ctx, image); err != nil || present {
		t.Errorf("a stranger's image is taken for ours: %v %v", present, err)
	}
	id, err := e.EnsureImage(ctx, image, nil)
	if err != nil || id == stranger {
		t.Errorf("got %s %v", id, err)
	}
}

// TestImage_ThatWasBrought is found under the reference that nobody pulled, and
// under no other.
func TestImage_ThatWasBrought(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	id, err := e.EnsureSelf(ctx, testunitPath(t))
	if err != nil {
		t.Fatal(err)
	}
	digest := fmt.Sprintf("%x", sha256.Sum256([]byte(e.chaton)))
	image := services.Image{Reference: "registry.invalid/test/brought:1@sha256:" + digest}
	if present, err := e.ImagePresent(ctx, image); err != nil || present {
		t.Fatalf("it is present before it was brought: %v %v", present, err)
	}
	if err := e.Bring(ctx, id, image.Reference); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.removeImage(t, "ronron/brought:"+digest) })
	if got, err := e.EnsureImage(ctx, image, nil); err != nil || got != id {
		t.Errorf("got %s %v, want %s", got, err, id)
	}
	if err := e.Bring(ctx, id, "registry.invalid/test/brought:1"); err == nil {
		t.Error("a reference without a digest was taken")
	}
}

// TestBuild_FromABaseByDigest starts from an image that no registry has to be asked for.
func TestBuild_FromABaseByDigest(t *testing.T) {
	e := newTestEngine(t)
	ctx := t.Context()
	id, err := e.EnsureSelf(ctx, testunitPath(t))
	if err != nil {
		t.Fatal(err)
	}
	digest := fmt.Sprintf("%x", sha256.Sum256([]byte("base "+e.chaton)))
	base := "registry.invalid/test/base:1@sha256:" + digest
	image := services.Image{Build: &services.Build{Name: "ronron/test-base", Files: map[string][]byte{
		"Dockerfile": []byte("FROM " + base + "\nCOPY mark /mark\n"), "mark": []byte(e.chaton),
	}}}
	if _, err := e.EnsureImage(ctx, image, nil); err == nil {
		t.Fatal("it was built from a base that is not there")
	}
	if err := e.Bring(ctx, id, base); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.removeImage(t, image.Build.Tag()); e.removeImage(t, "ronron/brought:"+digest) })
	built, err := e.EnsureImage(ctx, image, nil)
	if err != nil {
		t.Fatal(err)
	}
	found, err := e.api.ImageInspect(ctx, built)
	if err != nil || len(found.RootFS.Layers) < 2 {
		t.Errorf("it does not stand on its base: %v %+v", err, found.RootFS)
	}
}
