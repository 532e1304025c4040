package cli

import (
	"fmt"
	"strings"
	"time"

	"ronron/account"
	"ronron/internal/text"
)

// Members is a table of everybody.
func (v humanView) Members(members []account.Member) error {
	if len(members) == 0 {
		_, err := fmt.Fprintln(v.w, v.say("Nobody has an account yet. The first: ronron member add LOGIN"))
		return err
	}
	rows := [][]string{v.head(text.Of("LOGIN"), text.Of("NAME"), text.Of("MAIL"), text.Of("GROUPS"), text.Of("STATE"))}
	for _, m := range members {
		rows = append(rows, []string{string(m.Login), printable(m.Name), printable(m.Mail), strings.Join(m.Groups, ", "), v.memberState(m)})
	}
	return v.table(rows, nil)
}

func (t tongue) memberState(m account.Member) string {
	switch {
	case m.Suspended:
		return t.say("suspended")
	case m.LockedOut:
		return t.say("locked out (wrong passwords; ends by itself)")
	}
	return t.say("active")
}

// Member is one person in full.
func (v humanView) Member(m account.Member) error {
	rows := [][2]string{
		{v.say("login"), string(m.Login)},
		{v.say("name"), printable(m.Name)},
		{v.say("given name"), printable(m.GivenName)},
		{v.say("family name"), printable(m.FamilyName)},
		{v.say("mail"), printable(m.Mail)},
		{v.say("groups"), strings.Join(m.Groups, ", ")},
		{v.say("state"), v.memberState(m)},
	}
	if !m.Created.IsZero() {
		rows = append(rows, [2]string{v.say("since"), m.Created.Local().Format(time.DateOnly)})
	}
	var labels []string
	for _, r := range rows {
		labels = append(labels, r[0])
	}
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(v.w, "%s  %s\n", v.paint.faint(pad(r[0], widest(labels))), r[1])
		}
	}
	return nil
}

// Password shows a generated password, once.
func (v humanView) Password(login account.Login, password string) error {
	_, err := fmt.Fprintln(v.w, v.say("Password of %s (shown once): %s", login, v.paint.strong(password)))
	return err
}

// Groups is a table of groups with their members.
func (v humanView) Groups(groups []account.Group) error {
	rows := [][]string{v.head(text.Of("GROUP"), text.Of("MEMBERS"), text.Text{})}
	for _, g := range groups {
		var logins []string
		for _, l := range g.Members {
			logins = append(logins, string(l))
		}
		name := g.Name
		if g.Builtin {
			name = v.say("%s (built in)", name)
		}
		rows = append(rows, []string{name, fmt.Sprint(len(g.Members)), strings.Join(logins, ", ")})
	}
	return v.table(rows, nil)
}
