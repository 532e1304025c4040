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
		fmt.Fprintf(&b, "Nothing to change on %s.\n", id)
		_, err := fmt.Fprint(v.w, b.String())
		return err
	}
	fmt.Fprintf(&b, "%s %s\n\n", v.paint.strong("To change on"), v.paint.strong(string(id)+":"))
	for _, row := range rowsOf(p) {
		fmt.Fprintf(&b, "  %s\n", v.paint.strong(row))
		for _, s := range p.Steps {
			if rowOf(s.Service) == row {
				b.WriteString(v.step(s))
			}
		}
	}
	fmt.Fprintf(&b, "\n%s\n", tally(p))
	_, err := fmt.Fprint(v.w, b.String())
	return err
}

func (v humanView) step(s plan.Step) string {
	symbol, text := stepText(s)
	switch symbol {
	case "+":
		symbol = v.paint.good(symbol)
	case "~":
		symbol = v.paint.warn(symbol)
	case "-":
		symbol = v.paint.bad(symbol)
	}
	line := fmt.Sprintf("    %s %s\n", symbol, text)
	if s.LosesData {
		line += fmt.Sprintf("      %s\n", v.paint.bad("! its data is lost for good"))
	}
	return line
}

// tally counts the steps by what they do.
func tally(p plan.Plan) string {
	count := map[string]int{}
	lost := 0
	for _, s := range p.Steps {
		symbol, _ := stepText(s)
		count[symbol]++
		if s.LosesData {
			lost++
		}
	}
	text := fmt.Sprintf("%d to add, %d to change, %d to take away.", count["+"], count["~"], count["-"])
	if lost > 0 {
		text += fmt.Sprintf(" %d can lose data.", lost)
	}
	return text
}

func (v humanView) Nothing(addresses []api.Address) error {
	fmt.Fprintln(v.w, "Nothing to change.")
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
		fmt.Fprintf(v.w, "\n%s\n", v.paint.good(string(id)+" is up."))
	} else {
		fmt.Fprintf(v.w, "\n%s\n", v.paint.warn(string(id)+" is up in part."))
	}
	v.addresses(r.Addresses)
	if a := r.Administrator; a != nil {
		fmt.Fprintf(v.w, "\nFirst administrator (shown once):\n  login     %s\n  password  %s\n", a.Login, v.paint.strong(a.Password))
	}
	if complete && r.Administrator != nil { // the first time
		fmt.Fprint(v.w, trust, fmt.Sprintf(next, id))
	}
	return nil
}

const trust = `
Browsers do not know this chaton's own certificate authority yet. To trust it:
  ronron ca > ronron-root.pem
  Firefox           Settings > Privacy & Security > Certificates > View Certificates > Authorities > Import
  Chromium          Settings > Privacy and security > Security > Manage certificates > Authorities > Import
  Debian (curl, …)  cp ronron-root.pem /usr/local/share/ca-certificates/ronron-root.crt && update-ca-certificates
`

const next = `
What next:
  give somebody an account      ronron member add ana --name Ana --mail ana@%s
  see how everything runs       ronron status
  see what else can be offered  ronron services
`
