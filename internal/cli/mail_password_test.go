package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/chaton"
	"ronron/internal/errs"
	"ronron/internal/mailrelay"
)

// sending is a world whose file names a mail server, and whose password file
// holds content.
func sending(t *testing.T, content string, mode os.FileMode) *world {
	t.Helper()
	w := newWorld(t)
	w.language.mail = chaton.Mail{Host: "smtp.test", Port: 587, Encryption: chaton.StartTLS, From: "chaton@chaton.test", User: "chaton", PasswordFile: "mail.password"}
	file := filepath.Join(filepath.Dir(w.file), "mail.password")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestMailPassword_IsOneLineForItsOwnerAlone(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		mode    os.FileMode
		want    string // "" is fine
	}{
		"as it should be": {"correct horse\n", 0o600, ""},
		"read-only":       {"correct horse", 0o400, ""},
		"from elsewhere":  {"correct horse\r\n", 0o600, ""},
		"others may read": {"correct horse\n", 0o644, "chmod 600"},
		"a group may":     {"correct horse\n", 0o640, "chmod 600"},
		"empty":           {"\n", 0o600, "is empty"},
		"two lines":       {"correct\nhorse\n", 0o600, "more than one line"},
		"something else":  {strings.Repeat("x", 2000), 0o600, "longer than any password"},
	} {
		t.Run(name, func(t *testing.T) {
			w := sending(t, c.content, c.mode)
			if c.want != "" {
				w.wantCode(exitUsage, "validate", "--file", w.file)
				wantIn(t, "stderr", c.want, w.stderr)
			} else {
				w.wantCode(exitDone, "validate", "--file", w.file)
			}
			if strings.Contains(w.stderr.String()+w.stdout.String(), "horse") {
				t.Errorf("the password is shown:\n%s%s", w.stdout, w.stderr)
			}
		})
	}
}

func TestMailPassword_MissingStopsUpButNotALook(t *testing.T) {
	w := sending(t, "x", 0o600)
	w.deployed()
	w.language.mail.PasswordFile = "elsewhere.password"
	w.wantCode(exitUsage, "plan", "--file", w.file)
	wantIn(t, "stderr", "There is no file", w.stderr)
	w.wantCode(exitDone, "status", "--file", w.file)
}

func TestDoctor_TriesTheMailServer(t *testing.T) {
	w := sending(t, "correct horse\n", 0o600)
	w.deployed()
	var tried mailrelay.Relay
	w.machine.relay = func(r mailrelay.Relay) error { tried = r; return nil }
	w.wantCode(exitDone, "doctor", "--file", w.file)
	wantIn(t, "stdout", "smtp.test:587 takes mail from chaton@chaton.test", w.stdout)
	if tried.Password.Reveal() != "correct horse" || tried.User != "chaton" || tried.Encryption != "starttls" {
		t.Errorf("tried %+v", tried)
	}
	w.machine.relay = func(mailrelay.Relay) error {
		return errs.New(errs.Denied, "It does not accept the user.").WithHint("Look at the password.")
	}
	w.wantCode(exitFailed, "doctor", "--file", w.file)
	wantIn(t, "stdout", "✗ mail", w.stdout)
	wantIn(t, "stdout", "Look at the password.", w.stdout)
}
