package ldap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"ronron/account"
	"ronron/internal/secret"
)

var testPassword = secret.New("correct horse battery")

// peopled fills the server with ana (admins), bob and cleo (wiki), dan (wiki and
// board, suspended) and eve (board).
func (s *server) peopled() *Directory {
	s.t.Helper()
	d := s.directory()
	for _, group := range []string{"wiki", "board"} {
		if err := d.AddGroup(s.t.Context(), group); err != nil {
			s.t.Fatal(err)
		}
	}
	for login, groups := range map[account.Login][]string{
		"ana": {"admins"}, "bob": {"wiki", "board"}, "cleo": {"wiki"}, "dan": {"wiki", "board"}, "eve": {"board"},
	} {
		m := account.Member{Login: login, Mail: string(login) + "@example.org", Groups: groups, Suspended: login == "dan"}
		if err := d.Add(s.t.Context(), m, testPassword); err != nil {
			s.t.Fatal(err)
		}
	}
	return d
}

// guest adds a member for the time of one test.
func (s *server) guest(d *Directory, login account.Login) {
	s.t.Helper()
	if err := d.Add(s.t.Context(), account.Member{Login: login, Mail: string(login) + "@example.org"}, testPassword); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { d.Remove(context.Background(), login) })
}

// seen returns the names of the entries that a search finds, sorted.
func seen(t *testing.T, conn *ldap.Conn, base, filter string) []string {
	t.Helper()
	return seenWith(t, conn, base, filter, "1.1")
}

func seenWith(t *testing.T, conn *ldap.Conn, base, filter string, attributes ...string) []string {
	t.Helper()
	names := []string{}
	for _, e := range found(t, conn, base, filter, attributes...) {
		names = append(names, strings.SplitN(e.DN, ",", 2)[0])
	}
	slices.Sort(names)
	return names
}

func found(t *testing.T, conn *ldap.Conn, base, filter string, attributes ...string) []*ldap.Entry {
	t.Helper()
	result, err := conn.Search(ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil))
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil
	}
	if err != nil {
		t.Fatalf("search %s: %v", filter, err)
	}
	return result.Entries
}

func wantNames(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v; want %v", what, got, want)
	}
}

func TestRights(t *testing.T) {
	shared := startServer(t)
	shared.peopled()
	for name, test := range map[string]func(*testing.T, *server){
		"Anonymous_SeesNothing":                       anonymousSeesNothing,
		"Service_SeesOnlyTheMembersOfItsGroups":       serviceSeesItsMembers,
		"Service_SeesOnlyItsGroups":                   serviceSeesItsGroups,
		"Service_CannotProbeWhatItDoesNotSee":         serviceCannotProbe,
		"Service_WritesNothing":                       serviceWritesNothing,
		"Service_IsNotLockedOutByOthersGuesses":       serviceIsNotLockedOut,
		"Service_SeesWhatItsGroupsBecome":             serviceFollowsItsGroups,
		"Member_SeesAndChangesOnlyThemselves":         memberSeesThemselves,
		"Member_PlainPasswordFromAnAppIsHashed":       plainPasswordIsHashed,
		"Suspended_CannotEndItOnAnOpenConnection":     suspendedOnOpenConnection,
		"Suspended_LeavesAndReturnsToServicesAtOnce":  suspendedLeavesServices,
		"Removed_CannotGoOnWithAnOpenConnection":      removedOnOpenConnection,
		"EmptyPassword_IsRefusedForEverybody":         emptyPassword,
		"Passwords_AreKeptAsArgon2idAndServicesQuick": keptHashes,
	} {
		t.Run(name, func(t *testing.T) { test(t, shared.in(t)) })
	}
}

