package docker

import (
	"context"
	"io"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"ronron/internal/errs"
	"ronron/services"
)

// Exec runs a command inside a running unit.
func (e *Engine) Exec(ctx context.Context, id string, command []string, stdin io.Reader) (services.Result, error) {
	c, err := e.own(ctx, id)
	if err != nil {
		return services.Result{}, err
	}
	if !c.State.Running {
		return services.Result{}, errs.New(errs.Failed, "The unit %s does not run, so nothing can be run inside it.", title(c))
	}
	made, err := e.api.ContainerExecCreate(ctx, c.ID, container.ExecOptions{
		Cmd: command, AttachStdin: stdin != nil, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return services.Result{}, fault(err, "A command cannot be run inside %s", title(c))
	}
	stream, err := e.api.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{})
	if err != nil {
		return services.Result{}, fault(err, "A command cannot be run inside %s", title(c))
	}
	output := new(tail)
	if err := exchange(ctx, stream, stdin, output); err != nil {
		return services.Result{}, fault(err, "A command inside %s did not end", title(c))
	}
	code, err := e.execCode(ctx, made.ID)
	return services.Result{ExitCode: code, Output: output.String()}, fault(err, "A command inside %s cannot be followed", title(c))
}

// exchange feeds stdin and collects the output until the command ends. When
// ctx is over the connection is closed; the command itself goes on, Docker has
// no way to stop it.
func exchange(ctx context.Context, stream types.HijackedResponse, stdin io.Reader, output io.Writer) error {
	stop := context.AfterFunc(ctx, stream.Close)
	defer stop()
	defer stream.Close()
	if stdin != nil {
		go func() { // ends with the connection, or with its input
			_, _ = io.Copy(stream.Conn, stdin) // a command may end without reading it all
			_ = stream.CloseWrite()
		}()
	}
	_, err := stdcopy.StdCopy(output, output, stream.Reader)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// execCode waits for the exit code: the output can end a moment before Docker
// has noted it.
func (e *Engine) execCode(ctx context.Context, execID string) (int, error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		state, err := e.api.ContainerExecInspect(ctx, execID)
		if err != nil {
			return 0, err
		}
		if !state.Running {
			return state.ExitCode, nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// keptOutput is how much of an output is kept.
const keptOutput = 64 << 10

// tail is a writer that keeps the last 64 KiB.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if len(t.b) > 2*keptOutput { // not at each write, or long outputs would be copied over and over
		t.b = append(t.b[:0], t.b[len(t.b)-keptOutput:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.b[max(0, len(t.b)-keptOutput):]) }
