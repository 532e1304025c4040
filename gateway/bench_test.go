package gateway

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestBench_AgainstNginx measures the gateway and nginx in turn, in one run on
// one machine: TLS, HTTP/1.1, 64 connections, answers of 100 bytes from the same
// backend. Client and backend share the machine, so only the ratio means much.
func TestBench_AgainstNginx(t *testing.T) {
	if os.Getenv("RONRON_BENCH") == "" {
		t.Skip("needs RONRON_BENCH=1")
	}
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("needs nginx: ", err)
	}
	b := newBench(t, nginx)
	const rounds, span = 5, 4 * time.Second
	rate, cost := map[string][]float64{}, map[string][]float64{}
	for range rounds {
		for name, addr := range b.proxies {
			before := b.cpu(name)
			n := b.load(addr, span)
			cost[name] = append(cost[name], float64((b.cpu(name)-before).Microseconds())/float64(n))
			rate[name] = append(rate[name], float64(n)/span.Seconds())
		}
	}
	for name := range b.proxies {
		slices.Sort(rate[name])
		slices.Sort(cost[name])
		t.Logf("%-8s %6.0f requests/s (median of %d; %.0f to %.0f), %.0f µs of CPU each, %s", name,
			rate[name][rounds/2], rounds, rate[name][0], rate[name][rounds-1], cost[name][rounds/2], b.memory(name))
	}
	ratio := rate["gateway"][rounds/2] / rate["nginx"][rounds/2]
	t.Logf("gateway : nginx = %.2f", ratio)
	if ratio < 0.25 {
		t.Errorf("the gateway does %.2f of nginx's requests; 0.25 is what httputil.ReverseProxy with our checks was seen to reach on a busy machine", ratio)
	}
}

// TestBench_Gateway is no test: it is the gateway's own process in the one above.
func TestBench_Gateway(t *testing.T) {
	dir := os.Getenv("RONRON_BENCH_GATEWAY")
	if dir == "" {
		t.Skip("is a part of TestBench_AgainstNginx")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { io.Copy(io.Discard, os.Stdin); cancel() }() // until the parent is gone
	access, err := os.Create(filepath.Join(dir, "access.log"))
	must(t, err)
	must(t, Run(ctx, Options{Dir: dir, Access: access}))
}

type bench struct {
	t       *testing.T
	kit     *kit
	proxies map[string]string // address by name
	pids    map[string]int
}

func newBench(t *testing.T, nginx string) *bench {
	b := &bench{t: t, pids: map[string]int{}}
	k := &kit{t: t, dir: shortDir(t)}
	b.kit = k
	k.root, k.key = newRoot(t)
	cert := k.issue("wiki.chaton.test")
	dir := shortDir(t)
	must(t, os.Chmod(dir, 0o755)) // nginx's workers are another user
	must(t, os.WriteFile(filepath.Join(dir, "chain.pem"), []byte(cert.Chain), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "key.pem"), []byte(cert.Key), 0o600))
	backend, proxy := "127.0.0.1"+freeAddr(t), "127.0.0.1"+freeAddr(t)
	b.nginx(nginx, "backend", dir, 1, `access_log off; server { listen `+backend+`; keepalive_requests 1000000000;
		location / { default_type text/plain; return 200 "`+strings.Repeat("x", 100)+`"; } }`)
	b.nginx(nginx, "nginx", dir, 2, `access_log `+dir+`/access.log;
		upstream wiki { server `+backend+`; keepalive 64; keepalive_requests 1000000000; }
		server { listen `+proxy+` ssl; server_name wiki.chaton.test; keepalive_requests 1000000000;
		ssl_certificate `+dir+`/chain.pem; ssl_certificate_key `+dir+`/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
		location / { proxy_pass http://wiki; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
		proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto https; } }`)

	gw := exec.Command(os.Args[0], "-test.run=^TestBench_Gateway$")
	gw.Env = append(os.Environ(), "RONRON_BENCH_GATEWAY="+k.dir)
	stdin, err := gw.StdinPipe()
	must(t, err)
	must(t, gw.Start())
	t.Cleanup(func() { stdin.Close(); gw.Wait() })
	b.pids["gateway"] = gw.Process.Pid
	k.Client = NewClient(filepath.Join(k.dir, SocketFile))
	wait(t, "the gateway is up", func() bool { _, err := k.Health(t.Context()); return err == nil })
	k.config = Config{
		Version: ConfigVersion, Domain: "chaton.test", HTTPSAddr: "127.0.0.1" + freeAddr(t),
		Hosts: []Host{{Name: "wiki.chaton.test", Certificate: cert, Routes: []Route{{Path: "/", Service: "wiki", Backend: backend}}}},
	}
	k.put()
	b.proxies = map[string]string{"nginx": proxy, "gateway": k.config.HTTPSAddr}
	for name, addr := range b.proxies {
		wait(t, name+" answers", func() bool { return b.load(addr, 50*time.Millisecond) > 0 })
	}
	return b
}