func anonymousSeesNothing(t *testing.T, s *server) {
	conn := s.unbound()
	if err := conn.UnauthenticatedBind(""); !ldap.IsErrorWithCode(err, ldap.LDAPResultInappropriateAuthentication) {
		t.Errorf("anonymous bind: %v; want it refused", err)
	}
	for _, base := range []string{"", "cn=Subschema", "cn=config", s.base, PeopleDN(s.base), MemberDN(s.base, "bob"), GroupsDN(s.base)} {
		for _, scope := range []int{ldap.ScopeBaseObject, ldap.ScopeWholeSubtree} {
			conn := s.unbound()
			result, err := conn.Search(ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", nil, nil))
			if err == nil || len(result.Entries) > 0 {
				t.Errorf("anonymous search of %q finds %d entries, error %v", base, len(result.Entries), err)
			}
		}
	}
	if ok, err := s.unbound().Compare(MemberDN(s.base, "bob"), "uid", "bob"); ok || err == nil {
		t.Errorf("anonymous compare: %v, %v", ok, err)
	}
}

func serviceSeesItsMembers(t *testing.T, s *server) {
	d := s.directory()
	for _, c := range []struct {
		service string
		groups  []string
		people  []string
	}{
		{"wiki", []string{"wiki"}, []string{"uid=bob", "uid=cleo"}},
		{"board-tool", []string{"board"}, []string{"uid=bob", "uid=eve"}},
		{"both", []string{"board", "wiki"}, []string{"uid=bob", "uid=cleo", "uid=eve"}},
		{"everybody", []string{"members"}, []string{"uid=ana", "uid=bob", "uid=cleo", "uid=eve"}},
		{"blind", nil, []string{}},
	} {
		config := s.service(d, c.service, c.groups...)
		conn := s.bound(config.BindDN, config.Password.Reveal())
		wantNames(t, c.service, seen(t, conn, PeopleDN(s.base), "(uid=*)"), c.people...)
	}

	config := s.service(d, "wiki", "wiki")
	conn := s.bound(config.BindDN, config.Password.Reveal())
	e := found(t, conn, s.base, "(&(objectClass=inetOrgPerson)(uid=bob))", "*", "+")
	if len(e) != 1 {
		t.Fatalf("bob is found %d times", len(e))
	}
	for attribute, want := range map[string]string{"uid": "bob", "cn": "bob", "sn": "bob", "displayName": "bob", "mail": "bob@example.org"} {
		if got := e[0].GetAttributeValue(attribute); got != want {
			t.Errorf("the service reads %s %q; want %q", attribute, got, want)
		}
	}
	if e[0].GetAttributeValue("entryUUID") == "" {
		t.Error("the service reads no entryUUID, by which many know an account again")
	}
	for _, hidden := range []string{"userPassword", "pwdChangedTime", "pwdFailureTime", "creatorsName", "modifiersName"} {
		if got := e[0].GetAttributeValues(hidden); len(got) > 0 {
			t.Errorf("the service reads %s", hidden)
		}
	}
	// bob is in board too, which is none of the wiki's business.
	wantNames(t, "bob's groups as the wiki sees them", e[0].GetAttributeValues("memberOf"), GroupDN(s.base, "wiki"))
}

func serviceSeesItsGroups(t *testing.T, s *server) {
	config := s.service(s.directory(), "wiki", "wiki")
	conn := s.bound(config.BindDN, config.Password.Reveal())
	wantNames(t, "everything", seen(t, conn, s.base, "(objectClass=*)"),
		"cn=admins", "cn=wiki", strings.SplitN(s.base, ",", 2)[0], "ou=groups", "ou=people", "uid=bob", "uid=cleo")
	for _, g := range found(t, conn, GroupsDN(s.base), "(objectClass=groupOfNames)", "cn", "member") {
		members := []string{}
		for _, dn := range g.GetAttributeValues("member") {
			members = append(members, strings.SplitN(dn, ",", 2)[0])
		}
		slices.Sort(members)
		want := map[string][]string{"wiki": {"uid=bob", "uid=cleo"}, "admins": {"uid=ana"}}[g.GetAttributeValue("cn")]
		wantNames(t, "members of "+g.DN, members, want...)
	}
	// By member, as most software asks.
	wantNames(t, "groups of cleo", seen(t, conn, GroupsDN(s.base), fmt.Sprintf("(member=%s)", MemberDN(s.base, "cleo"))), "cn=wiki")
}

func serviceCannotProbe(t *testing.T, s *server) {
	config := s.service(s.directory(), "wiki", "wiki")
	conn := s.bound(config.BindDN, config.Password.Reveal())
	for _, filter := range []string{
		"(uid=eve)", "(mail=eve@example.org)", "(uid=dan)", "(userPassword=*)", "(pwdFailureTime=*)", "(uid=nobody)", "(cn=nobody)",
		fmt.Sprintf("(memberOf=%s)", GroupDN(s.base, "board")),
		fmt.Sprintf("(member=%s)", MemberDN(s.base, "dan")),
		fmt.Sprintf("(member=%s)", nobodyDN(s.base)),
		fmt.Sprintf("(seeAlso=%s)", GroupDN(s.base, "wiki")),
		"(objectClass=simpleSecurityObject)", "(objectClass=pwdPolicy)",
	} {
		wantNames(t, filter, seen(t, conn, s.base, filter))
	}
	for dn, attribute := range map[string][2]string{
		MemberDN(s.base, "eve"):  {"uid", "eve"},
		MemberDN(s.base, "dan"):  {"uid", "dan"},
		MemberDN(s.base, "bob"):  {"userPassword", testPassword.Reveal()},
		GroupDN(s.base, "board"): {"member", MemberDN(s.base, "bob")},
	} {
		if ok, err := conn.Compare(dn, attribute[0], attribute[1]); ok || err == nil {
			t.Errorf("compare %s of %s: %v, %v; want an error", attribute[0], dn, ok, err)
		}
	}
}

func serviceWritesNothing(t *testing.T, s *server) {
	config := s.service(s.directory(), "portal", "members")
	conn := s.bound(config.BindDN, config.Password.Reveal())
	change := func(dn, attribute, value string) error {
		m := ldap.NewModifyRequest(dn, nil)
		m.Replace(attribute, []string{value})
		return conn.Modify(m)
	}
	join := ldap.NewModifyRequest(GroupDN(s.base, "admins"), nil)
	join.Add("member", []string{MemberDN(s.base, "bob")})
	_, passwordChange := conn.PasswordModify(ldap.NewPasswordModifyRequest(MemberDN(s.base, "bob"), "", "a new long password"))
	for what, err := range map[string]error{
		"a password":          change(MemberDN(s.base, "bob"), "userPassword", "a new long password"),
		"a password, by verb": passwordChange,
		"its own password":    change(config.BindDN, "userPassword", "a new long password"),
		"what it sees":        change(config.BindDN, "seeAlso", GroupDN(s.base, "admins")),
		"its policy":          change(config.BindDN, "pwdPolicySubentry", policyDN(s.base, "people")),
		"a name":              change(MemberDN(s.base, "bob"), "displayName", "Bob"),
		"a suspension":        change(MemberDN(s.base, "bob"), "pwdAccountLockedTime", suspended),
		"a policy":            change(policyDN(s.base, "people"), "pwdMaxFailure", "0"),
		"a group":             conn.Modify(join),
		"a removal":           conn.Del(ldap.NewDelRequest(MemberDN(s.base, "bob"), nil)),
		"a new entry":         conn.Add(addRequest(MemberDN(s.base, "mallory"), memberEntry(account.Member{Login: "mallory", Name: "M", Mail: "m@example.org"}, memberHash(testPassword)))),
		"a new name":          conn.ModifyDN(ldap.NewModifyDNRequest(MemberDN(s.base, "bob"), "uid=bobby", true, "")),
	} {
		if !ldap.IsErrorAnyOf(err, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultNoSuchObject) {
			t.Errorf("a service wrote %s: %v; want it refused", what, err)
		}
	}
	s.bound(MemberDN(s.base, "bob"), testPassword.Reveal())
}

func serviceIsNotLockedOut(t *testing.T, s *server) {
	config := s.service(s.directory(), "wiki", "wiki")
	for range 3 * account.MaxWrongPasswords {
		if err := s.unbound().Bind(config.BindDN, "a wrong one"); !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
			t.Fatalf("wrong password of a service: %v", err)
		}
	}
	s.bound(config.BindDN, config.Password.Reveal())
}

