package docker

import (
	"context"

	"github.com/docker/docker/api/types/container"
)

// Whether the engine starts a container again, after a crash of its own or the
// machine's, is decided here and not by Docker's "unless-stopped". That policy
// starts what was made and never started, so that a replacement cut off by a
// power failure would come back as two containers on one volume; and it does not
// start what the engine itself stopped while it recovered from being killed
// (20.10). So: nothing when it is made, always from its start, nothing again
// from its stop.

// start starts a container, now and whenever the engine comes up.
func (e *Engine) start(ctx context.Context, id string) error {
	if err := e.restart(ctx, id, container.RestartPolicyAlways); err != nil {
		return err
	}
	return e.api.ContainerStart(ctx, id, container.StartOptions{})
}

// stop stops a container for good.
func (e *Engine) stop(ctx context.Context, id string, o container.StopOptions) error {
	if err := e.restart(ctx, id, container.RestartPolicyDisabled); err != nil {
		return err
	}
	return e.api.ContainerStop(ctx, id, o)
}

func (e *Engine) restart(ctx context.Context, id string, policy container.RestartPolicyMode) error {
	_, err := e.api.ContainerUpdate(ctx, id, container.UpdateConfig{RestartPolicy: container.RestartPolicy{Name: policy}})
	return err
}