func (b *bench) nginx(program, name, dir string, workers int, http string) {
	file := filepath.Join(dir, name+".conf")
	content := fmt.Sprintf("daemon off; worker_processes %d; pid %s/%s.pid; error_log stderr;\nevents { worker_connections 1024; }\nhttp { %s }\n", workers, dir, name, http)
	must(b.t, os.WriteFile(file, []byte(content), 0o600))
	cmd := exec.Command(program, "-c", file, "-p", dir)
	must(b.t, cmd.Start())
	b.t.Cleanup(func() { cmd.Process.Signal(syscall.SIGTERM); cmd.Wait() })
	b.pids[name] = cmd.Process.Pid
}

// load asks as fast as 64 connections can, and returns how many answers came.
func (b *bench) load(addr string, span time.Duration) int64 {
	var done atomic.Int64
	var clients sync.WaitGroup
	end := time.Now().Add(span)
	for range 64 {
		clients.Go(func() {
			config := b.kit.tlsConfig("wiki.chaton.test")
			config.NextProtos = []string{"http/1.1"}
			c, err := (&tls.Dialer{NetDialer: &net.Dialer{Timeout: 5 * time.Second}, Config: config}).Dial("tcp", addr)
			if err != nil {
				return
			}
			defer c.Close()
			in := bufio.NewReader(c)
			for time.Now().Before(end) {
				if _, err := io.WriteString(c, "GET /page?id=1 HTTP/1.1\r\nHost: wiki.chaton.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"); err != nil {
					return
				}
				resp, err := http.ReadResponse(in, nil)
				if err != nil {
					return
				}
				n, _ := io.Copy(io.Discard, resp.Body)
				if resp.StatusCode != http.StatusOK || n != 100 {
					b.t.Errorf("%s answers %s with %d bytes", addr, resp.Status, n)
					return
				}
				done.Add(1)
			}
		})
	}
	clients.Wait()
	return done.Load()
}

// memory tells the resident memory of a proxy and its children after the load.
func (b *bench) memory(name string) string {
	total := resident(b.pids[name])
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", b.pids[name], b.pids[name]))
	for child := range strings.FieldsSeq(string(children)) {
		pid, _ := strconv.Atoi(child)
		total += resident(pid)
	}
	return fmt.Sprintf("%.1f MB resident", float64(total)/1024)
}

// cpu tells the time that a proxy and its children had on processors, which
// other work on the machine changes less than it does the rate.
func (b *bench) cpu(name string) time.Duration {
	total := processorTime(b.pids[name])
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", b.pids[name], b.pids[name]))
	for child := range strings.FieldsSeq(string(children)) {
		pid, _ := strconv.Atoi(child)
		total += processorTime(pid)
	}
	return total
}

func processorTime(pid int) time.Duration {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(stat), ") ") // the name before may hold blanks
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // 100 a second on Linux
}

func resident(pid int) (kib int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ = strconv.Atoi(strings.Fields(value)[0])
		}
	}
	return kib
}
