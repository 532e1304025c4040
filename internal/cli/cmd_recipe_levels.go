package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"ronron/internal/api"
	"ronron/internal/atomicfile"
	"ronron/internal/errs"
	"ronron/internal/source"
	"ronron/internal/stock"
	"ronron/recipes"
	"ronron/recipes/level"
	"ronron/recipetest"
	"ronron/services"
)

func (a *App) recipeTestCommand() *cli.Command {
	return &cli.Command{
		Name: "test", Usage: "run a recipe, use it, and say which level it earns", ArgsUsage: "NAME|FOLDER",
		Description: `Makes a chaton for the test alone, runs the recipe in it, uses it as members and
strangers would, as the recipe's scenario.json says, and removes it again:
  1  it starts and is healthy, through the gateway too
  2  every setting takes effect; restart and new containers lose nothing
  3  members of the group sign in and nobody else; installer and sign-up are closed
Lint and a crawl by a browser are done too and shown as "lint clean". Levels 4 and up
need commands that come later. It ends with 1 unless levels 1 to 3 are earned.`,
		Flags: []cli.Flag{fileFlag, jsonFlag, fromFlag,
			&cli.BoolFlag{Name: "keep", Usage: "leave the chaton of the test, to look at it"},
			&cli.BoolFlag{Name: "twice", Usage: "do everything twice in a row, and count only what came out the same"},
			&cli.BoolFlag{Name: "local-images", Usage: "run what lies on this engine under the tags of the recipe's images, to try it: earns no level"},
			&cli.StringFlag{Name: "save", Usage: "write the result as level.json into `FOLDER`, that of the recipe"},
		},
		Action: a.recipeTest,
	}
}

func (a *App) recipeTest(c *cli.Context) error {
	words, err := arguments(c, "NAME|FOLDER")
	if err != nil {
		return err
	}
	r, own, err := a.toTest(c, words[0])
	if err != nil {
		return err
	}
	if _, err := recipetest.ScenarioOf(r); err != nil {
		return err
	}
	if c.Bool("local-images") && c.String("save") != "" {
		return errs.New(errs.Invalid, "A level is not earned by images that nobody else has.").WithHint("Leave out either --local-images or --save.")
	}
	record, err := a.testRuns(c, r, own)
	if err != nil {
		return err
	}
	if folder := c.String("save"); folder != "" {
		if err := atomicfile.Write(filepath.Join(folder, recipes.LevelFile), record.Write(), 0o644); err != nil {
			return errs.Wrap(err, errs.Failed, "The result cannot be written into %s.", folder)
		}
	}
	if err := a.showTested(c, *record); err != nil {
		return err
	}
	if record.Level < level.SignIn {
		return &shownError{errs.New(errs.Failed, "The recipe has earned level %d.", record.Level)}
	}
	return nil
}

// testRuns tests once, or twice: then a check counts that came out the same.
func (a *App) testRuns(c *cli.Context, r *recipes.Recipe, own map[string][]byte) (*level.Record, error) {
	record, err := a.testOnce(c, r, own)
	if err != nil || !c.Bool("twice") {
		return record, err
	}
	again, err := a.testOnce(c, r, own)
	if err != nil {
		return nil, err
	}
	return recipetest.Both(record, again), nil
}

func (a *App) testOnce(c *cli.Context, r *recipes.Recipe, own map[string][]byte) (*level.Record, error) {
	host, err := a.env.Connect(c.Context)
	if err != nil {
		return nil, err
	}
	domain := recipetest.Domain(r.Name)
	free, err := alone(domain)
	if err != nil {
		return nil, err
	}
	defer free()
	engine, err := a.env.Engine(services.ChatonID(domain))
	if err != nil {
		return nil, err
	}
	h := &testHouse{app: a, host: host, id: services.ChatonID(domain), engine: engine}
	if from := c.String("from"); from != "" {
		h.from, h.sources = stock.Stock{Dir: from}, sourcesOf([]*recipes.Recipe{r})
	}
	if err := h.Destroy(c.Context); err != nil { // of a test that was killed
		return nil, err
	}
	lock, err := a.imagesOf(c, r, engine)
	if err != nil {
		return nil, err
	}
	if err := a.supplyTest(c.Context, h.from, h.id, r, lock); err != nil {
		return nil, err
	}
	record, err := recipetest.Run(c.Context, recipetest.Options{
		Recipe: r, Own: own, Lock: lock, House: h, Domain: domain, Version: a.env.Version, Who: a.env.Who, Tell: a.note, Now: a.env.Now,
	})
	switch {
	case c.Bool("keep"):
		a.note("The chaton of the test stays: ronron status --chaton %s. To remove it: ronron destroy --chaton %s", domain, domain)
	default:
		// Also when the person pressed Ctrl-C.
		if gone := h.Destroy(context.WithoutCancel(c.Context)); err == nil {
			err = gone
		}
	}
	return record, err
}

