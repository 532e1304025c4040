package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/logkey"
	"ronron/services"
)

// maxRequest bounds a request: a file and the host's own recipes.
const maxRequest = 64 << 20

// Handler returns the daemon's API.
func (d *Daemon) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/version", reply(d, func(ctx context.Context, r *http.Request) (any, error) {
		return api.VersionReply{Version: d.Version, API: api.Version}, nil
	}))
	mux.HandleFunc("POST /v1/plan", reply(d, with(func(ctx context.Context, r *http.Request, in api.Wanted) (any, error) { return d.Plan(ctx, in) })))
	mux.HandleFunc("POST /v1/apply", stream(d, func(in api.ApplyRequest, tell func(api.Event)) error { return d.Apply(in, tell) }))
	mux.HandleFunc("POST /v1/down", stream(d, func(in api.DownRequest, tell func(api.Event)) error { return d.Down(in, tell) }))
	mux.HandleFunc("POST /v1/interrupt", reply(d, with(func(ctx context.Context, r *http.Request, in api.InterruptRequest) (any, error) {
		d.lock.interrupt(in.Now)
		return struct{}{}, nil
	})))
	mux.HandleFunc("GET /v1/status", reply(d, func(ctx context.Context, r *http.Request) (any, error) { return d.Status(ctx) }))
	mux.HandleFunc("GET /v1/doctor", reply(d, func(ctx context.Context, r *http.Request) (any, error) { return d.Doctor(ctx), nil }))
	mux.HandleFunc("GET /v1/ports", reply(d, func(ctx context.Context, r *http.Request) (any, error) { return d.Ports(ctx) }))
	mux.HandleFunc("GET /v1/charter", reply(d, func(ctx context.Context, r *http.Request) (any, error) { return d.Charter(ctx) }))
	mux.HandleFunc("GET /v1/ca", d.serveCA)
	mux.HandleFunc("GET /v1/logs", d.serveLogs)
	d.people(mux)
	d.tools(mux)
	d.rotates(mux)
	d.brought(mux)
	return mux
}

// people adds what is about members and groups.
func (d *Daemon) people(mux *http.ServeMux) {
	dir := func(f func(ctx context.Context, dir account.Directory, r *http.Request) (any, error)) http.HandlerFunc {
		return reply(d, func(ctx context.Context, r *http.Request) (any, error) {
			directory, err := d.directory(ctx)
			if err != nil {
				return nil, err
			}
			return f(ctx, directory, r)
		})
	}
	mux.HandleFunc("GET /v1/members", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		return dir.Members(ctx)
	}))
	mux.HandleFunc("GET /v1/members/{login}", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		return dir.Member(ctx, login(r))
	}))
	mux.HandleFunc("POST /v1/members", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		return addMember(ctx, dir, r)
	}))
	mux.HandleFunc("POST /v1/members/{login}/password", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		reply, err := setPassword(ctx, dir, r)
		if err == nil {
			d.passwordSeen(ctx, login(r))
		}
		return reply, err
	}))
	for path, f := range map[string]func(account.Directory, context.Context, account.Login) error{
		"POST /v1/members/{login}/suspend": account.Directory.Suspend,
		"POST /v1/members/{login}/resume":  account.Directory.Resume,
		"DELETE /v1/members/{login}": func(dir account.Directory, ctx context.Context, login account.Login) error {
			err := dir.Remove(ctx, login)
			if err == nil {
				d.passwordSeen(ctx, login)
			}
			return err
		},
	} {
		mux.HandleFunc(path, dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
			return struct{}{}, f(dir, ctx, login(r))
		}))
	}
	mux.HandleFunc("POST /v1/administrator/seen", reply(d, func(ctx context.Context, r *http.Request) (any, error) {
		d.passwordSeen(ctx, d.unseenPassword(ctx))
		return struct{}{}, nil
	}))
	mux.HandleFunc("GET /v1/groups", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) { return dir.Groups(ctx) }))
	mux.HandleFunc("POST /v1/groups", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		var in api.GroupRequest
		if err := decode(r, &in); err != nil {
			return nil, err
		}
		return struct{}{}, dir.AddGroup(ctx, in.Name)
	}))
	mux.HandleFunc("DELETE /v1/groups/{name}", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		name := r.PathValue("name")
		if err := d.groupUnused(ctx, name); err != nil {
			return nil, err
		}
		return struct{}{}, dir.RemoveGroup(ctx, name)
	}))
	mux.HandleFunc("PUT /v1/groups/{name}/members/{login}", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		return struct{}{}, dir.AddToGroup(ctx, r.PathValue("name"), login(r))
	}))
	mux.HandleFunc("DELETE /v1/groups/{name}/members/{login}", dir(func(ctx context.Context, dir account.Directory, r *http.Request) (any, error) {
		return struct{}{}, dir.RemoveFromGroup(ctx, r.PathValue("name"), login(r))
	}))
}

