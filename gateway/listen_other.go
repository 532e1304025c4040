//go:build !linux

package gateway

import "syscall"

// reusePort does nothing: the gateway runs on Linux. Other systems compile it
// because the command line is the same binary.
func reusePort(_, _ string, _ syscall.RawConn) error { return nil }

func portOwner(string) string { return "" }
