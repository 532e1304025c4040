package accounttest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ronron/account"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

// Subject is one directory under test, from both of its sides.
type Subject struct {
	Directory account.Directory
	SignIns   account.SignIns
}

// Run checks that a directory does what account.Directory and account.SignIns
// say. open returns an empty one on which EnsureBase was called once; it is called for each case.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s Subject)
	}{
		{"EnsureBase_MakesTheBuiltinGroupsAndCanBeCalledAgain", ensureBase},
		{"Add_IsReadBackAsWritten", add},
		{"Add_TakenLoginOrMail", addTaken},
		{"Add_BreakingARule", addInvalid},
		{"Add_AtTheSameTime", addAtOnce},
		{"Members_AreSortedByLogin", membersSorted},
		{"UnknownLogin", unknownLogin},
		{"Groups_AreMadeFilledAndRemoved", groups},
		{"Groups_BreakingARule", groupsInvalid},
		{"Groups_LoseWhoIsRemoved", groupsLoseMembers},
		{"LastAdministrator_Stays", lastAdministrator},
		{"Service_CanBeEnsuredAndRemovedAgain", service},
		{"Context_IsHonoured", contextDone},
		{"SignIn_RightAndWrong", signIn},
		{"SignIn_LocksOutAfterWrongPasswords", lockout},
		{"SignIn_ForgetsWrongPasswordsAfterARightOne", forgets},
		{"Suspend_IsNoLockoutAndOutlivesANewPassword", suspend},
		{"ChangePassword", changePassword},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Hostile are texts that mean something to a server when they are not escaped;
// none of them is a login.
var Hostile = []account.Login{
	"", " ", "*", "*)(uid=*", "a*", `\00`, "\x00", "ana\x00", "ana)(|(uid=*", "ana,ou=people", "ana+cn=x", "uid=ana",
	`ana\`, `\61na`, "#616e61", "ANA", "ana ", " ana", "аna", "änà", "😺", "\xff\xfe", "cn=admin", "ana\nbob",
}

var password = secret.New("correct horse battery")

func want(t *testing.T, err error, code errs.Code, words ...string) {
	t.Helper()
	if got := errs.CodeOf(err); got != code {
		t.Fatalf("code %q (%v); want %q", got, err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (hint: %s)", err, errs.HintOf(err))
	}
}

// join adds a member with the usual password.
func join(t *testing.T, s Subject, login account.Login, groups ...string) {
	t.Helper()
	must(t, s.Directory.Add(t.Context(), account.Member{Login: login, Mail: string(login) + "@example.org", Groups: groups}, password))
}

func logins(t *testing.T, s Subject) []account.Login {
	t.Helper()
	members, err := s.Directory.Members(t.Context())
	must(t, err)
	all := []account.Login{}
	for _, m := range members {
		all = append(all, m.Login)
	}
	return all
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func groupMembers(t *testing.T, s Subject) map[string][]account.Login {
	t.Helper()
	all, err := s.Directory.Groups(t.Context())
	must(t, err)
	by := map[string][]account.Login{}
	for _, g := range all {
		by[g.Name] = g.Members
	}
	return by
}

func ensureBase(t *testing.T, s Subject) {
	join(t, s, "ana", account.Admins)
	for range 2 {
		must(t, s.Directory.EnsureBase(t.Context()))
		got, err := s.Directory.Groups(t.Context())
		must(t, err)
		same(t, "groups", got, []account.Group{
			{Name: "admins", Members: []account.Login{"ana"}, Builtin: true},
			{Name: "members", Members: []account.Login{"ana"}, Builtin: true},
		})
	}
}

func add(t *testing.T, s Subject) {
	must(t, s.Directory.AddGroup(t.Context(), "wiki"))
	before := time.Now().Add(-2 * time.Minute) // the server's clock is not ours
	for _, m := range []account.Member{
		{Login: "ana", Name: "Ana Pérez Núñez", GivenName: "Ana", FamilyName: "Pérez Núñez", Mail: "ana@example.org", Groups: []string{"wiki", account.Admins}},
		{Login: "mononym", Name: "Björk", Mail: "bjork@example.org"},
		{Login: "a.b-c_d9", Name: `"Quoted", <b>&amp;</b> (x=*) \2a #1 🐈`, FamilyName: "=,+;", Mail: "a+b@example.org"},
		{Login: "cj", Name: "王小明", GivenName: "小明", FamilyName: "王", Mail: "o'neil@xn--exmple-cua.org"},
		{Login: "out", Name: "Out", Mail: "out@example.org", Suspended: true},
	} {
		must(t, s.Directory.Add(t.Context(), m, password))
		got, err := s.Directory.Member(t.Context(), m.Login)
		must(t, err)
		if got.Created.Before(before) || got.Created.After(time.Now().Add(2*time.Minute)) {
			t.Errorf("%s was created %v; it is %v now", m.Login, got.Created, time.Now())
		}
		m.Created = got.Created
		m.Groups = slices.Sorted(slices.Values(append(m.Groups, account.Members)))
		same(t, string(m.Login), got, m)
	}
	must(t, s.Directory.Add(t.Context(), account.Member{Login: "plain", Mail: "plain@example.org"}, password))
	got, err := s.Directory.Member(t.Context(), "plain")
	must(t, err)
	same(t, "the name of somebody who gave none", got.Name, "plain")
}