func login(r *http.Request) account.Login { return account.Login(r.PathValue("login")) }

func (d *Daemon) serveCA(w http.ResponseWriter, r *http.Request) {
	root, err := d.CA(r.Context())
	if err != nil {
		d.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	io.WriteString(w, root)
}

func (d *Daemon) serveLogs(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	tail, _ := strconv.Atoi(q.Get("tail"))
	out := &firstWrite{w: w}
	err := d.Logs(r.Context(), api.LogsRequest{
		Service: services.Name(q.Get("service")), Unit: services.Name(q.Get("unit")), Tail: tail,
		Follow: q.Get("follow") == "true", Timestamps: q.Get("timestamps") == "true",
	}, out)
	if err != nil && !out.wrote && !errors.Is(err, context.Canceled) {
		d.fail(w, r, err)
	}
}

// firstWrite sends each piece at once and remembers whether any was.
type firstWrite struct {
	w     http.ResponseWriter
	wrote bool
}

func (f *firstWrite) Write(p []byte) (int, error) {
	if !f.wrote {
		f.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		f.wrote = true
	}
	n, err := f.w.Write(p)
	if flusher, ok := f.w.(http.Flusher); ok {
		flusher.Flush()
	}
	return n, err
}

// reply turns a function into a handler that answers with JSON.
func reply(d *Daemon, f func(ctx context.Context, r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		v, err := f(r.Context(), r)
		if err != nil {
			d.fail(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
}

// with decodes the request's body first.
func with[T any](f func(ctx context.Context, r *http.Request, in T) (any, error)) func(context.Context, *http.Request) (any, error) {
	return func(ctx context.Context, r *http.Request) (any, error) {
		var in T
		if err := decode(r, &in); err != nil {
			return nil, err
		}
		return f(ctx, r, in)
	}
}

// stream turns a function that tells of progress into a handler that answers
// with one JSON object a line. Once the first line is out, a failure is told
// in the last one; before it, by the status.
func stream[T any](d *Daemon, f func(in T, tell func(api.Event)) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		var in T
		if err := decode(r, &in); err != nil {
			d.fail(w, r, err)
			return
		}
		var mu sync.Mutex
		began := false
		control, encoder := http.NewResponseController(w), json.NewEncoder(w)
		tell := func(e api.Event) {
			mu.Lock()
			defer mu.Unlock()
			if !began {
				began = true
				w.Header().Set("Content-Type", "application/x-ndjson")
			}
			// The work goes on when nobody listens any more.
			if encoder.Encode(e) == nil {
				control.Flush()
			}
		}
		if err := f(in, tell); err != nil {
			if !began {
				d.fail(w, r, err)
				return
			}
			tell(api.Event{Time: d.Now(), Kind: api.Failed, Error: d.shown(r, err)})
		}
	}
}

func decode(r *http.Request, v any) error {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil {
		return errs.Wrap(err, errs.Invalid, "The request to the daemon cannot be read.").
			WithHint("CLI and daemon must be of one version: `ronron version` shows both, `ronron up` makes them so.")
	}
	return nil
}

// fail answers with the error. It is the one place that maps codes to statuses.
func (d *Daemon) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := map[errs.Code]int{
		errs.Invalid: http.StatusBadRequest, errs.NotFound: http.StatusNotFound, errs.Conflict: http.StatusConflict,
		errs.Changed: http.StatusPreconditionFailed, errs.Locked: http.StatusLocked, errs.Denied: http.StatusForbidden,
		errs.Unavailable: http.StatusServiceUnavailable, errs.Failed: http.StatusUnprocessableEntity,
		errs.Interrupted: http.StatusConflict,
	}[errs.CodeOf(err)]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(d.shown(r, err))
}

// shown is the error as it goes out; what is ours alone goes to the log.
func (d *Daemon) shown(r *http.Request, err error) *api.Error {
	out := wireError(err)
	if out.Code == errs.Internal {
		d.Log.Error("internal error", logkey.Path, r.URL.Path, logkey.Error, err)
	}
	return out
}
