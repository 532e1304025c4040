// Package enginetest states the contract of services.Engine as tests. Every
// engine passes the same suite; what it promises here, plan, apply and daemon
// may rely on.
//
// The images hold the program of services/docker/internal/testunit (or, for an
// engine without processes, something that answers the same commands).
package enginetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"ronron/internal/errs"
	"ronron/services"
)

// Images are what the suite runs.
type Images struct {
	Unit   services.Image // whose entrypoint is Program
	Broken services.Image // whose build fails after saying BrokenSays
}

// Program is the path of the test program in the image.
const Program = "/ronron"

// BrokenSays is a line in the output of the broken image's build.
const BrokenSays = "this step does not work"

// Run runs the suite. Each call of newEngine returns the engine of another
// chaton, all on one machine; what it made is removed when the test ends.
func Run(t *testing.T, newEngine func(t *testing.T) services.Engine, images Images) {
	tests := map[string]func(*testing.T, *bench){
		"Info":                          testInfo,
		"Images":                        testImages,
		"Images_BrokenBuild":            testBrokenBuild,
		"Networks":                      testNetworks,
		"Networks_Egress":               testEgress,
		"Networks_Connect":              testConnect,
		"Networks_ConnectSuccessor":     testConnectSuccessor,
		"Networks_RemoveWithForeigners": testRemoveWithForeigners,
		"Networks_AtGateway":            testAtGateway,
		"Networks_AtDirectory":          testAtDirectory,
		"Networks_UnitsReachEachOther":  testReach,
		"Volumes":                       testVolumes,
		"Volumes_Missing":               testMissingVolume,
		"Volumes_Shared":                testSharedVolumes,
		"Units_Life":                    testLife,
		"Units_Idempotent":              testIdempotent,
		"Units_AtOnce":                  testAtOnce,
		"Units_SideBySide":              testSideBySide,
		"Units_AddressKept":             testAddressKept,
		"Units_AddressesRunOut":         testAddressesRunOut,
		"Units_Environment":             testEnvironment,
		"Units_HostNetwork":             testHostNetwork,
		"Units_EndByThemselves":         testEndByThemselves,
		"Units_DeafToStop":              testDeaf,
		"Units_Gone":                    testGone,
		"Files":                         testFiles,
		"Files_ForUser":                 testFilesForUser,
		"Files_ReadOnlyUnit":            testReadOnlyFiles,
		"Files_WouldNotBeSeen":          testUnseenFiles,
		"Files_InVolume":                testFilesInVolume,
		"Strangers":                     testStrangers,
		"LookIsStable":                  testLookIsStable,
		"Exec":                          testExec,
		"Jobs":                          testJobs,
		"Jobs_Cancelled":                testCancelledJob,
		"Logs":                          testLogs,
		"Logs_Follow":                   testFollow,
		"Cancelled":                     testCancelled,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, newEngine, images)) })
	}
}

// bench is one test's engine with shorthands that end the test on errors.
type bench struct {
	*testing.T
	services.Engine
	images    Images
	newEngine func(*testing.T) services.Engine
	imageID   string
}

func newBench(t *testing.T, newEngine func(*testing.T) services.Engine, images Images) *bench {
	b := &bench{T: t, Engine: newEngine(t), images: images, newEngine: newEngine}
	b.imageID = b.image(b.Engine)
	return b
}

func (b *bench) image(e services.Engine) string {
	b.Helper()
	id, err := e.EnsureImage(b.Context(), b.images.Unit, nil)
	b.ok(err)
	return id
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) code(err error, want errs.Code) {
	b.Helper()
	if got := errs.CodeOf(err); got != want {
		b.Fatalf("error %v has the code %q, want %q", err, got, want)
	}
}

// wait asks again until done says yes.
func (b *bench) wait(what string, done func() bool) {
	b.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatal("waited in vain for: " + what)
		}
	}
}

// serve returns a service with one unit, "web", that runs until it is stopped.
func (b *bench) serve(name services.Name) services.Service {
	return services.Service{Name: name, Units: []services.Unit{b.unit("web", "serve", "ready")}}
}

func (b *bench) unit(name services.Name, command ...string) services.Unit {
	return services.Unit{
		Name: name, Image: b.images.Unit, Entrypoint: []string{Program}, Command: command,
		Environment: map[string]string{"NAME": string(name)},
		Limits:      services.Limits{Memory: 32 << 20, PIDs: 50, CPUs: 64},
	}
}

// create makes a service's network and volumes and its first unit's container.
func (b *bench) create(s services.Service, hash string) string {
	b.Helper()
	if !s.HostNetwork {
		b.ok(b.CreateNetwork(b.Context(), s.Name, s.Egress))
	}
	for _, v := range s.Volumes {
		b.ok(b.CreateVolume(b.Context(), s.Name, v))
	}
	id, err := b.CreateUnit(b.Context(), s, s.Units[0], hash, b.imageID)
	b.ok(err)
	return id
}

// start makes and starts the first unit.
func (b *bench) start(s services.Service, hash string) string {
	b.Helper()
	id := b.create(s, hash)
	b.ok(b.StartUnit(b.Context(), id))
	return id
}

func (b *bench) stop(id string) {
	b.Helper()
	b.ok(b.StopUnit(b.Context(), id, 5*time.Second))
}

func (b *bench) look() services.Actual {
	b.Helper()
	actual, err := b.Look(b.Context())
	b.ok(err)
	return actual
}

// find returns a unit as Look shows it.
func (b *bench) find(id string) services.ActualUnit {
	b.Helper()
	for _, u := range b.look().Units {
		if u.ID == id {
			return u
		}
	}
	b.Fatalf("Look does not show the unit %s", id)
	return services.ActualUnit{}
}

// run runs a command in a unit, expects success and returns the output.
func (b *bench) run(id string, command ...string) string {
	b.Helper()
	r, err := b.Exec(b.Context(), id, append([]string{Program}, command...), nil)
	b.ok(err)
	if r.ExitCode != 0 {
		b.Fatalf("%q ended with %d: %s", command, r.ExitCode, r.Output)
	}
	return r.Output
}

// fails runs a command in a unit and expects another exit code than 0.
func (b *bench) fails(id string, command ...string) {
	b.Helper()
	r, err := b.Exec(b.Context(), id, append([]string{Program}, command...), nil)
	b.ok(err)
	if r.ExitCode == 0 {
		b.Fatalf("%q succeeded: %s", command, r.Output)
	}
}

func (b *bench) logs(id string, o services.LogOptions) string {
	b.Helper()
	var text strings.Builder
	ctx, cancel := context.WithTimeout(b.Context(), 20*time.Second)
	defer cancel()
	b.ok(b.Logs(ctx, id, o, &text))
	return text.String()
}

func (b *bench) equal(what string, got, want any) {
	b.Helper()
	if got != want {
		b.Fatalf("%s: got %v, want %v", what, got, want)
	}
}
