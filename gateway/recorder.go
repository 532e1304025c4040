package gateway

import (
	"net/http"
	"time"
)

// recorder notes what is answered, and ends answers that the client stopped
// taking. An answer may last for days as long as something moves, or nothing
// is to be sent.
type recorder struct {
	http.ResponseWriter
	control *http.ResponseController
	limits  limits
	guard   *time.Timer
	status  int
	n       int64

	http1 bool         // with a connection of its own, whose deadlines are ours
	sends bool         // the request has a body
	body  *requestBody // of a request that a service gets; nil before
}

func newRecorder(w http.ResponseWriter, req *http.Request, l limits) *recorder {
	r := &recorder{ResponseWriter: w, control: http.NewResponseController(w), limits: l}
	r.http1 = req.ProtoMajor == 1
	r.sends = req.Body != nil && req.Body != http.NoBody
	if r.http1 {
		r.control.SetWriteDeadline(time.Time{}) // of the request before on this connection
		if r.sends {
			// Otherwise the server reads what is left of a body before it
			// answers, for as long as the client pleases.
			r.control.EnableFullDuplex()
		}
	}
	return r
}

// end bounds what the server does after the handler returned. On HTTP/2 it
// has its own bound for that (WriteByteTimeout).
func (r *recorder) end() {
	if !r.http1 || r.status == http.StatusSwitchingProtocols {
		return
	}
	r.control.SetWriteDeadline(time.Now().Add(r.limits.stall))
	if r.sends {
		r.control.SetReadDeadline(time.Now().Add(r.limits.last))
	}
}

// Unwrap lets http.ResponseController find what the server's writer can do.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader notes the final status; those before it (103) pass.
func (r *recorder) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols {
		r.status = status
		if r.http1 && r.sends && (r.body == nil || !r.body.whole()) {
			// What is left of the body must never be taken for the next request.
			r.Header().Set("Connection", "close")
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	r.watch()
	n, err := r.ResponseWriter.Write(p)
	r.guard.Stop()
	r.n += int64(n)
	return n, err
}

// FlushError is what http.ResponseController calls to flush.
func (r *recorder) FlushError() error {
	r.watch()
	defer r.guard.Stop()
	return r.control.Flush()
}

func (r *recorder) watch() {
	if r.guard == nil {
		r.guard = time.AfterFunc(r.limits.stall, func() { r.control.SetWriteDeadline(past) })
		return
	}
	r.guard.Reset(r.limits.stall)
}

// received is how much of the request's body was read.
func (r *recorder) received() int64 {
	if r.body == nil {
		return 0
	}
	return r.body.size()
}
