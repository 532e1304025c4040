package docker

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"ronron/services"
)

// RunJob runs a unit once to its end. The container is removed whatever
// happens; should the whole process be killed meanwhile, the next job of that
// unit, or the removal of the service's network, removes what it left.
func (e *Engine) RunJob(ctx context.Context, s services.Service, u services.Unit, imageID string) (services.Result, error) {
	u = withDefaults(u)
	if err := e.removeJobs(ctx, s.Name, u.Name); err != nil {
		return services.Result{}, err
	}
	name := e.unitName(s.Name, u.Name, "job") + "-" + rand.Text()[:8]
	e.noteJob(name, true)
	defer e.noteJob(name, false)
	placing := e.placingOf(s.Name)
	placing.Lock()
	id, err := e.create(ctx, s, u, name, imageID, map[string]string{labelJob: "true"})
	placing.Unlock()
	if err != nil {
		return services.Result{}, err
	}
	defer e.discard(ctx, id)
	code, err := e.runToEnd(ctx, id)
	if err != nil {
		return services.Result{}, fault(err, "The job %s/%s cannot be run", s.Name, u.Name)
	}
	output := new(tail)
	logs, err := e.api.ContainerLogs(ctx, id, container.LogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		return services.Result{}, fault(err, "The output of the job %s/%s cannot be read", s.Name, u.Name)
	}
	defer logs.Close()
	if _, err := stdcopy.StdCopy(output, output, logs); err != nil {
		return services.Result{}, fault(err, "The output of the job %s/%s cannot be read", s.Name, u.Name)
	}
	return services.Result{ExitCode: code, Output: output.String()}, nil
}

// runToEnd starts the container and waits for its exit code. Waiting begins
// first, so that a quick end is not missed.
func (e *Engine) runToEnd(ctx context.Context, id string) (int, error) {
	ended, failed := e.api.ContainerWait(ctx, id, container.WaitConditionNextExit)
	if err := e.api.ContainerStart(ctx, id, container.StartOptions{}); err != nil {
		return 0, err
	}
	select {
	case end := <-ended:
		if end.Error != nil {
			return 0, errors.New(end.Error.Message)
		}
		return int(end.StatusCode), nil
	case err := <-failed:
		return 0, err
	}
}

func (e *Engine) noteJob(name string, running bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if running {
		e.jobs[name] = true
	} else {
		delete(e.jobs, name)
	}
}

// removeJobs removes jobs of a service (and unit, unless "") that no call in
// this process waits for: what a killed process left.
func (e *Engine) removeJobs(ctx context.Context, service, unit services.Name) error {
	filter := []string{labelService, string(service), labelJob, "true"}
	if unit != "" {
		filter = append(filter, labelUnit, string(unit))
	}
	list, err := e.containers(ctx, filter...)
	if err != nil {
		return err
	}
	for _, c := range list {
		e.mu.Lock()
		running := e.jobs[nameOf(c)]
		e.mu.Unlock()
		if running {
			continue
		}
		if err := e.remove(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}
