package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ronron/internal/api"
	"ronron/internal/errs"
	"ronron/internal/secret"
)

const sender = `
recipe "letters" {
  version = "1"
  software {
    name     = "Letters"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/letters"
    category = "letters"
    title    = "Letters"
    summary  = "Letters."
  }
  public = "Nothing."
  accounts "none" {}
  unit "server" {
    image  = "letters:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    user   = "33:33"
    egress = mail.host != ""
    file "/etc/ronron/mail" { content = "${mail.encryption} ${mail.host}:${mail.port} ${mail.from} ${mail.user} ${mail.password}" }
    port "http" { number = 8080 }
  }
  route "web" {
    unit = "server"
    port = "http"
  }
}
`

const letters = file + `
service "letters" {
  recipe = "letters"
}
`

const mailBlock = `
mail {
  host          = "smtp.example.org"
  from          = "chaton@example.org"
  user          = "chaton"
  password_file = "mail.password"
}
`

func withPassword(text, password string) api.Wanted {
	in := wantedFile(text)
	in.Recipes = map[string][]byte{"letters/recipe.hcl": []byte(sender)}
	in.MailPassword = api.Passage{String: secret.New(password)}
	return in
}

func (w *world) bringUp(in api.Wanted) {
	w.t.Helper()
	planned, err := w.Plan(w.t.Context(), in)
	if err != nil || planned.Plan == nil {
		w.t.Fatal(err, planned.Diagnostics.Err())
	}
	var end api.Event
	if err := w.Apply(api.ApplyRequest{Wanted: in, Base: planned.Plan.Base}, func(e api.Event) { end = e }); err != nil || end.Kind != api.Done {
		w.t.Fatal(err, end.Error)
	}
}

// mailFile is what the unit that sends was given, and whether it may call out.
func (w *world) mailFile(in api.Wanted) (content string, egress bool) {
	w.t.Helper()
	all, diags, err := w.compile(w.t.Context(), in)
	if err != nil || diags.HasErrors() {
		w.t.Fatal(err, diags.Err())
	}
	s, _ := all.service("letters")
	return string(s.Units[0].Files[0].Content), s.Egress
}

func TestMail_ReachesTheServicesThatSend(t *testing.T) {
	w := newWorld(t)
	without := withPassword(letters, "")
	if content, egress := w.mailFile(without); content != " :0   " || egress {
		t.Errorf("without a mail block: %q, egress %v", content, egress)
	}
	w.bringUp(without)
	with := withPassword(letters+mailBlock, "correct horse")
	if content, egress := w.mailFile(with); content != "starttls smtp.example.org:587 chaton@example.org chaton correct horse" || !egress {
		t.Errorf("with a mail block: %q, egress %v", content, egress)
	}
	w.bringUp(with)
	actual, err := w.engine.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range actual.Networks {
		if n.Service == "letters" && !n.Egress {
			t.Error("the service that sends mail cannot call out")
		}
		if n.Service == "wiki" && n.Egress {
			t.Error("a service that sends no mail may call out")
		}
	}
}

func TestMail_AnotherPasswordReplacesWhoHoldsIt(t *testing.T) {
	w := newWorld(t)
	first := withPassword(letters+mailBlock, "correct horse")
	w.bringUp(first)
	sends, wiki := w.unit("letters"), w.unit("wiki")
	second := withPassword(letters+mailBlock, "battery staple")
	w.bringUp(second)
	if w.unit("letters") == sends {
		t.Error("the unit that sends mail still holds the first password")
	}
	if w.unit("wiki") != wiki {
		t.Error("a unit without the password was replaced")
	}
	w.Maintain(t.Context())
	if p, err := w.Plan(t.Context(), second); err != nil || !p.Plan.Empty() {
		t.Errorf("after upkeep there is something to do: %v %v", p.Plan, err)
	}
}

// What renewals go on from is whole after a restart, and the volume holds no
// readable password.
func TestMail_PasswordIsSealedWhereItIsKept(t *testing.T) {
	w := newWorld(t)
	w.bringUp(withPassword(letters+mailBlock, "correct-horse-battery-staple"))
	w.Close()
	w.open()
	current, err := w.current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if current.mail.Password.Reveal() != "correct-horse-battery-staple" {
		t.Error("the password did not come back")
	}
	found := 0
	err = filepath.WalkDir(w.options.StateDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		found += strings.Count(string(content), "\"file\":\"chaton.hcl\"")
		if strings.Contains(string(content), "correct-horse") {
			t.Errorf("%s holds the password", filepath.Base(path))
		}
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("the state was not read: %v, %d", err, found)
	}
	w.bringUp(withPassword(letters, ""))
	kept, err := w.kept(t.Context())
	if err != nil || !kept.MailPassword.IsZero() {
		t.Errorf("a password without a use is kept: %v", err)
	}
}

func TestMail_PasswordMustCome(t *testing.T) {
	w := newWorld(t)
	planned, err := w.Plan(t.Context(), withPassword(letters+mailBlock, ""))
	if errs.CodeOf(err) != "" || !planned.Diagnostics.HasErrors() || planned.Diagnostics[0].Summary != "Password missing" {
		t.Errorf("%v %v", err, planned.Diagnostics)
	}
}