func serviceFollowsItsGroups(t *testing.T, s *server) {
	d := s.directory()
	config := s.service(d, "wiki", "wiki")
	conn := s.bound(config.BindDN, config.Password.Reveal())
	people := func() []string { return seen(t, conn, PeopleDN(s.base), "(uid=*)") }
	if err := d.EnsureService(t.Context(), "wiki", config.Password, []string{"board"}); err != nil {
		t.Fatal(err)
	}
	wantNames(t, "on the connection from before", people(), "uid=bob", "uid=eve")

	if err := errors.Join(
		d.AddGroup(t.Context(), "short-lived"),
		d.AddToGroup(t.Context(), "short-lived", "cleo"),
		d.EnsureService(t.Context(), "wiki", config.Password, []string{"short-lived"}),
	); err != nil {
		t.Fatal(err)
	}
	wantNames(t, "another group", people(), "uid=cleo")
	if err := d.RemoveGroup(t.Context(), "short-lived"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, "a group that is gone", people())

	if err := d.RemoveService(t.Context(), "wiki"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, "a service that is gone, on an open connection", people())
	if err := s.unbound().Bind(config.BindDN, config.Password.Reveal()); err == nil {
		t.Error("a removed service can still sign in")
	}
}

func memberSeesThemselves(t *testing.T, s *server) {
	conn := s.bound(MemberDN(s.base, "eve"), testPassword.Reveal())
	wantNames(t, "what eve sees", seen(t, conn, s.base, "(objectClass=*)"), "uid=eve")
	e := found(t, conn, MemberDN(s.base, "eve"), "(objectClass=*)", "*", "+")
	if len(e) != 1 || len(e[0].GetAttributeValues("memberOf")) != 2 || e[0].GetAttributeValue("mail") != "eve@example.org" {
		t.Errorf("eve reads %+v", e)
	}
	if e[0].GetAttributeValue("userPassword") != "" {
		t.Error("eve reads the hash of her password")
	}
	for attribute, value := range map[string]string{
		"mail": "other@example.org", "displayName": "Eve!", "uid": "evil", "pwdPolicySubentry": policyDN(s.base, "services"),
		"memberOf": GroupDN(s.base, "admins"), "pwdAccountLockedTime": "20300101000000Z",
	} {
		m := ldap.NewModifyRequest(MemberDN(s.base, "eve"), nil)
		m.Replace(attribute, []string{value})
		if err := conn.Modify(m); err == nil {
			t.Errorf("eve wrote her own %s", attribute)
		}
	}
	m := ldap.NewModifyRequest(MemberDN(s.base, "bob"), nil)
	m.Replace("userPassword", []string{"a new long password"})
	if err := conn.Modify(m); err == nil {
		t.Error("eve wrote bob's password")
	}
}