// imagesOf says which content the tags of the recipe mean in this test.
func (a *App) imagesOf(c *cli.Context, r *recipes.Recipe, engine recipetest.Engine) (map[string]string, error) {
	if c.Bool("local-images") {
		return recipetest.LocalImages(c.Context, engine, r)
	}
	lock, held := map[string]string{}, map[string]string{}
	if from, named := fromOf(c); named && from.HasIndex() {
		index, err := from.Index()
		if err != nil {
			return nil, err
		}
		held = index.Digests()
	}
	for _, tag := range r.Outline().Unlocked {
		if lock[tag] = held[tag]; lock[tag] != "" {
			continue
		}
		digest, err := a.registry.Digest(c.Context, tag)
		if err != nil {
			return nil, err
		}
		lock[tag] = digest
	}
	return pinned(lock), nil
}

// alone keeps two tests of one recipe from destroying each other's chaton.
func alone(domain string) (free func(), err error) {
	file, err := os.OpenFile(filepath.Join(os.TempDir(), "ronron-"+domain+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Locked, "Somebody is testing in %s already.", domain).WithHint("Wait until that has ended, then run this again.")
	}
	return func() { file.Close() }, nil
}

// toTest is the recipe that is meant, with its files where it does not come with Ronron.
func (a *App) toTest(c *cli.Context, word string) (*recipes.Recipe, map[string][]byte, error) {
	chosen, err := a.toLint(c, word)
	if err != nil {
		return nil, nil, err
	}
	r := chosen[0]
	own := map[string][]byte{}
	if word != r.Name || exists(filepath.Join(word, "recipe.hcl")) { // a folder
		whole, err := filepath.Abs(word)
		if err != nil {
			return nil, nil, errs.Wrap(err, errs.Invalid, "The folder %s cannot be found.", word)
		}
		files, err := readRecipes(whole)
		for name, content := range files {
			own[r.Name+"/"+name] = content
		}
		return r, own, err
	}
	catalog, w, err := a.recipes(c)
	if err != nil || !catalog.Own(r.Name) {
		return r, own, err
	}
	for name, content := range w.Recipes {
		if strings.HasPrefix(name, r.Name+"/") {
			own[name] = content
		}
	}
	return r, own, nil
}

// testHouse is the chaton of a test, brought up as `up` does but without asking.
type testHouse struct {
	app     *App
	host    Host
	id      services.ChatonID
	engine  recipetest.Engine
	daemon  *daemon
	from    stock.Stock // where sources are, if they are brought
	sources []source.Source
}

var _ recipetest.House = (*testHouse)(nil)

func (h *testHouse) People() recipetest.People { return h.daemon }
func (h *testHouse) Engine() recipetest.Engine { return h.engine }

func (h *testHouse) Up(ctx context.Context, w api.Wanted, each func(api.Event)) (err error) {
	if h.daemon == nil {
		if h.daemon, err = h.app.ensureDaemon(ctx, h.host, h.id, false); err != nil {
			return err
		}
	}
	if err := h.app.bring(ctx, h.daemon, h.from, h.sources); err != nil {
		return err
	}
	reply, err := h.daemon.Plan(ctx, w)
	if err != nil {
		return err
	}
	if reply.Diagnostics.HasErrors() {
		h.app.showDiagnostics(slices.Clip(reply.Diagnostics), sources(w))
		return reply.Diagnostics.Err()
	}
	if reply.Plan.Empty() {
		return nil
	}
	return h.daemon.Apply(ctx, api.ApplyRequest{Wanted: w, Base: reply.Plan.Base}, each)
}

// Destroy is `ronron destroy` for a chaton that nobody will miss.
func (h *testHouse) Destroy(ctx context.Context) error {
	found, err := find(ctx, h.host, h.id)
	if err != nil {
		return err
	}
	if found != nil {
		d, err := h.app.ensureDaemon(ctx, h.host, h.id, true)
		if err != nil {
			return err
		}
		err = d.Down(ctx, api.DownRequest{Data: true, Who: h.app.env.Who}, func(api.Event) {})
		d.Close()
		if err != nil {
			return err
		}
		if err := h.host.RemoveDaemon(ctx, h.id); err != nil {
			return err
		}
	}
	h.daemon = nil
	return h.host.RemoveDaemonVolumes(ctx, h.id)
}

// showTested shows what a test found.
func (a *App) showTested(c *cli.Context, r level.Record) error {
	if c.Bool("json") {
		_, err := a.env.Stdout.Write(r.Write())
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n", a.say("%s %s: level %s", r.Recipe, r.Version, r.Shown()))
	for _, check := range r.Checks {
		name, why := check.Text()
		line := fmt.Sprintf("  %d  %-14s %s", check.Level, a.in(check.Outcome.Text()), a.in(name))
		if !why.IsZero() {
			line = a.colon(line, a.in(why))
		}
		fmt.Fprintln(&b, printable(line))
	}
	if r.ImageMB > 0 { // otherwise it never came to be measured
		fmt.Fprintln(&b, a.say("%d MB of memory, started in %s s, images of %d MB, on %d cores with %d MB, %s, %s",
			r.MemoryMB, tenths(r.StartSeconds), r.ImageMB, r.Machine.Cores, r.Machine.MemoryMB, r.Machine.OS, r.Machine.Engine))
	}
	_, err := fmt.Fprint(a.env.Stdout, b.String())
	return err
}
