package daemon

import (
	"context"
	"net"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

// client speaks to the daemon over the API, as the command line does.
func (w *world) client() *api.Client {
	w.t.Helper()
	server := httptest.NewServer(w.Handler())
	w.t.Cleanup(server.Close)
	c := api.NewClient(func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
	})
	w.t.Cleanup(c.Close)
	return c
}

func (w *world) wantUnseen(want account.Login, when string) {
	w.t.Helper()
	status, err := w.Status(w.t.Context())
	if err != nil || status.Unseen != want {
		w.t.Errorf("%s, the password of %q is unseen, want of %q (error %v)", when, status.Unseen, want, err)
	}
	warned := slices.ContainsFunc(w.Doctor(w.t.Context()), func(c api.Check) bool { return c.Name == "administrator" && c.Level == warning })
	if warned != (want != "") {
		w.t.Errorf("%s, doctor warns: %v", when, warned)
	}
}

// cutOff brings the chaton up for somebody whose connection breaks off before
// the report, and waits until the daemon is done all the same.
func (w *world) cutOff() {
	w.t.Helper()
	c := w.client()
	ctx, cut := context.WithCancel(w.t.Context())
	defer cut()
	base := w.plan(file).Base
	err := c.Apply(ctx, api.ApplyRequest{Wanted: wantedFile(file), Base: base}, func(e api.Event) {
		if e.Report != nil {
			w.t.Error("the report arrived")
		}
		cut()
	})
	if errs.CodeOf(err) == "" {
		w.t.Fatal("the connection was not cut")
	}
	for range 1000 {
		if last, err := w.state.LastRun(w.t.Context(), "up"); err == nil && !last.Ended.IsZero() && w.lock.holder() == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("the daemon did not go on to the end")
}

func TestAdministrator_ACutOffReportIsToldOfUntilThePasswordIsSetAnew(t *testing.T) {
	w := newWorld(t)
	w.cutOff()
	if _, err := w.directory.Member(t.Context(), "admin"); err != nil {
		t.Fatalf("the administrator was not made: %v", err)
	}
	w.wantUnseen("admin", "after the connection was cut")
	w.Daemon.Close()
	w.open()
	w.wantUnseen("admin", "after the daemon was started anew")
	changed := file + "service \"pages\" {\n  recipe = \"pages\"\n}\n"
	if report := last(w.up(changed)).Report; report.Unseen != "admin" || report.Administrator != nil {
		t.Errorf("the next up reports %+v", report)
	}
	c := w.client()
	if err := w.directory.Add(t.Context(), account.Member{Login: "bob", Name: "Bob", Mail: "bob@chaton.test"}, secret.New("long enough, surely")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SetPassword(t.Context(), "bob", api.MemberRequest{}); err != nil {
		t.Fatal(err)
	}
	w.wantUnseen("admin", "after somebody else's was set")
	if _, err := c.SetPassword(t.Context(), "admin", api.MemberRequest{}); err != nil {
		t.Fatal(err)
	}
	w.wantUnseen("", "after it was set anew")
}

func TestAdministrator_OfAnAccountThatIsGoneNothingIsTold(t *testing.T) {
	w := newWorld(t)
	w.cutOff()
	bob := account.Member{Login: "bob", Name: "Bob", Mail: "bob@chaton.test", Groups: []string{account.Admins}}
	if err := w.directory.Add(t.Context(), bob, secret.New("long enough, surely")); err != nil {
		t.Fatal(err)
	}
	if err := w.client().RemoveMember(t.Context(), "admin"); err != nil {
		t.Fatal(err)
	}
	w.wantUnseen("", "after the account was removed")
}

func TestAdministrator_APasswordThatWasShownIsNotToldOf(t *testing.T) {
	w := newWorld(t)
	if a := last(w.up(file)).Report.Administrator; a == nil {
		t.Fatal("no administrator was made")
	}
	w.wantUnseen("admin", "before anybody said so")
	if err := w.client().Seen(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wantUnseen("", "after the command line said that it was shown")
}

// A member who becomes the administrator has a password already.
func TestAdministrator_AnAccountThatIsThereKeepsItsPassword(t *testing.T) {
	w := newWorld(t)
	if err := w.directory.EnsureBase(t.Context()); err != nil {
		t.Fatal(err)
	}
	there := account.Member{Login: "admin", Name: "Ana", Mail: "ana@chaton.test"}
	if err := w.directory.Add(t.Context(), there, secret.New("long enough, surely")); err != nil {
		t.Fatal(err)
	}
	report := last(w.up(file)).Report
	if report.Administrator != nil || report.Unseen != "" {
		t.Errorf("up reports %+v", report)
	}
	if m, err := w.directory.Member(t.Context(), "admin"); err != nil || !slices.Contains(m.Groups, account.Admins) {
		t.Errorf("the member is %+v, error %v", m, err)
	}
}
