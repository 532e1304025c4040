package daemon

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"ronron/internal/api"
	"ronron/internal/diag"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/services"
)

// anew is a secret that can be asked to be made anew.
type anew struct {
	api.Secret
	stored string // its name in the state
	make   func() (secret.String, error)
}

// rotates adds what is about secrets.
func (d *Daemon) rotates(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/services/{service}/secrets", reply(d, func(ctx context.Context, r *http.Request) (any, error) {
		return d.Secrets(ctx, services.Name(r.PathValue("service")))
	}))
	mux.HandleFunc("POST /v1/rotate", stream(d, func(in api.RotateRequest, tell func(api.Event)) error { return d.Rotate(in, tell) }))
}

// Secrets lists what was made up for a service: what its recipe asks for, in
// its order, then what it shows the directory or the portal. Their values stay here.
func (d *Daemon) Secrets(ctx context.Context, service services.Name) ([]api.Secret, error) {
	all, err := d.secretsOf(ctx, service)
	list := []api.Secret{}
	for _, s := range all {
		list = append(list, s.Secret)
	}
	return list, err
}

func (d *Daemon) secretsOf(ctx context.Context, service services.Name) (all []anew, err error) {
	w, s, err := d.deployed(ctx, service)
	if err != nil {
		return nil, err
	}
	r := w.recipes[service]
	if r == nil {
		return nil, nil // the gateway and the portal, which renew their keys by themselves
	}
	for _, x := range r.Secrets {
		all = append(all, anew{
			api.Secret{Name: x.Name, Kind: string(x.Kind), Rotates: x.Rotate}, x.Name,
			func() (secret.String, error) { return recipes.GenerateSecret(x) },
		})
	}
	if s.Directory {
		all = append(all, anew{api.Secret{Name: "directory", Kind: string(recipes.SecretText), Rotates: true}, bindPassword,
			func() (secret.String, error) { return newBindPassword(), nil }})
	}
	if w.resolved[service].Client != nil {
		all = append(all, anew{api.Secret{Name: "sign-in", Kind: string(recipes.SecretText), Rotates: true}, clientSecret,
			func() (secret.String, error) { return newClientSecret(), nil }})
	}
	return all, nil
}

// Rotate makes a secret anew and replaces the units that hold it, by an
// ordinary apply of the last accepted file. Where the service does not come up with
// the new one it is given the old one back. A chaton with anything else to do is
// left alone: who agreed to a new secret agreed to nothing more.
func (d *Daemon) Rotate(req api.RotateRequest, tell func(api.Event)) error {
	ctx, stop, release, err := d.lock.take(d.base, req.Who, "secret rotate", d.Now())
	if err != nil {
		return err
	}
	defer release()
	s, err := d.rotatable(ctx, req)
	if err != nil {
		return err
	}
	if err := d.nothingElse(ctx); err != nil {
		return err
	}
	scope := string(req.Service)
	old, err := d.state.Secret(ctx, scope, s.stored)
	if err != nil {
		return err
	}
	fresh, err := s.make()
	if err == nil {
		err = d.state.PutSecret(ctx, scope, s.stored, fresh)
	}
	if err != nil {
		return err
	}
	var last api.Event
	failed, err := d.applyKept(ctx, stop, req, func(e api.Event) {
		if last = e; !ended(e) {
			tell(e)
		}
	})
	if err != nil || failed {
		ctx := context.WithoutCancel(ctx)
		if back := d.state.PutSecret(ctx, scope, s.stored, old); back != nil {
			return back
		}
		d.Log.Warn("secret kept as it was", logkey.Service, scope)
		if err != nil {
			return err
		}
		tell(api.Event{Time: d.Now(), Kind: api.Warning, Service: req.Service}.Saying(text.Say("the secret %q of %s stays as it was", s.Name, req.Service)))
		// The unit of before is back; what was changed beside it follows.
		if _, err := d.applyKept(ctx, stop, req, func(e api.Event) {
			if !ended(e) {
				tell(e)
			}
		}); err != nil {
			return err
		}
	}
	tell(last)
	return nil
}

// nothingElse fails where the chaton is not as its last accepted file says.
func (d *Daemon) nothingElse(ctx context.Context) error {
	w, err := d.current(ctx)
	if err != nil {
		return err
	}
	p, err := d.plan(ctx, w)
	if err != nil || p.Empty() {
		return err
	}
	return errs.New(errs.Conflict, "%s is not as its file says, so nothing was made anew.", d.Chaton).
		WithHint("Run `ronron up` first, which shows what there is to do.")
}

func ended(e api.Event) bool { return e.Kind == api.Done || e.Kind == api.Failed }

// rotatable finds the secret that is meant, if it can be made anew.
func (d *Daemon) rotatable(ctx context.Context, req api.RotateRequest) (anew, error) {
	all, err := d.secretsOf(ctx, req.Service)
	if err != nil {
		return anew{}, err
	}
	var names []string
	for _, s := range all {
		if s.Name != req.Secret {
			names = append(names, s.Name)
			continue
		}
		if !s.Rotates {
			return anew{}, errs.New(errs.Conflict, "The secret %q of %s cannot be made anew: something that is kept was made with it.", s.Name, req.Service).
				WithHint("Its recipe says `rotate = true` of those that can: ronron secret list %s", req.Service)
		}
		return s, nil
	}
	if len(names) == 0 {
		return anew{}, errs.New(errs.NotFound, "%s has no secrets.", req.Service)
	}
	return anew{}, errs.New(errs.NotFound, "%s has no secret %q.%s", req.Service, req.Secret, diag.DidYouMean(req.Secret, names)).
		WithHint("Those it has: %s", strings.Join(names, ", "))
}

// applyKept brings the last accepted file up again, and says whether the
// service failed.
func (d *Daemon) applyKept(ctx context.Context, stop <-chan struct{}, req api.RotateRequest, tell func(api.Event)) (failed bool, err error) {
	in, err := d.kept(ctx)
	if err != nil {
		return false, err
	}
	in.Who = req.Who
	w, err := d.current(ctx)
	if err != nil {
		return false, err
	}
	p, err := d.plan(ctx, w)
	if err != nil {
		return false, err
	}
	err = d.carryOut(ctx, stop, w, p, in, func(e api.Event) {
		if e.Report != nil {
			failed = slices.Contains(e.Report.Failed, req.Service)
		}
		tell(e)
	})
	return failed, err
}