func plainPasswordIsHashed(t *testing.T, s *server) {
	d := s.directory()
	s.guest(d, "fay")
	dn := MemberDN(s.base, "fay")
	conn := s.bound(dn, testPassword.Reveal())
	change := func(password string) error {
		m := ldap.NewModifyRequest(dn, nil)
		m.Replace("userPassword", []string{password})
		return conn.Modify(m)
	}
	if err := change("elevenchars"); !ldap.IsErrorWithCode(err, ldap.LDAPResultConstraintViolation) {
		t.Errorf("a short password from an app: %v; want it refused", err)
	}
	if err := change("twelve chars"); err != nil {
		t.Fatal(err)
	}
	if kept := s.kept(dn); !strings.HasPrefix(kept, "{ARGON2}$argon2i") {
		t.Errorf("the password is kept as %.20q", kept)
	}
	s.bound(dn, "twelve chars")
}

func suspendedOnOpenConnection(t *testing.T, s *server) {
	d := s.directory()
	s.guest(d, "gus")
	dn := MemberDN(s.base, "gus")
	conn := s.bound(dn, testPassword.Reveal())
	if err := d.Suspend(t.Context(), "gus"); err != nil {
		t.Fatal(err)
	}
	m := ldap.NewModifyRequest(dn, nil)
	m.Replace("userPassword", []string{"a new long password"})
	if err := conn.Modify(m); err == nil {
		t.Error("a suspended member changed their password on a connection from before")
	}
	if _, err := conn.PasswordModify(ldap.NewPasswordModifyRequest("", testPassword.Reveal(), "a new long password")); err == nil {
		t.Error("a suspended member changed their password by the verb for it")
	}
	wantNames(t, "what a suspended member sees", seen(t, conn, s.base, "(objectClass=*)"))
	if m, err := d.Member(t.Context(), "gus"); err != nil || !m.Suspended {
		t.Errorf("gus is %+v, %v; want suspended", m, err)
	}
}

