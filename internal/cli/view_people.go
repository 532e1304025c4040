package cli

import (
	"fmt"
	"strings"
	"time"

	"ronron/account"
)

// Members is a table of everybody.
func (v humanView) Members(members []account.Member) error {
	if len(members) == 0 {
		_, err := fmt.Fprintln(v.w, "Nobody has an account yet. The first: ronron member add LOGIN")
		return err
	}
	rows := [][]string{{"LOGIN", "NAME", "MAIL", "GROUPS", "STATE"}}
	for _, m := range members {
		rows = append(rows, []string{string(m.Login), printable(m.Name), printable(m.Mail), strings.Join(m.Groups, ", "), memberState(m)})
	}
	return v.table(rows, nil)
}

func memberState(m account.Member) string {
	switch {
	case m.Suspended:
		return "suspended"
	case m.LockedOut:
		return "locked out (wrong passwords; ends by itself)"
	}
	return "active"
}

// Member is one person in full.
func (v humanView) Member(m account.Member) error {
	rows := [][2]string{
		{"login", string(m.Login)},
		{"name", printable(m.Name)},
		{"given name", printable(m.GivenName)},
		{"family name", printable(m.FamilyName)},
		{"mail", printable(m.Mail)},
		{"groups", strings.Join(m.Groups, ", ")},
		{"state", memberState(m)},
	}
	if !m.Created.IsZero() {
		rows = append(rows, [2]string{"since", m.Created.Local().Format(time.DateOnly)})
	}
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(v.w, "%s  %s\n", v.paint.faint(pad(r[0], 11)), r[1])
		}
	}
	return nil
}

// Password shows a generated password, once.
func (v humanView) Password(login account.Login, password string) error {
	_, err := fmt.Fprintf(v.w, "Password of %s (shown once): %s\n", login, v.paint.strong(password))
	return err
}

// Groups is a table of groups with their members.
func (v humanView) Groups(groups []account.Group) error {
	rows := [][]string{{"GROUP", "MEMBERS", ""}}
	for _, g := range groups {
		var logins []string
		for _, l := range g.Members {
			logins = append(logins, string(l))
		}
		name := g.Name
		if g.Builtin {
			name += " (built in)"
		}
		rows = append(rows, []string{name, fmt.Sprint(len(g.Members)), strings.Join(logins, ", ")})
	}
	return v.table(rows, nil)
}
