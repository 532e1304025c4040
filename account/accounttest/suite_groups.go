package accounttest

import (
	"slices"
	"testing"

	"ronron/account"
	"ronron/internal/errs"
)

func groups(t *testing.T, s Subject) {
	ctx := t.Context()
	join(t, s, "ana")
	join(t, s, "bob")
	must(t, s.Directory.AddGroup(ctx, "wiki"))
	must(t, s.Directory.AddGroup(ctx, "board-2"))
	for range 2 { // once more changes nothing
		must(t, s.Directory.AddToGroup(ctx, "wiki", "bob"))
		must(t, s.Directory.AddToGroup(ctx, "wiki", "ana"))
	}
	got, err := s.Directory.Groups(ctx)
	must(t, err)
	same(t, "groups", got, []account.Group{
		{Name: "admins", Members: []account.Login{}, Builtin: true},
		{Name: "board-2", Members: []account.Login{}},
		{Name: "members", Members: []account.Login{"ana", "bob"}, Builtin: true},
		{Name: "wiki", Members: []account.Login{"ana", "bob"}},
	})
	for range 2 {
		must(t, s.Directory.RemoveFromGroup(ctx, "wiki", "ana"))
	}
	same(t, "wiki without ana", groupMembers(t, s)["wiki"], []account.Login{"bob"})
	must(t, s.Directory.RemoveFromGroup(ctx, "wiki", "bob"))
	same(t, "wiki without its last member", groupMembers(t, s)["wiki"], []account.Login{})
	must(t, s.Directory.AddToGroup(ctx, "wiki", "bob"))
	must(t, s.Directory.RemoveGroup(ctx, "wiki"))
	if _, there := groupMembers(t, s)["wiki"]; there {
		t.Error("wiki is still listed after RemoveGroup")
	}
	m, err := s.Directory.Member(ctx, "bob")
	must(t, err)
	same(t, "bob's groups after one was removed", m.Groups, []string{account.Members})
	must(t, s.Directory.AddGroup(ctx, "wiki"))
	same(t, "a group made anew", groupMembers(t, s)["wiki"], []account.Login{})
}

func groupsInvalid(t *testing.T, s Subject) {
	ctx := t.Context()
	join(t, s, "ana")
	must(t, s.Directory.AddGroup(ctx, "wiki"))
	want(t, s.Directory.AddGroup(ctx, "wiki"), errs.Conflict, "wiki")
	want(t, s.Directory.AddGroup(ctx, account.Members), errs.Conflict)
	want(t, s.Directory.RemoveGroup(ctx, account.Members), errs.Invalid, account.Members)
	want(t, s.Directory.RemoveGroup(ctx, account.Admins), errs.Invalid, account.Admins)
	want(t, s.Directory.RemoveFromGroup(ctx, account.Members, "ana"), errs.Invalid)
	for _, hostile := range append(slices.Clone(Hostile), "WIKI", "wiki ", `\77iki`) {
		name := string(hostile)
		want(t, s.Directory.AddGroup(ctx, name), errs.Invalid)
		for what, err := range map[string]error{
			"RemoveGroup":     s.Directory.RemoveGroup(ctx, name),
			"AddToGroup":      s.Directory.AddToGroup(ctx, name, "ana"),
			"RemoveFromGroup": s.Directory.RemoveFromGroup(ctx, name, "ana"),
		} {
			if errs.CodeOf(err) != errs.NotFound {
				t.Errorf("%s(%q): %v; want NotFound", what, name, err)
			}
		}
	}
	same(t, "groups", groupMembers(t, s), map[string][]account.Login{
		"admins": {}, "members": {"ana"}, "wiki": {},
	})
}

func groupsLoseMembers(t *testing.T, s Subject) {
	ctx := t.Context()
	must(t, s.Directory.AddGroup(ctx, "wiki"))
	join(t, s, "ana", "wiki")
	join(t, s, "bob", "wiki")
	must(t, s.Directory.Remove(ctx, "ana"))
	same(t, "groups", groupMembers(t, s), map[string][]account.Login{"admins": {}, "members": {"bob"}, "wiki": {"bob"}})
	must(t, s.Directory.Remove(ctx, "bob"))
	same(t, "groups without anybody", groupMembers(t, s), map[string][]account.Login{"admins": {}, "members": {}, "wiki": {}})

	join(t, s, "ana") // somebody else, by the same login
	m, err := s.Directory.Member(ctx, "ana")
	must(t, err)
	same(t, "groups of a new account with an old login", m.Groups, []string{account.Members})
}

func lastAdministrator(t *testing.T, s Subject) {
	ctx := t.Context()
	join(t, s, "ana", account.Admins)
	join(t, s, "bob")
	refused := func(why string) {
		t.Helper()
		for what, err := range map[string]error{
			"Remove":          s.Directory.Remove(ctx, "ana"),
			"Suspend":         s.Directory.Suspend(ctx, "ana"),
			"RemoveFromGroup": s.Directory.RemoveFromGroup(ctx, account.Admins, "ana"),
		} {
			if errs.CodeOf(err) != errs.Conflict || errs.HintOf(err) == "" {
				t.Errorf("%s with %s: %v; want Conflict with a hint", what, why, err)
			}
		}
	}
	refused("one administrator")
	must(t, s.Directory.AddToGroup(ctx, account.Admins, "bob"))
	must(t, s.Directory.Suspend(ctx, "bob"))
	refused("a second one who is suspended")
	must(t, s.Directory.Remove(ctx, "bob"))
	refused("a second one who was removed")

	join(t, s, "bob", account.Admins)
	must(t, s.Directory.RemoveFromGroup(ctx, account.Admins, "ana"))
	must(t, s.Directory.Suspend(ctx, "ana"))
	must(t, s.Directory.Remove(ctx, "ana"))
	same(t, "administrators", groupMembers(t, s)[account.Admins], []account.Login{"bob"})
}
