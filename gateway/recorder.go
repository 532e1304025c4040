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
	stall   time.Duration
	guard   *time.Timer
	status  int
	n       int64
}

func newRecorder(w http.ResponseWriter, stall time.Duration) *recorder {
	return &recorder{ResponseWriter: w, control: http.NewResponseController(w), stall: stall}
}

// Unwrap lets http.ResponseController find what the server's writer can do.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader notes the final status; those before it (103) pass.
func (r *recorder) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
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
		r.guard = time.AfterFunc(r.stall, func() { r.control.SetWriteDeadline(past) })
		return
	}
	r.guard.Reset(r.stall)
}

// begin and end bound what the server itself writes after the handler returned.
// On HTTP/2 the server has its own bound for that (WriteByteTimeout).
func (r *recorder) begin(protoMajor int) {
	if protoMajor == 1 {
		r.control.SetWriteDeadline(time.Time{})
	}
}

func (r *recorder) end(protoMajor int) {
	if protoMajor == 1 && r.status != http.StatusSwitchingProtocols {
		r.control.SetWriteDeadline(time.Now().Add(r.stall))
	}
}