func addTaken(t *testing.T, s Subject) {
	join(t, s, "ana")
	try := func(login account.Login, mail string) error {
		return s.Directory.Add(t.Context(), account.Member{Login: login, Mail: mail}, password)
	}
	want(t, try("ana", "new@example.org"), errs.Conflict, "login ana")
	want(t, try("new", "ana@example.org"), errs.Conflict, "mail address ana@example.org")
	want(t, try("new", "ANA@Example.org"), errs.Conflict, "mail address")
	want(t, try("ana", "ana@example.org"), errs.Conflict, "login ana")
	same(t, "members", logins(t, s), []account.Login{"ana"})

	must(t, s.Directory.Remove(t.Context(), "ana"))
	join(t, s, "ana") // both are free again
}

func addInvalid(t *testing.T, s Subject) {
	for _, login := range append(slices.Clone(Hostile), "root", "x", account.Login(strings.Repeat("x", 33))) {
		err := s.Directory.Add(t.Context(), account.Member{Login: login, Mail: "x@example.org"}, password)
		want(t, err, errs.Invalid)
	}
	for _, m := range []account.Member{
		{Login: "ana", Mail: ""},
		{Login: "ana", Mail: "not an address"},
		{Login: "ana", Mail: "Ana <ana@example.org>"},
		{Login: "ana", Mail: "ana@exämple.org"},
		{Login: "ana", Mail: strings.Repeat("x", 250) + "@example.org"},
		{Login: "ana", Mail: "ana@example.org", Name: "two\nlines"},
		{Login: "ana", Mail: "ana@example.org", Name: "nul\x00"},
		{Login: "ana", Mail: "ana@example.org", FamilyName: "\xff"},
		{Login: "ana", Mail: "ana@example.org", GivenName: strings.Repeat("é", 129)},
	} {
		want(t, s.Directory.Add(t.Context(), m, password), errs.Invalid)
	}
	for _, p := range []string{"", "short", strings.Repeat("é", account.MinPassword-1), strings.Repeat("x", 201)} {
		err := s.Directory.Add(t.Context(), account.Member{Login: "ana", Mail: "ana@example.org"}, secret.New(p))
		want(t, err, errs.Invalid, "The password has")
		if p != "" && strings.Contains(err.Error(), p) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	for _, group := range []string{"unknown", "*", "", "members,ou=x"} {
		err := s.Directory.Add(t.Context(), account.Member{Login: "ana", Mail: "ana@example.org", Groups: []string{group}}, password)
		want(t, err, errs.NotFound, "group")
	}
	same(t, "members after nothing but refusals", logins(t, s), []account.Login{})
}

func addAtOnce(t *testing.T, s Subject) {
	const n = 12
	var wg sync.WaitGroup
	sameLogin, sameMail, different := make([]error, n), make([]error, n), make([]error, n)
	for i := range n {
		letter := string(rune('a' + i))
		wg.Go(func() {
			sameLogin[i] = s.Directory.Add(t.Context(), account.Member{Login: "one", Mail: "one-" + letter + "@example.org"}, password)
		})
		wg.Go(func() {
			sameMail[i] = s.Directory.Add(t.Context(), account.Member{Login: account.Login("mail-" + letter), Mail: "shared@example.org"}, password)
		})
		wg.Go(func() {
			different[i] = s.Directory.Add(t.Context(), account.Member{Login: account.Login("own-" + letter), Mail: letter + "@example.org"}, password)
		})
	}
	wg.Wait()
	for what, results := range map[string][]error{"login": sameLogin, "mail": sameMail} {
		won := 0
		for _, err := range results {
			if err == nil {
				won++
				continue
			}
			want(t, err, errs.Conflict, what)
		}
		if won != 1 {
			t.Errorf("%d accounts were made with one %s; want 1", won, what)
		}
	}
	for _, err := range different {
		must(t, err)
	}
	got := logins(t, s)
	if len(got) != n+2 {
		t.Errorf("%d members; want %d", len(got), n+2)
	}
	same(t, "everybody is in the group of everybody", groupMembers(t, s)[account.Members], got)
}

func membersSorted(t *testing.T, s Subject) {
	same(t, "members of an empty directory", logins(t, s), []account.Login{})
	for _, login := range []account.Login{"zoe", "ana", "ana2", "bob", "ana-b", "ana.b"} {
		join(t, s, login)
	}
	got := logins(t, s)
	if !slices.IsSorted(got) || len(got) != 6 {
		t.Errorf("members are %v; want six, sorted", got)
	}
	must(t, s.Directory.Remove(t.Context(), "bob"))
	if slices.Contains(logins(t, s), "bob") {
		t.Error("bob is still listed after Remove")
	}
}

func unknownLogin(t *testing.T, s Subject) {
	ctx := t.Context()
	join(t, s, "ana", account.Admins)
	must(t, s.Directory.AddGroup(ctx, "wiki"))
	for _, login := range append(slices.Clone(Hostile), "stranger") {
		_, err := s.Directory.Member(ctx, login)
		for what, err := range map[string]error{
			"Member":          err,
			"SetPassword":     s.Directory.SetPassword(ctx, login, password),
			"Suspend":         s.Directory.Suspend(ctx, login),
			"Resume":          s.Directory.Resume(ctx, login),
			"Remove":          s.Directory.Remove(ctx, login),
			"AddToGroup":      s.Directory.AddToGroup(ctx, "wiki", login),
			"RemoveFromGroup": s.Directory.RemoveFromGroup(ctx, "wiki", login),
		} {
			if errs.CodeOf(err) != errs.NotFound {
				t.Errorf("%s(%q): %v; want NotFound", what, login, err)
			}
		}
	}
	m, err := s.Directory.Member(ctx, "ana")
	must(t, err)
	if m.Suspended || !slices.Equal(m.Groups, []string{account.Admins, account.Members}) {
		t.Errorf("ana was touched: %+v", m)
	}
}

func service(t *testing.T, s Subject) {
	ctx := t.Context()
	long := secret.Generate(32, "")
	must(t, s.Directory.AddGroup(ctx, "wiki"))
	for range 2 {
		must(t, s.Directory.EnsureService(ctx, "wiki", long, []string{"wiki", account.Members, "wiki"}))
	}
	must(t, s.Directory.EnsureService(ctx, "wiki", secret.Generate(32, ""), nil))
	want(t, s.Directory.EnsureService(ctx, "wiki", long, []string{"unknown"}), errs.NotFound, "unknown")
	want(t, s.Directory.EnsureService(ctx, "wiki", secret.New("short"), nil), errs.Invalid)
	want(t, s.Directory.EnsureService(ctx, "", long, nil), errs.Invalid)
	for range 2 {
		must(t, s.Directory.RemoveService(ctx, "wiki"))
	}
	same(t, "services are no members", logins(t, s), []account.Login{})
}

func contextDone(t *testing.T, s Subject) {
	join(t, s, "ana")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	late, end := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer end()
	for code, ctx := range map[errs.Code]context.Context{errs.Interrupted: stopped, errs.Unavailable: late} {
		_, err := s.Directory.Members(ctx)
		want(t, err, code)
		want(t, s.Directory.Remove(ctx, "ana"), code)
		_, err = s.SignIns.SignIn(ctx, "ana", password)
		want(t, err, code)
	}
	same(t, "members", logins(t, s), []account.Login{"ana"})
}
