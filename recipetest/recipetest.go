// Package recipetest runs a recipe on the real engine, in a chaton made for it,
// uses it as members and strangers would, and says which level it has earned.
//
// What is tried stands in the recipe's scenario.json; what it means is the same
// for all. Every refusal is tried together with its contrary: who is kept out for
// lack of a group is let in once they have it, who is suspended could sign in
// before, a setting's effect is not there before the setting is. A scenario that
// cannot fail therefore fails.
//
// Levels 4, 5 and 7 need the commands for backup, upgrade and export: their
// checks are "not tested", and no recipe gets further than 3, lint clean.
package recipetest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"ronron/account"
	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/secret"
	"ronron/internal/text"
	"ronron/recipes"
	"ronron/recipes/level"
	"ronron/services"
)

// House is the chaton that a recipe is tested in.
type House interface {
	// Up makes the chaton what the file says, without asking.
	Up(ctx context.Context, w api.Wanted, each func(api.Event)) error
	// People is there after the first Up.
	People() People
	Engine() Engine
	// Destroy removes everything, and nothing where there is nothing.
	Destroy(ctx context.Context) error
}

// People are the chaton's members, and the certificate that they trust.
type People interface {
	AddMember(ctx context.Context, r api.MemberRequest) (api.MemberReply, error)
	Suspend(ctx context.Context, login account.Login) error
	AddGroup(ctx context.Context, name string) error
	AddToGroup(ctx context.Context, name string, login account.Login) error
	CA(ctx context.Context) (string, error)
}

// Engine is what the test does and measures behind the daemon's back.
type Engine interface {
	Info(ctx context.Context) (services.EngineInfo, error)
	Look(ctx context.Context) (services.Actual, error)
	StopUnit(ctx context.Context, id string, timeout time.Duration) error
	RemoveUnit(ctx context.Context, id string) error
	Exec(ctx context.Context, id string, command []string, stdin io.Reader) (services.Result, error)
	ImageSize(ctx context.Context, imageID string) (int64, error)
	ImageID(ctx context.Context, name string) (string, error)
	Bring(ctx context.Context, present, reference string) error
}

// Options are what a test is made with.
type Options struct {
	Recipe *recipes.Recipe
	// Own are the files of the recipe where it does not come with Ronron, by
	// path below the folder of recipes.
	Own map[string][]byte
	// Lock are the images that tags of the recipe mean, as in api.Wanted.
	Lock    map[string]string
	House   House
	Domain  string // see Domain
	Version string // of Ronron
	Who     string
	Tell    func(format string, args ...any) // progress
	Now     func() time.Time
	// Patience is how long software may remember what the directory said
	// before; 0 is half a minute.
	Patience time.Duration
}

// Domain is the scratch chaton of a recipe's test.
func Domain(recipe string) string { return "test-" + recipe + ".localhost" }

// service is what the recipe runs as; group is who may enter.
const (
	service = services.Name("app")
	group   = "testers"
)

// run is one test from its beginning to its end.
type run struct {
	Options
	Scenario
	port     int
	door     door
	software software
	record   *level.Record

	ana, bob, eve Person // member; another one; one outside the group
	kept          content
	applied       map[string]any // settings that run
	open          visitor        // the session that bob had when he was suspended
	openUntil     time.Time      // when it must be over
}

// Run tests the recipe once. The chaton is left as it is: its owner destroys it. An
// error means that the test itself could not be made.
func Run(ctx context.Context, o Options) (*level.Record, error) {
	r := &run{Options: o, record: &level.Record{
		Recipe: o.Recipe.Name, Version: o.Recipe.Version, Hash: o.Recipe.Hash,
		Ronron: o.Version, Date: o.Now().UTC().Truncate(time.Second), Runs: 1,
	}}
	r.Patience = cmp.Or(r.Patience, 30*time.Second)
	var err error
	if r.Scenario, err = ScenarioOf(o.Recipe); err != nil {
		return nil, err
	}
	if r.port, err = freePort(); err != nil {
		return nil, err
	}
	if r.record.Machine, err = machine(ctx, o.House.Engine()); err != nil {
		return nil, err
	}
	if err := r.steps(ctx); err != nil {
		return nil, err
	}
	r.laterLevels()
	r.record.Settle()
	return r.record, ctx.Err()
}

// steps are in the order in which each finds what it needs. What cannot be
// tried because something before failed is not tried. An error is that nothing
// could be tried, which says nothing of the recipe.
func (r *run) steps(ctx context.Context) error {
	if up, err := r.starts(ctx); !up {
		return err
	}
	if !r.content(ctx) {
		return nil
	}
	r.people(ctx)
	r.closed(ctx)
	r.clean(ctx)
	r.session(ctx)
	r.settings(ctx)
	r.lasts(ctx)
	r.fixed(ctx)
	return nil
}

// starts is level 1.
func (r *run) starts(ctx context.Context) (bool, error) {
	r.Tell("%s", text.Say("Starting %s in %s.", r.Recipe.Software.Name, r.Domain))
	err := r.up(ctx, r.Base)
	if unavailable(err) {
		return false, err
	}
	up := r.check(level.Starts, "starts and becomes healthy", err)
	if !up || !r.check(level.Starts, "members can be added", r.meet(ctx)) {
		return false, nil
	}
	stranger := r.software.Stranger()
	defer stranger.Close()
	for _, s := range r.Home {
		if !r.check(level.Starts, "answers through the gateway", stranger.Do(ctx, s, content{})) {
			return false, nil
		}
	}
	return true, nil
}

