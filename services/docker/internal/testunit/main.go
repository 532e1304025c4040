// Testunit is the only program in the test images: small commands to see from
// inside a container what the engine promised, and a server that runs until
// it is told to stop. The memory engine's tests hold the same commands again.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Println("usage: testunit COMMAND …")
		os.Exit(2)
	}
	os.Exit(run(os.Args[1], os.Args[2:]))
}

func run(command string, args []string) int {
	switch command {
	case "serve": // lines that it says first
		return serve(args)
	case "daemon": // stands for Ronron's daemon: HTTP on a socket
		return daemon(args)
	case "dial": // stdin and stdout become a connection to the socket
		return dial()
	case "exit": // a code and lines
		for _, line := range args[1:] {
			fmt.Println(line)
		}
		code, err := strconv.Atoi(args[0])
		return check(err, code)
	case "sleep": // until stopped, deaf to every signal
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("deaf")
		time.Sleep(time.Hour)
		return 0
	case "cat":
		_, err := io.Copy(os.Stdout, os.Stdin)
		return check(err, 0)
	case "read":
		content, err := os.ReadFile(args[0])
		fmt.Print(string(content))
		return check(err, 0)
	case "write": // a path and a text
		return check(os.WriteFile(args[0], []byte(args[1]), 0o644), 0)
	case "stat":
		return stat(args[0])
	case "env":
		fmt.Print(os.Getenv(args[0]))
		return 0
	case "flood": // so many lines
		return flood(args[0])
	case "lookup":
		ctx, cancel := context.WithTimeout(context.Background(), time.Second) // Docker asks the outside for names it does not know
		defer cancel()
		found, err := net.DefaultResolver.LookupHost(ctx, args[0])
		fmt.Print(strings.Join(found, " "))
		return check(err, 0)
	case "get": // a unit's name, on port 8080
		return get(args[0])
	case "status": // a line of /proc/self/status
		return status(args[0])
	default:
		fmt.Println("unknown command", command)
		return 2
	}
}

func check(err error, code int) int {
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return code
}

func untilStopped() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
	fmt.Println("stopping")
}

func serve(lines []string) int {
	for _, line := range lines {
		fmt.Println(line)
	}
	go func() {
		err := http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(w, "hello from", os.Getenv("NAME"))
		}))
		fmt.Println(err)
		os.Exit(1)
	}()
	untilStopped()
	return 0
}

const socket = "/run/ronron/daemon.sock"

func daemon(args []string) int {
	fmt.Println("daemon", strings.Join(args, " "))
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return check(err, 1)
	}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/echo" {
				_, _ = io.Copy(w, r.Body)
				return
			}
			fmt.Fprintln(w, strings.Join(args, " "))
		}))
	}()
	untilStopped()
	return 0
}

func dial() int {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // stdout is the connection
		return 1
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.(*net.UnixConn).CloseWrite()
	}()
	_, err = io.Copy(os.Stdout, conn)
	return check(err, 0)
}

func stat(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return check(err, 1)
	}
	owner := info.Sys().(*syscall.Stat_t)
	fmt.Printf("%o %d %d", info.Mode().Perm(), owner.Uid, owner.Gid)
	return 0
}

func flood(lines string) int {
	n, err := strconv.Atoi(lines)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for i := range n {
		fmt.Fprintf(w, "line %d\n", i)
	}
	return check(err, 0)
}

func get(host string) int {
	client := http.Client{Timeout: time.Second}
	answer, err := client.Get("http://" + net.JoinHostPort(host, "8080"))
	if err != nil {
		return check(err, 1)
	}
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	return check(err, 0)
}

func status(key string) int {
	content, err := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(content), "\n") {
		if value, found := strings.CutPrefix(line, key+":"); found {
			fmt.Print(strings.TrimSpace(value))
		}
	}
	return check(err, 0)
}
