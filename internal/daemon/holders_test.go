package daemon

import (
	"testing"

	"ronron/internal/api"
)

// A unit that speaks TLS itself would otherwise show a certificate that ran out.
func TestMaintain_ReplacesUnitsThatHoldACertificate(t *testing.T) {
	w := newWorld(t)
	in := wantedFile(file + `
service "chat" {
  recipe = "chat"
}
`)
	in.Recipes = map[string][]byte{"chat/recipe.hcl": []byte(`
recipe "chat" {
  version = "1"
  software {
    name     = "Chat"
    version  = "1"
    licence  = "MIT"
    source   = "https://example.org/chat"
    category = "chat"
    title    = "Chat"
    summary  = "Chat."
  }
  public = "Nothing."
  accounts "none" {}
  unit "server" {
    image = "chat:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    user  = "33:33"
    file "/etc/ronron/cert.pem" { content = service.certificate }
    file "/etc/ronron/key.pem" { content = service.key }
    port "http" { number = 8080 }
  }
  route "web" {
    unit = "server"
    port = "http"
  }
}
`)}
	planned, err := w.Plan(t.Context(), in)
	if err != nil || planned.Plan == nil {
		t.Fatal(err, planned.Diagnostics.Err())
	}
	if err := w.Apply(api.ApplyRequest{Wanted: in, Base: planned.Plan.Base}, func(api.Event) {}); err != nil {
		t.Fatal(err)
	}
	chat, wiki := w.unit("chat"), w.unit("wiki")
	w.Maintain(t.Context())
	if w.unit("chat") != chat {
		t.Error("the unit is replaced although nothing was renewed")
	}
	w.now = w.now.AddDate(0, 0, 25)
	w.Maintain(t.Context())
	if w.unit("chat") == chat {
		t.Error("after 25 days the unit still holds its first certificate")
	}
	if w.unit("wiki") != wiki {
		t.Error("a unit without a certificate was replaced")
	}
}
