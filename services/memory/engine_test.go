package memory_test

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"ronron/services"
	"ronron/services/enginetest"
	"ronron/services/memory"
)

func TestEngine_KeepsTheContract(t *testing.T) {
	images := enginetest.Images{Unit: build("ronron/testunit", "COPY"), Broken: build("ronron/broken", "RUN")}
	chatons := 0
	world := memory.NewWorld()
	world.Install(images.Unit, testunit)
	enginetest.Run(t, func(*testing.T) services.Engine {
		chatons++
		e := world.Engine(services.ChatonID(fmt.Sprintf("chaton%d.example.org", chatons)))
		e.FailImage(images.Broken, "a step returned 3", enginetest.BrokenSays)
		return e
	}, images)
}

func build(name, dockerfile string) services.Image {
	return services.Image{Build: &services.Build{Name: name, Files: map[string][]byte{"Dockerfile": []byte(dockerfile)}}}
}

// testunit answers the commands of services/docker/internal/testunit.
func testunit(ctx context.Context, p *memory.Process) int {
	args := p.Args[2:]
	fail := func(err error) int {
		if err != nil {
			p.Printf("%v\n", err)
			return 1
		}
		return 0
	}
	switch p.Args[1] {
	case "serve":
		for _, line := range args {
			p.Printf("%s\n", line)
		}
		<-ctx.Done()
		p.Printf("stopping\n")
		return 0
	case "sleep":
		p.Printf("deaf\n")
		select {}
	case "exit":
		for _, line := range args[1:] {
			p.Printf("%s\n", line)
		}
		code, _ := strconv.Atoi(args[0])
		return code
	case "cat":
		_, err := io.Copy(p.Output, p.Stdin)
		return fail(err)
	case "read":
		f, err := p.Read(args[0])
		p.Printf("%s", f.Content)
		return fail(err)
	case "write":
		return fail(p.Write(args[0], []byte(args[1])))
	case "stat":
		f, err := p.Read(args[0])
		p.Printf("%o %d %d", f.Mode, f.UID, f.GID)
		return fail(err)
	case "env":
		p.Printf("%s", p.Environment(args[0]))
		return 0
	case "flood":
		n, _ := strconv.Atoi(args[0])
		for i := range n {
			p.Printf("line %d\n", i)
		}
		return 0
	case "lookup", "get":
		var found []string
		for _, a := range p.Lookup(args[0]) {
			found = append(found, a.String())
		}
		if len(found) == 0 {
			p.Printf("no such host\n")
			return 1
		}
		if p.Args[1] == "get" {
			p.Printf("hello from %s\n", args[0])
		} else {
			p.Printf("%s", strings.Join(found, " "))
		}
		return 0
	default:
		return 2
	}
}
