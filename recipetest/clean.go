package recipetest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"ronron/internal/browser"
	"ronron/internal/text"
	"ronron/recipes/level"
	"ronron/recipes/lint"
)

// leaves are links that end a session, or something else.
var leaves = regexp.MustCompile(`(?i)log[-_]?(out|off)|sign[-_]?(out|off)|d[ée]connexion|delete|remove|action=(rollback|purge)`)

// clean is level 6. It is measured though 4 and 5 come first, and shown beside
// the level.
func (r *run) clean(ctx context.Context) {
	r.lint()
	r.crawl(ctx, level.CrawlOut, r.Crawl.Out, r.Crawl.ExpectOut, nil)
	if !r.hasAccounts() {
		r.leave(level.Clean, level.CrawlIn, level.NotApplicable, "the software has no accounts")
		return
	}
	if r.Kind == "chat" {
		r.leave(level.Clean, level.CrawlIn, level.NotApplicable, "members come with an app, not with a browser")
		return
	}
	ana, err := r.software.SignIn(ctx, r.ana)
	if err != nil {
		r.check(level.Clean, level.CrawlIn, err)
		return
	}
	defer ana.Close()
	r.crawl(ctx, level.CrawlIn, r.Crawl.In, r.Crawl.ExpectIn, ana)
}

func (r *run) lint() {
	findings := lint.Check(r.Recipe)
	var err error
	if !lint.Clean(findings) {
		var all []string
		for _, f := range findings {
			if f.Level != lint.Advice {
				all = append(all, f.ID)
			}
		}
		err = text.Errorf("%s; more: ronron recipe lint %s", strings.Join(slices.Compact(all), ", "), r.Recipe.Name)
	}
	r.check(level.Clean, level.LintCheck, err)
}

func (r *run) crawl(ctx context.Context, name string, paths []string, expect string, as visitor) {
	if r.Crawl.NotTested != "" {
		r.leave(level.Clean, name, level.NotTested, "%s", r.Crawl.NotTested)
		return
	}
	o := browser.Options{
		Own:     func(host string) bool { return host == r.Domain || strings.HasSuffix(host, "."+r.Domain) },
		Address: fmt.Sprintf("127.0.0.1:%d", r.port), Skip: leaves, Expect: expect,
	}
	if r.Crawl.Skip != "" {
		o.Skip = regexp.MustCompile(leaves.String() + "|" + r.Crawl.Skip) // checked with the scenario
	}
	fill := r.door.session(r.ana, false).with(r.kept.words())
	for _, path := range paths {
		o.Start = append(o.Start, r.door.url(fill.fill(path)))
	}
	o.Expect = fill.fill(expect)
	if in, ok := as.(*webVisitor); ok {
		for _, c := range in.cookies() {
			o.Cookies = append(o.Cookies, browser.Cookie{Name: c.Name, Value: c.Value, URL: r.door.url("/")})
		}
		o.Press, o.Inside = r.Crawl.Press, fill.fill(r.Crawl.Inside)
		for _, selector := range slices.Sorted(maps.Keys(r.Crawl.Fill)) {
			o.SignIn = append(o.SignIn, browser.Field{Selector: selector, Value: fill.fill(r.Crawl.Fill[selector])})
		}
		if r.Basic && len(o.SignIn) == 0 {
			o.Headers = map[string]string{"Authorization": "Basic " +
				base64.StdEncoding.EncodeToString([]byte(r.ana.Login+":"+r.ana.Password.Reveal()))}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	report, err := browser.Crawl(ctx, o)
	if errors.Is(err, browser.ErrNone) {
		r.leave(level.Clean, name, level.NotTested, "there is no Chromium on this machine")
		return
	}
	if as == nil && errors.Is(err, browser.ErrPassword) && len(report.Pages) == 0 {
		r.leave(level.Clean, name, level.NotApplicable, "a browser asks for a password before it shows anything")
		return
	}
	if err == nil && len(report.Strange) > 0 {
		var all []text.Text
		for _, s := range report.Strange {
			all = append(all, text.Say("%s (from %s)", s.Host, strings.TrimPrefix(s.Page, r.door.url(""))))
		}
		slices.SortFunc(all, func(a, b text.Text) int { return strings.Compare(a.EN, b.EN) })
		err = text.Errorf("asked %s", text.Join(slices.Compact(all), ", "))
	}
	if r.check(level.Clean, name, err) {
		pages := text.Plural(len(report.Pages), "%d page in the browser", "%d pages in the browser", len(report.Pages))
		r.Tell("      %s", pages)
		last := &r.record.Checks[len(r.record.Checks)-1]
		*last = last.Because(pages)
	}
}
