package daemon

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/text"
	"ronron/services"
)

// tools adds what runs the services' own commands.
func (d *Daemon) tools(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/services/{service}/tools", reply(d, func(ctx context.Context, r *http.Request) (any, error) {
		return d.Tools(ctx, services.Name(r.PathValue("service")))
	}))
	mux.HandleFunc("POST /v1/services/{service}/tools", reply(d, with(func(ctx context.Context, r *http.Request, in api.RunRequest) (any, error) {
		return d.RunTool(ctx, services.Name(r.PathValue("service")), in)
	})))
}

// Tools lists what a host may run in a service, in order of its recipe.
func (d *Daemon) Tools(ctx context.Context, service services.Name) ([]api.Tool, error) {
	w, s, err := d.deployed(ctx, service)
	if err != nil {
		return nil, err
	}
	help := map[services.Name]text.Text{}
	for _, t := range w.resolved[service].Tools {
		help[t.Name] = t.Help
	}
	list := []api.Tool{}
	for _, t := range s.Tools {
		list = append(list, api.Tool{Name: t.Name, Unit: t.Unit, Command: t.Command, Help: help[t.Name]})
	}
	return list, nil
}

// RunTool runs a tool in the unit as it runs now. It takes no lock: looking
// something up must be possible at any time, and a unit that is replaced
// meanwhile ends what runs in it, which the host sees.
func (d *Daemon) RunTool(ctx context.Context, service services.Name, in api.RunRequest) (api.RunReply, error) {
	_, s, err := d.deployed(ctx, service)
	if err != nil {
		return api.RunReply{}, err
	}
	i := slices.IndexFunc(s.Tools, func(t services.Tool) bool { return t.Name == in.Tool })
	if i < 0 {
		return api.RunReply{}, unknownTool(s, in.Tool)
	}
	if err := checkInput(in); err != nil {
		return api.RunReply{}, err
	}
	tool := s.Tools[i]
	id, err := d.running(ctx, service, tool.Unit)
	if err != nil {
		return api.RunReply{}, err
	}
	var input io.Reader
	if len(in.Input) > 0 {
		input = bytes.NewReader(in.Input)
	}
	result, err := d.Engine.Exec(ctx, id, slices.Concat(tool.Command, in.Args), input)
	if err != nil {
		return api.RunReply{}, err
	}
	// Not the words that were added: they can name members.
	d.Log.Info("tool run", logkey.Service, string(service), logkey.Step, string(tool.Name), logkey.Status, result.ExitCode)
	return api.RunReply{ExitCode: result.ExitCode, Output: []byte(result.Output)}, nil
}

func checkInput(in api.RunRequest) error {
	total := 0
	for _, a := range in.Args {
		if total += len(a) + 1; strings.ContainsRune(a, 0) {
			return errs.New(errs.Invalid, "A word for the tool holds a character (NUL) that no command line can.")
		}
	}
	if total > api.MaxToolArgs {
		return errs.New(errs.Invalid, "The words for the tool have %d bytes; at most %d.", total, api.MaxToolArgs).
			WithHint("Give long content to the tool's standard input.")
	}
	if len(in.Input) > api.MaxToolInput {
		return errs.New(errs.Invalid, "The input for the tool has %d bytes; at most %d MiB.", len(in.Input), api.MaxToolInput>>20)
	}
	return nil
}

func unknownTool(s services.Service, name services.Name) error {
	var names []string
	for _, t := range s.Tools {
		names = append(names, string(t.Name))
	}
	if len(names) == 0 {
		return errs.New(errs.NotFound, "The recipe of %s (%s) has no tools.", s.Name, s.Recipe)
	}
	e := errs.New(errs.NotFound, "%s has no tool %q.%s", s.Name, name, diag.DidYouMean(string(name), names))
	return e.WithHint("Those it has: %s", strings.Join(names, ", "))
}

// deployed returns a service of the chaton as it was brought up last.
func (d *Daemon) deployed(ctx context.Context, name services.Name) (*wanted, services.Service, error) {
	w, err := d.current(ctx)
	if err != nil {
		return nil, services.Service{}, err
	}
	if s, ok := w.service(name); ok {
		return w, s, nil
	}
	var names []string
	for _, s := range w.services {
		names = append(names, string(s.Name))
	}
	e := errs.New(errs.NotFound, "There is no service %q.%s", name, diag.DidYouMean(string(name), names))
	return nil, services.Service{}, e.WithHint("Those there are: %s", strings.Join(names, ", "))
}

// running returns the container of a unit.
func (d *Daemon) running(ctx context.Context, service, unit services.Name) (id string, err error) {
	actual, err := d.Engine.Look(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range actual.Units {
		if a.Service == service && a.Unit == unit && a.State == services.StateRunning {
			return a.ID, nil
		}
	}
	return "", errs.New(errs.NotFound, "The unit %s of %s does not run, so nothing can be run in it.", unit, service).
		WithHint("See why: ronron status. Start it: ronron up")
}
