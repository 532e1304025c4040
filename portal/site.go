// Package portal is the public face of a chaton: the home page, sign-in, change
// of password and the charter. It holds no engine socket and no key but its own
// account in the directory.
package portal

import (
	"ronron/charter"
	"ronron/internal/text"
)

// Site is what the portal shows, written by the daemon into a volume that the
// portal can only read. The portal has no other knowledge of the host.
type Site struct {
	Version  int           `json:"version"` // of this form; SiteVersion
	Language text.Lang     `json:"language"`
	Facts    charter.Facts `json:"facts"`
	Services []SiteService `json:"services"` // offered to members, in order of the host's file
	Gates    []SiteGate    `json:"gates,omitempty"`
	OIDC     *SiteOIDC     `json:"oidc,omitempty"` // nil: no service signs members in this way
}

// SiteGate is a part of a service that the gateway lets only members into.
type SiteGate struct {
	Host   string    `json:"host"` // as browsers write it: with the port unless that is 443
	Path   string    `json:"path"`
	Title  text.Text `json:"title"`  // of the service
	Groups []string  `json:"groups"` // whose members may enter
}

// SiteVersion is the form this binary writes.
const SiteVersion = 1

// SiteService is one service on the home page.
type SiteService struct {
	Name     string    `json:"name"`
	Title    text.Text `json:"title"`
	Summary  text.Text `json:"summary"`
	Replaces []string  `json:"replaces"`
	URL      string    `json:"url"`
	Public   text.Text `json:"public"` // what somebody without an account can do
	Healthy  bool      `json:"healthy"`
	Accounts bool      `json:"accounts"` // members sign in there
	// Enter lists the groups whose members may sign in there; empty is everybody.
	Enter []string `json:"enter,omitempty"`
}
