package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// private is a Docker Engine of the test's own, to restart and to choke: data
// on a small file system in memory, its own containerd, and a network namespace
// of its own. Without that, both engines would write one set of iptables rules
// and each would throw away the other's; a containerd of the machine's would be
// shared by default, and with it the containers.
type private struct {
	engine
	t          *testing.T
	dir, netns string
	containerd *exec.Cmd
	dockerd    *exec.Cmd
}

// Addresses of the two ends of the cable into the network namespace; the range
// is for tests between networks (RFC 2544), so no real network has it.
const (
	privateNetns   = "ronron-e2e"
	privateCable   = "ronron-e2e"
	privateOutside = "198.18.77.1"
	privateInside  = "198.18.77.2"
)

// newPrivate starts an engine whose data may take size bytes.
func newPrivate(t *testing.T, size int) *private {
	t.Helper()
	needEngine(t)
	for _, tool := range []string{"dockerd", "containerd", "ip", "nsenter"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s, to run an engine of its own", tool)
		}
	}
	p := &private{t: t, dir: t.TempDir(), netns: "/run/netns/" + privateNetns}
	p.engine = engine{host: "unix://" + p.path("sock"), address: privateInside}
	p.mount(size)
	p.network()
	for name, content := range map[string]string{
		"docker.json":     "{}", // not the machine's own settings
		"containerd.toml": "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n",
	} {
		if err := os.WriteFile(p.path(name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.containerd = p.serve("containerd", "--config", p.path("containerd.toml"),
		"--root", p.path("root/containerd"), "--state", p.path("containerd"), "--address", p.path("containerd.sock"))
	t.Cleanup(func() { p.stop(p.containerd, syscall.SIGTERM) })
	p.start()
	t.Cleanup(func() { p.stop(p.dockerd, syscall.SIGTERM) })
	return p
}

func (p *private) path(name string) string { return filepath.Join(p.dir, name) }

func (p *private) mount(size int) {
	p.t.Helper()
	root := p.path("root")
	if err := os.Mkdir(root, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		p.t.Skipf("needs to mount a file system of its own: %v", err)
	}
	p.t.Cleanup(p.unmount)
}

// unmount also takes away what a killed dockerd left mounted.
func (p *private) unmount() {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		p.t.Fatal(err)
	}
	lines := slices.Collect(strings.Lines(string(mounts)))
	slices.Reverse(lines) // the last mounted first
	for _, line := range lines {
		if at := strings.Fields(line)[1]; strings.HasPrefix(at, p.dir+"/") {
			if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
				p.t.Errorf("unmount %s: %v", at, err)
			}
		}
	}
}

func (p *private) network() {
	p.t.Helper()
	remove := func() {
		exec.Command("ip", "link", "del", privateCable).Run()
		exec.Command("ip", "netns", "del", privateNetns).Run()
	}
	remove() // of a run that was killed
	if out, err := exec.Command("ip", "netns", "add", privateNetns).CombinedOutput(); err != nil {
		p.t.Skipf("needs a network namespace: %s", out)
	}
	p.t.Cleanup(remove)
	for _, line := range []string{
		"link add " + privateCable + " type veth peer name eth0 netns " + privateNetns,
		"addr add " + privateOutside + "/30 dev " + privateCable,
		"link set " + privateCable + " up",
		"-n " + privateNetns + " addr add " + privateInside + "/30 dev eth0",
		"-n " + privateNetns + " link set eth0 up",
		"-n " + privateNetns + " link set lo up",
		"-n " + privateNetns + " route add default via " + privateOutside,
	} {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			p.t.Fatalf("ip %s: %s", line, out)
		}
	}
}

// serve runs a server in the network namespace; what it says goes to a file.
func (p *private) serve(args ...string) *exec.Cmd {
	p.t.Helper()
	log, err := os.OpenFile(p.path(args[0]+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command("nsenter", append([]string{"--net=" + p.netns}, args...)...) // it becomes the server
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	return cmd
}

// start starts dockerd and waits until it answers.
func (p *private) start() {
	p.t.Helper()
	p.dockerd = p.serve("dockerd", "--config-file", p.path("docker.json"), "--containerd", p.path("containerd.sock"),
		"--data-root", p.path("root/docker"), "--exec-root", p.path("exec"), "--pidfile", p.path("pid"), "--host", p.host)
	if !eventually(p.t, func() bool { return p.on(exec.Command("docker", "version")).Run() == nil }) {
		log, _ := os.ReadFile(p.path("dockerd.log"))
		p.t.Fatalf("the test's own dockerd does not answer:\n%.4000s", log[max(0, len(log)-4000):])
	}
}

// stop ends a server and waits for it.
func (p *private) stop(cmd *exec.Cmd, s syscall.Signal) {
	cmd.Process.Signal(s)
	late := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer late.Stop()
	cmd.Wait() // how it ends says nothing: it may have been killed before
}

// hand gives images of the machine's engine to this one.
func (p *private) hand(images ...string) {
	p.t.Helper()
	save, load := exec.Command("docker", append([]string{"save"}, images...)...), p.on(exec.Command("docker", "load", "--quiet"))
	pipe, err := save.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	load.Stdin = pipe
	if err := save.Start(); err != nil {
		p.t.Fatal(err)
	}
	out, err := load.CombinedOutput()
	io.Copy(io.Discard, pipe) // so that save can end
	if saved := save.Wait(); err != nil || saved != nil {
		p.t.Fatalf("hand over %v: %v, %v\n%s", images, saved, err, out)
	}
}

// fill leaves the engine's disk with about this many bytes, and returns what
// frees it again.
func (p *private) fill(left int64) (free func()) {
	p.t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(p.path("root"), &s); err != nil {
		p.t.Fatal(err)
	}
	ballast := p.path("root/ballast")
	f, err := os.Create(ballast)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, int64(s.Bavail)*s.Bsize-left); err != nil {
		p.t.Fatal(err)
	}
	return func() {
		if err := os.Remove(ballast); err != nil {
			p.t.Error(err)
		}
	}
}
