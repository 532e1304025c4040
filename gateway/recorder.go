package gateway

import (
	"io"
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

	beforeHeader func(http.Header) // has the last word on the answer's header

	http1 bool         // with a connection of its own, whose deadlines are ours
	sends bool         // the request has a body
	body  *requestBody // of a request that a service gets; nil before
}

func newRecorder(w http.ResponseWriter, req *http.Request, l limits, beforeHeader func(http.Header)) *recorder {
	r := &recorder{ResponseWriter: w, control: http.NewResponseController(w), limits: l, beforeHeader: beforeHeader}
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

// end is for after the answer: it takes what the client still sends, and bounds
// what the server does next. On HTTP/2 the server has its own ways for both.
func (r *recorder) end(body io.Reader) {
	if !r.http1 || r.status == http.StatusSwitchingProtocols {
		return
	}
	if r.sends {
		if r.body == nil || !r.body.whole() {
			r.linger(body)
		}
		r.control.SetReadDeadline(time.Now().Add(r.limits.last))
	}
	r.control.SetWriteDeadline(time.Now().Add(r.limits.stall))
}

// linger takes the rest of a body that nobody wants. A client that is still
// sending when its connection closes would show an error of its own instead
// of the answer, and members would not learn that their file is too large.
func (r *recorder) linger(body io.Reader) {
	if r.FlushError() != nil {
		return
	}
	rest := make([]byte, 16<<10)
	for end := time.Now().Add(r.limits.linger); time.Now().Before(end); {
		r.control.SetReadDeadline(time.Now().Add(r.limits.last))
		if _, err := body.Read(rest); err != nil {
			return
		}
	}
}

// Unwrap lets http.ResponseController find what the server's writer can do.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader notes the final status; those before it (103) pass.
func (r *recorder) WriteHeader(status int) {
	switch {
	case status == http.StatusSwitchingProtocols:
		r.status = status
	case status >= 200:
		r.status = status
		r.beforeHeader(r.Header())
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
