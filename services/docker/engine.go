// Package docker runs units as plain containers of one Docker Engine (20.10 or
// newer; the API version is negotiated).
//
// It is the only package that talks to Docker. Everything it makes carries
// labels, and it sees nothing that does not carry its chaton's. It takes no
// decision about what should run; it does what the Engine contract says.
package docker

import (
	"context"
	"slices"
	"sync"

	"github.com/docker/docker/client"

	"ronron/internal/errs"
	"ronron/services"
)

// Engine is one chaton's view of a Docker Engine.
type Engine struct {
	api    *client.Client
	chaton services.ChatonID

	// choosing is held from choosing a free subnet to its use.
	choosing sync.Mutex

	mu       sync.Mutex
	info     *engineFacts                  // of the first answer; they do not change while we run
	jobs     map[string]bool               // running in this process, by container name
	placing  map[services.Name]*sync.Mutex // by service: held from choosing a free address to its use
	fetching map[string]chan struct{}      // by image key: holds one token while somebody makes it present
	starting map[string]int                // by container: how many are starting it
}

// engineFacts are the properties of the engine that containers depend on.
type engineFacts struct {
	cpus    float64
	hasInit bool
}

var _ services.Engine = (*Engine)(nil)

// New returns the engine that the environment names (DOCKER_HOST and its
// kin; the default socket otherwise), bound to one chaton. It does not call it.
func New(chaton services.ChatonID) (*Engine, error) {
	api, err := newClient()
	if err != nil {
		return nil, err
	}
	return newEngine(api, chaton), nil
}

func newEngine(api *client.Client, chaton services.ChatonID) *Engine {
	return &Engine{
		api: api, chaton: chaton,
		jobs: map[string]bool{}, placing: map[services.Name]*sync.Mutex{}, fetching: map[string]chan struct{}{},
		starting: map[string]int{},
	}
}

func (e *Engine) placingOf(service services.Name) *sync.Mutex {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.placing[service] == nil {
		e.placing[service] = new(sync.Mutex)
	}
	return e.placing[service]
}

func newClient() (*client.Client, error) {
	api, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		return nil, errs.New(errs.Invalid, "The address of Docker cannot be used: %v.", err).
			WithHint("Look at DOCKER_HOST, DOCKER_CERT_PATH and DOCKER_TLS_VERIFY; without them the local Docker is used.")
	}
	return api, nil
}

// Close gives back the idle connections.
func (e *Engine) Close() error { return e.api.Close() }

// Info describes the engine.
func (e *Engine) Info(ctx context.Context) (services.EngineInfo, error) {
	return engineInfo(ctx, e.api)
}

func engineInfo(ctx context.Context, api *client.Client) (services.EngineInfo, error) {
	i, err := api.Info(ctx)
	if err != nil {
		return services.EngineInfo{}, fault(err, "Docker cannot be asked about itself")
	}
	rootless := slices.Contains(i.SecurityOptions, "name=rootless")
	return services.EngineInfo{
		Name: "Docker", Version: i.ServerVersion, API: api.ClientVersion(),
		OS: i.OperatingSystem, Kernel: i.KernelVersion, CPUs: i.NCPU, Memory: i.MemTotal,
		Root: i.DockerRootDir, Containers: i.Containers, Rootless: rootless,
		// Without root, and in a desktop's virtual machine, the "host" network
		// is not the machine's.
		HostNetOK: !rootless && i.OperatingSystem != "Docker Desktop",
	}, nil
}

func (e *Engine) facts(ctx context.Context) (engineFacts, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.info == nil {
		i, err := e.api.Info(ctx)
		if err != nil {
			return engineFacts{}, fault(err, "Docker cannot be asked about itself")
		}
		e.info = &engineFacts{cpus: float64(i.NCPU), hasInit: i.InitBinary != "" && i.InitCommit.ID != "N/A"}
	}
	return *e.info, nil
}
