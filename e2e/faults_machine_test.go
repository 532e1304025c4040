package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFaults_WithoutAnEngine is the machine on which Docker is missing, stands
// still, or is not for this user. No command changes anything there, and each
// says why and what to do.
func TestFaults_WithoutAnEngine(t *testing.T) {
	needEngine(t)
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	dir := shared(t)
	bin := filepath.Join(dir, "ronron")
	if err := os.Link(binary.path, bin); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "chaton.hcl")
	example, err := os.ReadFile("../examples/demo/chaton.hcl")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(example), "chaton.localhost", "f2.localhost")), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		socket string
		nobody bool
		says   []string
	}{
		"no Docker": {
			socket: filepath.Join(dir, "nowhere.sock"),
			says:   []string{"There is no Docker on this machine, or it does not run.", "apt-get install docker.io", "systemctl start docker"},
		},
		"Docker that stands still": {
			socket: deadSocket(t, dir),
			says:   []string{"Docker does not answer.", "systemctl status docker", "journalctl -u docker"},
		},
		"Docker without rights": {
			socket: "/var/run/docker.sock", nobody: true,
			says: []string{"Docker runs, but you may not talk to it.", "docker group", "as mighty as root"},
		},
	} {
		for _, args := range [][]string{
			{"up", "--yes", "--file", file}, {"status", "--chaton", "f2.localhost"}, {"member", "list", "--chaton", "f2.localhost"}, {"doctor", "--file", file},
		} {
			t.Run(name+"/"+args[0], func(t *testing.T) {
				cmd := exec.Command(bin, args...)
				cmd.Env = append(os.Environ(), "DOCKER_HOST=unix://"+c.socket)
				if c.nobody {
					if os.Getuid() != 0 {
						t.Skip("needs root, to become nobody")
					}
					cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
				}
				out, err := cmd.CombinedOutput()
				want := 5 // what is needed does not answer
				if c.nobody || args[0] == "doctor" {
					want = 1
				}
				if err == nil || cmd.ProcessState.ExitCode() != want {
					t.Fatalf("exit code %d, want %d (%v)\n%s", cmd.ProcessState.ExitCode(), want, err, out)
				}
				for _, want := range c.says {
					if !strings.Contains(string(out), want) {
						t.Errorf("it does not say %q:\n%s", want, out)
					}
				}
			})
		}
	}

	t.Run("validate needs none", func(t *testing.T) {
		cmd := exec.Command(bin, "validate", "--file", file)
		cmd.Env = append(os.Environ(), "DOCKER_HOST=unix:///nonexistent.sock")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// shared returns a folder that every user may enter, beside the binary: it may
// hold a second name of it.
func shared(t *testing.T) string {
	t.Helper()
	above := filepath.Dir(binary.path)
	if err := os.Chmod(above, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(above, "shared")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// deadSocket is a socket that nobody listens on any more.
func deadSocket(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "dead.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	return path
}
