package ldap

import (
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"ronron/account"
)

func TestMemberFrom(t *testing.T) {
	base := BaseDN("chaton.localhost")
	now := time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)
	e := ldap.NewEntry(MemberDN(base, "ana"), map[string][]string{
		"uid": {"ana"}, "displayName": {"Ana Pérez"}, "givenName": {"Ana"}, "sn": {"Pérez"}, "mail": {"ana@example.org"},
		"memberOf":        {GroupDN(base, "wiki"), GroupDN(base, "admins"), "cn=elsewhere,dc=example"},
		"createTimestamp": {"20300101090807Z"},
	})
	want := account.Member{
		Login: "ana", Name: "Ana Pérez", GivenName: "Ana", FamilyName: "Pérez", Mail: "ana@example.org",
		Groups: []string{"admins", "wiki"}, Created: time.Date(2030, 1, 1, 9, 8, 7, 0, time.UTC),
	}
	if diff := cmp.Diff(want, memberFrom(e, base, now)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestMemberFrom_Locks(t *testing.T) {
	now := time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)
	for mark, want := range map[string]struct{ suspended, lockedOut bool }{
		"":                       {},
		"000001010000Z":          {suspended: true},
		"20300102114501Z":        {lockedOut: true},
		"20300102114459Z":        {}, // a quarter of an hour is over
		"20300102115959.123456Z": {lockedOut: true},
		"nonsense":               {},
	} {
		e := ldap.NewEntry("", map[string][]string{"pwdAccountLockedTime": {mark}})
		m := memberFrom(e, "dc=x", now)
		if m.Suspended != want.suspended || m.LockedOut != want.lockedOut {
			t.Errorf("%q: suspended %v, locked out %v; want %+v", mark, m.Suspended, m.LockedOut, want)
		}
	}
}
