package ldap

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"ronron/account/accounttest"
)

func TestBaseDN(t *testing.T) {
	for domain, want := range map[string]string{
		"chaton.localhost":       "dc=chaton,dc=localhost",
		"Wiki.Example.ORG.":      "dc=wiki,dc=example,dc=org",
		"localhost":              "dc=localhost",
		"xn--chton-dqa.example":  "dc=xn--chton-dqa,dc=example",
		"a,dc=evil.example":      `dc=a\,dc\=evil,dc=example`,
		"un-domaine.un-hote.net": "dc=un-domaine,dc=un-hote,dc=net",
	} {
		got := BaseDN(domain)
		parsed, err := ldap.ParseDN(got)
		if err != nil {
			t.Fatalf("BaseDN(%q) is %q, which is no DN: %v", domain, got, err)
		}
		expected, err := ldap.ParseDN(want)
		if err != nil {
			t.Fatal(err)
		}
		if !parsed.Equal(expected) {
			t.Errorf("BaseDN(%q) is %q; want %q", domain, got, want)
		}
	}
}

func TestNamesOfTheTree(t *testing.T) {
	base := BaseDN("chaton.localhost")
	for got, want := range map[string]string{
		AdminDN(base):           "cn=admin,dc=chaton,dc=localhost",
		PeopleDN(base):          "ou=people,dc=chaton,dc=localhost",
		GroupsDN(base):          "ou=groups,dc=chaton,dc=localhost",
		ServicesDN(base):        "ou=services,dc=chaton,dc=localhost",
		PoliciesDN(base):        "ou=policies,dc=chaton,dc=localhost",
		MemberDN(base, "ana"):   "uid=ana,ou=people,dc=chaton,dc=localhost",
		GroupDN(base, "wiki"):   "cn=wiki,ou=groups,dc=chaton,dc=localhost",
		ServiceDN(base, "wiki"): "cn=wiki,ou=services,dc=chaton,dc=localhost",
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

// Whatever a name holds, the entry lies in its branch and has that name.
func TestHostileNamesStayInTheirBranch(t *testing.T) {
	for _, login := range accounttest.Hostile {
		checkName(t, string(login))
	}
}

func FuzzNames(f *testing.F) {
	for _, login := range accounttest.Hostile {
		f.Add(string(login))
	}
	f.Fuzz(func(t *testing.T, name string) { checkName(t, name) })
}

func checkName(t *testing.T, name string) {
	t.Helper()
	base := BaseDN("chaton.localhost")
	for _, c := range []struct {
		dn, parent string
	}{
		{MemberDN(base, name), PeopleDN(base)},
		{GroupDN(base, name), GroupsDN(base)},
		{ServiceDN(base, name), ServicesDN(base)},
	} {
		parsed, err := ldap.ParseDN(c.dn)
		if err != nil {
			continue // the server refuses it as well
		}
		parent, err := ldap.ParseDN(c.parent)
		if err != nil {
			t.Fatal(err)
		}
		if len(parsed.RDNs) != len(parent.RDNs)+1 || !parent.AncestorOf(parsed) || len(parsed.RDNs[0].Attributes) != 1 {
			t.Fatalf("%q names %q, which is not an entry of %s", name, c.dn, c.parent)
		}
		got, ok := nameIn(c.dn, c.parent)
		if !ok || got != name {
			t.Errorf("%q comes back from %q as %q, %v", name, c.dn, got, ok)
		}
	}
}

func TestNameIn_KnowsOtherBranches(t *testing.T) {
	base := BaseDN("chaton.localhost")
	for _, dn := range []string{
		MemberDN(base, "ana"), nobodyDN(base), GroupsDN(base), "", "no dn at all",
		"cn=a+cn=b," + GroupsDN(base), "cn=deeper," + GroupDN(base, "wiki"), GroupDN(BaseDN("other.example"), "wiki"),
	} {
		if name, ok := nameIn(dn, GroupsDN(base)); ok {
			t.Errorf("%q is the group %q; want none", dn, name)
		}
	}
	if name, ok := nameIn(strings.ToUpper(GroupDN(base, "wiki")), GroupsDN(base)); !ok || name != "WIKI" {
		t.Errorf("a server may write DNs in its own case: %q, %v", name, ok)
	}
}
