package apply

import (
	"context"
	"fmt"
	"strings"

	"ronron/internal/errs"
	"ronron/services"
)

// jobsDue returns the unit's jobs that have to run: those before it starts and
// those inside it, each in order of declaration.
func (r *run) jobsDue(ctx context.Context, service services.Service, unit services.Unit) (before, inside []services.Job, err error) {
	for _, j := range service.Jobs {
		if j.Unit != unit.Name {
			continue
		}
		done, err := r.Jobs.Done(ctx, service.Name, j.Name)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case !j.Due(done, service.JobKey(unit)):
		case j.Inside:
			inside = append(inside, j)
		default:
			before = append(before, j)
		}
	}
	return before, inside, nil
}

// jobApart runs a job in a container of its own.
func (r *run) jobApart(ctx context.Context, service services.Service, j services.Job, imageID string) error {
	unit, ok := service.JobUnit(j.Unit, j.Entrypoint, j.Command)
	if !ok {
		return fmt.Errorf("job %s of %s names no unit", j.Name, service.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, j.Timeout)
	defer cancel()
	result, err := r.Engine.RunJob(ctx, service, unit, imageID)
	return r.jobDone(ctx, service, j, result, err)
}

// jobInside runs a job in the running unit.
func (r *run) jobInside(ctx context.Context, service services.Service, unit services.Unit, j services.Job, id string) error {
	ctx, cancel := context.WithTimeout(ctx, j.Timeout)
	defer cancel()
	result, err := r.Engine.Exec(ctx, id, append(append([]string(nil), j.Entrypoint...), j.Command...), nil)
	return r.jobDone(ctx, service, j, result, err)
}

func (r *run) jobDone(ctx context.Context, service services.Service, j services.Job, result services.Result, err error) error {
	switch {
	case ctx.Err() == context.DeadlineExceeded:
		return &jobError{errs.New(errs.Failed, "The job %s of %s did not end within %s.", j.Name, service.Name, j.Timeout).
			WithHint("Its last lines may say what it waited for. Mend that, then run `ronron up` again."), result.Output}
	case err != nil:
		return err
	case result.ExitCode != 0:
		return &jobError{errs.New(errs.Failed, "The job %s of %s ended with exit code %d.", j.Name, service.Name, result.ExitCode).
			WithHint("Its last lines say why. Mend that, then run `ronron up` again: the job runs again."), result.Output}
	}
	unit, _ := service.JobUnit(j.Unit, nil, []string{""})
	return r.Jobs.SetDone(ctx, service.Name, j.Name, service.JobKey(unit))
}

// settleJobs notes, for jobs that were not due on new data, what they would be
// compared with at the next upgrade.
func (r *run) settleJobs(ctx context.Context, service services.Service, unit services.Unit) error {
	for _, j := range service.Jobs {
		if j.Unit != unit.Name {
			continue
		}
		done, err := r.Jobs.Done(ctx, service.Name, j.Name)
		if err != nil {
			return err
		}
		if done == "" || j.First && !j.Upgrade {
			if err := r.Jobs.SetDone(ctx, service.Name, j.Name, service.JobKey(unit)); err != nil {
				return err
			}
		}
	}
	return nil
}

// jobError is a job's failure with what it printed.
type jobError struct {
	err    error
	output string
}

func (e *jobError) Error() string { return e.err.Error() }
func (e *jobError) Unwrap() error { return e.err }

func (e *jobError) lines() []string {
	text := strings.TrimSpace(e.output)
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-15):]
}
