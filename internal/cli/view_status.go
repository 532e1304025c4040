package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"ronron/internal/api"
	"ronron/internal/text"
	"ronron/services"
)

// table writes rows in columns; the first row is the head. Cells are padded
// before they are coloured, so that colours do not count as letters.
func (v humanView) table(rows [][]string, colour func(row, column int, padded string) string) error {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for y, row := range rows {
		var b strings.Builder
		for x, cell := range row {
			padded := cell
			if x < len(row)-1 {
				padded = pad(cell, widths[x]+2)
			}
			switch {
			case y == 0:
				padded = v.paint.faint(padded)
			case colour != nil:
				padded = colour(y, x, padded)
			}
			b.WriteString(padded)
		}
		if _, err := fmt.Fprintln(v.w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// head is the first row of a table.
func (v humanView) head(names ...text.Text) (row []string) {
	for _, n := range names {
		row = append(row, v.in(n))
	}
	return row
}

// Status is a table of services, with the units of those that are not well.
func (v humanView) Status(s api.Status) error {
	fmt.Fprintf(v.w, "%s  %s\n", v.paint.strong(cmp.Or(printable(s.Name), s.Chaton)), s.URL)
	if s.Lock != nil {
		fmt.Fprintf(v.w, "%s\n", v.paint.warn(v.say("Being changed by %s (%s) since %s.", printable(s.Lock.Who), s.Lock.What, s.Lock.Since.Local().Format(time.TimeOnly))))
	}
	fmt.Fprintln(v.w)
	rows := [][]string{v.head(text.Of("SERVICE"), text.Of("STATE"), text.Of("SINCE"), text.Of("ADDRESS"))}
	for _, service := range s.Services {
		rows = append(rows, []string{string(service.Name), v.in(api.StateText(service.State)), v.since(service), service.URL})
	}
	err := v.table(rows, func(y, x int, padded string) string {
		if x == 1 {
			return v.state(s.Services[y-1].State, padded)
		}
		return padded
	})
	for _, service := range s.Services {
		v.why(service)
	}
	return err
}

func (v humanView) state(state, padded string) string {
	switch state {
	case "healthy":
		return v.paint.good(padded)
	case "starting":
		return v.paint.warn(padded)
	}
	return v.paint.bad(padded)
}

// since is how long the youngest unit of the service has run.
func (v humanView) since(s api.ServiceStatus) string {
	var youngest time.Time
	for _, u := range s.Units {
		if u.Started.After(youngest) {
			youngest = u.Started
		}
	}
	if youngest.IsZero() {
		return "-"
	}
	return v.age(v.now().Sub(youngest))
}

func (v humanView) why(s api.ServiceStatus) {
	said := func(why text.Text) string { return printable(v.in(why)) }
	if s.State == "healthy" {
		return
	}
	if s.Why != "" {
		fmt.Fprintf(v.w, "\n%s\n", v.colon(v.paint.strong(string(s.Name)), said(s.Text())))
	}
	for _, u := range s.Units {
		if !u.Healthy && u.Why != "" && u.Why != s.Why {
			fmt.Fprintf(v.w, "  %s\n", v.say("%s is %s: %s", u.Name, u.State, said(u.Text())))
		}
	}
}

// age is a duration in its largest unit.
func (t tongue) age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return t.say("%d s", max(0, int(d.Seconds())))
	case d < time.Hour:
		return t.say("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return t.say("%d h", int(d.Hours()))
	}
	return t.say("%d days", int(d.Hours()/24))
}

// Chatons lists the daemons on this machine.
func (v humanView) Chatons(daemons []Daemon) error {
	if len(daemons) == 0 {
		_, err := fmt.Fprintln(v.w, v.say("No chaton runs here."))
		return err
	}
	rows := [][]string{v.head(text.Of("CHATON"), text.Of("DAEMON"), text.Of("VERSION"))}
	for _, d := range daemons {
		rows = append(rows, []string{string(d.Chaton), v.say("%s", services.UnitState(d.State)), d.Version})
	}
	return v.table(rows, nil)
}

// Catalog lists the recipes.
func (v humanView) Catalog(entries []catalogEntry) error {
	rows := [][]string{v.head(text.Of("RECIPE"), text.Of("SOFTWARE"), text.Of("VERSION"), text.Of("LICENCE"), text.Of("DEPLOYED AS"), text.Of("WHAT IT IS"))}
	for _, e := range entries {
		as := "-"
		if len(e.Services) > 0 {
			var names []string
			for _, n := range e.Services {
				names = append(names, string(n))
			}
			as = strings.Join(names, ", ")
		}
		licence, _, several := strings.Cut(e.Licence, " AND ")
		if several {
			licence += " …" // the rest is on the recipe's page
		}
		rows = append(rows, []string{e.Recipe, e.Software, e.Version, licence, as, e.Summary})
	}
	return v.table(rows, nil)
}

// Checks shows what `doctor` found, and what to do about it.
func (v humanView) Checks(checks []api.Check) error {
	width := 0
	for _, c := range checks {
		width = max(width, len([]rune(v.checkName(c.Name))))
	}
	for _, c := range checks {
		mark := v.paint.good("✓")
		switch c.Level {
		case "warning":
			mark = v.paint.warn("!")
		case "problem":
			mark = v.paint.bad("✗")
		}
		message, fix := c.Text()
		fmt.Fprintf(v.w, "%s %s  %s\n", mark, pad(v.checkName(c.Name), width), printable(v.in(message)))
		if c.Fix != "" && c.Level != "ok" {
			fmt.Fprintf(v.w, "  %s  %s %s\n", pad("", width), v.paint.strong(v.say("What to do:")), v.in(fix))
		}
	}
	return nil
}

// Valid says that a file is well.
func (v humanView) Valid(n validity) error {
	if !n.Valid {
		return nil // the diagnostics said it
	}
	_, err := fmt.Fprintln(v.w, v.in(text.Plural(n.Services,
		"%s is valid: %d service besides the house's own.", "%s is valid: %d services besides the house's own.", n.File, n.Services)))
	return err
}

// Version is one line.
func (v humanView) Version(n versions) error {
	_, err := fmt.Fprintln(v.w, v.say("ronron %s (API %d, %s)", n.Version, n.API, n.Go))
	return err
}
