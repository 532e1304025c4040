package gateway

import (
	"io"
	"strconv"
	"sync"
	"time"
)

// accessLog writes a line of JSON per request. A line holds no personal data:
// not who asked (address, software), nor what for (path, query), only which
// service answered and how.
//
// Lines are written together, a moment late: a write each would cost more than
// the rest of a small request.
type accessLog struct {
	out io.Writer

	mu    sync.Mutex
	lines []byte
	done  chan struct{}
	ended chan struct{}
}

const (
	accessEvery = 200 * time.Millisecond
	accessFull  = 64 << 10
)

func newAccessLog(out io.Writer) *accessLog {
	l := &accessLog{out: out, done: make(chan struct{}), ended: make(chan struct{})}
	go l.run()
	return l
}

func (l *accessLog) run() {
	defer close(l.ended)
	tick := time.NewTicker(accessEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.flush()
		case <-l.done:
			l.flush()
			return
		}
	}
}

// Close writes what is left.
func (l *accessLog) Close() {
	close(l.done)
	<-l.ended
}

// request adds a line; service is a JSON string, made once per route.
func (l *accessLog) request(now time.Time, service []byte, method string, status int, bytes int64, took time.Duration) {
	l.mu.Lock()
	b := append(l.lines, `{"time":"`...)
	b = now.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	b = append(b, `","service":`...)
	b = append(b, service...)
	b = append(b, `,"method":"`...)
	b = append(b, knownMethod(method)...)
	b = append(b, `","status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, `,"bytes":`...)
	b = strconv.AppendInt(b, bytes, 10)
	b = append(b, `,"milliseconds":`...)
	b = strconv.AppendFloat(b, float64(took.Microseconds())/1000, 'f', -1, 64)
	l.lines = append(b, "}\n"...)
	full := len(l.lines) >= accessFull
	l.mu.Unlock()
	if full {
		l.flush()
	}
}

// flush writes the lines so far. When the log's reader is too slow the lines
// of that moment wait here with their requests, rather than in memory.
func (l *accessLog) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) > 0 {
		l.out.Write(l.lines)
		l.lines = l.lines[:0]
	}
}

// knownMethod keeps what a client made up out of the log.
func knownMethod(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
		"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "MKCALENDAR":
		return m
	}
	return "OTHER"
}
