package cli

import (
	"fmt"
	"strings"

	"ronron/internal/api"
	"ronron/services"
	"ronron/services/plan"
)

// Plan groups the steps by service, in the order in which the plan begins with each.
func (v humanView) Plan(id services.ChatonID, p plan.Plan) error {
	var b strings.Builder
	if p.Empty() {
		_, err := fmt.Fprintln(v.w, v.say("Nothing to change on %s.", id))
		return err
	}
	fmt.Fprintf(&b, "%s\n\n", v.paint.strong(v.say("To change on %s:", id)))
	for _, row := range v.rowsOf(p) {
		fmt.Fprintf(&b, "  %s\n", v.paint.strong(row))
		for _, s := range p.Steps {
			if v.rowOf(s.Service) == row {
				b.WriteString(v.stepLine(s))
			}
		}
	}
	fmt.Fprintf(&b, "\n%s\n", v.tally(p))
	_, err := fmt.Fprint(v.w, b.String())
	return err
}

func (v humanView) stepLine(s plan.Step) string {
	symbol, said := v.step(s)
	switch symbol {
	case "+":
		symbol = v.paint.good(symbol)
	case "~":
		symbol = v.paint.warn(symbol)
	case "-":
		symbol = v.paint.bad(symbol)
	}
	line := fmt.Sprintf("    %s %s\n", symbol, said)
	if s.LosesData {
		line += fmt.Sprintf("      %s\n", v.paint.bad(v.say("! its data is lost for good")))
	}
	return line
}

// tally counts the steps by what they do.
func (t tongue) tally(p plan.Plan) string {
	count := map[string]int{}
	lost := 0
	for _, s := range p.Steps {
		symbol, _ := t.step(s)
		count[symbol]++
		if s.LosesData {
			lost++
		}
	}
	said := t.say("%d to add, %d to change, %d to take away.", count["+"], count["~"], count["-"])
	if lost > 0 {
		said += t.say(" %d can lose data.", lost)
	}
	return said
}

func (v humanView) Nothing(addresses []api.Address) error {
	fmt.Fprintln(v.w, v.say("Nothing to change."))
	return v.addresses(addresses)
}

func (v humanView) addresses(list []api.Address) error {
	width := 0
	for _, a := range list {
		width = max(width, len([]rune(a.Title)))
	}
	fmt.Fprintln(v.w)
	for _, a := range list {
		fmt.Fprintf(v.w, "  %s  %s\n", pad(printable(a.Title), width), v.paint.strong(a.URL))
	}
	return nil
}

// Report is what stands at the end of `up`: where to go, with which account,
// and what to do next.
func (v humanView) Report(id services.ChatonID, r api.Report, complete bool) error {
	if len(r.Addresses) == 0 && r.Administrator == nil {
		return nil
	}
	if complete {
		fmt.Fprintf(v.w, "\n%s\n", v.paint.good(v.say("%s is up.", id)))
	} else {
		fmt.Fprintf(v.w, "\n%s\n", v.paint.warn(v.say("%s is up in part.", id)))
	}
	v.addresses(r.Addresses)
	if a := r.Administrator; a != nil {
		fmt.Fprint(v.w, v.say("\nFirst administrator (shown once):\n  login     %s\n  password  %s\n", a.Login, v.paint.strong(a.Password)))
	}
	if complete && r.Administrator != nil { // the first time
		fmt.Fprint(v.w, v.say(trust, v.typed.command(id, "ca")), v.say(next,
			v.typed.command(id, "member add sam --name Sam --mail sam@"+string(id)),
			v.typed.command(id, "status"), v.typed.withFile("services")))
	}
	return nil
}

const trust = `
Browsers do not know this chaton's own certificate authority yet. To trust it:
  %s > ronron-root.pem
  Firefox           Settings > Privacy & Security > Certificates > View Certificates > Authorities > Import
  Chromium          Settings > Privacy and security > Security > Manage certificates > Authorities > Import
  Debian (curl, …)  cp ronron-root.pem /usr/local/share/ca-certificates/ronron-root.crt && update-ca-certificates
`

const next = `
What next:
  give somebody an account      %s
  see how everything runs       %s
  see what else can be offered  %s
`