// unavailable says whether something outside the recipe was missing: the engine, an
// address that a source or an image comes from.
func unavailable(err error) bool {
	if told, ok := errorAs[*api.Error](err); ok {
		return told.Code == errs.Unavailable
	}
	return errs.CodeOf(err) == errs.Unavailable
}

// check writes down what came of something that was tried.
func (r *run) check(l int, name string, err error) bool { return r.checked(l, text.Of(name), err) }

// checked is check of something whose name was put together.
func (r *run) checked(l int, name text.Text, err error) bool {
	if err != nil {
		r.note(level.NewCheck(l, name, level.Failed, plain(err)))
		return false
	}
	r.note(level.NewCheck(l, name, level.Passed, text.Text{}))
	return true
}

// leave writes down that something was not tried, or makes no sense here.
func (r *run) leave(l int, name string, o level.Outcome, format string, args ...any) {
	r.note(level.NewCheck(l, text.Of(name), o, text.Say(format, args...)))
}

func (r *run) note(c level.Check) {
	r.record.Checks = append(r.record.Checks, c)
	name, why := c.Text()
	if c.Why != "" {
		why = text.Text{EN: ": " + why.EN, FR: "\u00a0: " + why.In(text.FR)}
	}
	r.Tell("  %d %-8s %s%s", c.Level, c.Outcome.Text(), name, why)
}

// plain is one line for a person.
func plain(err error) text.Text {
	line := func(said string) string {
		if failure, ok := errorAs[*api.Error](err); ok && len(failure.Log) > 0 {
			said += " (" + strings.Join(failure.Log[max(0, len(failure.Log)-5):], " | ") + ")"
		}
		// Blanks of French typography stay.
		return strings.Join(strings.FieldsFunc(said, func(c rune) bool { return strings.ContainsRune(" \t\r\n", c) }), " ")
	}
	return text.Text{EN: line(errs.In(err, text.EN)), FR: line(errs.In(err, text.FR))}
}

// laterLevels says what no recipe can show yet.
func (r *run) laterLevels() {
	for _, l := range []int{level.Backup, level.Upgrade, level.Export} {
		r.note(level.NewCheck(l, level.About(l), level.NotTested, text.Say("needs the %s commands, which come later", map[int]string{
			level.Backup: "backup", level.Upgrade: "upgrade", level.Export: "export",
		}[l])))
	}
}

// up brings the chaton to the recipe with these settings.
func (r *run) up(ctx context.Context, settings map[string]any) error {
	return r.upWith(ctx, settings, func(api.Event) {})
}

func (r *run) upWith(ctx context.Context, settings map[string]any, each func(api.Event)) error {
	file, err := r.file(settings)
	if err != nil {
		return err
	}
	r.applied = settings
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	return r.House.Up(ctx, api.Wanted{File: "chaton.hcl", Content: file, Recipes: r.Own, Lock: r.Lock, Who: r.Who}, each)
}

// file is the chaton.hcl of the test.
func (r *run) file(settings map[string]any) ([]byte, error) {
	var values strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		var value bytes.Buffer
		enc := json.NewEncoder(&value)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(settings[name]); err != nil {
			return nil, fmt.Errorf("write the setting %s: %w", name, err)
		}
		// JSON is HCL, but for what begins an expression inside a text.
		written := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(value.String())
		fmt.Fprintf(&values, "    %s = %s", name, written)
	}
	return fmt.Appendf(nil, `chaton {
  name     = "Recipe test"
  domain   = %q
  language = "fr"
  contact  = "contact@%s"
  recipes  = "recipes"
}
gateway {
  https_port = %d
  http_port  = 0
}
certificates {
  authority = "internal"
}
accounts {
  administrator {
    login = "keeper"
    name  = "Keeper"
    mail  = "keeper@%s"
  }
}
service %q {
  recipe = %q
  enter  = [%q]
  settings = {
%s  }
}
`, r.Domain, r.Domain, r.port, r.Domain, service, r.Recipe.Name, group, values.String()), nil
}

// meet makes the people of the test, and the way by which they come.
func (r *run) meet(ctx context.Context) error {
	people := r.House.People()
	if err := people.AddGroup(ctx, group); err != nil && errs.CodeOf(err) != errs.Conflict {
		return err
	}
	var err error
	if r.ana, err = r.add(ctx, "ana", group); err != nil {
		return err
	}
	if r.bob, err = r.add(ctx, "bob", group); err != nil {
		return err
	}
	if r.eve, err = r.add(ctx, "eve"); err != nil {
		return err
	}
	root, err := people.CA(ctx)
	if err != nil {
		return err
	}
	r.door = door{host: string(service) + "." + r.Domain, port: r.port, roots: x509.NewCertPool()}
	if !r.door.roots.AppendCertsFromPEM([]byte(root)) {
		return errs.New(errs.Internal, "The chaton's root certificate cannot be read.")
	}
	w := web{door: r.door, Scenario: r.Scenario, member: r.ana, inside: r.inside}
	r.software = w
	if r.Kind == "chat" {
		r.software = chat{w}
	}
	return nil
}

// add makes a member.
func (r *run) add(ctx context.Context, login string, groups ...string) (Person, error) {
	reply, err := r.House.People().AddMember(ctx, api.MemberRequest{Member: account.Member{
		Login: account.Login(login), Name: strings.ToUpper(login[:1]) + login[1:], Mail: login + "@" + r.Domain, Groups: groups,
	}})
	if err != nil {
		return Person{}, wrapped("add %s: %v", login, err)
	}
	return Person{Login: login, Password: secret.New(reply.Password)}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
