// Command ronron turns one Linux machine into a small host of libre services.
package main

import (
	"context"
	"os"

	"ronron/internal/cli"
	"ronron/internal/program"
)

var version = "0.1.0-dev" // set by the Makefile

func main() {
	os.Exit(cli.New(program.Assemble(version)).Run(context.Background(), os.Args[1:]))
}
