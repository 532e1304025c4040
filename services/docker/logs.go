package docker

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/stdcopy"

	"ronron/services"
)

// Logs copies the unit's output to w. A followed log that ends because ctx is
// done ended as it should: that is no error.
func (e *Engine) Logs(ctx context.Context, id string, o services.LogOptions, w io.Writer) error {
	c, err := e.own(ctx, id)
	if err != nil {
		return err
	}
	return fault(copyLogs(ctx, e.api, c.ID, o, w), "The log of %s cannot be read", title(c))
}

func copyLogs(ctx context.Context, api *client.Client, id string, o services.LogOptions, w io.Writer) error {
	options := container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: o.Follow, Timestamps: o.Timestamps, Tail: "all"}
	if o.Tail > 0 {
		options.Tail = strconv.Itoa(o.Tail)
	}
	if !o.Since.IsZero() {
		options.Since = o.Since.Format(time.RFC3339Nano)
	}
	logs, err := api.ContainerLogs(ctx, id, options)
	if err == nil {
		defer logs.Close()
		_, err = stdcopy.StdCopy(w, w, logs)
	}
	if o.Follow && ctx.Err() != nil {
		return nil
	}
	return err
}
