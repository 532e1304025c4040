package cli

import (
	"context"
	"os"
	"os/signal"
	"os/user"
	"syscall"
	"time"

	"golang.org/x/term"
)

// FromOS returns an Env of this process. Language, Connect and Roles are left
// to whoever puts the program together.
func FromOS(version string) Env {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	self, _ := os.Executable() // "" where the system cannot tell; the self image says so then
	return Env{
		Version: version, Self: self, Called: os.Args[0], Who: who(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Terminal: Terminal{
			In: isTerminal(os.Stdin), Out: isTerminal(os.Stdout), Err: isTerminal(os.Stderr),
			Width: width, Password: hiddenLine,
		},
		Getenv:     os.Getenv,
		Now:        time.Now,
		Interrupts: signals,
		Machine:    linux{},
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func width() int {
	columns, _, err := term.GetSize(int(os.Stderr.Fd()))
	if err != nil || columns <= 0 {
		return 80
	}
	return columns
}

// who is what the lock and the journal say: the person before sudo, if any.
func who() string {
	name := os.Getenv("SUDO_USER")
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	if name == "" {
		name = "somebody"
	}
	machine, err := os.Hostname()
	if err != nil {
		return name
	}
	return name + "@" + machine
}

// hiddenLine reads a line without showing it, and shows again what is typed
// even when ctx ends in the middle.
func hiddenLine(ctx context.Context) (string, error) {
	in := int(os.Stdin.Fd())
	before, err := term.GetState(in)
	if err != nil {
		return "", err
	}
	type answer struct {
		line []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(in)
		answered <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		term.Restore(in, before)
		return "", context.Cause(ctx)
	case got := <-answered:
		return string(got.line), got.err
	}
}
