package ldap

import (
	"slices"
	"testing"

	"ronron/account"
	"ronron/internal/errs"
)

// The portal's own account sees who may come in through the gate, with their
// groups, and nobody who is suspended.
func TestServer_PortalLooksMembersUpByItself(t *testing.T) {
	s := startServer(t)
	d := s.peopled()
	portal := NewPortal(s.service(d, "portal", "board", "members"))
	defer portal.Close()
	ctx := t.Context()
	known, err := d.Member(ctx, "bob")
	if err != nil {
		t.Fatal(err)
	}
	got, err := portal.Member(ctx, "bob")
	// bob is in the group wiki too, which this account may not know of.
	if err != nil || got.Login != "bob" || got.Mail != known.Mail || got.Name != known.Name || !slices.Equal(got.Groups, []string{"board", "members"}) {
		t.Errorf("the portal sees %+v, %v; the directory holds %+v", got, err, known)
	}
	if err := d.Suspend(ctx, "bob"); err != nil {
		t.Fatal(err)
	}
	for _, login := range []account.Login{"bob", "stranger", "BOB", "*", "bob,ou=people"} {
		if m, err := portal.Member(ctx, login); errs.CodeOf(err) != errs.NotFound || m.Login != "" {
			t.Errorf("%q: %+v, %v; want NotFound", login, m, err)
		}
	}
	if err := d.Resume(ctx, "bob"); err != nil {
		t.Fatal(err)
	}
	if _, err := portal.Member(ctx, "bob"); err != nil {
		t.Errorf("after the suspension: %v", err)
	}
}
