package chaton

import (
	"net/netip"
	"path"
	"strings"

	"ronron/internal/diag"
	"ronron/internal/hclread"
	"ronron/internal/text"
)

// Mail says through which server the chaton sends mail. Its password stands in
// a file of its own, which Read does not open.
type Mail struct {
	Host         string // "" where the chaton sends no mail
	Port         int
	Encryption   Encryption
	From         string // sender of what services write
	User         string // "" where the server asks for none
	PasswordFile string // relative to chaton.hcl; "" with no User
	Range        diag.Range
	PasswordFileRange,
	HostRange diag.Range
}

// Encryption is how a connection to the mail server is secured.
type Encryption string

// The kinds of encryption.
const (
	StartTLS     Encryption = "starttls" // begins in the open, then changes over
	TLS          Encryption = "tls"      // from the first byte
	NoEncryption Encryption = "none"
)

// mailPorts are the ports where servers are found that expect each encryption
// (RFC 6409, RFC 8314).
var mailPorts = map[Encryption]int{StartTLS: 587, TLS: 465, NoEncryption: 25}

func (r reader) sending(b *hclread.Block) Mail {
	m := Mail{
		Encryption: StartTLS,
		From:       r.mail(b, "from"),
		User:       r.line(b, "user"),
		Range:      b.Range, PasswordFileRange: b.RangeOf("password_file"), HostRange: b.RangeOf("host"),
	}
	if host := r.String(b, "host"); host.Known {
		if wrong := checkRelay(host.V); !wrong.IsZero() {
			r.Errorf(host.Range, "Bad host name", "%s", wrong)
		}
		m.Host = host.V
	}
	if e := r.oneOf(b, "encryption", string(StartTLS), string(TLS), string(NoEncryption)); e != "" {
		m.Encryption = Encryption(e)
	}
	port := r.Int(b, "port")
	m.Port = port.Or(mailPorts[m.Encryption])
	if port.Known && (port.V < 1 || port.V > 65535) {
		r.Errorf(port.Range, "Port out of range", "A port is a number from 1 to 65535; %d is not. Without the line it is 587 for starttls, 465 for tls and 25 for none.", port.V)
	}
	r.mailUser(b, &m)
	return m
}

// mailUser is who signs in at the mail server, and where the password lies.
func (r reader) mailUser(b *hclread.Block, m *Mail) {
	file := r.String(b, "password_file")
	if file.Known {
		if path.IsAbs(file.V) || file.V == "" || path.Clean(file.V) != file.V || file.V == "." || strings.HasPrefix(file.V, "..") {
			r.Errorf(file.Range, "Bad file", "The password's file lies beside or below this one: write its name, such as \"mail.password\", without a slash at the beginning and without \"..\".")
		} else {
			m.PasswordFile = file.V
		}
	}
	switch {
	case b.Has("user") && !b.Has("password_file"):
		r.Errorf(b.RangeOf("user"), "Password missing", "There is a user but no password. Write it as the only line of a file beside this one that its owner alone can read (chmod 600), and name the file here: password_file = \"mail.password\".")
	case b.Has("password_file") && !b.Has("user"):
		r.Errorf(file.Range, "User missing", "There is a password but nobody whose it is. Name them: user = \"chaton@example.org\".")
	case b.Has("user") && m.Encryption == NoEncryption:
		r.Errorf(b.RangeOf("encryption"), "Password in the open", "Without encryption everybody on the way reads the password. Write encryption = \"starttls\" or \"tls\", or remove user and password_file if the server asks for none.")
	}
}

// checkRelay says what is wrong with the name or address of a mail server.
func checkRelay(host string) (wrong text.Text) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.IsLoopback() || ip.IsUnspecified() {
			return aloneInside(host)
		}
		return text.Text{}
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return aloneInside(host)
	}
	return checkHost(host)
}

func aloneInside(host string) text.Text {
	return text.Say("%q is each service's own container, where no mail server runs. Write the name by which this machine is known to others, and let the mail server there listen for them.", host)
}

// mailTogether finds what only shows when blocks are compared.
func (r reader) mailTogether(c *Chaton) {
	if c.RecipeFolder != "" && strings.HasPrefix(c.Mail.PasswordFile, c.RecipeFolder+"/") {
		r.Errorf(c.Mail.PasswordFileRange, "Password among the recipes", "Everything below %q is sent to the daemon and kept as it is. Put the password's file beside this one.", c.RecipeFolder)
	}
}