func suspendedLeavesServices(t *testing.T, s *server) {
	d := s.directory()
	config := s.service(d, "wiki", "wiki")
	conn := s.bound(config.BindDN, config.Password.Reveal())
	if err := s.unbound().Bind(MemberDN(s.base, "dan"), testPassword.Reveal()); !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) {
		t.Errorf("sign-in of a suspended member: %v", err)
	}
	if err := d.Resume(t.Context(), "dan"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, "after Resume", seen(t, conn, PeopleDN(s.base), "(uid=*)"), "uid=bob", "uid=cleo", "uid=dan")
	s.bound(MemberDN(s.base, "dan"), testPassword.Reveal())
	if err := d.Suspend(t.Context(), "dan"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, "after Suspend", seen(t, conn, PeopleDN(s.base), "(uid=*)"), "uid=bob", "uid=cleo")
}

func removedOnOpenConnection(t *testing.T, s *server) {
	d := s.directory()
	s.guest(d, "hal")
	conn := s.bound(MemberDN(s.base, "hal"), testPassword.Reveal())
	if err := d.Remove(t.Context(), "hal"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, "what a removed member sees", seen(t, conn, s.base, "(objectClass=*)"))
}

func emptyPassword(t *testing.T, s *server) {
	for _, dn := range []string{MemberDN(s.base, "bob"), ServiceDN(s.base, "wiki"), AdminDN(s.base), nobodyDN(s.base)} {
		if err := s.unbound().UnauthenticatedBind(dn); err == nil {
			t.Errorf("%s signs in without a password", dn)
		}
	}
}

func keptHashes(t *testing.T, s *server) {
	if kept := s.kept(MemberDN(s.base, "bob")); !strings.HasPrefix(kept, "{ARGON2}$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("a member's password is kept as %.40q", kept)
	}
	config := s.service(s.directory(), "hashed", "wiki")
	if kept := s.kept(config.BindDN); !strings.HasPrefix(kept, "{SSHA}") {
		t.Errorf("a service's password is kept as %.10q", kept)
	}
}

// kept returns what the server keeps of a password.
func (s *server) kept(dn string) string {
	s.t.Helper()
	conn := s.bound(AdminDN(s.base), s.admin.Reveal())
	result, err := conn.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"userPassword"}, nil))
	if err != nil {
		s.t.Fatal(err)
	}
	return result.Entries[0].GetAttributeValue("userPassword")
}
