package recipes

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"ronron/internal/hclread"
	"ronron/services"
	"ronron/services/docker"
	prober "ronron/services/probe"
)

// lab is one companion on a real engine.
type lab struct {
	*testing.T
	engine  *docker.Engine
	service services.Service
	image   string
	id      string
}

func (l *lab) unit() services.Unit { return l.service.Units[0] }

// start makes a new container of the companion and waits until it answers.
func (l *lab) start() {
	l.Helper()
	ctx := l.Context()
	if l.id != "" {
		if err := l.engine.RemoveUnit(ctx, l.id); err != nil {
			l.Fatal(err)
		}
	}
	id, err := l.engine.CreateUnit(ctx, l.service, l.unit(), "test", l.image)
	if err != nil {
		l.Fatal(err)
	}
	l.id = id
	if err := l.engine.StartUnit(ctx, id); err != nil {
		l.Fatal(err)
	}
	probing := prober.New(l.engine)
	for deadline := time.Now().Add(l.unit().Health.Within); ; {
		actual, err := l.engine.Look(ctx)
		if err != nil {
			l.Fatal(err)
		}
		for _, a := range actual.Units {
			if err = probing.Probe(ctx, l.unit(), a); err == nil {
				return
			}
		}
		if time.Now().After(deadline) {
			var log strings.Builder
			l.engine.Logs(ctx, id, services.LogOptions{Tail: 20}, &log)
			l.Fatalf("it is not healthy within %s: %v\n%s", l.unit().Health.Within, err, log.String())
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// sh runs a line in the companion's unit.
func (l *lab) sh(line string) string {
	l.Helper()
	r, err := l.engine.Exec(l.Context(), l.id, []string{"sh", "-c", line}, nil)
	if err != nil || r.ExitCode != 0 {
		l.Fatalf("%s: exit code %d, %v\n%s", line, r.ExitCode, err, r.Output)
	}
	return strings.TrimSpace(r.Output)
}

func newLab(t *testing.T, kind, options string) *lab {
	t.Helper()
	if os.Getenv("RONRON_INTEGRATION") == "" {
		t.Skip("needs RONRON_INTEGRATION=1 and a Docker engine")
	}
	r, diags := Parse("x", strange("", "    image = \"x/y:1\"\n"))
	if r == nil {
		t.Fatal(diags)
	}
	files := strange("", "    image = \"x/y:1\"\n")
	files["recipe.hcl"] = []byte(strings.Replace(string(files["recipe.hcl"]),
		`companion "postgresql" "db" { major = 17 }`, fmt.Sprintf("companion %q \"db\" {\n major = %d\n%s\n}", kind, blocks().byKind[kind].majors[0], options), 1))
	if r, diags = Parse("x", files); r == nil {
		t.Fatal(diags)
	}
	in := input(r)
	in.Settings = map[string]hclread.Value{}
	in.Service.Name = "lab"
	for _, s := range r.Secrets {
		made, err := GenerateSecret(s)
		if err != nil {
			t.Fatal(err)
		}
		in.Secrets[s.Name] = made
	}
	resolved, diags := r.Resolve(in)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	engine, err := docker.New(services.ChatonID(kind + ".companion.test"))
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{T: t, engine: engine, service: resolved.Service}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if l.id != "" {
			engine.RemoveUnit(ctx, l.id)
		}
		engine.RemoveVolume(ctx, "lab", "db")
		engine.RemoveNetwork(ctx, "lab")
		engine.Close()
	})
	if l.image, err = engine.EnsureImage(t.Context(), l.unit().Image, nil); err != nil {
		t.Fatal(err)
	}
	if err := engine.CreateNetwork(t.Context(), "lab", false); err != nil {
		t.Fatal(err)
	}
	if err := engine.CreateVolume(t.Context(), "lab", l.service.Volumes[len(l.service.Volumes)-1]); err != nil {
		t.Fatal(err)
	}
	return l
}

// The building block keeps its word on a real engine: the variables lead to the
// database, content survives a new container, and a dump brings it back.
func TestCompanion_PostgreSQLOnARealEngine(t *testing.T) {
	l := newLab(t, "postgresql", `options = { extensions = ["unaccent"] }`)
	l.start()
	// As the software does it: by name and password, over the network.
	const psql = `PGPASSWORD=$(cat /etc/ronron/password) psql -X -q -t -A -v ON_ERROR_STOP=1 -h db -U app -d app -c `
	l.sh(psql + `"CREATE TABLE pad (title text); INSERT INTO pad VALUES ('Été'), (unaccent('Hiver'))"`)
	if got := l.sh(psql + `"SELECT count(*) FROM pad"`); got != "2" {
		t.Errorf("it counts %q", got)
	}
	if r, err := l.engine.Exec(t.Context(), l.id, []string{"sh", "-c", `PGPASSWORD=wrong psql -X -h db -U app -d app -c 'SELECT 1'`}, nil); err != nil || r.ExitCode == 0 {
		t.Errorf("a wrong password is let in: %v %s", err, r.Output)
	}
	keep := blocks().byKind["postgresql"].commands
	word := func(command []string) string { return strings.Join(command, " ") }
	before := l.sh(word(keep.Check))

	l.start()
	if got := l.sh(word(keep.Check)); got != before {
		t.Errorf("after a new container: %s; before: %s", got, before)
	}
	l.sh(word(keep.Dump) + " >/run/postgresql/dump")
	l.sh(psql + `"DELETE FROM pad"`)
	if l.sh(word(keep.Check)) == before {
		t.Error("the check does not see that content is gone")
	}
	l.sh(word(keep.Restore) + " </run/postgresql/dump")
	if got := l.sh(word(keep.Check)); got != before {
		t.Errorf("after the restore: %s; before: %s", got, before)
	}
}
