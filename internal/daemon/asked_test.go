package daemon

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/services/memory"
)

func TestLogs_OfWhatIsNotThereSayWhatIs(t *testing.T) {
	w := newWorld(t)
	w.up(file)
	for _, ask := range []struct {
		api.LogsRequest
		message, hint string
	}{
		{api.LogsRequest{Service: "wikki"}, "No container of wikki exists.", "directory, gateway, portal, wiki"},
		{api.LogsRequest{Service: "wiki", Unit: "db"}, "No container wiki/db exists.", "wiki/web"},
	} {
		err := w.Logs(t.Context(), ask.LogsRequest, io.Discard)
		if errs.CodeOf(err) != errs.NotFound || err.Error() != ask.message || !strings.HasSuffix(errs.HintOf(err), ask.hint) {
			t.Errorf("%+v: got %v, hint %q", ask.LogsRequest, err, errs.HintOf(err))
		}
	}
}

func TestDoctor_KnowsThatAnUpIsRunning(t *testing.T) {
	w := newWorld(t)
	p := w.plan(file)
	entered, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.engine.Before(func(_ context.Context, c memory.Call) error {
		if c.Method == "CreateUnit" {
			once.Do(func() { close(entered); <-leave })
		}
		return nil
	})
	done := make(chan error)
	go func() { _, err := w.apply(file, p.Base); done <- err }()
	<-entered
	checks := w.Doctor(t.Context())
	close(leave)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(checks, func(c api.Check) bool { return c.Name == "last up" })
	if i < 0 || checks[i].Level != ok || !strings.Contains(checks[i].Message, "is running") {
		t.Errorf("while it runs, doctor says %+v", checks)
	}
}
