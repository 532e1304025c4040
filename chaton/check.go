package chaton

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"ronron/internal/text"
)

var (
	labelRule     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	criterionRule = regexp.MustCompile(`^[A-Z]{1,2}-[0-9]{2}$`)
)

// checkHost says what is wrong with a full host name (RFC 1123, lower-case),
// in sentences for a person, or nothing.
func checkHost(host string) (wrong text.Text) {
	switch _, ip := netip.ParseAddr(host); {
	case ip == nil:
		return text.Say("%q is an address, not a name. Certificates and sign-in need a name such as \"chaton.example.org\".", host)
	case strings.Contains(host, "://") || strings.ContainsAny(host, "/:"):
		return text.Say("%q is more than a host name: write it without https://, port and path, such as \"chaton.example.org\".", host)
	case strings.ToLower(host) != host:
		return text.Say("%q has capital letters; host names are written in lower case: %q.", host, strings.ToLower(host))
	case len(host) > 253:
		return text.Say("%q is %d characters long; a host name has at most 253.", host, len(host))
	}
	for _, label := range strings.Split(host, ".") {
		switch {
		case label == "":
			return text.Say("%q has a dot too many: no dot at the beginning or the end, and none beside another.", host)
		case len(label) > 63:
			return text.Say("The part %q is %d characters long; between two dots stand at most 63.", label, len(label))
		case !ascii(label):
			return text.Say("%q has letters beyond a to z. Write the name in its form for machines (punycode), which begins with xn-- and which your registrar shows.", host)
		case !labelRule.MatchString(label):
			return text.Say("%q is not a host name: between its dots stand letters a to z, digits and hyphens, with no hyphen at either end.", host)
		}
	}
	return text.Text{}
}

// checkDomain is checkHost for the chaton's own domain, which services are
// put below.
func checkDomain(domain string) (wrong text.Text) {
	if wrong := checkHost(domain); !wrong.IsZero() {
		return wrong
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return text.Say("%q has no dot. Write the whole domain, such as \"chaton.example.org\", or \"chaton.localhost\" to try things out on this machine.", domain)
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return text.Say("%q ends in digits only, which no domain does.", domain)
	}
	if len(domain) > 200 {
		return text.Say("%q is %d characters long; with at most 200 there is room for the names of services.", domain, len(domain))
	}
	return text.Text{}
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0
}

// checkMail says what is wrong with a mail address, or nothing.
func checkMail(s string) (wrong text.Text) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || strings.ContainsAny(s, "\r\n") {
		return text.Say("%q is not a mail address. Write the address alone, such as \"contact@example.org\".", s)
	}
	return text.Text{}
}

// checkURL says what is wrong with the address of a page, or nothing.
func checkURL(s string) (wrong text.Text) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return text.Say("%q is not an address of a page. Write it whole, such as \"https://example.org/terms\".", s)
	}
	return text.Text{}
}
