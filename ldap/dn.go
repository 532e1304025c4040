package ldap

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// The tree, all of it below the base:
//
//	cn=admin                the administrator; a name in slapd's configuration, no entry
//	cn=nobody               in every group, since the schema wants no empty ones
//	ou=people               uid=<login>
//	ou=groups               cn=<group>, with a member for each
//	ou=services             cn=<service>, with a seeAlso for each group it may see
//	ou=policies             cn=people and cn=services

// BaseDN returns the top of the tree of a chaton with this domain.
func BaseDN(domain string) string {
	labels := strings.Split(strings.ToLower(strings.Trim(domain, ".")), ".")
	for i, label := range labels {
		labels[i] = rdn("dc", label)
	}
	return strings.Join(labels, ",")
}

// AdminDN names the administrator, who may do everything.
func AdminDN(base string) string { return below(rdn("cn", "admin"), base) }

// PeopleDN names the branch that holds the members.
func PeopleDN(base string) string { return below(rdn("ou", "people"), base) }

// GroupsDN names the branch that holds the groups.
func GroupsDN(base string) string { return below(rdn("ou", "groups"), base) }

// ServicesDN names the branch that holds the services' own accounts.
func ServicesDN(base string) string { return below(rdn("ou", "services"), base) }

// PoliciesDN names the branch that holds the password policies.
func PoliciesDN(base string) string { return below(rdn("ou", "policies"), base) }

// MemberDN names a member; any text is safe as a login.
func MemberDN(base, login string) string { return below(rdn("uid", login), PeopleDN(base)) }

// GroupDN names a group; any text is safe as a name.
func GroupDN(base, name string) string { return below(rdn("cn", name), GroupsDN(base)) }

// ServiceDN names a service's own account; any text is safe as a name.
func ServiceDN(base, name string) string { return below(rdn("cn", name), ServicesDN(base)) }

// policyDN names a password policy.
func policyDN(base, name string) string { return below(rdn("cn", name), PoliciesDN(base)) }

func nobodyDN(base string) string { return below(rdn("cn", "nobody"), base) }

func rdn(attribute, value string) string { return attribute + "=" + escape(value) }

// escape writes every byte that could mean something, and every one beyond
// ASCII, as its number (RFC 4514, 2.4). The library's own function turns what is no UTF-8 into
// the same character, and with it several names into one.
func escape(value string) string {
	var b strings.Builder
	for _, c := range []byte(value) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\%02x`, c)
		}
	}
	return b.String()
}

func below(rdn, parent string) string { return rdn + "," + parent }

// nameIn returns what names the entry dn directly below parent, or false when
// it lies elsewhere.
func nameIn(dn, parent string) (string, bool) {
	d, err := ldap.ParseDN(dn)
	if err != nil || len(d.RDNs) == 0 || len(d.RDNs[0].Attributes) != 1 {
		return "", false
	}
	p, err := ldap.ParseDN(parent)
	if err != nil || !(&ldap.DN{RDNs: d.RDNs[1:]}).EqualFold(p) {
		return "", false
	}
	return d.RDNs[0].Attributes[0].Value, true
}
