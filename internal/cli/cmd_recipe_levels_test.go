package cli

import (
	"flag"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"ronron/recipes/level"
)

func TestShowTested_FiguresOnlyWhereSomethingWasMeasured(t *testing.T) {
	for _, r := range []level.Record{{Recipe: "wiki", Version: "1"}, {Recipe: "wiki", Version: "1", MemoryMB: 20, ImageMB: 200, StartSeconds: 2}} {
		w := newWorld(t)
		out := new(strings.Builder)
		w.env.Stdout = out
		if err := New(w.env).showTested(cli.NewContext(cli.NewApp(), flag.NewFlagSet("", flag.ContinueOnError), nil), r); err != nil {
			t.Fatal(err)
		}
		if measured := r.ImageMB > 0; strings.Contains(out.String(), "MB of memory") != measured {
			t.Errorf("measured: %v, shown:\n%s", measured, out)
		}
	}
}
